"""Pages of commune radio, in the order in which they are used: editor, approver, programme, clusters, everybody."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.events.models import Event
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import today
from xaso.kernel.speech.queries import spoken_text
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.broadcast.models import (
    ApprovalRule,
    Bulletin,
    Cluster,
    Complaint,
    Slot,
    SlotChange,
    Window,
)
from xaso.services.broadcast.tests.pages_world import COMMUNE, ELSEWHERE, TEXT, World, a_world

pytestmark = pytest.mark.django_db
DESK, PUBLIC = "/desk/broadcast/", "/broadcast/"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """The station is made once for the module; each test sees it as it was."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield a_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db, settings) -> World:
    settings.XASO_HOME_UNIT = COMMUNE
    return built


def _client(account) -> Client:
    http = Client()
    http.force_login(account)
    return http


@pytest.fixture
def radio(world: World) -> Client:
    return _client(world.radio)


@pytest.fixture
def leader(world: World) -> Client:
    return _client(world.leader)


def text(answer) -> str:
    return answer.content.decode()


def good(http: Client, url: str, status: int = 200) -> str:
    """The page opens and nothing is wrong with its markup and words."""
    answer = http.get(url)
    assert answer.status_code == status, (url, answer.status_code)
    assert_page_ok(answer.content)
    return text(answer)


def test_every_page_of_the_desk_is_sound(radio: Client, world: World) -> None:
    for tail in (
        "", "?dung=1", "ban-tin/", "ban-tin/?xem=submitted", "ban-tin/soan/", f"ban-tin/{world.draft.pk}/",
        f"ban-tin/{world.draft.pk}/sua/", f"ban-tin/{world.waiting.pk}/", f"ban-tin/{world.approved.pk}/",
        "lich/", "lich/danh-sach/", "lich/them/", f"lich/{world.slot.pk}/", f"lich/{world.slot.pk}/sua/",
        "cum-loa/", "cum-loa/?xem=loi", "cum-loa/them/", *(f"cum-loa/{one.pk}/" for one in world.clusters),
        f"cum-loa/{world.clusters[0].pk}/sua/", "nhat-ky/", f"nhat-ky/?ngay={world.heard.at:%Y-%m-%d}",
        f"nhat-ky/luot/{world.heard.pk}/", f"nhat-ky/luot/{world.lost.pk}/", "quy-dinh/",
    ):  # fmt: skip
        good(radio, DESK + tail)
    assert_page_ok(radio.get(f"{DESK}dang-phat/").content, partial=True)


def test_every_public_page_is_sound(world: World) -> None:
    anybody = Client()
    front = good(anybody, PUBLIC)
    assert world.station.title in front and "05:30–06:30" in front
    assert f"{PUBLIC}luong/{world.station.pk}/" in front
    yesterday = good(anybody, f"{PUBLIC}?ngay={today() - timedelta(days=1)}")
    assert "Lịch tiêm phòng" in yesterday
    assert "Lịch tiêm phòng" in good(anybody, f"{PUBLIC}lich/")
    assert "Ky Quan San" in good(anybody, f"{PUBLIC}nghe-lai/{world.heard.pk}/")
    assert anybody.get(f"{PUBLIC}nghe-lai/{world.lost.pk}/").status_code == 404
    good(anybody, f"{PUBLIC}phan-anh/")
    good(anybody, f"{PUBLIC}dai/{COMMUNE.strip('/')}/")
    assert anybody.get(f"{PUBLIC}dai/{ELSEWHERE.strip('/')}/").status_code == 404


def test_what_is_read_otherwise_is_marked_and_a_word_is_kept_once(radio: Client, world: World) -> None:
    """The part beside the text: marks, the question for unknown capitals, the dictionary."""
    part = radio.post(f"{DESK}loi-doc/", {"text": f"{TEXT} Gặp BQLX."})
    assert_page_ok(part.content, partial=True)
    shown = text(part)
    assert '<mark title="Viết: UBND">Ủy ban nhân dân</mark>'.lower() in shown.lower()
    asked = re.search(r'name="written-(\d+)" value="BQLX"', shown)
    assert asked, shown
    number = asked[1]
    facts = {"text": f"{TEXT} Gặp BQLX.", f"written-{number}": "BQLX", f"say-{number}": "ban quản lý xã"}
    kept = text(radio.post(f"{DESK}loi-doc/", {**facts, "do": f"word:{number}"}))
    assert "Đã nhớ" in kept and "ban quản lý xã" in kept and "Chưa biết đọc" not in kept
    assert "ban quản lý xã" in spoken_text("Gặp BQLX.", COMMUNE).text
    refused = text(radio.post(f"{DESK}loi-doc/", {**facts, f"say-{number}": "12", "do": f"word:{number}"}))
    assert "Chưa nhớ được" in refused


