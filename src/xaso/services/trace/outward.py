"""Lots on their way to the national portal of traceability: mapping as data, a queue of newest states, retries.

One job per lot sends its newest state, so that repeats and disorder do no harm. What the portal refuses, or what lacks
a compulsory item, waits for somebody to look at it; what cannot be delivered is tried again, later each time, and
after the last try it waits for the operator too. Nothing is lost, nothing is sent twice.
"""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.origin import origin
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events import emit
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue, task
from xaso.services.trace.graph import way_of
from xaso.services.trace.models import Lot, OutwardItem

RIGHT = "trace.manage"
CHANGING = ("trace.lot_published", "trace.lot_held", "trace.lot_recalled", "trace.lot_released")
TRIES = 8
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=12)
SWEPT = 500
_FILE = Path(__file__).parent / "data" / "outward.toml"
State = OutwardItem.State


@dataclass(frozen=True)
class Item:
    """One data item: its number in the circular, our key, the portal's field."""

    number: int
    key: str
    field: str
    title: str
    required: bool


@functools.cache
def mapping() -> tuple[str, tuple[Item, ...]]:
    """The version in force and its items in order."""
    told = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return str(told["version"]), tuple(Item(**row) for row in told["item"])


def outward(lot: Lot) -> tuple[dict[str, Any], list[str]]:
    """A lot in the portal's fields, and the titles of compulsory items that it lacks."""
    version, items = mapping()
    values = _values(lot)
    told: dict[str, Any] = {item.field: values[item.key] for item in items if values[item.key]}
    gtin = lot.item.gtin if lot.item else ""
    told |= {"GTIN": gtin} if gtin else {}
    told |= {"SoLo": lot.code, "TinhTrang": lot.state, "BanAnhXa": version}
    return told, [item.title for item in items if item.required and not values[item.key]]


def _values(lot: Lot) -> dict[str, Any]:
    product, maker = lot.product, lot.enterprise
    until = lot.expires_on or lot.best_before
    return {
        "name": product.name,
        "picture": f"{settings.XASO_BASE_URL}/trace/q/{lot.token}" if product.photo else "",
        "producer": maker.name,
        "address": maker.address,
        "stages": [
            {
                "CongDoan": one.label,
                "MaSanPham": _code(one.lines),
                "MaDiaDiem": one.place_uri,
                "ThoiGian": one.at.isoformat(),
                "MaSuKien": one.event_id,
            }
            for one in way_of(lot)
            if one.place_uri and one.lines
        ],
        "made": lot.made_on.isoformat(),
        "code": lot.thing.uri,
        "brand": product.brand,
        "shelf": until.isoformat() if until else "",
        "standards": product.standards,
    }


def _code(lines: tuple[Any, ...]) -> str:
    """Which product a stage is about: what came out of it, else what was there."""
    out = [line for line in lines if line.flow > 0] or list(lines)
    return str(out[0].token or out[0].name)


def on_change(event: Event) -> None:
    """Listener: ask for the newest state of a lot to be sent, once it is published."""
    if event.record_type == "trace.lot":
        queue_lot(Viewer.system(), lot_id=event.record_id)


@action
def queue_lot(viewer: Viewer, *, lot_id: UUID) -> OutwardItem | None:
    """Put a published lot into the queue, or wake it there; None for a lot that is not public. Repeatable."""
    lot = Lot.objects.filter(pk=lot_id, published_at__isnull=False).first()
    if lot is None:
        return None
    item, fresh = OutwardItem.objects.get_or_create(lot=lot, defaults={"unit_path": lot.unit_path})
    if not fresh:
        OutwardItem.objects.filter(pk=item.pk).update(state=State.WAITING, tries=0, error="", next_at=None)
    enqueue(push, {"item": str(item.pk)}, key=str(item.pk))
    return item


@action
def send_again(viewer: Viewer, *, item_id: UUID) -> OutwardItem:
    """An officer tries again what was refused, incomplete or given up, after its cause was mended."""
    item = OutwardItem.objects.filter(pk=item_id).first()
    if item is None:
        raise NotFound()
    viewer.must(RIGHT, item.unit_path)
    item.state, item.tries, item.error, item.next_at = State.WAITING, 0, "", None
    item.save(update_fields=["state", "tries", "error", "next_at"])
    enqueue(push, {"item": str(item.pk)}, key=str(item.pk))
    emit("trace.outward_again", record=item, unit_path=item.unit_path, viewer=viewer)
    return item


@task("trace.push_outward", queue="outside", retries=3)
def push(item: str) -> None:
    """Send the newest state of a lot; what the portal has already is not sent again."""
    found = OutwardItem.objects.filter(pk=item, state=State.WAITING).first()
    if found is None:
        return
    lot = Lot.objects.select_related("product", "enterprise", "thing", "item").get(pk=found.lot_id)
    body, missing = outward(lot)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
    found.mapping = body["BanAnhXa"]
    if missing:
        _end(found, State.INCOMPLETE, f"Thiếu: {', '.join(missing)}.")
    elif digest == found.digest:
        _end(found, State.SENT, "")
    else:
        _send(found, lot, body, digest)


def _send(item: OutwardItem, lot: Lot, body: dict[str, Any], digest: str) -> None:
    asked = Asked(record_type="trace.lot", record_id=lot.pk, purpose=f"Truy xuất lô {lot.code}")
    try:
        receipt = origin().push(asked, body, message_id=f"{item.pk}:{digest[:16]}")
    except OutsideError as error:
        item.tries += 1
        if not error.retryable:
            _end(item, State.REFUSED, error.message)
        elif item.tries >= TRIES:
            _end(item, State.DEAD, error.message)
        else:
            item.next_at = now() + min(FIRST_WAIT * 2 ** (item.tries - 1), LONGEST_WAIT)
            _end(item, State.WAITING, error.message)
            enqueue(push, {"item": str(item.pk)}, key=f"{item.pk}:{item.tries}", at=item.next_at)
        return
    item.digest, item.receipt, item.times, item.sent_at = digest, receipt, item.times + 1, now()
    item.next_at = None
    _end(item, State.SENT, "")


def _end(item: OutwardItem, state: str, error: str) -> None:
    item.state, item.error = state, error[:500]
    item.save()


def sweep() -> None:
    """Scheduled: published lots that are in no queue yet, and those whose job was lost, are asked for again."""
    with widened("lots on their way to the national portal"):
        lots = Lot.objects.filter(published_at__isnull=False, outward__isnull=True)
        for key in lots.values_list("pk", flat=True)[:SWEPT]:
            queue_lot(Viewer.system(), lot_id=key)
        late = Q(next_at__lt=now() - timedelta(minutes=10)) | Q(
            next_at__isnull=True, created_at__lt=now() - timedelta(hours=1)
        )
        for key in OutwardItem.objects.filter(late, state=State.WAITING).values_list("pk", flat=True)[:SWEPT]:
            enqueue(push, {"item": str(key)}, key=str(key))


def health() -> tuple[bool, str]:
    """Whether lots get through to the portal: dead letters and what waits for long are told."""
    with widened("how many lots wait for the national portal"):
        dead = OutwardItem.objects.filter(state=State.DEAD).count()
        old = OutwardItem.objects.filter(state=State.WAITING, tries__gte=4).count()
        sent = OutwardItem.objects.filter(state=State.SENT).count()
    if dead or old:
        return (
            False,
            f"{dead} lô gửi mãi không được, {old} lô chờ lâu. Xem trang Gửi cổng truy xuất quốc gia.",
        )
    return True, f"Đã gửi {sent} lô, không lô nào kẹt."
