"""Sources that a station relays: kept, tried out, ended."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.kernel.tasks import enqueue, task
from xaso.services.broadcast.actions.common import PROGRAMME, replan
from xaso.services.broadcast.models import Bulletin, Origin, RelaySource, Station
from xaso.services.broadcast.streams.silence import NOTHING, level
from xaso.services.broadcast.streams.sound import bytes_for
from xaso.services.broadcast.streams.source import Reader, Where

LISTENED = 2.0
LEVELS = {Origin.PROVINCE, Origin.CENTRE}


@action
def keep_relay(
    viewer: Viewer, *, station: Station, source: RelaySource | None = None, **facts: Any
) -> RelaySource:
    """A new source, or another content of one: title, url, origin, silence_seconds, connect_seconds, fallback.

    Raises ActionErrors, Forbidden. The address is tried out afterwards by itself.
    """
    viewer.must(PROGRAMME, station.unit_path)
    row = source or RelaySource(station=station, unit_path=station.unit_path)
    if source is not None and source.station_id != station.pk:
        raise NotFound()
    for name in ("title", "url", "origin", "silence_seconds", "connect_seconds", "fallback"):
        if name in facts:
            setattr(row, name, facts[name])
    row.title, row.url = nfc(row.title).strip()[:160], row.url.strip()
    _check(row)
    row.state = {}
    row.save()
    emit("broadcast.relay_kept", record=row, unit_path=row.unit_path, viewer=viewer)
    enqueue(try_relay, {"source_id": str(row.pk)}, key=str(row.pk))
    replan(station)
    return row


@action
def end_relay(viewer: Viewer, *, source_id: UUID) -> RelaySource:
    """Use a source no more. Repeating it is harmless."""
    row = _found(source_id)
    viewer.must(PROGRAMME, row.unit_path)
    if row.ended_at is None:
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        emit("broadcast.relay_ended", record=row, unit_path=row.unit_path, viewer=viewer)
        replan(row.station)
    return row


@action
def ask_try(viewer: Viewer, *, source_id: UUID) -> RelaySource:
    """Listen to a source for two seconds in the background; the page then shows what was heard."""
    row = _found(source_id)
    viewer.must(PROGRAMME, row.unit_path)
    enqueue(try_relay, {"source_id": str(row.pk)}, key=str(row.pk))
    return row


def _found(source_id: UUID) -> RelaySource:
    row = RelaySource.objects.select_related("station").filter(pk=source_id).first()
    if row is None:
        raise NotFound("Không có nguồn tiếp âm này.")
    return row


def _check(row: RelaySource) -> None:
    errors: dict[str, list[str]] = {}
    if not row.title:
        errors["title"] = ["Nhập tên nguồn, ví dụ: Đài tỉnh."]
    try:
        parts = urlsplit(row.url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        good = False
    if not good or len(row.url) > 500:
        errors["url"] = ["Nhập địa chỉ luồng bắt đầu bằng http:// hoặc https://."]
    if row.origin not in LEVELS:
        errors["origin"] = ["Chọn cấp tỉnh hoặc trung ương."]
    if not 2 <= row.silence_seconds <= 120:
        errors["silence_seconds"] = ["Chọn từ 2 đến 120 giây."]
    if not 2 <= row.connect_seconds <= 60:
        errors["connect_seconds"] = ["Chọn từ 2 đến 60 giây."]
    fallback = row.fallback
    if fallback is not None and fallback.station_id != row.station_id:
        errors["fallback"] = ["Chọn bản tin của đài này."]
    elif fallback is not None and fallback.state != Bulletin.State.APPROVED:
        errors["fallback"] = ["Chọn bản tin đã duyệt."]
    if errors:
        raise ActionErrors(errors)


@task("broadcast.try_relay", queue="outside", retries=0)
def try_relay(source_id: str) -> None:
    """Listen for two seconds and keep what was heard."""
    row = RelaySource.objects.filter(pk=source_id).first()
    if row is None:
        return
    heard, why = listen(
        Where(
            row.url,
            connect=float(row.connect_seconds),
            silence=float(row.silence_seconds),
            inside=settings.XASO_STREAMS_INSIDE,
        )
    )
    state = {**row.state, "tried_at": now().isoformat(), "level": heard, "trouble": why}
    RelaySource.objects.filter(pk=source_id).update(state=state)


def listen(where: Where, limit: float | None = None) -> tuple[float | None, str]:
    """(level in dBFS of two seconds, what is the matter): one of the two says what there is to know."""
    reader = Reader(where, pauses=(0.5,)).start()
    try:
        if not reader.reel.wait_for(LISTENED, limit or where.connect + LISTENED + 3.0):
            return None, reader.trouble or "connect"
        found = level(reader.reel.take(bytes_for(LISTENED)))
        return (round(found, 1), "") if found > NOTHING else (None, "silent")
    finally:
        reader.close()
