"""Bulletins from the province and the centre: taken once, put where their class says, decided by the commune.

Which level speaks is told by where its account stands: an account for the whole country is the centre's, one for a
province the province's; a commune's own account sends nothing down. Ordinary bulletins are offered, priority ones are
put first in the programme, an emergency is played at once without anybody's leave here (TT 39/2020).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.kernel.tasks import enqueue
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import find_unit
from xaso.services.broadcast.actions.bulletins import end_bulletin, submit_bulletin, write_bulletin
from xaso.services.broadcast.actions.common import PROGRAMME, station_of
from xaso.services.broadcast.actions.emergencies import ask_emergency, end_emergency
from xaso.services.broadcast.actions.programme import keep_slot
from xaso.services.broadcast.in_force import hours_of
from xaso.services.broadcast.models import Bulletin, Emergency, Origin, SourceItem, Station
from xaso.services.broadcast.rules.dialects import Dialect, Incoming, Unreadable, dialect
from xaso.services.broadcast.rules.hours import WINDOW, open_spans
from xaso.services.broadcast.streams.upward import Flow, tell

SEND = "broadcast.send"
EMERGENCY_LASTS = timedelta(hours=6)
AHEAD = timedelta(days=14)
FETCH = "broadcast.fetch_source_audio"
State = SourceItem.State
SYSTEM = Viewer.system()


@dataclass
class Taken:
    """What became of a bulletin: by station, and the codes for which there is no station here."""

    items: list[SourceItem] = field(default_factory=list)
    unserved: list[str] = field(default_factory=list)


def level_of(viewer: Viewer) -> str:
    """The level an account stands for. Raises Forbidden for a commune's."""
    paths = viewer.paths(SEND)
    if "" in paths:
        return Origin.CENTRE
    if any(path.count("/") == 1 for path in paths):
        return Origin.PROVINCE
    raise Forbidden("Tài khoản cấp xã không gửi tin xuống đài. Dùng tài khoản của tỉnh hoặc trung ương.")


@action
def receive_bulletin(viewer: Viewer, *, version: str, wire: Mapping[str, Any]) -> Taken:
    """Take a bulletin in the words of one version of the interface. The same one again changes nothing.

    Raises ActionErrors with every fault under the sender's own field names, Forbidden for units beyond the account,
    Conflict when other content comes under an id that is known.
    """
    level = level_of(viewer)
    try:
        words = dialect(version)
        incoming = words.read(wire)
    except LookupError:
        raise NotFound("Không có bản giao kết này. Dùng 2.0 hoặc 1.0.") from None
    except Unreadable as error:
        raise ActionErrors(error.errors) from None
    wanted, unserved = _stations(incoming.areas)
    beyond = [one for one in wanted if not viewer.can(SEND, one.unit_path)]
    if beyond:
        raise Forbidden(f"Tài khoản này không gửi tin tới {beyond[0].title}.")
    if not wanted:
        raise ActionErrors({words.names["areas"]: ["Không đơn vị nào trong danh sách có đài ở đây."]})
    taken = Taken(unserved=unserved)
    body = _neutral(incoming)
    for station, area in wanted.items():
        taken.items.append(_take(viewer, station, level, words, incoming, area, body))
    return taken


def _neutral(incoming: Incoming) -> dict[str, Any]:
    told = {name: value for name, value in vars(incoming).items() if name != "withdrawn"}
    return dict(json.loads(json.dumps(told, default=lambda one: one.isoformat())))


def _stations(codes: tuple[str, ...]) -> tuple[dict[Station, dict[str, list[str]]], list[str]]:
    """The stations of the areas, each with the part of it that is meant; and the codes without a station."""
    found: dict[Station, dict[str, list[str]]] = {}
    unserved = []
    with widened("which stations the areas of a bulletin from above have"):
        for code in codes:
            places = _places(code)
            if not places:
                unserved.append(code)
            for station, area in places:
                known = found.get(station)
                # The whole station, once named, stays the whole; parts add up.
                if known is None or not area:
                    found[station] = area
                elif known:
                    found[station] = {"clusters": sorted({*known["clusters"], *area["clusters"]})}
    return found, unserved


