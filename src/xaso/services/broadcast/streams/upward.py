"""What a station tells the province's source-information system: rows that are sent until there is a receipt.

A station takes part once it has a code there (``Station.source_code``). Of each thing the newest state is sent; what
cannot be delivered is tried again, later each time; what is refused, or tried too often, waits for a person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.source_system import source_system
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue, task
from xaso.services.broadcast.actions.common import PROGRAMME
from xaso.services.broadcast.models import SourceTelling, Station
from xaso.services.broadcast.rules.dialects import dialect

TRIES = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
SWEPT = 500
State, Flow = SourceTelling.State, SourceTelling.Flow


@action
def tell(
    viewer: Viewer, *, station: Station, flow: str, about: str, facts: Mapping[str, Any]
) -> SourceTelling | None:
    """Have something told upwards; a telling of the same thing that still waits gets the newer content.

    None where the station takes no part. Repeatable.
    """
    if not station.source_code:
        return None
    body = _plain({"station": station.source_code, **facts})
    row, fresh = SourceTelling.objects.get_or_create(
        station=station,
        flow=flow,
        about=about[:120],
        state=State.WAITING,
        defaults={"unit_path": station.unit_path, "body": body},
    )
    if not fresh:
        row.body = body
        row.save(update_fields=["body"])
    enqueue(push, {"telling": str(row.pk)}, key=str(row.pk))
    return row


@action
def tell_again(viewer: Viewer, *, telling_id: UUID) -> SourceTelling:
    """An officer tries again what was refused or given up, after its cause was mended."""
    row = SourceTelling.objects.select_for_update().filter(pk=telling_id).first()
    if row is None:
        raise NotFound()
    viewer.must(PROGRAMME, row.unit_path)
    if row.state in {State.REFUSED, State.DEAD}:
        row.state, row.tries, row.next_at, row.error = State.WAITING, 0, None, ""
        row.save(update_fields=["state", "tries", "next_at", "error"])
        enqueue(push, {"telling": str(row.pk)}, key=str(row.pk))
        emit("broadcast.source_again", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


def _plain(value: Any) -> Any:
    """What a JSON column keeps; moments come back by ``_moments``."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return {"moment": value.isoformat()} if hasattr(value, "isoformat") else value


def _moments(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"moment"}:
            return datetime.fromisoformat(value["moment"])
        return {name: _moments(one) for name, one in value.items()}
    return [_moments(one) for one in value] if isinstance(value, list) else value


@task("broadcast.tell_source", queue="outside", retries=3)
def push(telling: str) -> None:
    """Send one row in the words of the version that the province speaks."""
    row = SourceTelling.objects.select_related("station").filter(pk=telling, state=State.WAITING).first()
    if row is None:
        return
    system = source_system()
    words = dialect(system.version)
    path = words.paths.get(row.flow)
    if path is None:
        _end(row, State.REFUSED, f"{words.title} không có luồng này.")
        return
    asked = Asked(
        record_type="broadcast.sourcetelling", record_id=row.pk, purpose=f"Báo {row.get_flow_display()}"
    )
    row.tries += 1
    try:
        row.receipt = system.tell(asked, path, words.write(_moments(row.body)), message_id=_message_id(row))
    except OutsideError as error:
        _failed(row, error)
        return
    row.sent_at, row.next_at = now(), None
    _end(row, State.SENT, "")


def _message_id(row: SourceTelling) -> str:
    """The same for each try of the same content: a try whose answer was lost is answered with its first receipt."""
    digest = hashlib.sha256(json.dumps(row.body, sort_keys=True).encode()).hexdigest()
    return f"{row.pk}:{digest[:16]}"


def _failed(row: SourceTelling, error: OutsideError) -> None:
    if not error.retryable:
        _end(row, State.REFUSED, error.message)
    elif row.tries >= TRIES:
        _end(row, State.DEAD, error.message)
    else:
        row.next_at = now() + min(FIRST_WAIT * 2 ** (row.tries - 1), LONGEST_WAIT)
        _end(row, State.WAITING, error.message)
        enqueue(push, {"telling": str(row.pk)}, key=f"{row.pk}:{row.tries}", at=row.next_at)


def _end(row: SourceTelling, state: str, error: str) -> None:
    row.state, row.error = state, error[:300]
    row.save()


def sweep() -> None:
    """Scheduled: rows whose job was lost are asked for again."""
    late = Q(next_at__lt=now() - timedelta(minutes=10)) | Q(
        next_at__isnull=True, created_at__lt=now() - timedelta(minutes=30)
    )
    with widened("what waits to be told to the province"):
        for key in SourceTelling.objects.filter(late, state=State.WAITING).values_list("pk", flat=True)[
            :SWEPT
        ]:
            enqueue(push, {"telling": str(key)}, key=str(key))


def health() -> tuple[bool, str]:
    """Whether what stations tell gets through."""
    with widened("how much waits to be told to the province"):
        dead = SourceTelling.objects.filter(state=State.DEAD).count()
        old = SourceTelling.objects.filter(state=State.WAITING, tries__gte=4).count()
    if dead or old:
        return (
            False,
            f"{dead} tin báo tỉnh gửi mãi không được, {old} tin chờ lâu. Xem trang Tin cấp trên của đài.",
        )
    return True, "Tin báo hệ thống thông tin nguồn của tỉnh không kẹt."
