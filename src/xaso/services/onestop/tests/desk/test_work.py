"""Handling at the desk: every verb through its page, opinions, return, register, messages, reminders."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, Opinion
from xaso.kernel.messages.models import Message
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as day_words
from xaso.kernel.plain.moment import now, today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop import parcels, reminders, rules, telling
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.actions.handling import finish
from xaso.services.onestop.actions.reception import accept_dossier, ask_supplement
from xaso.services.onestop.actions.returning import return_by_itself, return_result
from xaso.services.onestop.models import Dossier, Payment, Result, Return, Supplement
from xaso.services.onestop.register import COLUMNS
from xaso.services.onestop.testing import BIRTH, MARITAL, PERMIT, SYSTEM, a_dossier
from xaso.services.onestop.tests.desk.test_desk import COMMUNE, OTHER, signed_in, url

pytestmark = pytest.mark.django_db


def received(procedure=PERMIT, **more):
    dossier = a_dossier(procedure, **more)
    accept_dossier(SYSTEM, dossier_id=dossier.pk)
    dossier.refresh_from_db()
    return dossier


def done(procedure=MARITAL, **more):
    """A dossier whose handling has ended."""
    from django.db import transaction

    from xaso.services.onestop.actions.base import locked

    dossier = received(procedure, **more)
    with transaction.atomic():
        finish(SYSTEM, locked(dossier.pk))
    dossier.refresh_from_db()
    return dossier


@pytest.mark.parametrize(
    ("role", "verb"),
    [
        ("specialist", "giao"),
        ("specialist", "ban-giao"),
        ("specialist", "hoi-y-kien"),
        ("specialist", "bo-sung"),
        ("receptionist", "them-giay-to"),
        ("receptionist", "mien-phi"),
        ("receptionist", "rut"),
        ("leader", "xin-loi"),
        ("leader", "dung"),
        ("leader", "tra-lai"),
    ],
)
def test_page_of_each_verb_and_its_empty_post(role, verb):
    dossier = received()
    http = signed_in(role)
    page = http.get(url(dossier, f"viec/{verb}/"))
    assert page.status_code == 200
    assert_page_ok(page.content)
    refused = http.post(url(dossier, f"viec/{verb}/"), {})
    assert refused.status_code == 422
    assert_page_ok(refused.content)


def test_assign_and_hand_over():
    dossier = received()
    http = signed_in("specialist")
    given = http.post(url(dossier, "viec/giao/"), {"to": str(http.account.pk)})
    assert given.status_code == 302
    assert open_step(dossier).holder_id == http.account.pk
    step = open_step(dossier)
    to = {"to_path": OTHER, "note": "Đúng địa bàn", "step": str(step.pk)}
    assert http.post(url(dossier, "viec/ban-giao/"), to).status_code == 302
    assert http.post(url(dossier, "viec/ban-giao/"), to).status_code in {302, 403}
    assert Case.objects.get(pk=dossier.case_id).holder_path == OTHER
    slip = signed_in("receptionist").get(url(dossier, "phieu-kiem-soat/"))
    assert_page_ok(slip.content)
    assert "Đúng địa bàn" in slip.content.decode()


def test_opinion_is_answered_by_the_unit_that_was_asked():
    dossier = received()
    http = signed_in("specialist")
    asked = {"asked_path": OTHER, "question": "Ranh giới thửa đất có đúng không?", "term": "2wd"}
    assert http.post(url(dossier, "viec/hoi-y-kien/"), asked).status_code == 302
    opinion = Opinion.objects.get()
    there = signed_in("specialist", OTHER)
    waiting = there.get("/desk/onestop/y-kien/")
    assert_page_ok(waiting.content)
    assert "Ranh giới" in waiting.content.decode()
    answer = f"/desk/onestop/y-kien/{opinion.pk}/"
    assert signed_in("specialist", "04/01273/").get(answer).status_code == 404
    assert_page_ok(there.get(answer).content)
    assert there.post(answer, {"agrees": "yes", "answer": ""}).status_code == 422
    assert there.post(answer, {"agrees": "yes", "answer": "Đúng."}).status_code == 302
    opinion.refresh_from_db()
    assert opinion.agrees is True
    assert "Đúng." in http.get(url(dossier)).content.decode()


def test_supplement_in_appraisal_apology_and_stop():
    dossier = received()
    work, leader = signed_in("specialist"), signed_in("leader")
    key = dossier.papers.first().component
    page = work.post(url(dossier, "viec/bo-sung/"), {"item": [key], "reason": "Bản vẽ mờ"})
    assert page.status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == rules.SUPPLEMENT
    text = signed_in("receptionist").get(url(dossier)).content.decode()
    assert "Nhận giấy tờ bổ sung" in text
    assert (
        signed_in("receptionist").post(url(dossier, "viec/nhan-bo-sung/"), {"given": [key]}).status_code
        == 302
    )
    calendar = calendar_for(dossier.unit_path)
    day = calendar.next_working(today() + timedelta(days=60))
    rest = next(day + timedelta(days=n) for n in range(7) if not calendar.is_working(day + timedelta(days=n)))
    typed = {"reason": "Chờ kiểm tra thực địa", "new_day": rest.isoformat()}
    said = leader.post(url(dossier, "viec/xin-loi/"), typed)
    assert said.status_code == 422
    text = said.content.decode()
    assert "là ngày nghỉ" in text and day_words(calendar.next_working(rest)) in text
    assert "Chờ kiểm tra thực địa" in text, "nothing typed is lost"
    assert_page_ok(text)
    said = leader.post(url(dossier, "viec/xin-loi/"), {**typed, "new_day": day.isoformat()})
    assert said.status_code in {302, 422}
    assert leader.post(url(dossier, "viec/dung/"), {"reason": "Theo đề nghị"}).status_code == 302
    dossier.refresh_from_db()
    assert dossier.status == rules.STOPPED


def test_bulk_forwarding_tells_each_result():
    good, bad = received(), a_dossier(PERMIT)
    http = signed_in("specialist")
    picks = [f"{one.case_id.hex}~{open_step(one).pk.hex}" for one in (good, bad)]
    page = http.post("/desk/onestop/chuyen-nhieu/", {"pick": [*picks, "hỏng"]})
    assert page.status_code == 200
    assert_page_ok(page.content)
    text = page.content.decode()
    assert good.code in text
    assert bad.code in text
    assert "Chưa chuyển" in text


def test_taking_money_twice_takes_it_once():
    dossier = received(PERMIT)
    desk = signed_in("receptionist")
    due = Payment.objects.filter(dossier=dossier, state="due")
    if not due.exists():
        Payment.objects.create(dossier=dossier, reference="XSTEST0001", amount=50_000)
    for _ in range(2):
        assert desk.post(url(dossier, "thu-tien/")).status_code == 302
    assert not due.exists()
    assert signed_in("specialist").post(url(dossier, "thu-tien/")).status_code == 403


def test_return_desk():
    dossier = done()
    desk = signed_in("receptionist")
    page = desk.get("/desk/onestop/tra-ket-qua/")
    assert_page_ok(page.content)
    assert dossier.code in page.content.decode()
    form = desk.get(url(dossier, "tra/"))
    assert_page_ok(form.content)
    assert desk.post(url(dossier, "tra/"), {"way": "counter"}).status_code == 422
    assert desk.post(url(dossier, "tra/"), {"way": "post", "name": "Lù A Páo"}).status_code == 422
    given = {"way": "counter", "name": "Lù A Páo", "id_number": "010185000012"}
    for _ in range(2):
        assert desk.post(url(dossier, "tra/"), given).status_code in {302, 200}
    dossier.refresh_from_db()
    assert dossier.status == rules.RETURNED
    assert Case.objects.get(pk=dossier.case_id).status == "returned"
    kept = Return.objects.get(dossier=dossier)
    assert kept.receiver["name"] == "Lù A Páo"
    after = desk.get(url(dossier, "tra/"))
    assert_page_ok(after.content)
    assert signed_in("specialist").get(url(dossier, "tra/")).status_code == 403


def test_posted_result_is_returned_when_the_post_has_delivered(monkeypatch):
    from xaso.kernel.connectors.post import Parcel, ParcelEvent, ParcelState

    dossier = done()
    states = [ParcelState.MOVING]

    class Post:
        def order(self, asked, **facts):
            assert facts["order_code"] == dossier.code
            return Parcel("EA123456785VN", 30_000)

        def track(self, asked, code):
            return tuple(ParcelEvent(one, "", "", now()) for one in states)

    monkeypatch.setattr(parcels, "post", Post)
    desk = signed_in("receptionist")
    sent = {"way": "post", "name": "Lù A Páo", "phone": "0912345678", "address": "Bản Nậm Đăm"}
    assert desk.post(url(dossier, "tra/"), sent).status_code == 302
    parcels.follow_parcels()
    dossier.refresh_from_db()
    assert dossier.status == rules.DONE
    assert "EA123456785VN" in desk.get("/desk/onestop/tra-ket-qua/").content.decode()
    states.append(ParcelState.DELIVERED)
    parcels.follow_parcels()
    parcels.follow_parcels()
    dossier.refresh_from_db()
    assert dossier.status == rules.RETURNED
    assert Return.objects.get(dossier=dossier).way == "post"


def test_result_wanted_on_screen_returns_by_itself_only_when_issued():
    dossier = done(delivery={"way": "screen"})
    return_by_itself(dossier.pk)
    dossier.refresh_from_db()
    assert dossier.status == rules.DONE
    from xaso.kernel.documents.models import Document

    document = Document.objects.create(title="Giấy xác nhận", kind="x", unit_path=COMMUNE)
    Result.objects.create(dossier=dossier, key="main", document=document, issued_at=now())
    for _ in range(2):
        return_by_itself(dossier.pk)
    dossier.refresh_from_db()
    assert dossier.status == rules.RETURNED


def test_return_needs_the_desk_of_reception():
    from xaso.kernel.base.errors import Forbidden

    dossier = done()
    with pytest.raises(Forbidden):
        return_result(
            signed_in("receptionist", OTHER).viewer,
            dossier_id=dossier.pk,
            way="counter",
            receiver={"name": "Ai đó"},
        )


def test_register_on_screen_and_as_workbook():
    first, second = received(MARITAL), done(BIRTH)
    return_result(SYSTEM, dossier_id=second.pk, way="counter", receiver={"name": "=1+1"})
    desk = signed_in("receptionist")
    first.applicant.contact = {"address": "thôn Tả Pa Cheo"}
    first.applicant.save(update_fields=["contact"])
    page = desk.get("/desk/onestop/so-theo-doi/")
    assert "thôn Tả Pa Cheo" in page.content.decode()
    assert_page_ok(page.content)
    assert first.code in page.content.decode()
    answer = desk.get("/desk/onestop/so-theo-doi/tep.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[3] == tuple(title for title, _ in COLUMNS)
    lines = {row[1]: row for row in rows[4:]}
    assert lines[first.code][4] == "Triệu Thị Mẩy"
    assert lines[second.code][10] is not None
    assert sheet.cell(5 + list(lines).index(second.code), 13).data_type == "s"
    assert lines[second.code][12] == "=1+1"
    assert lines[first.code][9] is not None
    other = signed_in("receptionist", OTHER).get("/desk/onestop/so-theo-doi/", {"don-vi": COMMUNE})
    assert first.code not in other.content.decode()
    wrong = desk.get("/desk/onestop/so-theo-doi/", {"tu": "hôm qua"})
    assert wrong.status_code == 422


def test_citizen_is_told_once_of_each_change():
    from xaso.kernel.events.models import Event

    dossier = received(PERMIT)
    ask_supplement(SYSTEM, dossier_id=dossier.pk, items=[{"component": "x", "name": "Bản vẽ"}], reason="Mờ")
    events = list(Event.objects.filter(record_id=dossier.pk).order_by("seq"))
    for _ in range(2):
        for event in events:
            telling.tell_citizen(event)
    sent = list(Message.objects.filter(person=dossier.applicant).order_by("created_at"))
    assert [one.template.key for one in sent] == ["onestop.received", "onestop.supplement"]
    assert dossier.code in sent[0].subject
    assert "Bản vẽ" in sent[1].body
    assert "Mờ" in sent[1].body


def test_old_news_is_not_told():
    from xaso.kernel.events.models import Event

    dossier = received()
    event = Event.objects.filter(record_id=dossier.pk, name="onestop.dossier_received").get()
    event.at = now() - timedelta(days=5)
    telling.tell_citizen(event)
    assert not Message.objects.exists()


def test_reminders_reach_the_holder_once():
    dossier = received()
    http = signed_in("specialist")
    http.post(url(dossier, "nhan-viec/"))
    Case.objects.filter(pk=dossier.case_id).update(due_at=now() + timedelta(hours=2))
    for _ in range(2):
        reminders.warn_before_deadline()
    assert Message.objects.filter(account=http.account, template__key="onestop.due_soon").count() == 1
    opened = now() - timedelta(days=9)
    Case.objects.filter(pk=dossier.case_id).update(
        opened_at=opened, clock_from=opened, due_at=now() - timedelta(days=1)
    )
    for _ in range(2):
        reminders.remind_of_late()
    late = Message.objects.get(account=http.account, template__key="onestop.late")
    assert dossier.code in late.body


def test_unanswered_supplement_ends_where_the_law_sets_a_time():
    dossier = received()
    ask_supplement(SYSTEM, dossier_id=dossier.pk, items=[{"component": "x", "name": "Bản vẽ"}], reason="Mờ")
    row = Supplement.objects.get()
    assert row.answer_by is not None
    reminders.end_unanswered_supplements()
    assert Dossier.objects.get(pk=dossier.pk).status == rules.SUPPLEMENT
    Supplement.objects.update(answer_by=now() - timedelta(minutes=1))
    reminders.end_unanswered_supplements()
    assert Dossier.objects.get(pk=dossier.pk).status == rules.STOPPED


def test_home_shows_what_waits():
    dossier = received()
    http = signed_in("specialist")
    page = http.get("/desk/")
    assert page.status_code == 200
    assert_page_ok(page.content)
    text = page.content.decode()
    assert "Hồ sơ một cửa" in text
    assert dossier.code not in text
    assert Viewer.system().can("x")


def test_paper_file_is_for_those_who_may_see_the_dossier():
    dossier = received()
    paper = dossier.papers.filter(file__isnull=False).first()
    http = signed_in("specialist")
    shown = http.get(url(dossier, f"giay-to/{paper.pk}/"))
    assert shown.status_code == 200
    assert shown["Content-Type"] in {"image/jpeg", "application/pdf"}
    assert http.get(url(dossier, f"giay-to/{paper.pk}/anh/"))["Content-Type"] == "image/jpeg"
    assert signed_in("specialist", OTHER).get(url(dossier, f"giay-to/{paper.pk}/")).status_code == 404
    other = received(BIRTH)
    assert http.get(url(other, f"giay-to/{paper.pk}/")).status_code == 404
