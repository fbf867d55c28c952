"""From draft to all-clear: two people, signed messages, announcement, messages to people; drills stay drills."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from xaso.kernel.base.errors import ActionErrors, Conflict, Forbidden
from xaso.kernel.messages.announcement_models import Announcement
from xaso.kernel.messages.mass_models import Mailing, Receiver
from xaso.kernel.plain import cap, moment
from xaso.services.alerts import tasks
from xaso.services.alerts.actions.drafting import change_pending, drop_pending
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.actions.ruling import set_rule
from xaso.services.alerts.actions.sending import person_of, recipients, safe_token, send_messages, words_for
from xaso.services.alerts.models import CapKey, CapMessage, HazardWarning
from xaso.services.alerts.queries.warnings import current, feed_messages
from xaso.services.alerts.rules import wording
from xaso.services.alerts.tests.world import COMMUNE, NOON, SYSTEM, World

pytestmark = pytest.mark.django_db


def taken(message: CapMessage) -> cap.Message:
    """Our own message as somebody else would take it in."""
    return cap.take(message.xml.encode(), [CapKey.objects.get(ended_at=None).certificate], moment.now())


def test_an_emergency_needs_a_second_person(world: World):
    row = world.draft(by="leader")
    assert row.loud and row.state == "draft" and not Announcement.objects.exists()
    with pytest.raises(Forbidden, match="hai người"):
        world.issue(row, by="leader")
    with pytest.raises(Exception, match="Không có cảnh báo"):
        world.issue(row, by="specialist")
    world.issue(row, by="clerk")
    row.refresh_from_db()
    assert row.state == "live" and row.confirmed[0]["name"] == "Cán bộ clerk"


def test_one_person_where_the_dated_rule_says_so_and_for_quiet_warnings(world: World):
    quiet = world.draft(by="leader", changes={"loud": False})
    assert world.issue(quiet, by="leader").status == "Actual"
    assert Announcement.objects.get().kind == "priority"
    set_rule(world.viewer("leader"), unit_path=COMMUNE, people=1, auto_siren=False, paper="15/QĐ-UBND")
    assert world.issue(world.draft(by="leader"), by="leader")


def test_what_is_confirmed_is_what_was_shown(world: World):
    row = world.draft()
    seen = wording.digest(row.pending)
    change_pending(world.viewer("specialist"), warning_id=row.pk, contents=world.contents(headline="Khác"))
    with pytest.raises(Conflict, match="vừa được sửa"):
        confirm_warning(world.viewer("leader"), warning_id=row.pk, digest=seen)
    world.issue(row)
    with pytest.raises(Conflict):
        world.issue(row)


def test_the_message_is_signed_valid_and_complete(world: World):
    row = world.draft()
    message = taken(world.issue(row))
    assert message.status == "Actual" and message.msg_type == "Alert" and message.sent.utcoffset()
    vietnamese, english = message.infos
    assert vietnamese.language == "vi-VN" and english.language == "en-US"
    assert "Bản Nậm Thi" in vietnamese.headline and "Flash flood" in english.headline
    assert vietnamese.severity == "Moderate" and vietnamese.parameter("VN-CapDoRuiRoThienTai") == "2"
    codes = dict(reversed(vietnamese.areas[0].geocodes))
    assert codes["VN-DVHC"] == "02683" and len(codes["VN-DVHC-truoc-01072025"]) == 5
    said = Announcement.objects.get()
    assert said.kind == "emergency" and not said.drill and said.area["units"] == [world.near.path]
    assert current() == [HazardWarning.objects.get()] and len(feed_messages()) == 1


def test_update_cancel_and_all_clear_refer_to_what_was_before(world: World):
    row = world.draft()
    first = world.issue(row)
    with moment.frozen(NOON + timedelta(minutes=10)):
        for kind in (wording.UPDATE, wording.ALL_CLEAR):
            contents = world.contents(headline=f"{kind} Nậm Thi", loud=True)
            change_pending(world.viewer("specialist"), warning_id=row.pk, contents=contents, kind=kind)
            last = taken(world.issue(row))
            assert last.msg_type == "Update" and first.reference in ",".join(last.references[0])
        assert len(last.references) == 2 and last.infos[0].responses == ("AllClear",)
        assert last.infos[0].urgency == "Past"
    row.refresh_from_db()
    assert row.state == "ended" and row.ended_at and not current()
    assert [one.state for one in Announcement.objects.order_by("created_at")] == ["ended", "ended"]
    assert "AllClear" not in Announcement.objects.latest("created_at").body
    assert Announcement.objects.latest("created_at").all_clear
    with pytest.raises(Conflict):
        change_pending(world.viewer("specialist"), warning_id=row.pk, contents=world.contents())


def test_the_end_is_told_to_everybody_who_was_warned(world: World):
    both = {"words": "Nậm Thi, Lùng Xa", "units": [world.near.path, world.far.path], "polygons": []}
    row = world.draft(changes={"area": both})
    world.issue(row)
    with moment.frozen(NOON + timedelta(minutes=10)):
        smaller = world.contents(loud=True)
        change_pending(world.viewer("specialist"), warning_id=row.pk, contents=smaller, kind=wording.UPDATE)
        world.issue(row)
        change_pending(
            world.viewer("specialist"), warning_id=row.pk, contents=smaller, kind=wording.ALL_CLEAR
        )
        world.issue(row)
    row.refresh_from_db()
    assert row.told["area"]["units"] == [world.near.path], "the message itself names the present area"
    told = {one.person_id for one in recipients(SYSTEM, row)}
    assert {one.pk for one in world.people} <= told


def test_a_wrong_warning_is_cancelled_and_a_draft_dropped(world: World):
    row = world.draft()
    world.issue(row)
    contents = world.contents(note="Phát nhầm")
    change_pending(world.viewer("specialist"), warning_id=row.pk, contents=contents, kind=wording.CANCEL)
    assert taken(world.issue(row)).msg_type == "Cancel"
    assert Announcement.objects.get().state == "cancelled"
    other = world.draft()
    drop_pending(world.viewer("specialist"), warning_id=other.pk)
    other.refresh_from_db()
    assert other.state == "dropped" and not other.messages.exists()


def test_a_drill_is_a_drill_everywhere(world: World):
    row = world.draft(drill=True)
    message = taken(world.issue(row))
    assert message.status == "Exercise" and message.note.startswith("DIỄN TẬP") and not message.is_real
    for info, mark in zip(message.infos, ("DIỄN TẬP", "EXERCISE"), strict=True):
        assert info.headline.startswith(mark) and info.event.startswith(mark)
    assert message.infos[0].description.startswith("Đây là diễn tập.")
    assert message.infos[0].instruction.endswith("Đây là diễn tập.")
    said = Announcement.objects.get()
    assert said.drill and said.body.startswith("Đây là diễn tập.") and said.body.endswith("Đây là diễn tập.")
    row.refresh_from_db()
    mailing = send_messages(SYSTEM, message_id=row.messages.get().pk)
    assert mailing is not None and mailing.drill
    words = words_for(row)
    assert words.sms_text({}, drill=True).startswith("DIEN TAP: ")
    assert words.subject_text({}, drill=True).startswith("DIỄN TẬP: ") and "diễn tập" in words.body


def test_no_program_turns_a_drill_into_a_warning(world: World):
    row = world.draft(drill=True)
    world.issue(row)
    with pytest.raises(DatabaseError, match="a drill stays a drill"), transaction.atomic():
        HazardWarning.objects.filter(pk=row.pk).update(drill=False)
    with pytest.raises(DatabaseError, match="status of a message"), transaction.atomic():
        CapMessage.objects.filter(warning=row).update(status="Actual")


def test_people_in_the_area_are_told_once_each_with_their_own_address(world: World):
    row = world.draft()
    message = world.issue(row)
    tasks.send_messages(str(message.pk), str(world.officers["leader"].pk))
    tasks.send_messages(str(message.pk))
    mailing = Mailing.objects.get()
    assert mailing.urgent and not mailing.drill and mailing.state == "running"
    told = Receiver.objects.filter(mailing=mailing)
    people = {one.pk for one in world.people[:2]}
    assert set(told.exclude(person=None).values_list("person_id", flat=True)) == people
    assert told.filter(account=world.officers["hamlet_head"]).count() == 1
    row.refresh_from_db()
    assert row.people_count == 2 and row.mailing_id == mailing.pk


def test_an_address_is_only_good_for_its_person_and_warning(world: World):
    person = world.people[0].pk
    token = safe_token("CB-1", person)
    assert person_of("CB-1", token) == person
    assert person_of("CB-2", token) is None and person_of("CB-1", token[:-2] + "AA") is None
    assert person_of("CB-1", "không") is None and person_of("CB-1", "") is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"headline": " "}, "headline"),
        ({"instruction_en": ""}, "instruction_en"),
        ({"area": {"words": "x", "units": [], "polygons": []}}, "area"),
        ({"area": {"words": "x", "units": ["15/02680/"], "polygons": []}}, "area"),
        ({"area": {"words": "x", "polygons": [[[22.3, 103.8], [22.4, 103.9]]]}}, "polygon"),
        ({"area": {"words": "x", "polygons": [[[52, 13], [52, 14], [53, 13]]]}}, "polygon"),
        ({"expires": "2020-01-01T00:00:00+07:00"}, "hours"),
        ({"expires": "x"}, "hours"),
    ],
)
def test_what_cannot_be_told_is_refused_at_its_field(world: World, changes, field):
    with pytest.raises(ActionErrors) as refused:
        world.draft(changes=changes)
    assert field in refused.value.errors


def test_outlets_and_time_write_the_timeline(world: World):
    from xaso.kernel.messages.announcements import note_outlet

    row = world.draft()
    world.issue(row)
    said = Announcement.objects.get()
    note_outlet(SYSTEM, announcement_id=said.pk, outlet="loudspeaker", facts={"clusters": 3, "playing": 3})
    event = type("E", (), {"data": {"announcement_id": str(said.pk), "outlet": "loudspeaker"}})
    tasks.on_outlet(event)
    tasks.on_outlet(event)
    with moment.frozen(NOON + timedelta(hours=8)):
        tasks.watch()
        tasks.watch()
    kinds = list(row.steps.order_by("at", "created_at").values_list("kind", flat=True))
    assert kinds == ["drafted", "confirmed", "outlet.loudspeaker", "expired"]


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("AN TOAN", "safe"),
        ("An toàn ạ.", "safe"),
        ("GIUP", "help"),
        ("Cứu tôi với", "help"),
        ("bao giờ hết mưa", ""),
    ],
)
def test_an_answer_by_sms_is_read(text, state):
    assert tasks.meaning_of(text) == state
