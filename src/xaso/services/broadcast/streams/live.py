"""The live microphone: asked for, granted by a second person where the unit's rule wants one, spoken, ended in time.

The browser sends what its microphone takes piece by piece over ordinary posts, so the same doors, sessions and form
tokens guard it as every other page. Nobody but the one who asked may send; after ``ends_by`` nothing is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.broadcast import wire
from xaso.services.broadcast.actions.common import (
    CONFIRM,
    SPEAK,
    checked_area,
    clusters_in,
    live_clusters,
    replan,
)
from xaso.services.broadcast.in_force import approval_rule, caps_of
from xaso.services.broadcast.models import Airing, LiveChunk, LiveSession, Station
from xaso.services.broadcast.rules.hours import loudest
from xaso.services.broadcast.streams.outlets import listen_url

MOST_MINUTES = 60
LONGEST_CHUNK = 32 * 1024  # half a second takes four of them
SOON = timedelta(days=7)
BEFORE = timedelta(seconds=60)
HEAD_START = timedelta(seconds=4)  # the stream's first two segments; a device would find nothing before
KEPT = timedelta(days=1)
State = LiveSession.State
WORDS = {
    State.ASKED: "Buổi này chưa được cho phép. Nhờ người thứ hai cho phép trước.",
    State.ENDED: "Buổi này đã kết thúc.",
    State.REFUSED: "Buổi này không được phép phát.",
}
_HEADS = (b"\x1a\x45\xdf\xa3", b"OggS")


@action
def ask_live(
    viewer: Viewer,
    *,
    station: Station,
    title: str,
    minutes: int,
    starts_at: datetime | None = None,
    area: Mapping[str, Any] | None = None,
) -> LiveSession:
    """Ask to speak live for so many minutes (at most an hour), now or at a moment within a week.

    Where the unit's rule asks for nobody's leave the session is granted at once. Raises ActionError, Forbidden.
    """
    viewer.must(SPEAK, station.unit_path)
    named = nfc(title).strip()[:200]
    begins = starts_at or now()
    if not named:
        raise ActionError("Nhập tên buổi nói, ví dụ: Chủ tịch xã nói chuyện với bà con.", "title")
    if not 1 <= minutes <= MOST_MINUTES:
        raise ActionError(f"Chọn từ 1 đến {MOST_MINUTES} phút.", "minutes")
    if not now() - BEFORE <= begins <= now() + SOON:
        raise ActionError("Chọn giờ bắt đầu từ bây giờ đến bảy ngày tới.", "starts_at")
    row = LiveSession.objects.create(
        station=station,
        unit_path=station.unit_path,
        title=named,
        area=checked_area(area, station),
        starts_at=begins,
        ends_by=begins + timedelta(minutes=minutes),
        asked_by=viewer.account_id,
        asked_by_name=viewer.name[:160],
    )
    emit("broadcast.live_asked", record=row, unit_path=row.unit_path, viewer=viewer)
    rule = approval_rule("live", station.unit_path)
    if rule is not None and rule.approvals == 0:
        _grant(viewer, row)
    return row


@action
def grant_live(viewer: Viewer, *, session_id: UUID) -> LiveSession:
    """A second person lets it happen. Raises Forbidden for the one who asked, Conflict for one already decided."""
    row = _locked(session_id)
    viewer.must(CONFIRM, row.unit_path)
    if row.state != State.ASKED:
        raise Conflict("Buổi này đã có người quyết định. Mở lại để xem.")
    if row.ends_by <= now():
        raise Conflict("Buổi này đã quá giờ. Xin buổi khác.")
    rule = approval_rule("live", row.unit_path)
    if row.asked_by == viewer.account_id and not (rule is not None and rule.own):
        raise Forbidden("Người xin nói không tự cho phép mình. Nhờ người khác có quyền cho phép.")
    _grant(viewer, row)
    return row


@action
def refuse_live(viewer: Viewer, *, session_id: UUID, reason: str) -> LiveSession:
    """A second person says no, with a reason for the one who asked."""
    row = _locked(session_id)
    viewer.must(CONFIRM, row.unit_path)
    if row.state != State.ASKED:
        raise Conflict("Buổi này đã có người quyết định. Mở lại để xem.")
    if not reason.strip():
        raise ActionError("Viết lý do để người xin biết.", "reason")
    row.state, row.reason, row.ended_at = State.REFUSED, nfc(reason).strip()[:300], now()
    row.granted_by = viewer.account_id
    row.save(update_fields=["state", "reason", "ended_at", "granted_by"])
    emit("broadcast.live_refused", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def end_live(viewer: Viewer, *, session_id: UUID, reason: str = "") -> LiveSession:
    """Stop at once: the speaker, or whoever may confirm. Repeating it is harmless."""
    row = _locked(session_id)
    if viewer.account_id != row.asked_by:
        viewer.must(CONFIRM, row.unit_path)
    if row.ended_at is None:
        row.state, row.ended_at, row.reason = State.ENDED, now(), reason[:300]
        row.save(update_fields=["state", "ended_at", "reason"])
        _stop(row)
        emit("broadcast.live_ended", record=row, unit_path=row.unit_path, viewer=viewer)
        replan(row.station)
    return row


@action
def take_chunk(viewer: Viewer, *, session_id: UUID, number: int, content: bytes) -> int:
    """Keep a piece of the microphone's sound; answers the number of the next piece that is missing.

    The first piece begins the session. A piece that comes twice is kept once. Raises Forbidden for anybody but the
    speaker, Conflict once the session is over or not granted, ActionError for what is no piece of sound.
    """
    row = _locked(session_id)
    if viewer.account_id is None or viewer.account_id != row.asked_by:
        raise Forbidden("Chỉ người xin nói mới phát được buổi này.")
    viewer.must(SPEAK, row.unit_path)
    _must_run(row)
    _check_piece(row, number, content)
    LiveChunk.objects.get_or_create(
        session=row, number=number, defaults={"content": content, "unit_path": row.unit_path}
    )
    if row.state == State.GRANTED:
        row.state, row.started_at = State.RUNNING, now()
        row.save(update_fields=["state", "started_at"])
        _send(row, "play", _air(row))
        emit("broadcast.live_started", record=row, unit_path=row.unit_path, viewer=viewer)
        replan(row.station)
    last = LiveChunk.objects.filter(session=row).aggregate(last=Max("number"))["last"]
    return int(last) + 1


def _must_run(row: LiveSession) -> None:
    if row.state not in {State.GRANTED, State.RUNNING}:
        raise Conflict(WORDS[State(row.state)])
    if now() >= row.ends_by:
        raise Conflict("Đã hết giờ được nói. Loa đã trở lại chương trình.")
    if now() < row.starts_at - BEFORE:
        raise Conflict("Chưa đến giờ nói.")


def _check_piece(row: LiveSession, number: int, content: bytes) -> None:
    if not 0 < len(content) <= LONGEST_CHUNK or not 0 <= number <= MOST_MINUTES * 60 * 4:
        raise ActionError("Mẩu âm thanh quá lớn hoặc rỗng.")
    if number == 0 and not content.startswith(_HEADS) and content[4:8] != b"ftyp":
        raise ActionError(
            "Trình duyệt gửi loại âm thanh không đọc được. Dùng Chrome, Firefox hoặc Safari mới."
        )
    if number > 0 and not LiveChunk.objects.filter(session=row, number=number - 1).exists():
        raise Conflict("Thiếu mẩu trước đó. Gửi lại mẩu còn thiếu.")


def _grant(viewer: Viewer, row: LiveSession) -> None:
    row.state, row.granted_by = State.GRANTED, viewer.account_id
    row.save(update_fields=["state", "granted_by"])
    emit("broadcast.live_granted", record=row, unit_path=row.unit_path, viewer=viewer)
    replan(row.station)


def _air(row: LiveSession) -> Airing:
    """The airing that the scheduler and the stream go by: from now to the hard end."""
    moment = now()
    made, _ = Airing.objects.get_or_create(
        key=f"live:{row.pk}",
        defaults={
            "station": row.station,
            "unit_path": row.unit_path,
            "item": Airing.Item.LIVE,
            "title": row.title,
            "live": row,
            "area": row.area,
            "seconds": round((row.ends_by - moment).total_seconds(), 3),
            "at": moment,
            "starts_at": moment,
            "until": row.ends_by,
            "state": Airing.State.SENT,
        },
    )
    return made


def _stop(row: LiveSession) -> None:
    """What was on air ends now: the stream returns to the programme, devices are told."""
    for airing in row.airings.filter(until__gt=now()):
        airing.until = max(now(), airing.starts_at)
        airing.save(update_fields=["until"])
        _send(row, "stop", airing)


def _send(row: LiveSession, kind: str, airing: Airing) -> None:
    """To the enrolled clusters of the area. They begin when the stream has something: it is seconds behind."""
    wanted = clusters_in(row.area, [one for one in live_clusters(row.station) if one.enrolled_at is not None])
    moment, caps = now(), caps_of(wanted)
    commands = []
    for one in wanted:
        facts: dict[str, Any] = {
            "item": str(airing.pk),
            "priority": "live",
            "data": {"airing": str(airing.pk)},
        }
        if kind == "play":
            volume = min(one.volume, loudest(caps[one.code], moment))
            seconds = (row.ends_by - moment - HEAD_START).total_seconds()
            facts |= {
                "url": listen_url(row.station_id),
                "seconds": max(1.0, round(seconds, 3)),
                "volume": volume,
            }
            facts |= {"not_before": moment + HEAD_START, "resume": "resume"}
        commands.append(wire.order(kind, cluster=one.code, expires_at=row.ends_by + BEFORE, **facts))
    wire.publish(commands, station=row.station)


def _locked(session_id: UUID) -> LiveSession:
    row = LiveSession.objects.select_for_update().filter(pk=session_id).first()
    if row is None:
        raise NotFound("Không có buổi phát trực tiếp này.")
    return row


def close_late() -> None:
    """Scheduled: sessions whose time is over are ended, pieces of yesterday are dropped."""
    system = Viewer.system()
    with widened("sessions of all stations that are over, and their old sound"):
        over = LiveSession.objects.filter(ended_at__isnull=True, ends_by__lte=now())
        for key in list(over.values_list("pk", flat=True)[:500]):
            end_live(system, session_id=key, reason="Hết giờ.")
        LiveChunk.objects.filter(created_at__lt=now() - KEPT).delete()
