"""What people agreed to: one purpose at a time, taken back at once, provable."""

import pytest

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.people import consents
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.looking import Act, view_once, view_people
from xaso.kernel.people.models import Consent, Person, PersonView, ProcessingPurpose
from xaso.kernel.people.queries import views_of_me
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import today

pytestmark = pytest.mark.django_db


def me() -> tuple[object, Person]:
    viewer = a_citizen()
    return viewer, Person.objects.get(pk=viewer.person_id)


def test_silence_is_no_consent_law_needs_none_and_the_unknown_is_refused():
    _, person = me()
    assert consents.may_use(person.pk, "one_stop")
    assert consents.may_use(person.pk, "notice_sms")
    assert not consents.may_use(person.pk, "notice_zalo")
    assert not consents.may_use(person.pk, "reuse_papers")
    assert not consents.may_use(person.pk, "sell_it")


def test_given_and_taken_back_for_one_purpose_only():
    viewer, person = me()
    said = consents.say(viewer, person=person, code="reuse_papers", state="given")
    assert consents.may_use(person.pk, "reuse_papers")
    assert not consents.may_use(person.pk, "notice_zalo")
    assert consents.say(viewer, person=person, code="reuse_papers", state="given") == said
    consents.say(viewer, person=person, code="reuse_papers", state="withdrawn")
    assert not consents.may_use(person.pk, "reuse_papers")
    assert [row.state for row in consents.history(viewer, person.pk)] == ["withdrawn", "given"]


def test_what_was_said_can_be_proved_from_the_log():
    viewer, person = me()
    said = consents.say(viewer, person=person, code="notice_zalo", state="given")
    event = Event.objects.get(name="people.consent_given", record_id=said.pk)
    assert event.data["proof"] == said.proof == consents.proof_of(Consent.objects.get(pk=said.pk))
    Consent.objects.filter(pk=said.pk).update(state="refused")
    assert consents.proof_of(Consent.objects.get(pk=said.pk)) != event.data["proof"]


def test_a_new_text_asks_anew_and_keeps_what_was_said_to_the_old_one():
    viewer, person = me()
    old = consents.say(viewer, person=person, code="reuse_papers", state="given")
    row = ProcessingPurpose.objects.get(code="reuse_papers")
    facts = {
        one.name: getattr(row, one.name)
        for one in row._meta.concrete_fields
        if one.name not in {"id", "created_at"}
    }
    consents.seed_purposes([{**facts, "version": 2, "text": "Lời mới", "valid_from": today()}])
    fresh = consents.say(viewer, person=person, code="reuse_papers", state="given")
    assert (old.purpose.version, fresh.purpose.version) == (1, 2)
    assert fresh.text_sha256 != old.text_sha256


def test_nobody_agrees_for_another_and_what_law_demands_is_not_asked():
    viewer, person = me()
    other = a_citizen("Người Khác", "010185000099")
    for stranger in (other, officer("specialist", "15/02683/")):
        with pytest.raises(Forbidden):
            consents.say(stranger, person=person, code="reuse_papers", state="given")
    with pytest.raises(ActionError):
        consents.say(viewer, person=person, code="one_stop", state="withdrawn")
    said = consents.say(viewer, person=person, code="reuse_papers", state="given")
    with pytest.raises(NotFound):
        consents.consent_for(other, said.pk)
    desk = officer("receptionist", "15/02683/")
    at_desk = consents.say(desk, person=person, code="notice_zalo", state="given")
    assert (at_desk.channel, at_desk.taken_by) == ("counter", desk.account_id)


def test_looks_say_who_from_where_why_and_through_which_dossier():
    viewer, person = me()
    desk = officer("specialist", "15/02683/")
    view_person(desk, person, purpose="Xử lý hồ sơ", through="H15.1", act=Act.PRINT)
    look = views_of_me(viewer)[0]
    assert (look.purpose, look.through, look.act, look.who) == ("Xử lý hồ sơ", "H15.1", "In", desk.name)


def test_a_list_drawn_again_is_one_look_but_each_export_counts():
    _, person = me()
    desk = officer("specialist", "15/02683/")
    rows = [(person.pk, ("onestop.dossier", uuid7()), "H15.1")]
    assert view_people(desk, rows, purpose="Xem sổ") == 1
    assert view_people(desk, rows, purpose="Xem sổ") == 0
    for _ in range(2):
        assert view_people(desk, rows, purpose="Xuất sổ", act=Act.EXPORT) == 1
    view_once(desk, person, purpose="Tiếp nhận")
    view_once(desk, person, purpose="Tiếp nhận")
    assert PersonView.objects.filter(purpose="Tiếp nhận").count() == 1