def _places(code: str) -> list[tuple[Station, dict[str, list[str]]]]:
    if len(code) == 2:
        return [(one, {}) for one in Station.objects.filter(unit_path__startswith=f"{code}/", ended_at=None)]
    unit = find_unit(code, level=Unit.Level.COMMUNE)
    station = station_of(unit.path) if unit is not None else None
    if station is not None:
        return [(station, {})]
    # A code of before the mergers: the station that has it among its own, there the clusters that came with it.
    old = Station.objects.filter(old_codes__contains=[code], ended_at=None).first()
    if old is None:
        return []
    came = list(old.clusters.filter(old_unit_code=code, ended_at=None).values_list("code", flat=True))
    return [(old, {"clusters": sorted(came)} if came else {})]


def _take(
    viewer: Viewer,
    station: Station,
    level: str,
    words: Dialect,
    incoming: Incoming,
    area: dict[str, list[str]],
    body: dict[str, Any],
) -> SourceItem:
    known = (
        SourceItem.objects.select_for_update()
        .filter(station=station, origin=level, external_id=incoming.id)
        .first()
    )
    if incoming.withdrawn:
        return _withdraw(viewer, known)
    if known is not None:
        if _digest(known.body) != _digest(body):
            raise Conflict("Mã bản tin này đã gửi với nội dung khác. Gửi nội dung mới dưới mã mới.")
        return known
    item = SourceItem(
        station=station,
        unit_path=station.unit_path,
        origin=level,
        sender=incoming.issuer[:160],
        external_id=incoming.id,
        version=words.version,
        kind=incoming.kind,
        body=body,
    )
    if incoming.kind == "emergency":
        _play_now(item, incoming, area)
    else:
        _write(item, incoming, area)
    item.save(force_insert=True)
    _tell(item, "received")
    if item.state != State.OFFERED:
        _tell(item, item.state)
    if incoming.audio and item.bulletin is not None:
        enqueue(FETCH, {"item": str(item.pk)}, key=str(item.pk))
    emit(
        "broadcast.source_received",
        record=item,
        unit_path=item.unit_path,
        viewer=viewer,
        data={"kind": item.kind, "origin": level},
    )
    return item


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _play_now(item: SourceItem, incoming: Incoming, area: dict[str, list[str]]) -> None:
    row = ask_emergency(
        SYSTEM,
        station=item.station,
        title=incoming.title,
        text=incoming.text,
        expires_at=incoming.valid_to or now() + EMERGENCY_LASTS,
        area=area,
        source=incoming.issuer,
        origin=item.origin,
    )
    item.emergency_id = row.pk
    item.state = State.PLAYING if row.state == Emergency.State.RUNNING else State.OFFERED


def _write(item: SourceItem, incoming: Incoming, area: dict[str, list[str]]) -> None:
    """A bulletin of the station; a priority one is put first where the source wants it, or when hours open next."""
    text = incoming.text or "(Bản tin ghi âm của cấp trên)"
    item.bulletin = write_bulletin(
        SYSTEM,
        station=item.station,
        title=incoming.title,
        text=text,
        kind=incoming.kind,
        origin=item.origin,
        source=incoming.issuer,
        source_id=incoming.id,
        topic=incoming.topic,
        valid_from=incoming.valid_from,
        valid_to=incoming.valid_to,
    )
    if incoming.kind != "priority":
        return
    times: list[datetime | None] = [one for one in incoming.play_at if one > now()]
    times = times or [_next_opening(item.station, incoming)]
    for at in times:
        if at is not None:
            _schedule(SYSTEM, item.bulletin, at, area, first=True)
    item.state = State.FIRST


def _next_opening(station: Station, incoming: Incoming) -> datetime | None:
    """When the programme opens next (or goes on now): there a priority bulletin is the first."""
    begins = max(now() + timedelta(minutes=2), incoming.valid_from or now())
    for one in open_spans(hours_of(station.unit_path), WINDOW, begins, begins + AHEAD):
        return max(one.start, begins)
    return None


