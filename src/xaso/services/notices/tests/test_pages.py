"""Every page of the room through the client: doors, what it shows, what a wrong form says."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from xaso.kernel.messages.mass_templates import decide_template
from xaso.kernel.messages.models import AudienceList, MailingTemplate, Receiver, Reply
from xaso.services.notices.actions import library
from xaso.services.notices.demo.month import deliver, time_goes_on
from xaso.services.notices.models import HamletTask, Notice
from xaso.services.notices.tests.world import World

DESK = "/desk/notices"


class Browser:
    """Somebody at the desk."""

    def __init__(self, world: World, name: str) -> None:
        self.http = Client()
        self.http.force_login(world.accounts[name])

    def get(self, path: str, status: int = 200) -> str:
        answer = self.http.get(DESK + path)
        assert answer.status_code == status, (path, answer.status_code)
        return answer.content.decode("utf-8", "replace")

    def post(self, path: str, data: dict[str, Any], status: int = 302) -> Any:
        answer = self.http.post(DESK + path, data)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer


def _form(world: World, **more: Any) -> dict[str, Any]:
    return {
        "kind": "notice",
        "subject": "Họp thôn",
        "body": "Mời {name} họp.",
        "units": [world.near.path],
        "ladder": "sms",
        "wait_minutes": "30",
        **more,
    }


def test_from_an_empty_board_to_figures(world: World) -> None:
    clerk = Browser(world, "clerk")
    assert "Chưa có thông báo nào" in clerk.get("/")
    assert "Toàn bộ địa bàn" in clerk.get("/moi/")
    wrong = clerk.post("/moi/", _form(world, subject="", body="Mời {Tên}"), 422).content.decode()
    assert "Nhập tiêu đề" in wrong
    wrong = clerk.post("/moi/", _form(world, body="Mời {Tên}"), 422).content.decode()
    assert "không thuộc chỗ điền nào" in wrong
    kept = clerk.post("/moi/", _form(world))
    row = Notice.objects.get()
    page = clerk.get(f"/tin/{row.pk}/")
    assert "Gửi tới 3 người" in page
    assert "Lù Seo Chúng" in page
    assert "Xem thử với một người" in page
    assert kept.url.endswith(f"/tin/{row.pk}/")
    clerk.post(f"/tin/{row.pk}/", {"do": "send", "seen": "1"}, 409)
    clerk.post(f"/tin/{row.pk}/", {"do": "send", "seen": "3"})
    row.refresh_from_db()
    deliver(row)
    page = clerk.get(f"/tin/{row.pk}/")
    assert world.near.full_name in page
    assert "Phải gọi điện" in page
    people = clerk.get(f"/tin/{row.pk}/nguoi-nhan/?thon={world.near.path}")
    assert "Giàng Thị Máy" in people
    assert "0912345601" not in people
    assert "Lù Seo Chúng" in clerk.get(f"/tin/{row.pk}/nguoi-nhan/?xem=hong")
    assert "Họp thôn" in clerk.get("/")


def test_urgent_is_shown_to_the_second_person_with_its_reason(world: World) -> None:
    clerk, leader = Browser(world, "clerk"), Browser(world, "leader")
    clerk.post("/moi/", _form(world, urgent="on", urgent_reason="Nước lên"))
    row = Notice.objects.get()
    assert "Trình người thứ hai duyệt" in clerk.get(f"/tin/{row.pk}/")
    clerk.post(f"/tin/{row.pk}/", {"do": "send", "seen": "3"})
    assert "Đang chờ người thứ hai" in clerk.get(f"/tin/{row.pk}/")
    page = leader.get(f"/tin/{row.pk}/")
    assert "Lý do khẩn: Nước lên" in page
    leader.post(f"/tin/{row.pk}/", {"do": "refuse", "words": ""}, 422)
    leader.post(f"/tin/{row.pk}/", {"do": "approve", "seen": "3"})
    assert "Dừng gửi" in leader.get(f"/tin/{row.pk}/")
    leader.post(f"/tin/{row.pk}/", {"do": "stop", "words": "Nước đã rút"})
    assert "Nước đã rút" in clerk.get(f"/tin/{row.pk}/")
    clerk.post(f"/tin/{row.pk}/", {"do": "copy"})
    made = Notice.objects.exclude(pk=row.pk).get()
    assert "Sửa thông báo" in clerk.get(f"/tin/{made.pk}/sua/")
    assert "không sửa được" in clerk.get(f"/tin/{row.pk}/sua/", 409)
    clerk.post(f"/tin/{made.pk}/", {"do": "drop"})
    clerk.post(f"/tin/{made.pk}/", {"do": "khong-co"}, 404)


def test_the_head_of_a_hamlet_reads_confirms_and_reports_without_scripts(world: World) -> None:
    world.sent(directive=True)
    head = Browser(world, "head_near")
    receiver = Receiver.objects.get(account=world.accounts["head_near"])
    task = HamletTask.objects.get(hamlet_path=world.near.path)
    page = head.get("/thon/")
    assert "Chưa bấm đã nhận" in page
    assert f"/thon/viec/{task.pk}/" in page
    assert "Đã nhận" in head.get(f"/thon/tin/{receiver.pk}/")
    head.post(f"/thon/tin/{receiver.pk}/", {})
    assert "data-draft=" in head.get(f"/thon/viec/{task.pk}/")
    wrong = head.post(f"/thon/viec/{task.pk}/", {"text": "", "figure": "năm"}, 422).content.decode()
    assert "Viết đã làm gì" in wrong or "Nhập" in wrong
    head.post(f"/thon/viec/{task.pk}/", {"text": "Đã đi hết", "figure": "12"})
    assert "data-draft-done" in head.get(f"/thon/viec/{task.pk}/?xong=1")
    clerk = Browser(world, "clerk")
    assert "Đã đi hết" in clerk.get("/viec/?xem=cho")
    clerk.post(f"/viec/{task.pk}/", {"do": "return", "words": ""}, 422)
    clerk.post(f"/viec/{task.pk}/", {"do": "return", "words": "Ghi tên hộ"})
    assert "Ghi tên hộ" in head.get(f"/thon/viec/{task.pk}/")
    head.post(f"/thon/viec/{task.pk}/", {"text": "Đã ghi tên", "figure": "12"})
    clerk.post(f"/viec/{task.pk}/", {"do": "accept", "words": ""})
    assert "Việc đã xong" in head.get("/thon/")
    Browser(world, "head_far").get(f"/thon/viec/{task.pk}/", 404)
    other = HamletTask.objects.get(hamlet_path=world.far.path)
    clerk.post(f"/viec/{other.pk}/", {"do": "cancel"})
    assert clerk.http.get(f"{DESK}/viec/bang.xlsx").content[:2] == b"PK"


def test_a_photo_is_reported_and_opened_by_the_officer(world: World) -> None:
    row = world.written(
        kind="directive", audience={"units": [world.near.path], "roles": ["hamlet_head"]}, task_title="Chụp ngầm tràn",
        task_asks=["photo"], task_term="1wd", ladder=[{"channel": "inbox"}],
    )  # fmt: skip
    Browser(world, "clerk").post(f"/tin/{row.pk}/", {"do": "send", "seen": "1"})
    task = HamletTask.objects.get()
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    head = Browser(world, "head_near")
    head.post(f"/thon/viec/{task.pk}/", {"text": ""}, 422)
    sent = SimpleUploadedFile("ngam.jpg", picture.getvalue(), "image/jpeg")
    head.post(f"/thon/viec/{task.pk}/", {"photo": sent})
    assert "Xem ảnh" in Browser(world, "clerk").get(f"/viec/{task.pk}/")


def test_the_call_list_shows_numbers_in_full_and_takes_the_outcome(world: World) -> None:
    notice = world.sent(needs_receipt=True)
    deliver(notice)
    time_goes_on(notice)
    clerk = Browser(world, "clerk")
    page = clerk.get(f"/tin/{notice.pk}/goi-dien/")
    assert "tel:0912345601" in page
    one = Receiver.objects.filter(mailing_id=notice.mailing_id, to_call=True)[0]
    clerk.post(f"/tin/{notice.pk}/goi-dien/", {"receiver": str(one.pk), "outcome": ""}, 422)
    clerk.post(f"/tin/{notice.pk}/goi-dien/", {"receiver": "x", "outcome": "told"}, 404)
    clerk.post(
        f"/tin/{notice.pk}/goi-dien/", {"receiver": str(one.pk), "outcome": "told", "note": "Con gái nghe"}
    )
    assert clerk.get(f"/tin/{notice.pk}/goi-dien/").count("tel:") == page.count("tel:") - bool(
        one.facts.get("phone")
    )
    assert clerk.http.get(f"{DESK}/tin/{notice.pk}/goi-dien/in/").status_code in {200, 302}
    Browser(world, "stranger").get(f"/tin/{notice.pk}/goi-dien/", 404)


def test_papers_leave_only_with_a_fresh_proof(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from xaso.kernel.people import doors

    notice = world.sent()
    deliver(notice)
    monkeypatch.setattr(doors, "is_fresh", lambda viewer, minutes=None: True)
    clerk = Browser(world, "clerk")
    assert "Danh sách gọi điện" in clerk.get(f"/tin/{notice.pk}/goi-dien/in/")
    assert clerk.http.get(f"{DESK}/tin/{notice.pk}/nguoi-nhan.xlsx").content[:2] == b"PK"


def test_replies_are_answered_and_given_as_work(world: World) -> None:
    notice = world.sent()
    made = [
        Reply.objects.create(
            channel="sms", provider_id=str(n), sender="0912345601", sender_hash="x", text=f"Tin số {n}",
            receiver=Receiver.objects.filter(mailing_id=notice.mailing_id)[0], mailing_id=notice.mailing_id,
            unit_path=world.commune.path,
        )
        for n in range(3)
    ]  # fmt: skip
    clerk = Browser(world, "clerk")
    assert "Tin số 2" in clerk.get("/phan-hoi/")
    clerk.get(f"/phan-hoi/{made[0].pk}/")
    clerk.post(f"/phan-hoi/{made[0].pk}/", {"do": "answer", "answer-answer": ""}, 422)
    clerk.post(f"/phan-hoi/{made[0].pk}/", {"do": "answer", "answer-answer": "Xã đã nhận."})
    work = {
        "do": "task",
        "task-hamlet": world.near.path,
        "task-title": "Xem taluy",
        "task-term": "2wd",
        "task-asks": ["text"],
    }
    clerk.post(f"/phan-hoi/{made[1].pk}/", work)
    clerk.post(f"/phan-hoi/{made[2].pk}/", {"do": "close", "close-words": ""})
    assert "Không có tin nào" in clerk.get("/phan-hoi/")
    assert "Giao việc: Xem taluy" in clerk.get("/phan-hoi/?xem=xong")
    assert "Xem tin người dân gửi" in clerk.get(f"/viec/{HamletTask.objects.get().pk}/")


def test_templates_and_lists(world: World) -> None:
    clerk, leader = Browser(world, "clerk"), Browser(world, "leader")
    assert "Chưa có mẫu nào" in clerk.get("/mau/")
    clerk.get("/mau/moi/")
    clerk.post("/mau/moi/", {"title": "Họp", "subject": "Họp", "body": "Họp {", "zalo_data": ""}, 422)
    clerk.post("/mau/moi/", {"title": "Họp", "subject": "Họp", "body": "Họp {ngay}", "zalo_data": "sai"}, 422)
    clerk.post("/mau/moi/", {"title": "Họp thôn", "subject": "Họp", "body": "Họp {ngay}"})
    row = MailingTemplate.objects.get(key="notices.hop_thon")
    assert "người soạn không tự duyệt được" in clerk.get(f"/mau/{row.pk}/")
    leader.post(f"/mau/{row.pk}/", {"do": "refuse", "refuse-words": ""}, 422)
    leader.post(f"/mau/{row.pk}/", {"do": "approve"})
    assert "Họp thôn" in clerk.get("/moi/")
    assert "Họp {ngay}" in clerk.get(f"/moi/?mau={row.pk}")
    clerk.get(f"/mau/{row.pk}/sua/")
    clerk.get("/mau/")
    clerk.post(f"/mau/{row.pk}/", {"do": "end"})
    assert "Chưa có danh sách nào" in clerk.get("/danh-sach/")
    clerk.get("/danh-sach/moi/")
    form = {"title": "Hộ nghèo", "purpose": "Báo nhận quà"}
    bad = SimpleUploadedFile("a.csv", "Tên,Điện thoại\nA,12\nB,0912345678".encode())
    page = clerk.post("/danh-sach/moi/", {**form, "file": bad}, 422).content.decode()
    assert "không phải số di động" in page
    good = SimpleUploadedFile("a.csv", "Tên,Điện thoại,Quà\nB,0912345678,Gạo".encode())
    clerk.post("/danh-sach/moi/", {**form, "file": good})
    kept = AudienceList.objects.get()
    page = clerk.get(f"/danh-sach/{kept.pk}/")
    assert "{qua}" in page
    assert "0912345678" not in page
    assert "Hộ nghèo" in clerk.get("/danh-sach/")
    assert clerk.http.get(f"{DESK}/danh-sach/mau.xlsx").content[:2] == b"PK"
    clerk.post(f"/danh-sach/{kept.pk}/", {})


def test_public_notices_are_those_that_were_said_so(world: World) -> None:
    shown = world.sent(is_public=True, subject="Ngừng cấp nước", body="Mời {name} trữ nước")
    hidden = world.sent()
    http = Client()
    page = http.get("/notices/").content.decode()
    assert "Ngừng cấp nước" in page
    assert hidden.subject not in page
    assert "Mời bà con trữ nước" in http.get(f"/notices/{shown.pk}/").content.decode()
    assert http.get(f"/notices/{hidden.pk}/").status_code == 404


def test_jobs_of_other_systems_wait_for_a_leader(world: World) -> None:
    from xaso.services.notices.tests.test_api import KEY, Caller

    row = library.write_template(
        world.viewer("clerk"),
        unit_path=world.commune.path,
        title="Lịch tiêm",
        words={"subject": "Lịch tiêm", "body": "Tiêm {ngay}"},
    )
    decide_template(world.viewer("leader"), template_id=row.pk, approved=True)
    rows = "\n".join(f"09123456{n:02d},N{n},22/11" for n in range(6))
    body = {"template": KEY, "channel": "sms", "name": "Đợt tháng 11", "csv": f"to,name,ngay\n{rows}"}
    job = Caller(world, "live").ask("POST", "/jobs", body)[1]
    leader = Browser(world, "leader")
    assert "Chờ duyệt" in leader.get("/he-thong-ngoai/")
    leader.post("/he-thong-ngoai/", {"do": "refuse", "job": job["id"], "words": ""}, 422)
    leader.post("/he-thong-ngoai/", {"do": "approve", "job": job["id"]})
    leader.post("/he-thong-ngoai/", {"do": "approve", "job": "x"}, 404)
    Browser(world, "clerk").get("/he-thong-ngoai/", 403)
