"""What buyers write and who hears of it; scans, copied labels, scratch codes."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.base.reach import watched
from xaso.kernel.documents.models import File
from xaso.kernel.events.relay import run_once
from xaso.kernel.messages.models import Message
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen, a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import ANONYMOUS, Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.trace.actions import buyer_feedback as actions
from xaso.services.trace.actions import buyer_scans
from xaso.services.trace.models import Feedback, Seat
from xaso.services.trace.rules import buyer as rules
from xaso.services.trace.tests.buyer_world import Shop, a_shop
from xaso.services.trace.tests.test_buyer_page import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, tmp_path) -> Shop:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    buyer_scans._salts.clear()  # a process keeps the day's salt; the tests' database forgets it
    return a_shop()


def write(client: Client, shop: Shop, what: str, *, wait: float = 30, **boxes: Any) -> Any:
    """A buyer opens the form, thinks for a while, and sends it."""
    address = f"{shop.url}/gui/{what}/"
    page = client.get(address).content.decode()
    hidden = dict(re.findall(r'name="(mark|once_key)" value="([^"]+)"', page))
    with moment.frozen(moment.now() + timedelta(seconds=wait)):
        return client.post(address, {**hidden, **boxes})


def test_a_rating_is_taken_told_answered_shown_and_counted(client: Client, shop: Shop) -> None:
    sent = write(
        client,
        shop,
        "danh-gia",
        stars="4",
        words="Chè thơm, nước xanh.",
        name="Chị Hoa",
        phone="0912 345 678",
    )
    assert sent.status_code == 302
    own = client.get(sent["Location"])
    assert "Đã gửi, cảm ơn bạn" in own.content.decode()
    assert "no-store" in own["Cache-Control"]
    row = Feedback.objects.get()
    assert (row.stars, row.contact["phone"], row.lot) == (4, "0912345678", shop.lot)
    run_once()
    assert "4 trên 5 sao, 1 người đánh giá" in text_of(client.get(shop.url)), "stars count at once"
    assert "nước xanh" not in text_of(client.get(shop.url)), "words wait for the manager"
    told = Message.objects.get(record_id=row.pk)
    assert told.person == shop.coop.account.person
    assert told.link == f"/trace/co-so/{shop.coop.enterprise.token}/phan-hoi/{row.pk}/"

    maker = Client()
    maker.force_login(shop.coop.account)
    listed = maker.get(f"/trace/co-so/{shop.coop.enterprise.token}/phan-hoi/").content.decode()
    assert_page_ok(listed)
    assert "Chưa trả lời" in listed
    page = maker.get(told.link).content.decode()
    assert_page_ok(page)
    assert "0912" not in page, "the telephone number is used, not shown"
    assert maker.post(told.link, {"answer": " "}).status_code == 422
    assert maker.post(told.link, {"answer": "Cảm ơn chị Hoa.", "show": "yes"}).status_code == 302
    run_once()
    text = text_of(client.get(shop.url))
    for words in ("Chị Hoa", "nước xanh", "trả lời", "Cảm ơn chị Hoa."):
        assert words in text
    follow = sent["Location"].partition("?")[0]
    assert "Cảm ơn chị Hoa." in client.get(follow).content.decode()
    answer = Message.objects.get(template__key="trace.buyer_answered")
    assert answer.link == follow
    assert maker.post(f"{told.link}hien/", {"show": "no"}).status_code == 302
    run_once()
    text = text_of(client.get(shop.url))
    assert "nước xanh" not in text
    assert "1 người đánh giá" in text, "the stars stay"


@pytest.mark.parametrize("what", ["danh-gia", "hoi", "bao-gia"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_forms_are_whole_and_keep_what_was_typed(client: Client, shop: Shop, what: str, lang: str) -> None:
    address = f"{shop.url}/gui/{what}/?lang={lang}"
    assert_page_ok(client.get(address).content.decode(), words=lang == "vi")
    hidden = dict(re.findall(r'name="(mark)" value="([^"]+)"', client.get(address).content.decode()))
    with moment.frozen(moment.now() + timedelta(minutes=1)):
        answer = client.post(
            address, {**hidden, "name": "Anh Tú", "email": "sai", "phone": "12", "stars": "9"}
        )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Anh Tú"' in page
    assert ("e-mail address is not right" if lang == "en" else "thư điện tử chưa đúng") in page
    assert ("telephone number is not right" if lang == "en" else "Số điện thoại chưa đúng") in page
    assert not Feedback.objects.exists()


def test_a_repeated_press_is_one_rating(client: Client, shop: Shop) -> None:
    address = f"{shop.url}/gui/danh-gia/"
    hidden = dict(re.findall(r'name="(mark|once_key)" value="([^"]+)"', client.get(address).content.decode()))
    with moment.frozen(moment.now() + timedelta(seconds=20)):
        places = {client.post(address, {**hidden, "stars": "5"})["Location"] for _ in range(3)}
    assert len(places) == 1
    assert Feedback.objects.count() == 1


def test_programs_learn_nothing_and_leave_nothing(client: Client, shop: Shop) -> None:
    assert write(client, shop, "hoi", words="Mua ở đâu vậy?", website="http://x").status_code == 302
    assert write(client, shop, "hoi", words="Mua ở đâu vậy?", wait=0).status_code == 302
    forged = client.post(f"{shop.url}/gui/hoi/", {"words": "Mua ở đâu vậy?", "mark": "forged"})
    assert forged.status_code == 422
    assert not Feedback.objects.exists()


def test_one_device_writes_so_often_a_day(client: Client, shop: Shop) -> None:
    most = rules.in_force("writing", today())["of_a_device_in_a_day"]
    for _ in range(most):
        assert write(client, shop, "danh-gia", stars="5").status_code == 302
    assert write(client, shop, "danh-gia", stars="5").status_code == 429
    other = Client(headers={"user-agent": "another telephone"})
    assert write(other, shop, "danh-gia", stars="1").status_code == 302


def test_a_report_of_a_fake_reaches_the_commune_and_is_judged(client: Client, shop: Shop) -> None:
    path = shop.coop.enterprise.unit_path
    leader, elsewhere = officer_account("leader", path), officer_account("leader", "15/02680/")
    out = io.BytesIO()
    Image.new("RGB", (900, 700), "green").save(out, "JPEG")
    photo = SimpleUploadedFile("giả.jpg", out.getvalue(), "image/jpeg")
    sent = write(
        client, shop, "bao-gia", words="Tem in mờ, mùi lạ.", bought_at="Chợ Bắc Hà", serial="x1", photo=photo
    )
    assert sent.status_code == 302, sent.content.decode()[:3000]
    row = Feedback.objects.get()
    assert row.photo is not None
    run_once()
    told = {one.account_id for one in Message.objects.filter(template__key="trace.fake_reported")}
    assert told == {leader.pk}
    desk, stranger = Client(), Client()
    desk.force_login(leader)
    stranger.force_login(elsewhere)
    assert_page_ok(desk.get("/desk/trace/hang-gia/").content.decode())
    address = f"/desk/trace/hang-gia/{row.pk}/"
    page = desk.get(address).content.decode()
    assert_page_ok(page)
    assert "Chợ Bắc Hà" in page
    assert "Không có trong sổ tem" in page
    assert stranger.get(address).status_code == 404
    assert client.get(address).status_code == 302
    assert desk.post(address, {"finding": "fake", "note": ""}).status_code == 422
    assert (
        desk.post(address, {"finding": "fake", "note": "Tem không do cơ sở in, đã lập biên bản."}).status_code
        == 302
    )
    assert "Là hàng giả" in client.get(sent["Location"].partition("?")[0]).content.decode()
    assert "Tem in mờ" not in text_of(client.get(shop.url)), "reports are never published"
    with pytest.raises(Conflict):
        actions.publish_feedback(shop.coop.viewer, feedback_id=row.pk, shown=True)


def test_a_photo_that_is_none_is_refused_and_the_words_stay(client: Client, shop: Shop) -> None:
    bad = SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")
    answer = write(client, shop, "bao-gia", words="Tem in mờ quá.", photo=bad)
    assert answer.status_code == 422
    assert "Tem in mờ quá." in answer.content.decode()
    assert not File.objects.filter(owner_service="trace.feedback").exists()


def test_only_an_officer_calls_it_spam_and_then_it_is_gone(client: Client, shop: Shop) -> None:
    write(client, shop, "danh-gia", stars="1", words="Mua hàng ở trang khác")
    row = Feedback.objects.get()
    maker = shop.coop.viewer
    with pytest.raises(Forbidden):
        actions.judge_feedback(maker, feedback_id=row.pk, finding="spam")
    actions.judge_feedback(officer("leader", row.unit_path), feedback_id=row.pk, finding="spam")
    with pytest.raises(Conflict):
        actions.answer_feedback(maker, feedback_id=row.pk, answer="Cảm ơn")
    run_once()
    assert "Chưa có ai đánh giá" in text_of(client.get(shop.url))


def test_recorders_answer_managers_publish_others_see_nothing(client: Client, shop: Shop) -> None:
    write(client, shop, "hoi", words="Chè này hái tháng mấy?")
    row = Feedback.objects.get()
    recorder = a_citizen_account("Vàng Thị Ghi")
    Seat.objects.create(
        enterprise=shop.coop.enterprise, person=recorder.person, role="recorder", unit_path=row.unit_path
    )
    viewer = viewer_of(recorder)
    actions.answer_feedback(viewer, feedback_id=row.pk, answer="Hái tháng ba.")
    with pytest.raises(Forbidden):
        actions.publish_feedback(viewer, feedback_id=row.pk, shown=True)
    for stranger in (a_citizen("Người Khác"), officer("leader", row.unit_path)):
        with pytest.raises(Forbidden):
            actions.answer_feedback(stranger, feedback_id=row.pk, answer="Hái tháng tư.")
    other = Client()
    other.force_login(a_citizen_account("Người Khác Nữa"))
    assert other.get(f"/trace/co-so/{shop.coop.enterprise.token}/phan-hoi/").status_code == 403


def test_the_second_wall_stands_before_what_buyers_wrote(client: Client, shop: Shop) -> None:
    write(client, shop, "hoi", words="Chè này hái tháng mấy?", phone="0912345678")
    assert Feedback.objects.count() == 1
    seen = {}
    viewers: dict[str, Viewer] = {
        "anonymous": ANONYMOUS,
        "manager": shop.coop.viewer,
        "officer": officer("leader", shop.coop.enterprise.unit_path),
        "elsewhere": officer("leader", "15/02680/"),
        "citizen": a_citizen("Người Khác"),
    }
    for name, viewer in viewers.items():
        with watched(reach_of(viewer)):
            seen[name] = Feedback.objects.count()
    assert seen == {"anonymous": 0, "manager": 1, "officer": 1, "elsewhere": 0, "citizen": 0}


def test_contacts_are_forgotten(client: Client, shop: Shop) -> None:
    write(client, shop, "hoi", words="Chè này hái tháng mấy?", phone="0912345678")
    system = Viewer.system()
    assert actions.forget_contacts(system) == 0
    days = rules.in_force("keeping", today())["contact_days"] + 1
    with moment.frozen(moment.now() + timedelta(days=days)):
        assert actions.forget_contacts(system) == 1
    assert Feedback.objects.get().contact is None


def test_answers_that_are_no_answers(shop: Shop) -> None:
    said = actions.Words(kind="question", words="Chè này hái tháng mấy?", origin="x")
    row, _ = actions.give_feedback(ANONYMOUS, token=shop.lot.token, said=said)
    with pytest.raises(ActionError):
        actions.answer_feedback(shop.coop.viewer, feedback_id=row.pk, answer="a" * 2001)
    with pytest.raises(ActionError):
        actions.judge_feedback(
            officer("leader", row.unit_path), feedback_id=row.pk, finding="fake", note="Vì nghi"
        )


@pytest.mark.parametrize(
    ("said", "box"),
    [
        (actions.Words(kind="rating", stars=9, origin="x"), "stars"),
        (actions.Words(kind="rating", origin="x"), "stars"),
        (actions.Words(kind="question", words="Hả", origin="x"), "words"),
        (actions.Words(kind="fake", words="a" * 2001, origin="x"), "words"),
    ],
)
def test_the_action_itself_refuses_what_is_not_whole(shop: Shop, said: actions.Words, box: str) -> None:
    with pytest.raises(ActionErrors) as refused:
        actions.give_feedback(ANONYMOUS, token=shop.lot.token, said=said)
    assert box in refused.value.errors
    assert not Feedback.objects.exists()
