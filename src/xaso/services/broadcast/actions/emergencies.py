"""Emergencies: asked by one, confirmed by another, heard at once, ended by a named person with an all-clear.

Who may interrupt everybody is the most dangerous right. By the shipped rule two people are needed; a commune may say
by a dated row that one is enough. An emergency from the province or the centre is played at once (TT 39/2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors, Conflict, Forbidden
from xaso.kernel.events import emit
from xaso.kernel.messages.announcements import announce, end_announcement, note_outlet
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.plain.text import nfc
from xaso.kernel.speech import spoken_text
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions.common import (
    CONFIRM,
    EMERGENCY,
    checked_area,
    clusters_in,
    live_clusters,
    replan,
)
from xaso.services.broadcast.actions.sounds import CHIME, SIREN, speak_now
from xaso.services.broadcast.in_force import approval_rule, caps_of, class_rule
from xaso.services.broadcast.models import Airing, Emergency, Origin, Play, Sound, Station
from xaso.services.broadcast.planning import sound_url
from xaso.services.broadcast.rules.hours import loudest

ALL = "all"
SIRENS = {SIREN: "Còi báo động", CHIME: "Chuông bốn nốt", "": "Không có"}
DRILL = "Đây là diễn tập."
CLEAR = "Tình huống khẩn cấp đã kết thúc: {title}. Bà con trở lại sinh hoạt bình thường."
CANCELLED = "Thông báo khẩn cấp vừa phát đã được hủy: {title}."
LONGEST = timedelta(hours=72)
REPORT = "broadcast.report_emergency"


@action
def ask_emergency(
    viewer: Viewer,
    *,
    station: Station,
    title: str,
    text: str,
    expires_at: datetime,
    area: Mapping[str, Any] | None = None,
    drill: bool = False,
    siren: str = SIREN,
    repeats: int | None = None,
    spoken: str = "",
    all_clear: str = "",
    source: str = "",
    origin: str = Origin.COMMUNE,
) -> Emergency:
    """Ask for an emergency. It waits for a second person (``state`` asked), or runs at once where the rule in force
    asks for nobody (approvals 0) or the order comes from above. The sound is made now, so that a yes is heard at once.

    Raises ActionErrors for what is missing, Forbidden.
    """
    viewer.must(EMERGENCY, station.unit_path)
    repeats = class_rule("emergency", station.unit_path).repeats if repeats is None else repeats
    _check(title, text, siren, repeats, expires_at)
    words = spoken.strip() or spoken_text(nfc(text).strip(), station.unit_path).text
    row = Emergency(
        station=station,
        unit_path=station.unit_path,
        source=source[:160],
        origin=origin,
        drill=drill,
        title=nfc(title).strip()[:200],
        text=nfc(text).strip(),
        spoken=as_drill(words) if drill else words,
        siren=siren,
        repeats=repeats,
        all_clear=nfc(all_clear).strip(),
        area=checked_area(area, station),
        expires_at=expires_at,
        asked_by=viewer.account_id,
        asked_by_name=viewer.name[:160],
    )
    _voice(viewer, row)
    row.save(force_insert=True)
    _emit("broadcast.emergency_asked", row, viewer)
    rule = approval_rule("emergency", station.unit_path)
    alone = rule is not None and rule.approvals == 0
    from_above = origin != Origin.COMMUNE and not class_rule("emergency", station.unit_path).from_above_waits
    if alone or from_above:
        _launch(viewer, row, tell=True)
    return row


@action
def confirm_emergency(viewer: Viewer, *, emergency: Emergency) -> Emergency:
    """The second person's yes: it is heard now. Raises Forbidden for who asked, Conflict when it is too late."""
    row = _locked(emergency)
    viewer.must(CONFIRM, row.unit_path)
    if row.state != Emergency.State.ASKED:
        raise Conflict(f"Tin khẩn cấp này: {row.get_state_display().lower()}.")
    if row.expires_at <= now():
        raise Conflict("Tin khẩn cấp đã hết hiệu lực trước khi được xác nhận. Lập lại nếu còn cần.")
    rule = approval_rule("emergency", row.unit_path)
    own = rule is not None and rule.own
    if not own and viewer.account_id is not None and viewer.account_id == row.asked_by:
        raise Forbidden("Người ra lệnh không tự xác nhận. Người thứ hai đăng nhập và xác nhận.")
    row.confirmed_by, row.confirmed_by_name = viewer.account_id, viewer.name[:160]
    _launch(viewer, row, tell=True)
    return row


