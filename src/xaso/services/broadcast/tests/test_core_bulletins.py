"""Bulletins, announcements and emergencies through their actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events.models import Event
from xaso.kernel.messages.announcements import announce, end_announcement
from xaso.kernel.messages.models import Announcement
from xaso.kernel.people.testing import officer
from xaso.kernel.plain.moment import VIETNAM, frozen, now
from xaso.kernel.speech.models import Rendering
from xaso.services.broadcast import listeners
from xaso.services.broadcast.actions import bulletins, emergencies, law, settling, stations
from xaso.services.broadcast.models import Airing, Approval, Bulletin, ClassRule, Emergency, Slot, Window
from xaso.services.broadcast.tests.core_world import (
    MONDAY,
    SYSTEM,
    TEXT,
    Radio,
    Sent,
    a_line,
    a_radio,
    a_sound,
    quick_voice,
)

pytestmark = pytest.mark.django_db
BASIS = "Quy chế của đài 12/QĐ-UBND"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-23T{text}").replace(tzinfo=VIETNAM)


@pytest.fixture(scope="module")
def _made(django_db_setup: object, django_db_blocker: object) -> Iterator[Radio]:
    with django_db_blocker.unblock(), transaction.atomic(), frozen(MONDAY):  # type: ignore[attr-defined]
        yield a_radio()
        transaction.set_rollback(True)


@pytest.fixture
def radio(_made: Radio, db: object) -> Iterator[Radio]:
    with frozen(MONDAY), Sent() as out:
        _made.sent = out  # type: ignore[attr-defined]
        yield _made


def draft(radio: Radio, **facts: object) -> Bulletin:
    values = {"title": "Họp thôn", "text": TEXT, **facts}
    return bulletins.write_bulletin(radio.editor, station=radio.station, **values)  # type: ignore[arg-type]


# ---- written, changed, approved -----------------------------------------------------------------------------------


def test_a_text_is_written_with_its_spoken_text_beside_it(radio: Radio) -> None:
    row = draft(radio)
    assert (row.state, row.version, row.kind, row.repeats, row.voice) == (
        "draft",
        1,
        "ordinary",
        1,
        "espeak:vi",
    )
    assert "ủy ban nhân dân" in row.spoken.lower()
    assert "UBND" not in row.spoken
    assert row.versions.get().written_by == radio.editor.account_id
    with pytest.raises(Forbidden):
        bulletins.write_bulletin(
            officer("leader", "04/01273/"), station=radio.station, title="A", text="Nội dung"
        )


def test_a_changed_content_is_a_new_version_and_who_came_second_is_told(radio: Radio) -> None:
    row = draft(radio)
    one = bulletins.edit_bulletin(radio.editor, bulletin=row, number=1, text="Chiều mai nghỉ họp.")
    assert (one.version, one.state) == (2, "draft")
    assert one.spoken.startswith("Chiều mai nghỉ họp")
    with pytest.raises(Conflict, match="vừa sửa"):
        bulletins.edit_bulletin(radio.editor, bulletin=row, number=1, text="Khác")
    same = bulletins.edit_bulletin(radio.editor, bulletin=row, number=2, topic="Đời sống")
    assert (same.version, same.topic, row.versions.count()) == (2, "Đời sống", 2)
    own = bulletins.edit_bulletin(radio.editor, bulletin=row, number=2, spoken="chiều mai nghỉ họp nhé")
    assert (own.version, own.spoken) == (3, "chiều mai nghỉ họp nhé")


def test_a_wrong_bulletin_is_refused_field_by_field(radio: Radio) -> None:
    with pytest.raises(ActionErrors) as told:
        draft(
            radio, title=" ", text="", kind="emergency", jingle="polka", repeats=9, speed=5.0,
            valid_from=MONDAY, valid_to=MONDAY,
        )  # fmt: skip
    assert set(told.value.errors) == {"title", "text", "kind", "jingle", "repeats", "speed", "valid_to"}


def test_another_person_approves_and_the_sound_is_asked_for(radio: Radio) -> None:
    row = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio))
    assert row.state == "submitted"
    with pytest.raises(Conflict, match="vừa được sửa"):
        bulletins.approve_bulletin(radio.leader, bulletin=row, number=7)
    row = bulletins.approve_bulletin(radio.leader, bulletin=row, number=1)
    assert (row.state, row.approved_at) == ("approved", MONDAY)
    assert Rendering.objects.get(pk=row.rendering).spoken == row.spoken
    assert Approval.objects.get(bulletin=row).account_id == radio.leader.account_id
    with pytest.raises(Conflict, match="không chờ duyệt"):
        bulletins.approve_bulletin(radio.second, bulletin=row, number=1)
    again = bulletins.edit_bulletin(radio.editor, bulletin=row, number=1, text="Đổi nội dung.")
    assert (again.state, again.rendering, again.sound) == ("draft", None, None)


def test_who_wrote_may_approve_only_where_the_rule_says_so(radio: Radio) -> None:
    both = officer("leader", radio.station.unit_path)
    row = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio))
    row.versions.update(written_by=both.account_id)
    with pytest.raises(Forbidden, match="không tự duyệt"):
        bulletins.approve_bulletin(both, bulletin=row, number=1)
    law.keep_approval_rule(
        radio.leader, station=radio.station, what="ordinary", approvals=1, own=True, legal_basis=BASIS
    )
    assert bulletins.approve_bulletin(both, bulletin=row, number=1).state == "approved"


def test_two_or_nobody_may_be_asked_for(radio: Radio) -> None:
    law.keep_approval_rule(
        radio.leader, station=radio.station, what="ordinary", approvals=2, legal_basis=BASIS
    )
    row = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio))
    assert bulletins.approve_bulletin(radio.leader, bulletin=row, number=1).state == "submitted"
    with pytest.raises(Conflict, match="đã duyệt bản này"):
        bulletins.approve_bulletin(radio.leader, bulletin=row, number=1)
    assert bulletins.approve_bulletin(radio.second, bulletin=row, number=1).state == "approved"
    law.keep_approval_rule(
        radio.leader, station=radio.station, what="ordinary", approvals=0, legal_basis=BASIS
    )
    assert bulletins.submit_bulletin(radio.editor, bulletin=draft(radio)).state == "approved"


def test_a_refusal_goes_back_with_its_reason(radio: Radio) -> None:
    row = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio))
    with pytest.raises(ActionError, match="lý do"):
        bulletins.refuse_bulletin(radio.leader, bulletin=row, number=1, reason=" ")
    row = bulletins.refuse_bulletin(radio.leader, bulletin=row, number=1, reason="Sai ngày họp")
    assert (row.state, row.reason) == ("refused", "Sai ngày họp")
    assert bulletins.submit_bulletin(radio.editor, bulletin=row).state == "submitted"


def test_the_sound_is_put_together_when_the_words_were_spoken(
    radio: Radio, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio))
    event = Event(name="speech.rendered", record_id=row.rendering, data={"rendering_id": str(row.rendering)})
    listeners.on_rendered(event)
    row.refresh_from_db()
    assert row.sound is None  # not spoken yet
    asked: list[dict[str, object]] = []

    def compose(viewer: object, **facts: object) -> object:
        asked.append(facts)
        return a_sound(radio.station, "lời", 31.5)

    monkeypatch.setattr("xaso.services.broadcast.actions.bulletin_sound.compose", compose)
    for _ in range(2):
        listeners.on_rendered(event)
    row.refresh_from_db()
    assert (row.seconds, len(asked), asked[0]["repeats"]) == (31.5, 1, 1)
    other = bulletins.submit_bulletin(radio.editor, bulletin=draft(radio, text="Câu khác hẳn."))
    Rendering.objects.filter(pk=other.rendering).update(error="Giọng đọc chưa cài")
    listeners.on_render_failed(
        Event(name="x", record_id=other.rendering, data={"rendering_id": str(other.rendering)})
    )
    other.refresh_from_db()
    assert other.trouble == "Giọng đọc chưa cài"


def test_from_above_priority_is_approved_ordinary_waits_and_comes_once(radio: Radio) -> None:
    facts = {"station": radio.station, "source": "Tỉnh", "title": "Phòng cháy rừng", "text": TEXT}
    one = bulletins.receive_bulletin(SYSTEM, source_id="P-1", kind="priority", **facts)
    assert (one.state, one.origin, one.repeats) == ("approved", "province", 2)
    two = bulletins.receive_bulletin(SYSTEM, source_id="P-2", **facts)
    assert two.state == "submitted"
    assert bulletins.receive_bulletin(SYSTEM, source_id="P-2", **facts).pk == two.pk
    assert bulletins.approve_bulletin(radio.leader, bulletin=two, number=1).state == "approved"
    with pytest.raises(Forbidden):
        bulletins.receive_bulletin(radio.editor, source_id="P-3", **facts)


def test_the_law_is_rows_with_what_nobody_has_yet_held_beside_the_text() -> None:
    rows = ClassRule.objects.filter(unit_path="")
    assert {row.kind: row.hours for row in rows} == {
        "ordinary": "window", "priority": "not_quiet", "emergency": "any",
    }  # fmt: skip
    for row in [*rows, *Window.objects.filter(unit_path="")]:
        assert row.legal_basis
        assert row.unconfirmed


# ---- stations and clusters ----------------------------------------------------------------------------------------


def test_a_station_is_opened_once_with_the_codes_of_its_old_communes(radio: Radio) -> None:
    again = stations.open_station(SYSTEM, unit=radio.station.unit)
    assert again.pk == radio.station.pk
    assert len(again.old_codes) >= 1
    with pytest.raises(Forbidden):
        stations.open_station(officer("specialist", "04/01273/"), unit=radio.station.unit)


def test_a_wrong_cluster_is_refused_and_its_code_is_its_own(radio: Radio) -> None:
    with pytest.raises(ActionErrors) as told:
        stations.register_cluster(
            radio.editor,
            station=radio.station,
            code="Loa số 1",
            name="",
            unit_path="04/01273/",
            horns=0,
            lat=22.1,
        )
    assert set(told.value.errors) == {"code", "name", "unit_path", "horns", "lat"}
    with pytest.raises(Conflict):
        stations.register_cluster(
            radio.editor, station=radio.station, code=radio.clusters[0].code, name="Trùng"
        )


# ---- emergencies --------------------------------------------------------------------------------------------------


def warn(radio: Radio, **facts: object) -> Emergency:
    values = {
        "title": "Lũ quét", "text": "Lũ về suối Nậm Đăm, bà con lên chỗ cao ngay.",
        "expires_at": now() + timedelta(hours=3), **facts,
    }  # fmt: skip
    with quick_voice():
        return emergencies.ask_emergency(radio.leader, station=radio.station, **values)  # type: ignore[arg-type]


def test_one_person_is_enough_only_by_a_row_of_the_commune(radio: Radio) -> None:
    assert warn(radio).state == "asked"
    law.keep_approval_rule(
        radio.leader, station=radio.station, what="emergency", approvals=0, legal_basis=BASIS
    )
    row = warn(radio)
    assert row.state == "running"
    shown = Announcement.objects.get(pk=row.announcement)
    assert (shown.kind, shown.drill, shown.record_id) == ("emergency", False, row.pk)
    listeners.on_announced(Event(name="messages.announced", record_id=shown.pk, data={}))
    assert Emergency.objects.filter(state="running").count() == 1  # it does not hear itself


def test_an_order_from_above_does_not_wait_for_the_commune(radio: Radio) -> None:
    row = warn(radio, origin="province", source="Ban chỉ huy tỉnh")
    assert row.state == "running"


def test_a_drill_can_not_be_mistaken(radio: Radio) -> None:
    row = warn(radio, drill=True, siren="")
    assert row.spoken.startswith("Đây là diễn tập.")
    assert row.spoken.endswith("Đây là diễn tập.")
    with quick_voice():
        emergencies.confirm_emergency(radio.second, emergency=row)
        row = emergencies.end_emergency(radio.leader, emergency=row)
    assert row.all_clear_sound.words.startswith("Đây là diễn tập.")
    assert Announcement.objects.get(pk=row.announcement).drill
    assert Announcement.objects.get(pk=row.announcement).state == "ended"


def test_a_warning_is_refused_taken_back_or_too_late(radio: Radio) -> None:
    row = warn(radio)
    with pytest.raises(ActionErrors):
        emergencies.refuse_emergency(radio.second, emergency=row, reason="")
    assert emergencies.refuse_emergency(radio.leader, emergency=row, reason="Nhầm địa bàn").state == "refused"
    late = warn(radio)
    with frozen(MONDAY + timedelta(hours=4)), pytest.raises(Conflict, match="hết hiệu lực"):
        emergencies.confirm_emergency(radio.second, emergency=late)
    with pytest.raises(ActionErrors) as told:
        warn(radio, title="", text="Ngắn", siren="trống", repeats=99, expires_at=MONDAY)
    assert set(told.value.errors) == {"title", "text", "siren", "repeats", "expires_at"}


def test_only_the_area_is_interrupted_each_as_loud_as_it_may(radio: Radio) -> None:
    law.keep_cap(radio.editor, station=radio.station, most=55, cluster=radio.clusters[0], emergency=True)
    codes = [one.code for one in radio.clusters[:2]]
    row = warn(radio, area={"clusters": codes})
    with quick_voice():
        emergencies.confirm_emergency(radio.second, emergency=row)
    sent = radio.sent.commands  # type: ignore[attr-defined]
    assert {one.cluster: one.volume for one in sent} == {codes[0]: 55, codes[1]: 100}
    assert {one.expires_at for one in sent} == {row.expires_at}


# ---- announcements of other rooms ---------------------------------------------------------------------------------


def say(radio: Radio, kind: str = "emergency", key: str = "k1", **facts: object) -> Announcement:
    values = {
        "title": "Cảnh báo sạt lở", "body": "Sạt lở ở taluy dương, bà con rời nhà ngay.",
        "area": {"units": [radio.station.unit_path]}, "unit_path": radio.station.unit_path,
        "expires_at": now() + timedelta(hours=20), "record": None, **facts,
    }  # fmt: skip
    row = announce(SYSTEM, kind=kind, key=key, **values)  # type: ignore[arg-type]
    with quick_voice():
        listeners.on_announced(Event(name="messages.announced", record_id=row.pk, data={}))
    return row


def test_an_announced_emergency_is_heard_at_once_and_reported(radio: Radio) -> None:
    row = say(radio)
    with quick_voice():
        listeners.on_announced(Event(name="messages.announced", record_id=row.pk, data={}))
    emergency = Emergency.objects.get(announcement=row.pk)
    assert (emergency.state, emergency.source) == ("running", "Cảnh báo")
    assert [one.cluster for one in radio.sent.commands] == ["all"]  # type: ignore[attr-defined]
    airing = emergency.airings.get()
    settling.note_played(SYSTEM, cluster=radio.clusters[0], entries=[a_line(airing, "1", at("05:00:01"), 60)])
    facts = emergencies.report(SYSTEM, announcement_id=row.pk)
    assert (facts["clusters"], facts["played"], facts["first"]) == (3, 1, at("05:00:01").isoformat())
    row.refresh_from_db()
    assert row.outlets["loudspeaker"]["played"] == 1
    with quick_voice():
        end_announcement(SYSTEM, announcement_id=row.pk, all_clear="Đã an toàn.")
        listeners.on_announcement_ended(Event(name="x", record_id=row.pk, data={}))
    emergency.refresh_from_db()
    assert (emergency.state, emergency.all_clear) == ("ended", "Đã an toàn.")
    assert [one.kind for one in radio.sent.commands] == ["play", "stop", "play"]  # type: ignore[attr-defined]


def test_a_drawn_area_reaches_the_horns_in_and_near_it(radio: Radio) -> None:
    inside, outside, unknown = radio.clusters
    stations.edit_cluster(SYSTEM, cluster=inside, lat=22.55, lon=103.85)
    stations.edit_cluster(SYSTEM, cluster=outside, lat=22.80, lon=103.85)
    ring = [[22.5, 103.8], [22.5, 103.9], [22.6, 103.9], [22.6, 103.8]]
    row = say(radio, area={"polygons": [ring]})
    emergency = Emergency.objects.get(announcement=row.pk)
    assert emergency.area == {"clusters": sorted([inside.code, unknown.code])}
    far = say(radio, key="k2", area={"units": ["15/02683/khong-co/"]}, title="Thôn khác")
    assert not Emergency.objects.filter(announcement=far.pk).exists()


@pytest.mark.parametrize(
    ("kind", "hour", "begins"),
    [
        ("ordinary", "05:00", "05:30"),  # the next hour of broadcast
        ("ordinary", "05:40", "05:42"),  # two minutes for the sound to be made
        ("priority", "10:00", "10:02"),  # outside the hours, but not in those of quiet
        ("priority", "05:10", "05:30"),
    ],
)
def test_an_announced_notice_is_heard_at_the_next_hour_of_its_class(
    radio: Radio, kind: str, hour: str, begins: str
) -> None:
    with frozen(at(hour)):
        row = say(radio, kind, drill=kind == "priority")
        slot = Slot.objects.get(bulletin__source_id=str(row.pk))
        assert (slot.starts.strftime("%H:%M"), slot.first_day, slot.rule) == (begins, date(2026, 11, 23), "")
        bulletin = slot.bulletin
        assert bulletin is not None
        assert (bulletin.state, bulletin.kind, bulletin.valid_to) == ("approved", kind, row.expires_at)
        assert ("diễn tập" in bulletin.spoken) == (kind == "priority")
        end_announcement(SYSTEM, announcement_id=row.pk)
        listeners.on_announcement_ended(Event(name="x", record_id=row.pk, data={}))
        bulletin.refresh_from_db()
        assert bulletin.state == "ended"


def test_a_notice_that_ends_before_it_may_sound_says_so(radio: Radio) -> None:
    with frozen(at("22:00")):
        row = say(radio, "ordinary", expires_at=at("23:00"))
    row.refresh_from_db()
    assert row.outlets["loudspeaker"]["reason"] == "no_hour"
    assert not Airing.objects.filter(station=radio.station).exists()
