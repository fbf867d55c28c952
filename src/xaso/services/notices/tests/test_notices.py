"""A notice from draft to figures: count and cost before, the second person, stopping, tasks, loudspeakers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.messages.models import Announcement, Mailing, Message, Receiver
from xaso.kernel.plain import moment
from xaso.services.notices import rules
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.models import Notice
from xaso.services.notices.queries import notices as queries
from xaso.services.notices.tests.world import World

State = Notice.State


def test_before_sending_the_count_and_who_cannot_be_reached_are_exact(world: World) -> None:
    row = world.written()
    ahead = queries.look_ahead(world.viewer("clerk"), row)
    assert (ahead.count, [one.name for one in ahead.unreachable]) == (3, ["Lù Seo Chúng"])
    assert [(one.channel, one.count, one.parts) for one in ahead.channels] == [("sms", 2, 2)]
    assert not ahead.needs_second
    sample = dict(queries.sample_for(row, ahead.recipients[0]))
    assert sample["SMS"] == "Hop thon toi thu Bay"


def test_each_person_reads_their_own_name_and_hamlet(world: World) -> None:
    row = world.written(sms="{name} o {hamlet} hop 19:30")
    ahead = queries.look_ahead(world.viewer("clerk"), row)
    texts = {one.name: dict(queries.sample_for(row, one))["SMS"] for one in ahead.recipients}
    assert texts["Vàng A Páo"] == "Vang A Pao o Thon Nam Thi hop 19:30"


def test_an_audience_is_narrowed_by_attributes(world: World) -> None:
    row = world.written(
        audience={"units": [world.commune.path], "attributes": {"sex": "female", "age_from": 60}}
    )
    names = {one.name for one in queries.receivers_of(world.viewer("clerk"), row)}
    assert names == {"Giàng Thị Máy", "Tẩn Mẩy Dất"}


def test_a_small_notice_goes_at_once(world: World) -> None:
    row = world.sent()
    assert row.state == State.SENT
    mailing = Mailing.objects.get(pk=row.mailing_id)
    assert (mailing.state, mailing.receivers_count, mailing.record_id) == ("running", 3, row.pk)
    assert Receiver.objects.filter(mailing=mailing, to_call=True).count() == 1


def test_what_the_sender_saw_is_what_goes(world: World) -> None:
    row = world.written()
    with pytest.raises(Conflict, match="nay có 3"):
        actions.send_notice(world.viewer("clerk"), notice_id=row.pk, seen=2)
    row.refresh_from_db()
    assert row.state == State.DRAFT


def _submitted(world: World, **more: object) -> Notice:
    row = world.written(urgent=True, urgent_reason="Nước lên nhanh", **more)
    return actions.send_notice(world.viewer("clerk"), notice_id=row.pk, seen=3)


def test_an_urgent_notice_needs_a_second_person_who_is_another(world: World) -> None:
    row = _submitted(world)
    assert (row.state, row.mailing_id) == (State.WAITING, None)
    assert Message.objects.filter(
        template__key="notices.to_decide", account=world.accounts["leader"]
    ).exists()
    for name in ("clerk", "specialist", "stranger"):
        with pytest.raises((Forbidden, NotFound)):
            actions.approve_notice(world.viewer(name), notice_id=row.pk, seen=3)
    done = actions.approve_notice(world.viewer("leader"), notice_id=row.pk, seen=3)
    mailing = Mailing.objects.get(pk=done.mailing_id)
    leader, clerk = world.accounts["leader"].pk, world.accounts["clerk"].pk
    assert (mailing.urgent, mailing.sender_id, mailing.approved_by) == (True, clerk, leader)
    assert mailing.state == "running"


def test_the_one_who_wrote_it_is_not_the_second_person(world: World) -> None:
    row = world.written("leader", urgent=True, urgent_reason="Nước lên nhanh")
    actions.send_notice(world.viewer("leader"), notice_id=row.pk, seen=3)
    with pytest.raises(Forbidden, match="người thứ hai"):
        actions.approve_notice(world.viewer("leader"), notice_id=row.pk, seen=3)


def test_above_the_number_of_the_rule_a_second_person_is_asked(world: World) -> None:
    everybody = {"units": [world.commune.path]}
    row = world.written(audience=everybody)
    assert queries.second_needed(row, 5) == ""
    assert "Trên 5 người nhận" in queries.second_needed(row, 6)


def test_refused_with_a_reason_it_can_be_mended_and_sent_again(world: World) -> None:
    row = _submitted(world)
    with pytest.raises(ActionError):
        actions.refuse_notice(world.viewer("leader"), notice_id=row.pk, reason=" ")
    row = actions.refuse_notice(world.viewer("leader"), notice_id=row.pk, reason="Chưa rõ giờ")
    assert (row.state, row.reason) == (State.REFUSED, "Chưa rõ giờ")
    mended = actions.write_notice(
        world.viewer("clerk"), unit_path=row.unit_path, facts=world.facts(), notice_id=row.pk
    )
    assert actions.send_notice(world.viewer("clerk"), notice_id=mended.pk, seen=3).state == State.SENT


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"subject": " "}, "subject"),
        ({"body": "Mời {Tên}"}, "body"),
        ({"audience": {"units": ["04/01273/"]}}, "units"),
        ({"audience": {"polygons": [[[22.1, 103.1], [22.2, 103.2]]]}}, "polygons"),
        ({"urgent": True}, "urgent_reason"),
        (
            {"kind": "directive", "task_title": "Rà soát", "task_asks": ["figure"], "task_term": "2wd"},
            "task_figure",
        ),
        (
            {"kind": "directive", "task_title": "Rà soát", "task_asks": ["text"], "task_term": "mai"},
            "task_term",
        ),
    ],
)
def test_a_draft_says_what_to_mend(world: World, changed: dict[str, object], field: str) -> None:
    with pytest.raises(ActionErrors) as caught:
        world.written(**changed)
    assert field in caught.value.errors


def test_nobody_speaks_to_another_units_people(world: World) -> None:
    with pytest.raises(Forbidden):
        actions.write_notice(world.viewer("stranger"), unit_path=world.commune.path, facts=world.facts())
    row = world.written()
    with pytest.raises(NotFound):
        actions.send_notice(world.viewer("stranger"), notice_id=row.pk, seen=3)
    with pytest.raises(NotFound):
        actions.send_notice(world.viewer("specialist"), notice_id=row.pk, seen=3)
    Notice.objects.filter(pk=row.pk).update(audience={"units": ["04/01273/"]})
    with pytest.raises(ActionError, match="địa bàn của đơn vị mình"):
        actions.send_notice(world.viewer("clerk"), notice_id=row.pk, seen=0)


def test_a_notice_with_an_hour_waits_for_it(world: World) -> None:
    later = moment.now() + timedelta(hours=3)
    row = world.sent(directive=True, send_at=later, speaker="ordinary")
    assert (row.state, row.sent_at, row.tasks.count(), row.announcement_id) == (State.SENT, later, 0, None)
    mailing = Mailing.objects.get(pk=row.mailing_id)
    assert mailing.state == "scheduled"
    with moment.frozen(later + timedelta(minutes=1)):
        actions._begin_by_itself(actions.Viewer.system(), mailing_id=mailing.pk)
        actions._begin_by_itself(actions.Viewer.system(), mailing_id=mailing.pk)
    row.refresh_from_db()
    assert row.tasks.count() == 2
    assert Announcement.objects.get(pk=row.announcement_id).kind == "ordinary"


def test_stopped_nothing_more_goes_out(world: World) -> None:
    row = world.sent(directive=True, speaker="priority")
    said = row.announcement_id
    row = actions.stop_notice(world.viewer("clerk"), notice_id=row.pk, reason="Sai ngày")
    assert (row.state, Mailing.objects.get(pk=row.mailing_id).state) == (State.STOPPED, "stopped")
    assert Announcement.objects.get(pk=said).state == "cancelled"
    assert set(row.tasks.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(Conflict):
        actions.stop_notice(world.viewer("clerk"), notice_id=row.pk)


def test_a_notice_that_asks_for_receipt_carries_the_way_to_say_so(world: World) -> None:
    row = world.sent(directive=True)
    wording = queries.wording_of(row)
    assert wording.sms.endswith("Bấm đã nhận: {link}")
    assert "{link}" in wording.body
    assert Mailing.objects.get(pk=row.mailing_id).goal == "acknowledged"


def test_zalo_without_an_approved_template_is_left_out(world: World) -> None:
    row = world.written(ladder=rules.ladder_of("phone", 20))
    assert [one["channel"] for one in queries.ladder_of(row)] == ["sms"]


def test_copied_it_is_a_draft_with_the_same_words_and_no_hour(world: World) -> None:
    row = world.sent()
    made = actions.copy_notice(world.viewer("specialist"), notice_id=row.pk)
    assert (made.state, made.body, made.audience, made.send_at) == (State.DRAFT, row.body, row.audience, None)
    assert made.code != row.code


def test_a_notice_in_an_area_reaches_those_whose_home_lies_in_it(world: World) -> None:
    from xaso.kernel.people.models import RoleRight
    from xaso.kernel.places.homes import keep_home
    from xaso.services.notices.tests.world import SYSTEM

    RoleRight.objects.get_or_create(role_id="clerk", right="places.find_people")
    keep_home(SYSTEM, person=world.people[1], lat=22.55, lon=103.65, unit_path=world.near.path)
    keep_home(SYSTEM, person=world.people[3], lat=22.70, lon=103.90, unit_path=world.far.path)
    ring = [[22.5, 103.6], [22.5, 103.7], [22.6, 103.7], [22.6, 103.6]]
    row = world.written(audience={"polygons": [ring]})
    assert [one.name for one in queries.receivers_of(world.viewer("clerk"), row)] == ["Vàng A Páo"]


def test_figures_by_hamlet_count_each_person_once(world: World) -> None:
    hamlets = {world.near.path: {"delivered": 2, "failed": 1}, world.commune.path: {"acknowledged": 1}}
    lines = {one.name: one for one in queries.by_place(world.sent(), hamlets)}
    near = lines[world.near.full_name]
    assert (near.all, near.reached, near.failed, near.waiting) == (3, 2, 1, 0)
    assert lines["Không ghi thôn"].received == 1