def written(**more: str) -> dict[str, str]:
    facts = {
        "do": "keep", "title": "Lịch cắt điện", "text": TEXT, "kind": "ordinary", "voice": "espeak:vi",
        "speed": "1.0", "repeats": "2", "jingle": "chime", "valid_to": f"{today() + timedelta(days=3)}",
    }  # fmt: skip
    return facts | more


def test_a_bulletin_from_the_editor_to_the_leader(radio: Client, leader: Client, world: World) -> None:
    wrong = radio.post(f"{DESK}ban-tin/soan/", written(title="", text=""))
    assert wrong.status_code == 422 and "Nhập tên bản tin" in text(wrong)
    assert_page_ok(wrong.content)
    made = radio.post(f"{DESK}ban-tin/soan/", written())
    one = Bulletin.objects.get(title="Lịch cắt điện")
    page = f"{DESK}ban-tin/{one.pk}/"
    assert made.status_code == 302 and made["Location"] == page
    assert one.repeats == 2 and one.jingle == "chime" and one.valid_to is not None
    assert radio.post(page, {"do": "submit"}).status_code == 302
    assert "Duyệt, cho phát" not in good(radio, page)
    assert "Duyệt, cho phát" in good(leader, page)
    missing = leader.post(page, {"do": "refuse", "number": "1", "reason": ""})
    assert missing.status_code == 422 and "Nhập lý do" in text(missing)
    leader.post(page, {"do": "refuse", "number": "1", "reason": "Thiếu tên thôn cắt điện"})
    assert "Thiếu tên thôn cắt điện" in good(radio, page)
    radio.post(f"{page}sua/", written(number="1", text=f"{TEXT} Thôn Bản Xèo cắt điện."))
    radio.post(page, {"do": "submit"})
    stale = leader.post(page, {"do": "approve", "number": "1"}, follow=True)
    assert "vừa được sửa" in text(stale)
    leader.post(page, {"do": "approve", "number": "2"})
    one.refresh_from_db()
    assert one.state == "approved"
    assert f"{DESK}lich/them/?ban-tin={one.pk}" in good(radio, page)


def test_who_wrote_it_does_not_approve_it(world: World) -> None:
    """A leader of the commune who also writes: the button is not there, and pressing it all the same is refused."""
    both = officer_account("leader", COMMUNE)
    from xaso.kernel.people.actions import grant_role
    from xaso.kernel.people.viewer import Viewer

    grant_role(Viewer.system(), account=both, role="radio", unit_path=COMMUNE)
    http = _client(both)
    http.post(f"{DESK}ban-tin/soan/", written(title="Tự soạn"))
    one = Bulletin.objects.get(title="Tự soạn")
    page = f"{DESK}ban-tin/{one.pk}/"
    http.post(page, {"do": "submit"})
    assert "Duyệt, cho phát" not in good(http, page)
    assert http.post(page, {"do": "approve", "number": "1"}).status_code == 403


def slot_form(world: World, **more: object) -> dict[str, object]:
    facts: dict[str, object] = {
        "do": "look", "kind": "bulletin", "bulletin": str(world.approved.pk), "repeat": "weekly",
        "weekdays": ["MO", "FR"], "first_day": f"{today()}", "time": "17:15", "on_loss": "postpone",
    }  # fmt: skip
    return facts | more