@action
def refuse_emergency(viewer: Viewer, *, emergency: Emergency, reason: str) -> Emergency:
    """Not to be heard: by the second person, or taken back by the one who asked. Raises ActionErrors, Conflict."""
    row = _locked(emergency)
    mine = viewer.account_id is not None and viewer.account_id == row.asked_by
    if not mine:
        viewer.must(CONFIRM, row.unit_path)
    if row.state != Emergency.State.ASKED:
        raise Conflict(f"Tin khẩn cấp này: {row.get_state_display().lower()}.")
    if len(reason.strip()) < 5:
        raise ActionErrors({"reason": ["Ghi lý do không phát."]})
    row.state, row.reason, row.ended_at = Emergency.State.REFUSED, reason.strip()[:300], now()
    row.ended_by, row.ended_by_name = viewer.account_id, viewer.name[:160]
    row.save(update_fields=["state", "reason", "ended_at", "ended_by", "ended_by_name"])
    _emit("broadcast.emergency_refused", row, viewer)
    return row


@action
def end_emergency(
    viewer: Viewer, *, emergency: Emergency, all_clear: str = "", cancelled: bool = False, tell: bool = True
) -> Emergency:
    """Stop it and say that all is clear; the cut programme goes on by its rules. Ending it again changes nothing.

    ``cancelled``: it was wrong from the beginning, and that is what is said. Raises Forbidden.
    """
    row = _locked(emergency)
    viewer.must(EMERGENCY, row.unit_path)
    if row.state != Emergency.State.RUNNING:
        return row
    row.state, row.ended_at = Emergency.State.ENDED, now()
    row.ended_by, row.ended_by_name = viewer.account_id, viewer.name[:160]
    said = (
        nfc(all_clear).strip() or row.all_clear or (CANCELLED if cancelled else CLEAR).format(title=row.title)
    )
    row.all_clear = said
    words = spoken_text(said, row.unit_path).text
    row.all_clear_sound = speak_now(
        viewer,
        spoken=as_drill(words) if row.drill else words,
        voice=row.station.voice,
        speed=row.station.speed,
        siren=CHIME,
        repeats=2,
        unit_path=row.unit_path,
    )
    row.save()
    heard = row.airings.filter(item=Airing.Item.EMERGENCY).first()
    if heard is not None:
        _send(row, [("stop", heard, None)])
        _send(row, [("play", _air_clear(row), row.all_clear_sound)])
    _emit("broadcast.emergency_ended", row, viewer, cancelled=cancelled)
    if tell and row.announcement is not None:
        end_announcement(viewer, announcement_id=row.announcement, cancelled=cancelled, all_clear=said)
    replan(row.station)
    return row


@action
def start_announced(
    viewer: Viewer,
    *,
    station: Station,
    announcement_id: UUID,
    title: str,
    text: str,
    drill: bool,
    expires_at: datetime,
    codes: Iterable[str] | None,
    unit_path: str,
) -> Emergency:
    """An emergency that another room has announced (its second person was asked there). Once for one announcement.

    ``codes``: only these clusters; None is the whole station.
    """
    known = Emergency.objects.filter(station=station, announcement=announcement_id).first()
    if known is not None:
        return known
    words = spoken_text(nfc(text).strip(), station.unit_path).text
    above = not unit_path.startswith(station.unit_path)
    row = Emergency(
        station=station,
        unit_path=station.unit_path,
        announcement=announcement_id,
        source="Cảnh báo",
        origin=Origin.PROVINCE if above else Origin.COMMUNE,
        drill=drill,
        title=title[:200],
        text=text,
        spoken=as_drill(words) if drill else words,
        repeats=class_rule("emergency", station.unit_path).repeats,
        area={} if codes is None else {"clusters": sorted(codes)},
        expires_at=expires_at,
        asked_by_name="Hệ thống cảnh báo",
    )
    _voice(viewer, row)
    row.save(force_insert=True)
    _launch(viewer, row, tell=False)
    return row


def as_drill(words: str) -> str:
    """What a drill sounds like: nobody can take it for the real thing, however late they begin to listen."""
    return f"{DRILL} {words} {DRILL}"


def _voice(viewer: Viewer, row: Emergency) -> None:
    """Siren and words once: devices repeat them, so the file is small and there at once."""
    row.sound = speak_now(
        viewer,
        spoken=row.spoken,
        voice=row.station.voice,
        speed=row.station.speed,
        siren=row.siren,
        repeats=1,
        unit_path=row.unit_path,
    )
    row.seconds = row.sound.seconds * row.repeats + row.pause_seconds * (row.repeats - 1)


def _launch(viewer: Viewer, row: Emergency, *, tell: bool) -> None:
    row.state, row.started_at = Emergency.State.RUNNING, now()
    row.save()
    airing = _air(row, Airing.Item.EMERGENCY, row.sound, row.seconds or 0.0)
    _send(row, [("play", airing, row.sound)])
    _emit("broadcast.emergency_started", row, viewer)
    if tell:
        told = announce(
            viewer,
            kind="emergency",
            title=row.title,
            body=row.text,
            area={"units": list(row.area.get("units", ())) or [row.unit_path]},
            unit_path=row.unit_path,
            expires_at=row.expires_at,
            record=row,
            drill=row.drill,
            key=f"broadcast.emergency:{row.pk}",
        )
        row.announcement = told.pk
        row.save(update_fields=["announcement"])
    replan(row.station)


