"""One text to a place. Whoever says it calls ``announce``; loudspeakers, pages and phones listen to the events.

An emergency needs a right and a second person: that is asked by the caller, whose rule it is. Here only staff may
speak, and only to an area of their own unit.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages.announcement_models import Announcement
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError, position
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean

STAFF = ("officer", "machine", "system")
MOST_SHOWN = 5
_ORDER = {"emergency": 0, "priority": 1, "ordinary": 2}


@action
def announce(
    viewer: Viewer,
    *,
    kind: str,
    title: str,
    body: str,
    area: Mapping[str, Any],
    unit_path: str,
    expires_at: datetime,
    record: models.Model | tuple[str, UUID] | None,
    key: str,
    drill: bool = False,
    texts: Mapping[str, str] | None = None,
    starts_at: datetime | None = None,
) -> Announcement:
    """Say a text to an area until ``expires_at``; answer the announcement. The same ``key`` again answers the first.

    ``area``: ``{"units": [paths], "polygons": [[[lat, lon], …], …]}``, inside ``unit_path``. ``texts``: the body in
    other languages. ``drill``: everything that carries it says so. Emits ``messages.announced``.
    Raises ActionErrors for what is missing, Forbidden for a viewer that is not staff of the unit, Conflict when the
    key was used for another text.
    """
    _must_speak_for(viewer, unit_path)
    known = Announcement.objects.filter(key=key).first()
    if known is not None:
        if (known.title, known.body, known.kind, known.drill) != (clean(title), body.strip(), kind, drill):
            raise Conflict("Khóa chống lặp này đã dùng cho một thông báo khác.")
        return known
    begins = starts_at or now()
    checked = _checked_area(area, unit_path)
    _check_words(kind, title, body, begins, expires_at)
    record_type, record_id = _record(record)
    row = Announcement.objects.create(
        key=key,
        kind=kind,
        drill=drill,
        title=clean(title)[:200],
        body=body.strip(),
        texts={language: text.strip() for language, text in (texts or {}).items()},
        area=checked,
        unit_path=unit_path,
        starts_at=begins,
        expires_at=expires_at,
        record_type=record_type,
        record_id=record_id,
        announced_by=viewer.account_id,
    )
    data = {"announcement_id": str(row.pk), "kind": kind, "drill": drill}
    emit("messages.announced", record=row, unit_path=unit_path, viewer=viewer, data=data)
    forget_shown()
    return row


@action
def end_announcement(
    viewer: Viewer, *, announcement_id: UUID, cancelled: bool = False, all_clear: str = ""
) -> Announcement:
    """End an announcement, or cancel it as wrongly made; ``all_clear`` is said to those who heard it. Repeatable."""
    row = _locked(announcement_id)
    _must_speak_for(viewer, row.unit_path)
    if row.state != Announcement.State.ACTIVE:
        return row
    row.state = Announcement.State.CANCELLED if cancelled else Announcement.State.ENDED
    row.all_clear, row.ended_at = all_clear.strip(), now()
    row.save(update_fields=["state", "all_clear", "ended_at"])
    data = {
        "announcement_id": str(row.pk), "kind": row.kind, "drill": row.drill, "cancelled": cancelled,
    }  # fmt: skip
    emit("messages.announcement_ended", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    forget_shown()
    return row


@action
def note_outlet(
    viewer: Viewer, *, announcement_id: UUID, outlet: str, facts: Mapping[str, Any]
) -> Announcement:
    """Keep what an outlet ("loudspeaker", "web", "messages") tells of an announcement: its newest facts count.

    Facts are counts, codes and instants, never personal data. Emits ``messages.outlet_reported``.
    """
    row = _locked(announcement_id)
    _must_speak_for(viewer, row.unit_path)
    row.outlets = {**row.outlets, outlet: {**facts, "at": now().isoformat(timespec="milliseconds")}}
    row.save(update_fields=["outlets"])
    data = {"announcement_id": str(row.pk), "outlet": outlet}
    emit("messages.outlet_reported", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    return row


def active_for(unit_path: str) -> list[Announcement]:
    """What is being said to a unit, to one above it or to a part of it: emergencies first, newest first."""
    return [row for row in _active() if _concerns(row, unit_path)]


def shown_for(unit_path: str) -> list[Announcement]:
    """``active_for`` for the banner of public pages: at most a few, read anew every few seconds."""
    kept_for = float(settings.XASO_BANNER_SECONDS)
    moment = time.monotonic()
    if not kept_for or _shown[0] <= moment:
        _shown[:] = [moment + kept_for, _active()]
    return [row for row in _live(_shown[1]) if _concerns(row, unit_path)][:MOST_SHOWN]


_shown: list[Any] = [0.0, []]


def forget_shown() -> None:
    """The next page reads anew (this process; others within seconds)."""
    _shown[0] = 0.0


def _active() -> list[Announcement]:
    rows = Announcement.objects.filter(
        state=Announcement.State.ACTIVE, starts_at__lte=now(), expires_at__gt=now()
    )
    return sorted(rows.order_by("-created_at")[:500], key=lambda row: _ORDER[row.kind])


def _live(rows: list[Announcement]) -> list[Announcement]:
    return [row for row in rows if row.expires_at > now()]


def _concerns(row: Announcement, unit_path: str) -> bool:
    places = row.units or [row.unit_path]
    return any(unit_path.startswith(place) or place.startswith(unit_path) for place in places)


def _must_speak_for(viewer: Viewer, unit_path: str) -> None:
    if viewer.kind == "system":
        return
    held = any(unit_path.startswith(grant.unit_path) for grant in viewer.grants)
    if viewer.kind not in STAFF or not held:
        raise Forbidden("Chỉ cán bộ của đơn vị mới thông báo được tới địa bàn.")


def _locked(announcement_id: UUID) -> Announcement:
    row = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if row is None:
        raise NotFound("Không có thông báo này.")
    return row


def _record(record: models.Model | tuple[str, UUID] | None) -> tuple[str, UUID | None]:
    if record is None:
        return "", None
    return record if isinstance(record, tuple) else (record._meta.label_lower, record.pk)


def _check_words(kind: str, title: str, body: str, begins: datetime, expires_at: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if kind not in Announcement.Kind.values:
        wrong["kind"] = ["Chọn loại: thông thường, ưu tiên hoặc khẩn cấp."]
    if not clean(title):
        wrong["title"] = ["Nhập tiêu đề thông báo."]
    if not body.strip():
        wrong["body"] = ["Nhập nội dung thông báo."]
    if expires_at <= max(begins, now()):
        wrong["expires_at"] = ["Giờ hết hiệu lực phải sau giờ bắt đầu và sau lúc này."]
    if wrong:
        raise ActionErrors(wrong)


def _checked_area(area: Mapping[str, Any], unit_path: str) -> dict[str, Any]:
    units = [str(path) for path in area.get("units", ())]
    outside = [path for path in units if not path.startswith(unit_path)]
    if outside:
        raise ActionErrors({"area": ["Chỉ thông báo được trong địa bàn của đơn vị mình."]})
    try:
        polygons = [ring_of(points) for points in area.get("polygons", ())]
    except GeometryError as error:
        raise ActionErrors({"area": [str(error)]}) from error
    if not units and not polygons:
        raise ActionErrors({"area": ["Chọn ít nhất một đơn vị hoặc vẽ một vùng."]})
    return {"units": units, "polygons": polygons}


def ring_of(points: Any) -> list[list[float]]:
    """A closed ring of [latitude, longitude] in Vietnam; raises GeometryError saying what to mend."""
    checked = [position(float(lat), float(lon)) for lat, lon in points]
    if len(set(checked)) < 3:
        raise GeometryError("Vùng phải có ít nhất ba điểm khác nhau.")
    if checked[0] != checked[-1]:
        checked.append(checked[0])
    return [[lat, lon] for lon, lat in checked]