def test_days_and_conflicts_are_shown_before_a_slot_is_kept(radio: Client, world: World) -> None:
    page = f"{DESK}lich/them/"
    before = Slot.objects.count()
    shown = radio.post(page, slot_form(world))
    assert_page_ok(shown.content)
    seen = re.search(r'name="seen" value="([^"]+)"', text(shown))
    assert seen and "17:15 thứ Hai, thứ Sáu hằng tuần" in text(shown) and Slot.objects.count() == before
    unseen = radio.post(page, slot_form(world, do="keep"))
    assert unseen.status_code == 200 and Slot.objects.count() == before
    kept = radio.post(page, slot_form(world, do="keep", seen=seen[1]))
    assert kept.status_code == 302 and Slot.objects.count() == before + 1
    clash = text(radio.post(page, slot_form(world, time="03:00")))
    assert "Vướng với lịch đang có" in clash and "Giờ yên tĩnh" in clash


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"repeat": "lunar", "lunar_days": "1, 15"}, "mùng 1, rằm hằng tháng âm lịch"),
        ({"repeat": "lunar", "lunar_days": "10/3"}, "mùng 10 tháng 3 âm lịch"),
        ({"repeat": "monthly", "month_days": "5, 20"}, "ngày 5, 20 hằng tháng"),
        ({"repeat": "daily"}, "hằng ngày"),
        ({"repeat": "once"}, f"17:15 ngày {today():%d/%m/%Y}"),
    ],
)
def test_rules_are_said_in_plain_words(radio: Client, world: World, given, words) -> None:
    assert words in text(radio.post(f"{DESK}lich/them/", slot_form(world, **given)))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"repeat": "lunar", "lunar_days": "31"}, "Nhập như 1, 15"),
        ({"repeat": "lunar", "lunar_days": "1, 10/3"}, "Nhập như 1, 15"),
        ({"repeat": "monthly", "month_days": "40"}, "Nhập các ngày từ 1 đến 31"),
        ({"repeat": "weekly", "weekdays": []}, "Chọn ít nhất một thứ"),
        ({"skip": "31/02/2027"}, "Không có ngày 31/02/2027"),
        ({"skip": "mai"}, "Nhập các ngày như 02/09/2026"),
        ({"bulletin": ""}, "Chọn bản tin"),
        ({"kind": "live", "minutes": ""}, "Thời lượng từ 1 giây"),
        ({"time": "25:00"}, "Nhập giờ như 05:30"),
    ],
)
def test_a_slot_that_cannot_be_is_asked_again(radio: Client, world: World, given, words) -> None:
    answer = radio.post(f"{DESK}lich/them/", slot_form(world, **given))
    assert answer.status_code == 422 and words in text(answer)
    assert_page_ok(answer.content)


def test_a_slot_is_changed_left_out_for_a_day_and_ended(radio: Client, world: World) -> None:
    page, day = f"{DESK}lich/{world.slot.pk}/", today() + timedelta(days=2)
    assert 'value="daily" required id="id_repeat_1" checked' in text(
        radio.get(f"{page}sua/")
    ) or "checked" in text(radio.get(f"{page}sua/"))
    radio.post(page, {"do": "skip", "day": f"{day}"})
    assert SlotChange.objects.get(slot=world.slot, day=day).cancelled
    assert "Phát lại ngày này" in good(radio, page)
    radio.post(page, {"do": "restore", "day": f"{day}"})
    assert not SlotChange.objects.filter(slot=world.slot).exists()
    radio.post(page, {"do": "end"})
    assert Slot.objects.get(pk=world.slot.pk).ended_at is not None
    assert "Đã thôi phát" in good(radio, page)


def test_a_cluster_is_registered_turned_down_and_ended(radio: Client, world: World) -> None:
    facts = {
        "name": "Loa thôn Mới", "code": "loa-moi", "kind": "ip", "unit_path": "", "place": "22.5,103.7",
        "horns": "4", "volume": "60",
    }  # fmt: skip
    missing = radio.post(f"{DESK}cum-loa/them/", facts)
    assert missing.status_code == 422 and "Chọn thôn, bản, tổ" in text(missing)
    outside = radio.post(f"{DESK}cum-loa/them/", {**facts, "place": "48.8,2.3"})
    assert "ở ngoài Việt Nam" in text(outside)
    from xaso.kernel.units.models import Unit
    from xaso.kernel.units.testing import a_commune

    a_commune(COMMUNE)
    hamlet = Unit.objects.under(COMMUNE).filter(level="hamlet").first()
    if hamlet is not None:
        made = radio.post(f"{DESK}cum-loa/them/", {**facts, "unit_path": hamlet.path})
        assert made.status_code == 302
        assert Cluster.objects.get(code="loa-moi").lat == 22.5
    page = f"{DESK}cum-loa/{world.clusters[0].pk}/"
    loud = radio.post(page, {"do": "volume", "volume": "130"})
    assert loud.status_code == 422 and "không quá 100" in text(loud)
    radio.post(page, {"do": "volume", "volume": "45"})
    assert Cluster.objects.get(pk=world.clusters[0].pk).volume == 45
    assert "45%" in good(radio, page)
    assert "Đã gửi lệnh tự kiểm tra" in text(radio.post(page, {"do": "selftest"}, follow=True))
    code = re.search(r"--code (\w{8})", text(radio.post(page, {"do": "enrol"}, follow=True)))
    assert code and code[1] not in good(radio, page)
    radio.post(page, {"do": "end"})
    assert Cluster.objects.get(pk=world.clusters[0].pk).state == "ended"


