"""What was said and done in the month, through the same actions as at the desk."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from xaso.kernel.messages import acknowledging, mass_templates, replies
from xaso.kernel.messages.announcements import end_announcement
from xaso.kernel.messages.models import Receiver
from xaso.kernel.people.machines import issue_token, register_client, viewer_for_token
from xaso.kernel.plain import moment
from xaso.services.notices import rules, sheets
from xaso.services.notices.actions import library, outside, receipts, tasks
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.actions import replies as answering
from xaso.services.notices.demo.month import Month, deliver, mailing_of, receivers, time_goes_on
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.notices import look_ahead

TEMPLATES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "Mời họp thôn",
        {
            "subject": "Mời họp thôn",
            "body": "Mời {name} dự họp thôn {ngay} tại nhà văn hóa. Nội dung: {noi_dung}.",
            "sms": "Moi {name} hop thon {ngay} tai nha van hoa: {noi_dung}.",
        },
    ),
    (
        "Lịch tiêm chủng",
        {
            "subject": "Lịch tiêm chủng của trạm y tế",
            "body": "Trạm y tế xã tiêm chủng {ngay}. {name} mang sổ tiêm của cháu, đến trước 10 giờ.",
            "sms": "Tram y te tiem chung {ngay}. Mang so tiem, den truoc 10h.",
        },
    ),
    (
        "Nhắc nộp tiền nước",
        {
            "subject": "Tiền nước sinh hoạt",
            "body": "{name} nộp {so_tien} đồng tiền nước trước {ngay} tại nhà trưởng thôn.",
            "sms": "{name} nop {so_tien}d tien nuoc truoc {ngay}.",
        },
    ),
)


def tell(month: Month) -> None:
    """In the order of days."""
    with month.ago(days=30):
        mass_templates.set_mass_rule(
            month.system,
            unit_path=month.commune.path,
            approve_above=60,
            urgent_too=True,
            source="Quy chế phát ngôn của Ủy ban nhân dân xã (mẫu)",
        )
    _templates(month)
    _vaccination(month)
    _water_money(month)
    _landslide(month)
    _cattle(month)
    _water_stop(month)
    _waiting(month)
    _machine(month)


def _facts(**more: Any) -> dict[str, Any]:
    return {"kind": "notice", "ladder": rules.ladder_of("phone", 30), **more}


def _templates(month: Month) -> None:
    for number, (title, words) in enumerate(TEMPLATES):
        with month.ago(days=29 - number):
            row = library.write_template(
                month.viewer("vanthu"), unit_path=month.commune.path, title=title, words=words
            )
        if number < 2:
            with month.ago(days=28 - number):
                mass_templates.decide_template(month.viewer("pct"), template_id=row.pk, approved=True)


def _vaccination(month: Month) -> None:
    with month.ago(days=24):
        row = month.send(
            _facts(
                subject="Lịch tiêm vắc xin cho trẻ dưới 5 tuổi",
                body="Trạm y tế tiêm vắc xin sáng thứ Năm, 7 giờ 30 đến 10 giờ. {name} mang theo sổ tiêm của cháu.",
                sms="Tram y te tiem vac xin sang thu Nam, 7h30-10h. Mang so tiem cua chau.",
                audience={"units": [month.commune.path], "attributes": {"sex": "female"}},
                speaker="ordinary",
                is_public=True,
            )
        )
        deliver(row, lost=[month.hamlets[0].path])
        ended = row.announcement_id
    with month.ago(days=21):
        if ended is not None:
            end_announcement(month.system, announcement_id=ended)
    with month.ago(days=23):
        _reply(
            month,
            row,
            2,
            "Cháu nhà tôi đang sốt thì có tiêm được không?",
            "Cháu khỏi sốt 3 ngày thì đưa đến trạm, buổi tiêm sau là thứ Năm tuần tới.",
        )


def _reply(month: Month, notice: Notice, place: int, text: str, answer: str = "") -> None:
    reached = Receiver.objects.filter(
        mailing_id=mailing_of(notice), state__in=["delivered", "read"]
    ).order_by("pk")
    one = reached[place]
    row = replies.receive_reply(
        month.system,
        channel="sms",
        provider_id=f"demo-{one.pk.hex[-12:]}",
        sender=str(one.facts.get("phone")),
        text=text,
        quotes="",
    )
    if row.receiver_id is None:
        row.receiver, row.mailing_id, row.unit_path = one, one.mailing_id, notice.unit_path
        row.save(update_fields=["receiver", "mailing", "unit_path"])
    if answer:
        answering.answer_reply(month.viewer("vanthu"), reply_id=row.pk, answer=answer)


def _water_money(month: Month) -> None:
    lines = ["Họ và tên,Điện thoại,Thôn,Số tiền"]
    for number in range(18):
        hamlet = month.hamlets[number % 2]
        lines.append(
            f"Hộ số {number + 1} {hamlet.name},09770{number:05d},{hamlet.name},{35 + number * 4}.000"
        )
    with month.ago(days=18):
        sheet = sheets.read_sheet("\n".join(lines).encode(), "nuoc.csv", sheets.hamlet_words(month.hamlets))
        kept = library.keep_list(
            month.viewer("vanthu"),
            unit_path=month.commune.path,
            title="Hộ dùng nước tự chảy Ky Quan San, Séo Pờ Hồ",
            purpose="Báo tiền nước hằng tháng",
            sheet=sheet,
            good_only=False,
        )
    with month.ago(days=17):
        row = month.send(
            _facts(
                subject="Tiền nước sinh hoạt tháng này",
                body="{name} nộp {so_tien} đồng tiền nước trước ngày 25 tại nhà trưởng thôn.",
                sms="{name} nop {so_tien}d tien nuoc truoc ngay 25 tai nha truong thon.",
                audience={"lists": [str(kept.pk)]},
                ladder=rules.ladder_of("sms", 30),
            )
        )
        deliver(row)


def _landslide(month: Month) -> None:
    """Two weeks ago: the heads look for households below slopes. Most pressed "đã nhận", one had to be called."""
    with month.ago(days=12):
        row = month.send(
            _facts(
                kind="directive",
                subject="Rà soát hộ trong vùng nguy cơ sạt lở",
                body=(
                    "Trưởng thôn đi từng hộ ở chân taluy, ven suối; lập danh sách hộ phải di dời khi mưa lớn, "
                    "chọn nơi tránh, ghi số người già yếu. Báo cáo số hộ và một ảnh chụp chỗ nguy hiểm nhất nếu có."
                ),
                sms="Ra soat ho vung sat lo, bao cao tren trang cua thon.",
                audience={"units": [month.commune.path], "roles": ["hamlet_head"]},
                ladder=rules.ladder_of("office", 45),
                needs_receipt=True,
                task_title="Rà soát hộ trong vùng nguy cơ sạt lở",
                task_asks=["text", "figure"],
                task_figure="Số hộ phải di dời",
                task_term="3wd",
            )
        )
        deliver(row, read=0)
        mine = receivers(row)
    for number, hamlet in enumerate(month.hamlets[:-2]):
        with moment.frozen((row.sent_at or month.present) + timedelta(minutes=4 + number * 3)):
            head = month.head_of(hamlet)
            receipts.confirm(head, receiver_id=mine[head.account_id].pk)
    with month.ago(days=12):
        time_goes_on(row)
    with month.ago(days=11):
        late = mine[month.head_of(month.hamlets[-2]).account_id]
        acknowledging.note_call(
            month.viewer("vanthu"), receiver_id=late.pk, reached=True, note="Đã đọc lại qua điện thoại"
        )
    _landslide_reports(month, row)


def _landslide_reports(month: Month, row: Notice) -> None:
    given = {task.hamlet_path: task for task in row.tasks.all()}
    for number, hamlet in enumerate(month.hamlets[:-2]):
        task = given[hamlet.path]
        houses = (number * 3) % 7
        told = f"Đã đi hết {28 + number * 2} hộ. {houses} hộ ở chân taluy, đã nói rõ nơi tránh là nhà văn hóa thôn."
        with month.ago(days=10 - number % 3):
            tasks.report_task(month.head_of(hamlet), task_id=task.pk, text=told, figure=Decimal(houses))
        with month.ago(days=7):
            if number == 4:
                tasks.return_report(
                    month.viewer("vanthu"),
                    task_id=task.pk,
                    note="Chưa ghi số người già yếu phải đưa đi trước.",
                )
            elif number < 9:
                tasks.accept_report(month.viewer("vanthu"), task_id=task.pk)
    for days in (5, 3):
        with month.ago(days=days):
            tasks.chase_overdue()


def _cattle(month: Month) -> None:
    """Since the day before yesterday: cold is coming; the first reports have arrived."""
    with month.ago(days=1.5):
        row = month.send(
            _facts(
                kind="directive",
                subject="Che chắn chuồng trại, phòng rét cho trâu bò",
                body="Vùng cao xuống dưới 8 độ. Trưởng thôn vận động che chắn chuồng, không thả rông, dự trữ rơm.",
                sms="Ret dam: che chan chuong trai, khong tha rong trau bo. Bao cao tren trang cua thon.",
                audience={"units": [month.commune.path], "roles": ["hamlet_head"]},
                ladder=rules.ladder_of("office", 60),
                needs_receipt=True,
                speaker="priority",
                task_title="Vận động che chắn chuồng trại",
                task_asks=["text", "figure"],
                task_figure="Số hộ đã che chắn",
                task_term="5wd",
            )
        )
        deliver(row, read=0)
        mine = receivers(row)
    given = {task.hamlet_path: task for task in row.tasks.all()}
    for number, hamlet in enumerate(month.hamlets[1:8]):
        head = month.head_of(hamlet)
        with moment.frozen((row.sent_at or month.present) + timedelta(hours=1 + number)):
            receipts.confirm(head, receiver_id=mine[head.account_id].pk)
        if number < 3:
            with month.ago(hours=6 - number):
                told = "Đã họp thôn, các hộ đang chặt cây, căng bạt."
                tasks.report_task(
                    head, task_id=given[hamlet.path].pk, text=told, figure=Decimal(12 + number * 5)
                )


def _water_stop(month: Month) -> None:
    with month.ago(hours=20):
        row = month.send(
            _facts(
                subject="Ngừng cấp nước để sửa đường ống",
                body="Ngừng cấp nước từ 8 giờ đến 17 giờ thứ Ba để thay ống đầu nguồn. Trữ nước từ tối thứ Hai.",
                sms="Ngung cap nuoc 8h-17h thu Ba. Tru nuoc tu toi thu Hai.",
                audience={"units": [one.path for one in month.hamlets[:4]]},
                is_public=True,
            )
        )
        deliver(row)
    with month.ago(hours=5):
        _reply(month, row, 1, "Nha toi o cuoi nguon, da mat nuoc tu hom qua roi")
    with month.ago(hours=3):
        _reply(month, row, 6, "Thôn tôi có cụ già ốm, xã cho xe chở nước được không?")
    with month.ago(hours=2):
        _reply(month, row, 9, "Đã nhận")


def _waiting(month: Month) -> None:
    """What lies on the desk: a draft, one sent back, an urgent one for the second person, one with an hour."""
    clerk = month.viewer("vanthu")
    near = [one.path for one in month.hamlets[:3]]
    urgent = _facts(
        subject="Cấm qua ngầm suối Séo Pờ Hồ",
        body="Nước suối lên nhanh. Cấm người và xe qua ngầm Séo Pờ Hồ từ bây giờ cho đến khi xã báo lại.",
        sms="CAM QUA NGAM Seo Po Ho: nuoc len nhanh. Cho xa bao lai.",
        audience={"units": near},
        urgent=True,
        urgent_reason="Nước lên 60 cm trong một giờ, học sinh tan trường lúc 11 giờ",
        needs_receipt=True,
        speaker="priority",
    )
    meeting = _facts(
        subject="Họp dân về quy hoạch đường liên thôn",
        body="Mời {name} dự họp góp ý quy hoạch đường liên thôn, 19 giờ 30 thứ Sáu tại nhà văn hóa.",
        sms="Moi {name} hop gop y quy hoach duong lien thon, 19h30 thu Sau.",
        audience={"units": near},
        send_at=month.present + timedelta(hours=20),
    )
    with month.ago(hours=4):
        month.send(meeting)
        row = actions.write_notice(
            clerk,
            unit_path=month.commune.path,
            facts=_facts(
                subject="Thu gom rác thải nhựa",
                body="Mỗi hộ mang rác nhựa ra điểm thu gom sáng Chủ nhật.",
                audience={"units": [month.commune.path]},
                is_public=True,
            ),
        )
        actions.send_notice(clerk, notice_id=row.pk, seen=_count(month, row))
        actions.refuse_notice(
            month.viewer("pct"), notice_id=row.pk, reason="Ghi rõ điểm thu gom của từng thôn"
        )
    with month.ago(hours=1):
        actions.write_notice(
            month.viewer("vanthu"),
            unit_path=month.commune.path,
            facts=_facts(
                subject="Lịch khám sức khỏe người cao tuổi",
                body="Trạm y tế khám sức khỏe cho người từ 60 tuổi. {name} mang theo thẻ bảo hiểm.",
                audience={"units": [month.commune.path], "attributes": {"age_from": 60}},
            ),
        )
    with month.ago(hours=0.3):
        month.send(urgent, second="")


def _count(month: Month, row: Notice) -> int:
    return look_ahead(month.viewer("vanthu"), row).count


def _machine(month: Month) -> None:
    """The health station's own system tries its key: nothing leaves the house."""
    client, secret = register_client(
        month.system,
        name="Phần mềm trạm y tế (mẫu)",
        unit_path=month.commune.path,
        scopes=["notices.api_test"],
        client_id="demo-tram-y-te",
    )
    found = viewer_for_token(issue_token(client.client_id, secret)["access_token"])
    if found is None:
        return
    rows = [
        {
            "to": f"091230{number:04d}",
            "name": f"Người thử {number}",
            "ngay": "thứ Năm",
            "reference": f"TYT-{number}",
        }
        for number in range(1, 13)
    ]
    with month.ago(days=2):
        outside.send_job(
            found[1], template="notices.lich_tiem_chung", channel="sms", name="Thử nhắc lịch tiêm", rows=rows
        )
