"""Requests: terms of the law, one extension, erasure that keeps what the law keeps."""

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.cases.models import Case, CaseStep
from xaso.kernel.events.models import Event
from xaso.kernel.messages.models import Message
from xaso.kernel.people import consents
from xaso.kernel.people.models import Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.plain import moment
from xaso.services.privacy import actions, queries
from xaso.services.privacy.models import RequestTerm
from xaso.services.privacy.tests.conftest import COMMUNE

pytestmark = pytest.mark.django_db
FRIDAY = "2026-11-20T09:00"


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("view", 10),
        ("correct", 10),
        ("provide", 10),
        ("withdraw", 15),
        ("restrict", 15),
        ("object", 15),
        ("delete", 20),
    ],
)
def test_each_kind_has_its_term_of_the_law(citizen, kind, days):
    with moment.frozen("2026-11-02T09:00"):
        row = actions.ask(viewer_of(citizen), kind=kind, detail="chi tiết")
        assert (row.case.due_at.date() - row.case.opened_at.date()).days in range(days, days + 4)
        assert RequestTerm.objects.get(kind=kind).perform_term == f"{days}d"
        step = CaseStep.objects.get(case=row.case, key="answer")
        # Two working days: asked on Monday, answered on Wednesday at the latest.
        assert step.due_at.date().isoformat() == "2026-11-04"
    assert row.case.unit_path == COMMUNE


def test_a_phone_that_repeats_the_post_makes_one_request(citizen):
    viewer = viewer_of(citizen)
    assert actions.ask(viewer, kind="view") == actions.ask(viewer, kind="view")
    assert Case.objects.filter(type="privacy.request").count() == 1


def test_answer_extend_once_finish(citizen, clerk):
    row = actions.ask(viewer_of(citizen), kind="provide")
    desk = viewer_of(clerk)
    actions.answer(desk, request_id=row.pk, words="Chúng tôi lập bản sao và báo lại.")
    assert CaseStep.objects.get(case=row.case, ended_at__isnull=True).key == "perform"
    before = row.case.due_at
    made = actions.extend(desk, request_id=row.pk, reason="Cần tìm hồ sơ giấy")
    assert before < made.new_due_at <= before + timedelta(days=10)
    with pytest.raises(ActionError, match="gia hạn một lần"):
        actions.extend(desk, request_id=row.pk, reason="Lại chậm")
    actions.finish(desk, request_id=row.pk, words="Đã lập bản sao.")
    with pytest.raises(Conflict):
        actions.finish(desk, request_id=row.pk, words="Lần nữa")
    told = set(Message.objects.filter(person=citizen.person).values_list("template__key", flat=True))
    assert told == {"privacy.received", "privacy.answered", "privacy.extended", "privacy.ended"}


def test_other_people_and_other_units_do_not_see_it(citizen, clerk):
    row = actions.ask(viewer_of(citizen), kind="view")
    with pytest.raises(NotFound):
        queries.my_request(a_citizen("Người Khác", "010185000099"), row.pk)
    beside = officer("clerk", "15/02680/")
    with pytest.raises(NotFound):
        queries.request_at_desk(beside, row.pk)
    with pytest.raises(Forbidden):
        actions.answer(beside, request_id=row.pk, words="x")
    with pytest.raises(Forbidden):
        actions.answer(officer("specialist", COMMUNE), request_id=row.pk, words="x")
    assert queries.request_at_desk(viewer_of(clerk), row.pk) == row


def test_correcting_names_the_fields_and_never_the_values(citizen, clerk):
    row = actions.ask(viewer_of(citizen), kind="correct", detail="Số máy đã đổi")
    actions.correct(
        viewer_of(clerk), request_id=row.pk, changes={"phone": "0987654321", "full_name": "Triệu Thị Mẩy"}
    )
    assert Person.objects.get(pk=citizen.person_id).contact["phone"] == "0987654321"
    event = Event.objects.get(name="privacy.person_corrected")
    assert event.data == {"fields": ["phone"]}


def test_objecting_stops_the_use_at_once(citizen, clerk):
    own = viewer_of(citizen)
    consents.say(own, person=citizen.person, code="reuse_papers", state="given")
    row = actions.ask(own, kind="object", detail="Không dùng lại giấy tờ của tôi")
    actions.stop_using(viewer_of(clerk), request_id=row.pk, purposes=["reuse_papers", "notice_sms"])
    assert not consents.may_use(citizen.person_id, "reuse_papers")
    assert consents.refused_channels(citizen.person_id) >= {"sms", "zalo"}
    assert {one.channel for one in consents.history(own, citizen.person_id)[:2]} == {"request"}


def test_erasing_blanks_what_no_law_keeps_and_leaves_the_log(citizen, clerk):
    own = viewer_of(citizen)
    row = actions.ask(own, kind="delete", detail="Tôi chuyển đi nơi khác")
    Message.objects.filter(person=citizen.person).update(state=Message.State.INBOX)
    events = Event.objects.count()
    made = actions.erase(viewer_of(clerk), request_id=row.pk)
    assert {one["category"] for one in made.erased} == {"Liên hệ", "Tin đã gửi cho tôi"}
    assert "Thông tin nhân thân" in {one["category"] for one in made.kept}
    assert Person.objects.get(pk=citizen.person_id).contact == {}
    told = Message.objects.filter(person=citizen.person)
    assert all(one.contact == {} and "Kính gửi" not in one.body for one in told)
    assert Event.objects.count() > events
    assert Event.objects.filter(name="privacy.erased", record_id=made.pk).exists()
    again = actions.erase(viewer_of(clerk), request_id=row.pk)
    assert again.erased == []