def test_the_log_says_who_played_and_why_not(radio: Client, world: World) -> None:
    page = good(radio, f"{DESK}nhat-ky/?ngay={world.heard.at.date()}")
    assert "1/3" in page and "Cụm loa mất nối, chưa gửi nhật ký" in page
    one = good(radio, f"{DESK}nhat-ky/luot/{world.heard.pk}/")
    assert "05:30:00" in one and "+12 ms" in one
    lost = good(radio, f"{DESK}nhat-ky/luot/{world.lost.pk}/")
    assert "Âm thanh của bản tin chưa sẵn sàng" in lost and "Phát lại lượt này" in lost


def test_faults_are_said_with_what_to_do(radio: Client, world: World) -> None:
    page = good(radio, f"{DESK}cum-loa/")
    assert (
        "Thẻ nhớ đầy" in page
        and "Không liên lạc được" in page
        and '<b class="pin-no danger">' in page
        and "Loa thôn" in page
    )
    assert "Thay thẻ nhớ" in good(radio, f"{DESK}cum-loa/{world.clusters[0].pk}/")


def test_a_complaint_reaches_the_officers_and_is_answered(radio: Client, world: World) -> None:
    page = f"{PUBLIC}phan-anh/"
    anybody, key = Client(), str(uuid.uuid4())
    facts = {"cluster": str(world.clusters[0].pk), "matter": "loud", "contact": "0912345678", "once_key": key}
    wrong = anybody.post(page, {"matter": ""})
    assert wrong.status_code == 422
    assert_page_ok(wrong.content)
    for _ in range(2):
        done = anybody.post(page, facts, follow=True)
    row = Complaint.objects.get(matter="loud")
    assert row.code in text(done) and row.unit_path.startswith(COMMUNE)
    assert Event.objects.filter(name="broadcast.complained", record_id=row.pk).exists()
    assert "Loa quá to" in good(radio, f"{DESK}cum-loa/")
    own = f"{DESK}cum-loa/phan-anh/{row.pk}/"
    assert "0912345678" in good(radio, own)
    assert radio.post(own, {"answer": ""}).status_code == 422
    radio.post(own, {"answer": "Đã hạ âm lượng xuống 50%"})
    assert "Đã hạ âm lượng" in good(radio, own)
    stranger = _client(officer_account("radio", ELSEWHERE))
    assert stranger.get(own).status_code == 404


def test_hours_loudness_and_who_approves_are_dated_rows(radio: Client, leader: Client, world: World) -> None:
    page, first = f"{DESK}quy-dinh/", f"{today()}"
    hours = {
        "do": "window", "gio-use": "broadcast", "gio-starts": "06:00", "gio-ends": "06:45", "gio-weekdays": ["1"],
        "gio-valid_from": first, "gio-legal_basis": "Quyết định số 12/QĐ-UBND",
    }  # fmt: skip
    wrong = radio.post(page, {**hours, "gio-legal_basis": ""})
    assert wrong.status_code == 422 and "Nhập văn bản" in text(wrong)
    assert_page_ok(wrong.content)
    assert radio.post(page, hours).status_code == 302
    assert Window.objects.filter(unit_path=COMMUNE).exists()
    shown = good(radio, page)
    assert "06:00–06:45" in shown and "05:30–06:30</th>" not in shown
    radio.post(page, {"do": "cap", "muc-starts": "05:00", "muc-ends": "07:00", "muc-most": "40",
                      "muc-valid_from": first})  # fmt: skip
    assert "40%" in good(radio, page)
    rule = {
        "do": "rule", "duyet-what": "ordinary", "duyet-approvals": "2", "duyet-valid_from": first,
        "duyet-legal_basis": "Quy chế của đài",
    }  # fmt: skip
    assert radio.post(page, rule).status_code == 403
    leader.post(page, rule)
    assert ApprovalRule.objects.get(unit_path=COMMUNE).approvals == 2
    assert "2 người" in good(leader, page)


def test_officers_of_another_commune_see_nothing(world: World) -> None:
    stranger = _client(officer_account("radio", ELSEWHERE))
    for tail in (
        f"ban-tin/{world.draft.pk}/", f"lich/{world.slot.pk}/", f"cum-loa/{world.clusters[0].pk}/",
        f"nhat-ky/luot/{world.heard.pk}/",
    ):  # fmt: skip
        assert stranger.get(DESK + tail).status_code == 404
    assert stranger.get(DESK).status_code == 404
    assert Client().get(DESK).status_code == 302