def _schedule(
    viewer: Viewer, bulletin: Bulletin, at: datetime, area: Mapping[str, Any], *, first: bool = False
) -> None:
    local = at.astimezone(now().tzinfo)
    keep_slot(
        viewer,
        station=bulletin.station,
        despite=first,
        title=bulletin.title,
        item="bulletin",
        bulletin=bulletin,
        first_day=local.date(),
        last_day=local.date(),
        starts=local.time().replace(tzinfo=None, microsecond=0),
        area=dict(area),
        order=1 if first else 100,
    )


def _withdraw(viewer: Viewer, item: SourceItem | None) -> SourceItem:
    if item is None:
        raise NotFound("Không có bản tin này để thu hồi.")
    if item.state == State.WITHDRAWN:
        return item
    if item.emergency_id is not None:
        row = Emergency.objects.filter(pk=item.emergency_id, state=Emergency.State.RUNNING).first()
        if row is not None:
            end_emergency(SYSTEM, emergency=row, cancelled=True)
    elif item.bulletin is not None and item.bulletin.state != Bulletin.State.ENDED:
        end_bulletin(SYSTEM, bulletin=item.bulletin, reason="Nơi gửi thu hồi")
    item.state, item.decided_at = State.WITHDRAWN, now()
    item.save(update_fields=["state", "decided_at"])
    _tell(item, State.WITHDRAWN)
    emit("broadcast.source_withdrawn", record=item, unit_path=item.unit_path, viewer=viewer)
    return item


@action
def accept_item(viewer: Viewer, *, item_id: UUID, at: datetime) -> SourceItem:
    """The commune takes an ordinary bulletin of the source and airs it at a moment, once it is approved here."""
    item = _open_item(viewer, item_id)
    if item.bulletin is None:
        raise Conflict("Tin này không có bản tin để xếp lịch.")
    if at <= now():
        raise ActionError("Chọn giờ phát từ bây giờ trở đi.", "starts")
    _schedule(viewer, item.bulletin, at, {})
    if item.bulletin.state in {Bulletin.State.DRAFT, Bulletin.State.REFUSED}:
        submit_bulletin(SYSTEM, bulletin=item.bulletin)
    return _decide(viewer, item, State.TAKEN, "")


@action
def refuse_item(viewer: Viewer, *, item_id: UUID, reason: str) -> SourceItem:
    """The commune does not air an ordinary bulletin; the source is told why. Others may not be refused."""
    item = _open_item(viewer, item_id)
    if item.kind != "ordinary":
        raise Conflict("Chỉ tin thông thường được từ chối. Tin ưu tiên: đổi giờ trong chương trình.")
    if not reason.strip():
        raise ActionError("Viết lý do để nơi gửi biết.", "reason")
    if item.bulletin is not None and item.bulletin.state != Bulletin.State.ENDED:
        end_bulletin(SYSTEM, bulletin=item.bulletin, reason=nfc(reason).strip()[:200])
    return _decide(viewer, item, State.REFUSED, nfc(reason).strip()[:300])


def _open_item(viewer: Viewer, item_id: UUID) -> SourceItem:
    item = (
        SourceItem.objects.select_for_update(of=("self",))
        .select_related("station", "bulletin")
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise NotFound("Không có tin này.")
    viewer.must(PROGRAMME, item.unit_path)
    if item.state != State.OFFERED:
        raise Conflict(f"Tin này: {item.get_state_display().lower()}.")
    return item


def _decide(viewer: Viewer, item: SourceItem, state: str, reason: str) -> SourceItem:
    item.state, item.reason, item.decided_at, item.decided_by = state, reason, now(), viewer.account_id
    item.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    _tell(item, "accepted" if state == State.TAKEN else state, reason)
    if state == State.TAKEN:
        emit("broadcast.source_taken", record=item, unit_path=item.unit_path, viewer=viewer)
    else:
        emit("broadcast.source_refused", record=item, unit_path=item.unit_path, viewer=viewer)
    return item


def _tell(item: SourceItem, state: str, reason: str = "") -> None:
    facts: dict[str, Any] = {"id": item.external_id, "state": state, "at": now()}
    if reason:
        facts["reason"] = reason
    tell(
        SYSTEM,
        station=item.station,
        flow=Flow.STATUS,
        about=f"{item.origin}:{item.external_id}:{state}",
        facts=facts,
    )