def _air_clear(row: Emergency) -> Airing:
    sound = row.all_clear_sound
    return _air(row, Airing.Item.ALL_CLEAR, sound, sound.seconds if sound else 0.0)


def _air(row: Emergency, item: str, sound: Sound | None, seconds: float) -> Airing:
    moment = now()
    made, _ = Airing.objects.get_or_create(
        key=f"{item}:{row.pk}",
        defaults={
            "station": row.station,
            "unit_path": row.unit_path,
            "item": item,
            "kind": "emergency",
            "origin": row.origin,
            "title": row.title if item == Airing.Item.EMERGENCY else f"Báo yên: {row.title}"[:200],
            "emergency": row,
            "area": row.area,
            "sound": sound,
            "seconds": seconds,
            "at": moment,
            "starts_at": moment,
            "until": moment + timedelta(seconds=seconds),
            "state": Airing.State.SENT,
        },
    )
    return made


def _send(row: Emergency, orders: Iterable[tuple[str, Airing, Sound | None]]) -> None:
    """To every enrolled cluster of the area, in one command where all are as loud as each other."""
    moment = now()
    everyone = [one for one in live_clusters(row.station) if one.enrolled_at is not None]
    wanted = clusters_in(row.area, everyone)
    if not wanted:
        return
    caps = caps_of(wanted)
    loud = {one.code: loudest(caps[one.code], moment, emergency=True) for one in wanted}
    together = not row.area and len(set(loud.values())) == 1
    targets = [(ALL, loud[wanted[0].code])] if together else sorted(loud.items())
    commands = []
    for kind, airing, sound in orders:
        last = max(row.expires_at, moment + timedelta(minutes=30))
        for code, volume in targets:
            facts: dict[str, Any] = {"item": str(airing.pk), "priority": "emergency", "resume": "restart"}
            if kind == "play" and sound is not None:
                facts |= {
                    "url": sound_url(sound.sha256),
                    "sha256": sound.sha256,
                    "seconds": sound.seconds,
                    "volume": volume,
                }
                if airing.item == Airing.Item.EMERGENCY:
                    facts["data"] = {"repeats": row.repeats, "pause": row.pause_seconds}
            commands.append(wire.order(kind, cluster=code, expires_at=last, **facts))
    wire.publish(commands, station=row.station)


@action
def report(viewer: Viewer, *, announcement_id: UUID) -> dict[str, Any]:
    """Tell an announcement how many loudspeakers have played it, over all stations; answers the facts. Repeatable."""
    facts: dict[str, Any] = {"clusters": 0, "played": 0, "first": None, "last": None, "stations": {}}
    starts: list[datetime] = []
    for row in Emergency.objects.filter(announcement=announcement_id).select_related("station"):
        enrolled = [one for one in live_clusters(row.station) if one.enrolled_at is not None]
        plays = Play.objects.filter(airing__emergency=row, airing__item=Airing.Item.EMERGENCY)
        heard = [one for one in plays if one.result in {Play.Result.PLAYED, Play.Result.CUT}]
        starts += [one.started_at for one in heard if one.started_at]
        wanted = len(clusters_in(row.area, enrolled))
        facts["clusters"] += wanted
        facts["played"] += len(heard)
        facts["stations"][row.unit_path] = {"clusters": wanted, "played": len(heard), "state": str(row.state)}
    if starts:
        facts["first"], facts["last"] = (
            one.astimezone(VIETNAM).isoformat() for one in (min(starts), max(starts))
        )
    note_outlet(viewer, announcement_id=announcement_id, outlet="loudspeaker", facts=facts)
    return facts


def _check(title: str, text: str, siren: str, repeats: int, expires_at: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if not title.strip():
        wrong["title"] = ["Nhập tiêu đề."]
    if len(text.strip()) < 10:
        wrong["text"] = ["Nhập nội dung: việc gì, ở đâu, bà con phải làm gì."]
    if len(text) > 3000:
        wrong["text"] = ["Tin khẩn cấp dài tối đa 3.000 ký tự."]
    if siren not in SIRENS:
        wrong["siren"] = ["Chọn tiếng báo trong danh sách."]
    if not 1 <= repeats <= 10:
        wrong["repeats"] = ["Đọc từ 1 đến 10 lượt."]
    if not now() < expires_at <= now() + LONGEST:
        wrong["expires_at"] = ["Hết hiệu lực sau lúc này và trong vòng 72 giờ."]
    if wrong:
        raise ActionErrors(wrong)


def _locked(emergency: Emergency) -> Emergency:
    return Emergency.objects.select_for_update(of=("self",)).select_related("station").get(pk=emergency.pk)


def _emit(name: str, row: Emergency, viewer: Viewer, **data: Any) -> None:
    emit(name, record=row, unit_path=row.unit_path, viewer=viewer, data={"drill": row.drill, **data})
