"""The engine through its actions: planned, sent, interrupted, missed, replayed, settled."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events.models import Event
from xaso.kernel.plain.moment import frozen
from xaso.services.broadcast.actions import bulletins, law, programme, settling, stations
from xaso.services.broadcast.actions.emergencies import confirm_emergency, end_emergency
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Fault, LiveSession, Play, RelaySource
from xaso.services.broadcast.queries.health import schedules
from xaso.services.broadcast.queries.lines import preview_slot, silences_of
from xaso.services.broadcast.tests.core_world import (
    MONDAY,
    SYSTEM,
    Radio,
    Sent,
    a_line,
    at,
    here,
    quick_voice,
)

pytestmark = pytest.mark.django_db


# ---- planning and sending -----------------------------------------------------------------------------------------


def test_three_days_go_out_to_every_device_and_only_changes_go_again(radio: Radio, sent: Sent) -> None:
    bulletin = radio.bulletin()
    radio.slot(bulletin)
    assert radio.plan() == 3
    document = sent.documents[radio.clusters[0].code]
    assert document.version == 1
    assert [f"{here(one.at):%d/%m %H:%M}" for one in document.entries] == [
        "23/11 05:40",
        "24/11 05:40",
        "25/11 05:40",
    ]
    entry = document.entries[0]
    assert entry.sha256 == bulletin.sound.sha256
    assert entry.url.endswith(f"/broadcast/am-thanh/{entry.sha256}.mp3")
    assert entry.until == at("06:30")
    assert (entry.priority, entry.resume, entry.volume) == ("ordinary", "restart", 70)
    assert document.valid_until - MONDAY >= timedelta(hours=24)
    assert document.caps == ((0, 330, 80), (330, 390, 60), (390, 1440, 80))
    assert radio.airing().state == Airing.State.SENT
    assert radio.plan() == 0
    stations.set_volume(SYSTEM, cluster=radio.clusters[0], volume=40)
    radio.station.refresh_from_db()
    assert radio.plan() == 1
    assert sent.documents[radio.clusters[0].code].version == 2
    assert [(one.kind, one.volume) for one in sent.commands] == [("volume", 40)]


def test_the_operator_is_told_when_devices_have_no_programme_for_a_day(radio: Radio, sent: Sent) -> None:
    good, said = schedules()
    assert not good
    assert said.startswith("3 trên 3 cụm loa chưa được gửi lịch")
    radio.plan()
    good, said = schedules()
    assert good
    assert "3 cụm đang nối chưa báo đã nhận" in said
    Cluster.objects.update(schedule_held=9)
    assert schedules() == (True, "3 cụm loa có lịch cho 24 giờ tới.")
    with frozen(MONDAY + timedelta(hours=60)):
        assert not schedules()[0]


def test_an_area_hears_what_is_for_it_and_nobody_else(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin("Riêng"), area={"clusters": [radio.clusters[1].code]})
    radio.slot(radio.bulletin("Chung"), "05:40")
    radio.plan()
    numbers = {code: [f"{here(one.at):%H:%M:%S}" for one in made.entries if one.at.day == 23]
               for code, made in sent.documents.items()}  # fmt: skip
    one, two, three = (cluster.code for cluster in radio.clusters)
    assert numbers == {one: ["05:40:00"], two: ["05:40:00", "05:41:00"], three: ["05:40:00"]}


def test_a_slot_that_is_changed_cancelled_or_ended_changes_what_is_to_come(radio: Radio, sent: Sent) -> None:
    slot = radio.slot(radio.bulletin())
    other = radio.bulletin("Tin thay", seconds=90)
    radio.plan()
    programme.change_day(SYSTEM, slot=slot, day=date(2026, 11, 24), cancelled=True, reason="Nghỉ")
    programme.change_day(SYSTEM, slot=slot, day=date(2026, 11, 25), starts=time(5, 50), bulletin=other)
    radio.plan()
    entries = sent.documents[radio.clusters[0].code].entries
    assert [f"{here(one.at):%d %H:%M} {one.seconds:.0f}" for one in entries] == ["23 05:40 60", "25 05:50 90"]
    gone = radio.airing(at__date=date(2026, 11, 24))
    assert (gone.state, gone.reason) == (Airing.State.REFUSED, "Đã bỏ khỏi chương trình")
    programme.undo_change(SYSTEM, slot=slot, day=date(2026, 11, 24))
    radio.plan()
    assert len(sent.documents[radio.clusters[0].code].entries) == 3
    programme.end_slot(SYSTEM, slot=slot)
    radio.plan()
    assert sent.documents[radio.clusters[0].code].entries == ()


def test_what_is_not_approved_or_has_no_sound_is_not_sent(radio: Radio, sent: Sent) -> None:
    draft = bulletins.write_bulletin(
        radio.editor, station=radio.station, title="Chưa duyệt", text="Nội dung thử."
    )
    silent = radio.bulletin("Chưa có tiếng")
    Bulletin.objects.filter(pk=silent.pk).update(sound=None, seconds=None)
    radio.slot(draft)
    radio.slot(silent, "05:50")
    radio.plan()
    assert sent.documents[radio.clusters[0].code].entries == ()
    assert radio.airing(title="Chưa duyệt").reason == "Bản tin chưa được duyệt"


def test_what_was_due_while_the_server_was_down_is_missed_and_offered(radio: Radio, sent: Sent) -> None:
    bulletin = radio.bulletin()
    radio.slot(bulletin)
    with frozen(at("08:00")):
        radio.plan()
        row = radio.airing(at=at("05:40"))
        assert (row.state, row.reason) == (Airing.State.MISSED, "Máy chủ không chạy lúc đến giờ")
        assert Event.objects.filter(name="broadcast.airing_missed", record_id=row.pk).exists()
        with pytest.raises(ActionError, match="khung giờ"):
            programme.replay_airing(radio.editor, airing_id=row.pk)
        again = programme.replay_airing(radio.editor, airing_id=row.pk, at=at("17:10"))
        radio.plan()
        entries = sent.documents[radio.clusters[0].code].entries
        assert str(again.pk) in {one.airing for one in entries}
        assert str(row.pk) not in {one.airing for one in entries}
        with pytest.raises(Conflict, match="đã được phát lại"):
            programme.replay_airing(radio.editor, airing_id=row.pk, at=at("17:20"))


def test_a_new_slot_does_not_invent_what_was_missed(radio: Radio, sent: Sent) -> None:
    with frozen(at("08:00")):
        radio.slot(radio.bulletin())
        radio.plan()
    assert not radio.station.airings.filter(at__lt=at("08:00")).exists()


def test_a_relay_is_sent_as_a_stream_with_a_hard_end(radio: Radio, sent: Sent) -> None:
    source = RelaySource.objects.create(
        station=radio.station,
        unit_path=radio.station.unit_path,
        title="Đài tỉnh",
        url="https://dai.example/nghe",
    )
    radio.slot(
        None, "05:45", item="relay", relay=source, seconds=1800, title="Tiếp âm đài tỉnh", loses="rejoin"
    )
    radio.plan()
    entry = sent.documents[radio.clusters[0].code].entries[0]
    assert (entry.sha256, entry.priority, entry.resume) == ("", "relay", "resume")
    assert entry.until == at("06:15")
    assert str(radio.station.pk) in entry.url


def test_a_live_voice_takes_the_channel_and_is_stopped(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(), "05:40")
    with frozen(at("05:39")):
        session = LiveSession.objects.create(
            station=radio.station, unit_path=radio.station.unit_path, title="Chủ tịch xã nói",
            starts_at=at("05:39"), ends_by=at("05:50"), state=LiveSession.State.RUNNING,
        )  # fmt: skip
        radio.plan()
        entries = sent.documents[radio.clusters[0].code].entries
        assert [(one.priority, f"{here(one.at):%H:%M}") for one in entries[:2]] == [
            ("live", "05:39"),
            ("ordinary", "05:50"),
        ]
    with frozen(at("05:42")):
        session.state, session.ended_at = LiveSession.State.ENDED, at("05:42")
        session.save()
        radio.plan()
        assert [one.kind for one in sent.commands] == ["stop"]
        assert radio.airing(item="live").until == at("05:42")


# ---- conflicts before saving --------------------------------------------------------------------------------------


def test_conflicts_are_shown_and_must_be_said_yes_to(radio: Radio) -> None:
    radio.slot(radio.bulletin("Tin sáng", seconds=1500), "05:35")
    late = radio.bulletin("Tin dài", seconds=900)
    facts = {"item": "bulletin", "bulletin": late, "first_day": date(2026, 11, 24), "starts": time(6, 20)}
    with pytest.raises(Conflict, match="không phát được"):
        programme.keep_slot(radio.editor, station=radio.station, **facts)
    slot = programme.draft_slot(radio.station, **{**facts, "starts": time(5, 40), "rule": "FREQ=DAILY"})
    preview = preview_slot(slot)
    assert len(preview.times) == 29
    assert {one.what for one in preview.clashes} == {"moved"}
    assert preview.words == "05:40 hằng ngày, từ 24/11/2026"
    assert not preview.stops
    night = {**facts, "starts": time(23, 0)}
    with pytest.raises(Conflict, match="yên tĩnh"):
        programme.keep_slot(radio.editor, station=radio.station, **night)
    assert programme.keep_slot(radio.editor, station=radio.station, despite=True, **night).pk


def test_dead_air_of_a_day_is_told(radio: Radio) -> None:
    radio.slot(radio.bulletin("Tin sáng", seconds=1800), "05:30")
    found = silences_of(radio.station, at("05:00"), at("12:00"))
    assert [(f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in found] == [("06:00", "06:30")]


def test_a_wrong_slot_is_refused_field_by_field(radio: Radio) -> None:
    with pytest.raises(ActionErrors) as told:
        programme.keep_slot(
            radio.editor, station=radio.station, item="bulletin", title="", starts=None, seconds=0, rule="FREQ=HOURLY",
            lunar={"days": [40]}, area={"clusters": ["khong-co"]}, excluded=["hôm qua"], order=0, volume=200,
        )  # fmt: skip
    assert set(told.value.errors) == {
        "title", "bulletin", "starts", "seconds", "rule", "lunar", "area", "excluded", "order", "volume",
    }  # fmt: skip
    with pytest.raises(Forbidden):
        programme.keep_slot(radio.editor.__class__(), station=radio.station, item="bulletin")


# ---- interrupted, reported, settled -------------------------------------------------------------------------------


def test_an_emergency_cuts_is_reported_and_the_cut_bulletin_is_heard_again(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(seconds=300), "05:40")
    radio.plan()
    notice = radio.airing(at=at("05:40"))
    with frozen(at("05:42")), quick_voice():
        warning = _ask(radio)
        assert sent.commands == []
        with pytest.raises(Forbidden, match="Người thứ hai"):
            confirm_emergency(radio.leader, emergency=warning)
        confirm_emergency(radio.second, emergency=warning)
        play = sent.commands[0]
        assert (play.kind, play.cluster, play.priority, play.volume) == ("play", "all", "emergency", 100)
        assert (play.seconds, play.data) == (20, {"repeats": 3, "pause": 2})
        radio.plan()
    notice.refresh_from_db()
    flood = radio.airing(item="emergency")
    assert (notice.cut_at, notice.cut_by) == (at("05:42"), flood)
    assert notice.until == at("05:48:04")  # 05:43:04 and the whole five minutes again
    with frozen(at("05:42:30")), quick_voice():
        end_emergency(radio.leader, emergency=warning, all_clear="Nước đã rút, bà con trở lại làm việc.")
        assert [(one.kind, one.item == str(flood.pk)) for one in sent.commands[1:]] == [
            ("stop", True),
            ("play", False),
        ]
        radio.plan()
    clear = radio.airing(item="all_clear")
    assert clear.starts_at == at("05:42:30")
    notice.refresh_from_db()
    assert notice.until == clear.until + timedelta(seconds=300)
    lines = [a_line(notice, "1", at("05:40"), 120, "cut"), a_line(notice, "2", clear.until, 300)]
    for cluster in radio.clusters:
        assert settling.note_played(SYSTEM, cluster=cluster, entries=lines) == 2
        assert settling.note_played(SYSTEM, cluster=cluster, entries=lines) == 0
        settling.note_played(SYSTEM, cluster=cluster, entries=[a_line(flood, "3", at("05:42"), 30, "cut")])
    with frozen(at("06:00")):
        radio.settle()
    notice.refresh_from_db()
    flood.refresh_from_db()
    assert (notice.state, flood.state) == (Airing.State.PLAYED, Airing.State.CUT)
    play = notice.plays.get(cluster=radio.clusters[0])
    assert (play.seconds, play.result, len(play.pieces)) == (420, "played", 2)


def test_what_no_longer_fits_is_taken_from_the_devices_and_offered_again(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(seconds=600), "06:15")
    radio.plan()
    code = radio.clusters[0].code
    assert len(sent.documents[code].entries) == 3
    with frozen(at("06:22")), quick_voice():
        confirm_emergency(radio.second, emergency=_ask(radio))
        radio.plan()
        # A device would begin it again by itself and be cut by the end of the hours.
        assert [here(one.at).day for one in sent.documents[code].entries] == [24, 25]
    row = radio.airing(at=at("06:15"))
    line = a_line(row, "1", at("06:15"), 420, "cut")
    settling.note_played(SYSTEM, cluster=radio.clusters[0], entries=[line])
    with frozen(at("06:40")):
        radio.settle()
        row.refresh_from_db()
        assert (row.state, row.reason) == (Airing.State.CUT, "Không kịp trong khung giờ")
        assert Event.objects.filter(name="broadcast.airing_missed", record_id=row.pk).exists()
        assert programme.replay_airing(radio.editor, airing_id=row.pk, at=at("17:00")).replay_of == row


def test_gaps_are_explained_and_a_late_log_puts_them_right(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(), "05:40")
    radio.plan()
    row = radio.airing(at=at("05:40"))
    good, full, gone = radio.clusters
    settling.note_played(SYSTEM, cluster=good, entries=[a_line(row, "1", at("05:40:00"), 60)])
    settling.note_state(SYSTEM, cluster=full, state=_online(at("05:20"), [{"kind": "sd_full", "detail": ""}]))
    settling.note_state(SYSTEM, cluster=gone, state={"online": False, "at": at("05:30")})
    with frozen(at("05:42")):
        assert radio.settle() == 0  # devices get three minutes to tell
    with frozen(at("05:50")):
        assert radio.settle() == 1
        assert radio.settle() == 0
    row.refresh_from_db()
    assert row.state == Airing.State.PLAYED
    assert dict(row.plays.values_list("cluster__code", "reason")) == {
        good.code: "", full.code: "sd_full", gone.code: "offline",
    }  # fmt: skip
    settling.note_state(SYSTEM, cluster=gone, state=_online(at("09:00")))
    settling.note_played(SYSTEM, cluster=gone, entries=[a_line(row, "x", at("05:40:00"), 60)])
    late = Play.objects.get(airing=row, cluster=gone)
    assert (late.result, late.reason, late.seconds) == ("played", "", 60)
    assert not Fault.objects.filter(cluster=gone, ended_at=None).exists()


def test_what_nobody_played_is_missed_and_becomes_played_when_a_log_comes(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(), "05:40")
    radio.plan()
    row = radio.airing(at=at("05:40"))
    with frozen(at("05:50")):
        radio.settle()
        row.refresh_from_db()
        assert (row.state, row.reason) == (Airing.State.MISSED, "Không cụm loa nào báo đã phát")
        assert {one.reason for one in row.plays.all()} == {"not_held"}
        line = a_line(row, "1", at("05:40"), 60)
        settling.note_played(
            SYSTEM, cluster=radio.clusters[0], entries=[line, {**line, "airing": "khong-phai"}]
        )
    row.refresh_from_db()
    assert row.state == Airing.State.PLAYED


def test_states_are_kept_once_and_faults_begin_and_end(radio: Radio) -> None:
    device = radio.clusters[0]
    fault = [{"kind": "clock_off", "detail": "lệch 3600 giây"}]
    for _ in range(2):
        row = settling.note_state(
            SYSTEM, cluster=device, state=_online(at("05:10"), fault, schedule_version=4)
        )
    assert (row.clock_offset_ms, row.schedule_held, row.firmware) == (12.5, 4, "1.2")
    assert row.faults.filter(kind="clock_off", ended_at=None).count() == 1
    settling.note_state(
        SYSTEM, cluster=device, state=_online(at("05:05"), [])
    )  # an older word changes nothing
    assert row.faults.filter(kind="clock_off", ended_at=None).exists()
    settling.note_state(SYSTEM, cluster=device, state=_online(at("05:20"), []))
    assert row.faults.get(kind="clock_off").ended_at == at("05:20")


def test_acks_show_what_plays(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(), "05:40")
    radio.plan()
    row, device = radio.airing(), radio.clusters[0]
    settling.note_ack(
        SYSTEM, cluster=device, acks=[{"item": str(row.pk), "stage": "started"}, {"item": "?", "stage": "x"}]
    )
    device.refresh_from_db()
    row.refresh_from_db()
    assert (device.playing, row.state) == (row.pk, Airing.State.PLAYING)
    settling.note_ack(SYSTEM, cluster=device, acks=[{"item": str(row.pk), "stage": "finished"}])
    device.refresh_from_db()
    assert device.playing is None


def test_the_hours_of_the_commune_are_dated_rows(radio: Radio, sent: Sent) -> None:
    radio.slot(radio.bulletin(), "05:40")
    law.keep_window(
        officer_of(radio), station=radio.station, use="broadcast", starts=time(6), ends=time(7),
        legal_basis="Quy chế của đài 12/QĐ-UBND", valid_from=date(2026, 11, 24),
    )  # fmt: skip
    radio.plan()
    assert [f"{here(one.at):%d}" for one in sent.documents[radio.clusters[0].code].entries] == ["23"]
    assert "khung giờ" in radio.airing(at__date=date(2026, 11, 24)).reason


def officer_of(radio: Radio):  # type: ignore[no-untyped-def]
    return radio.editor


def _ask(radio: Radio):  # type: ignore[no-untyped-def]
    from xaso.services.broadcast.actions.emergencies import ask_emergency

    return ask_emergency(
        radio.leader, station=radio.station, title="Lũ quét", text="Lũ về suối Nậm Đăm, bà con lên chỗ cao ngay.",
        expires_at=at("08:00"),
    )  # fmt: skip


def _online(
    moment: datetime, faults: list[dict[str, str]] | None = None, **more: object
) -> dict[str, object]:
    return {
        "online": True, "at": moment, "playing": "", "firmware": "1.2", "clock_offset_ms": 12.5,
        "faults": faults or [], "disk_free_mb": 512, "stored_until": moment, **more,
    }  # fmt: skip
