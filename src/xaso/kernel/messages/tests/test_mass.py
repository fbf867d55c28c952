"""Mailings through the actions and the worker's own run, against simulated gateways over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.connectors.addresses import read_addresses
from xaso.kernel.connectors.models import OutsideToken
from xaso.kernel.connectors.testing import pointing_at
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.connectors.zalo import zalo as zalo_connector
from xaso.kernel.events.models import Event
from xaso.kernel.messages import mass, mass_noting, mass_queries, mass_run, mass_templates
from xaso.kernel.messages.mass_finishing import forget_addresses, next_due
from xaso.kernel.messages.mass_models import GatewayHold, Mailing, MassRule, Quota, Sending, ZaloTemplate
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.messages.models import Message, QuietHours, RefusedAddress
from xaso.kernel.messages.seeding import seed_quiet_hours
from xaso.kernel.messages.tests.mass_world import (
    COMMUNE,
    SYSTEM,
    WORDING,
    begin,
    people,
    receivers,
    states,
)
from xaso.kernel.people.models import Person
from xaso.kernel.people.testing import a_citizen, agreed, officer
from xaso.kernel.plain.moment import frozen, now
from xaso.simulators import swift
from xaso.simulators.world import World


@pytest.fixture(scope="module")
def gateways() -> Iterator[tuple[World, str]]:
    """One set of simulated gateways for all tests here; reports are given by the tests themselves."""
    world = World(reports=False, patience=0.01)
    with swift.running(world) as base:
        yield world, base


@pytest.fixture
def world(gateways: tuple[World, str], db: None) -> Iterator[World]:
    made, base = gateways
    made.reset()
    QuietHours.objects.all().delete()
    with pointing_at(read_addresses({}, base)):
        yield made


def test_each_gets_it_once_in_the_form_of_the_channel(world: World) -> None:
    mailing = begin(people("0912000001", "0912000002", "0912000001"), "sms")
    assert mailing.receivers_count == 2
    mass_run.run()
    assert states(mailing) == {("sms", "sent"): 2}
    assert {row["text"] for row in world.rows("sms")} == {
        "Moi Nguoi 3 hop thon luc 19 gio.",
        "Moi Nguoi 2 hop thon luc 19 gio.",
    }
    assert set(world.tallies["sms"].values()) == {1}
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED
    figures = mass.figures(SYSTEM, mailing.pk)
    assert (figures.states, figures.parts, figures.price) == ({"sent": 2}, 2, 1000)
    names = list(Event.objects.filter(record_id=mailing.pk).values_list("name", flat=True))
    assert names == ["messages.mailing_started", "messages.mailing_finished"]


def test_who_cannot_be_reached_goes_down_the_ladder_and_is_called_at_last(world: World) -> None:
    mailing = begin(people("0912000404", "0912000410", "0912000001"), "zalo", "sms")
    mass_run.run()
    assert states(mailing) == {
        ("zalo", "failed"): 2, ("zalo", "sent"): 1, ("sms", "failed"): 1, ("sms", "sent"): 1,
    }  # fmt: skip
    first, second, third = receivers(mailing)
    assert (first.state, first.to_call, first.reason) == ("failed", True, "Số điện thoại không đúng.")
    assert (second.state, second.to_call) == ("sent", False)
    assert third.rung == 0
    (to_call,) = mass_queries.call_list(SYSTEM, mailing.pk)
    assert to_call.phone == "0912000404"
    masked = mass_queries.receivers(SYSTEM, mailing.pk)
    assert {row.phone for row in masked} == {"***404", "***410", "***001"}
    assert [step["state"] for step in masked[0].channels[0]["history"]][0] == "sending"


def test_a_silent_channel_gives_way_after_its_time(world: World) -> None:
    with frozen("2026-11-20T09:00") as begun:
        mailing = begin(people("0912000001", "0912000002"), ("zalo", 10), ("sms", 5))
        mass_run.run()
        reached = Sending.objects.filter(mailing=mailing).order_by("receiver_id")[0]
        assert mass_noting.note_receipt(
            SYSTEM, sending_id=reached.pk, provider_id="", channel="zalo", state="delivered"
        )
    with frozen(begun + timedelta(minutes=11)):
        mass_run.run()
        assert states(mailing) == {("zalo", "delivered"): 1, ("zalo", "sent"): 1, ("sms", "sent"): 1}
    with frozen(begun + timedelta(minutes=17)):
        mass_run.run()
        assert sorted(one.to_call for one in receivers(mailing)) == [False, True]
    mailing.refresh_from_db()
    assert mailing.state == Mailing.State.FINISHED


def test_receipts_come_twice_and_in_any_order(world: World) -> None:
    mailing = begin(people("0912000001"), "sms")
    mass_run.run()
    row = Sending.objects.get(mailing=mailing)
    told = {"sending_id": row.pk, "provider_id": row.provider_id, "channel": "sms"}
    assert mass_noting.note_receipt(SYSTEM, **told, state="read")
    assert not mass_noting.note_receipt(SYSTEM, **told, state="delivered")
    assert not mass_noting.note_receipt(SYSTEM, **{**told, "provider_id": "another"}, state="read")
    assert not mass_noting.note_receipt(
        SYSTEM, sending_id=uuid4(), provider_id="", channel="sms", state="read"
    )
    row.refresh_from_db()
    assert (row.state, receivers(mailing)[0].state) == ("read", "read")


def test_a_failure_that_is_reported_late_goes_on_too(world: World) -> None:
    mailing = begin(people("0912000001"), ("zalo", 30), "sms")
    mass_run.run()
    row = Sending.objects.get(mailing=mailing)
    mass_noting.note_receipt(SYSTEM, sending_id=row.pk, provider_id="", channel="zalo", state="failed")
    mass_run.run()
    assert states(mailing) == {("zalo", "failed"): 1, ("sms", "sent"): 1}


def test_a_lost_answer_is_asked_again_where_the_gateway_knows_us_and_waits_where_not(world: World) -> None:
    zalo_connector().token(Asked())
    world.break_it("sms", "lost")
    world.break_it("zalo", "lost")
    with frozen("2026-11-20T09:00") as begun:
        text, zalo = begin(people("0912000001"), "sms"), begin(people("0912000002"), "zalo", "sms")
        mass_run.run()
        assert states(text) == {("sms", "sent"): 1}
        assert states(zalo) == {("zalo", "unsure"): 1}
        assert "đang chờ báo nhận" in Sending.objects.get(mailing=zalo).error
    assert set(world.tallies["sms"].values()) == {1} == set(world.tallies["zalo"].values())
    with frozen(begun + timedelta(minutes=16)):
        mass_run.run()
    assert states(zalo) == {("zalo", "failed"): 1, ("sms", "sent"): 1}


def test_a_gateway_that_is_down_is_left_alone_and_says_why(world: World) -> None:
    world.break_it("sms", "error", times=-1)
    with frozen("2026-11-20T09:00") as begun:
        mailing = begin(people(*(f"09120010{n:02d}" for n in range(60))), "sms")
        mass_run.run(window=4)
        found = states(mailing)
        assert set(found) <= {("sms", "retry"), ("sms", "queued")}
        assert found["sms", "queued"] >= 10, "not all are tried in vain"
        mailing.refresh_from_db()
        assert "tạm ngừng" in mailing.waits["sms"]["reason"]
        hold = GatewayHold.objects.get(gateway="sms")
        assert hold.until - hold.since == timedelta(seconds=mass_run.HOLDS[0])
        assert world.rows("sms") == []
    world.mend()
    with frozen(begun + timedelta(minutes=2)):
        mass_run.run()
    assert states(mailing) == {("sms", "sent"): 60}
    assert set(world.tallies["sms"].values()) == {1}
    assert len(world.tallies["sms"]) == 60


def test_a_token_that_ended_is_renewed_once_for_all(world: World) -> None:
    mailing = begin(people(*(f"09120020{n:02d}" for n in range(30))), "zalo")
    zalo_connector().token(Asked())
    OutsideToken.objects.filter(pk__startswith="zalo:").update(access="not good any more")
    mass_run.run()
    assert states(mailing) == {("zalo", "sent"): 30}
    assert world.tables["zalo"]["renewals"] == 2


def test_a_refresh_token_that_is_spent_holds_zalo_until_somebody_mends_it(world: World) -> None:
    world.break_it("zalo", "expired", times=-1)
    mailing = begin(people("0912000001"), "zalo")
    mass_run.run()
    assert states(mailing) == {("zalo", "queued"): 1}
    assert "lấy mã mới" in GatewayHold.objects.get(gateway="zalo").reason


def test_a_worker_that_was_killed_leaves_nothing_behind(world: World) -> None:
    with frozen("2026-11-20T09:00") as begun:
        text, zalo = begin(people("0912000001"), "sms"), begin(people("0912000002"), "zalo")
        Sending.objects.update(state="sending", attempts=1, next_at=now() + mass_run.LEASE)
        mass_run.run()
        assert states(text) == {("sms", "sending"): 1}
    with frozen(begun + timedelta(minutes=11)):
        mass_run.run()
        assert states(text) == {("sms", "sent"): 1}
        assert states(zalo) == {("zalo", "unsure"): 1}
    mass_noting.note_receipt(
        SYSTEM,
        sending_id=Sending.objects.get(mailing=zalo).pk,
        provider_id="z1",
        channel="zalo",
        state="delivered",
    )
    assert states(zalo) == {("zalo", "delivered"): 1}


def test_quiet_hours_hold_ordinary_mailings_only(world: World) -> None:
    with frozen("2026-11-20T23:00") as night:
        seed_quiet_hours()
        calm, urgent = begin(people("0912000001"), "sms"), begin(people("0912000002"), "sms", urgent=True)
        mass_run.run()
        assert (states(calm), states(urgent)) == ({("sms", "queued"): 1}, {("sms", "sent"): 1})
        calm.refresh_from_db()
        assert calm.waits["sms"]["reason"] == "Giờ yên tĩnh, gửi tiếp lúc 06:30."
        due = next_due()
        assert due is not None
    with frozen(night + timedelta(hours=8)):
        mass_run.run()
    assert states(calm) == {("sms", "sent"): 1}


def test_quotas_are_shared_and_say_so(world: World) -> None:
    Quota.objects.all().delete()
    with frozen("2026-11-20T09:00") as begun:
        row = {"unit_path": "15/", "channel": "sms", "span": "day", "most": 3, "source": "Hợp đồng"}
        mass_templates.set_quota(SYSTEM, **row)
        mailing = begin(people(*(f"09120030{n:02d}" for n in range(5))), "sms", urgent=True)
        mass_run.run()
        assert states(mailing) == {("sms", "sent"): 3, ("sms", "queued"): 2}
        mailing.refresh_from_db()
        assert mailing.waits["sms"]["reason"] == "Hết hạn mức 3 tin mỗi ngày."
    with frozen(begun + timedelta(days=1)):
        mass_run.run()
    assert states(mailing) == {("sms", "sent"): 5}


def test_refusals_are_respected_except_in_danger(world: World) -> None:
    RefusedAddress.objects.create(channel="sms", address_hash=keyed_hash("0912000001", "message_sms"))
    calm = begin(people("0912000001"), "sms", "inbox")
    mass_run.run()
    assert states(calm) == {("sms", "skipped"): 1}
    assert receivers(calm)[0].reason == "Chủ địa chỉ đã từ chối nhận tin."
    urgent = begin(people("0912000001"), "sms", urgent=True)
    mass_run.run()
    assert states(urgent) == {("sms", "sent"): 1}


def test_consent_is_asked_for_each_person_and_the_inbox_takes_it(world: World) -> None:
    without, given = a_citizen("Lò Văn Không"), a_citizen("Lò Thị Có")
    agreed(Person.objects.get(pk=given.person_id))
    both = [
        mass.Recipient(person_id=one.person_id, name=one.name, phone=f"091200000{n}")
        for n, one in enumerate((without, given))
    ]
    mailing = begin(both, "zalo", "inbox")
    mass_run.run()
    assert states(mailing) == {("zalo", "skipped"): 1, ("zalo", "sent"): 1, ("inbox", "sent"): 1}
    (kept,) = Message.objects.filter(person_id=without.person_id)
    assert (kept.subject, kept.in_inbox) == ("Họp thôn Lò Văn Không", True)
    mass_run.run()
    assert Message.objects.count() == 1


def test_many_receivers_wait_for_a_second_person(world: World) -> None:
    MassRule.objects.all().delete()
    admin = officer("admin", "", name="Quản trị")
    mass_templates.set_mass_rule(admin, unit_path="", approve_above=2, urgent_too=False, source="Quy chế")
    clerk, leader = officer("clerk", COMMUNE), officer("leader", COMMUNE, name="Lãnh đạo")
    many = people("0912000001", "0912000002", "0912000003")
    mailing = begin(many, "sms", viewer=leader)
    mass_run.run()
    assert (mailing.state, world.rows("sms")) == ("approval", [])
    for viewer in (leader, clerk):
        with pytest.raises(Forbidden):
            mass.approve_mailing(viewer, mailing_id=mailing.pk)
    other = officer("leader", COMMUNE, name="Lãnh đạo khác")
    assert list(mass_queries.mailings_waiting_for(other)) == [mailing]
    assert list(mass_queries.mailings_waiting_for(leader)) == []
    mass.approve_mailing(other, mailing_id=mailing.pk)
    mass_run.run()
    assert states(mailing) == {("sms", "sent"): 3}
    refused = begin(many, "sms", viewer=clerk)
    mass.refuse_mailing(leader, mailing_id=refused.pk, reason="Sai giờ họp")
    mass_run.run()
    assert states(refused) == {("sms", "stopped"): 3}
    assert begin(many[:2], "sms", viewer=clerk).state == "running"
    assert begin(many, "sms", viewer=clerk, approved_by=other.account_id).state == "running"
    assert begin(many, "sms", viewer=clerk, approved_by=clerk.account_id).state == "approval"


def test_a_key_answers_the_first_mailing_and_refuses_another(world: World) -> None:
    first = begin(people("0912000001"), "sms", key="một")
    assert begin(people("0912000001"), "sms", key="một").pk == first.pk
    with pytest.raises(Conflict):
        begin(people("0912000002"), "sms", key="một")


def test_an_hour_to_come_and_a_stop_in_between(world: World) -> None:
    with frozen("2026-11-20T09:00") as begun:
        later = begin(people("0912000001"), "sms", at=begun + timedelta(hours=1))
        other = begin(people("0912000002"), "sms", at=begun + timedelta(hours=1))
        mass_run.run()
        assert world.rows("sms") == []
        mass.stop(SYSTEM, mailing_id=other.pk, reason="Hoãn họp")
    with frozen(begun + timedelta(hours=1)):
        mass_run.run()
    assert states(later) == {("sms", "sent"): 1}
    assert states(other) == {("sms", "stopped"): 1}
    assert mass.stop(SYSTEM, mailing_id=other.pk).reason == "Hoãn họp"


def test_a_preview_counts_parts_and_money(world: World) -> None:
    accents = Wording(subject="Mưa lũ", body="Nội dung", sms="Mưa lớn " * 12, sms_accents=True)
    both = people("0912000001", "0852000002", "không có số")
    plain = Wording(subject="Mưa lũ", body="Nội dung", sms="Mưa lớn " * 12)
    for wording, parts in ((plain, 2), (accents, 4)):
        (one,) = mass.preview(wording, both, [{"channel": "sms"}], unit_path=COMMUNE)
        assert (one.count, one.parts, one.price, one.unconfirmed) == (2, parts, parts * 500, True)
    assert one.sample.startswith("Mưa lớn")


@pytest.mark.parametrize(
    ("changes", "ladder", "said"),
    [
        ({"subject": ""}, ["sms"], "Tiêu đề"),
        ({"body": "Chào {quê}"}, ["sms"], "dấu {"),
        ({"sms": "Mời {chuc_vu}"}, ["sms"], "thiếu dữ liệu"),
        ({"zalo_template": "", "zalo_data": {}}, ["zalo"], "mẫu đã được Zalo duyệt"),
        ({}, ["fax"], "Chọn ít nhất một kênh"),
        ({}, [("sms", -1)], "số phút"),
        ({"sms": "dài quá " * 200}, ["sms"], "dài quá"),
    ],
)
def test_what_cannot_be_sent_is_said(world: World, changes: dict, ladder: list, said: str) -> None:  # type: ignore[type-arg]
    wording = Wording(**{**WORDING.as_json(), **changes})
    with pytest.raises(ActionError, match=said):
        begin(people("0912000001"), *ladder, wording=wording)


def test_a_drill_says_so_everywhere(world: World) -> None:
    mailing = begin(people("0912000001"), "sms", drill=True)
    other = begin(people("0912000002"), "zalo", drill=True)
    mass_run.run()
    assert mailing.drill and other.drill
    assert world.rows("sms")[0]["text"].startswith("DIEN TAP: ")
    assert world.rows("zalo")[0]["data"]["ten"].startswith("DIỄN TẬP: ")


def test_a_template_that_zalo_has_not_approved_waits(world: World) -> None:
    row = mass_templates.keep_zalo_template(SYSTEM, number="100101", title="Mưa lũ", fields=["ten"])
    mass_templates.ask_all_templates()
    row.refresh_from_db()
    assert (row.state, row.price) == (ZaloTemplate.State.PENDING, 200)
    wording = Wording(**{**WORDING.as_json(), "zalo_template": "100101"})
    mailing = begin(people("0912000001"), "zalo", wording=wording)
    mass_run.run()
    assert states(mailing) == {("zalo", "queued"): 1}
    mailing.refresh_from_db()
    assert mailing.waits["zalo"]["reason"] == "Mẫu Zalo 100101: chờ zalo duyệt."


def test_templates_of_wordings_need_a_second_person(world: World) -> None:
    clerk, leader = officer("clerk", COMMUNE), officer("leader", COMMUNE)
    draft = mass_templates.write_template(
        leader, unit_path=COMMUNE, key="hop", title="Mời họp", wording=WORDING
    )
    with pytest.raises(Forbidden):
        mass_templates.decide_template(leader, template_id=draft.pk, approved=True)
    with pytest.raises(ActionError, match="chưa được người thứ hai duyệt"):
        begin(people("0912000001"), "sms", template=draft)
    second = mass_templates.write_template(
        clerk, unit_path=COMMUNE, key="hop", title="Mời họp", wording=WORDING
    )
    assert second.version == 2
    mass_templates.decide_template(leader, template_id=second.pk, approved=True)
    assert mass_templates.templates_for(f"{COMMUNE}t1/") == [second]
    second.refresh_from_db()
    assert begin(people("0912000001"), "sms", template=second).state == "running"


def test_addresses_are_forgotten_in_time(world: World) -> None:
    with frozen("2026-01-05T09:00"):
        mailing = begin(people("0912000001"), "sms")
        mass_run.run()
    assert forget_addresses() == 1
    assert forget_addresses() == 0
    assert receivers(mailing)[0].facts == {}


def test_strangers_see_and_stop_nothing(world: World) -> None:
    mailing = begin(people("0912000001"), "sms")
    for viewer in (officer("leader", "04/01273/"), officer("specialist", COMMUNE), a_citizen()):
        with pytest.raises(ActionError):
            mass.figures(viewer, mailing.pk)
        with pytest.raises(ActionError):
            mass.stop(viewer, mailing_id=mailing.pk)
        with pytest.raises(Forbidden):
            begin(people("0912000001"), "sms", viewer=viewer)
