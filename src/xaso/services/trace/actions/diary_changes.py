"""Correcting, withdrawing and settling lines of the diary. Nothing is deleted: events are declared wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.plain.text import clean
from xaso.services.trace import vocabulary
from xaso.services.trace.actions.diary import locked_entry, open_and_tell, tell_standard, where_of
from xaso.services.trace.diary_events import declared_wrong
from xaso.services.trace.diary_lines import Draft, check_kind, check_time
from xaso.services.trace.models import Enterprise, Entry, EntryRevision, InputProduct, Lot, TraceEvent
from xaso.services.trace.recording import record_event
from xaso.services.trace.rules import diary as rules
from xaso.services.trace.seats import MANAGER, MEMBER, RECORDER, must_sit

State = Entry.State


def _may_change(viewer: Viewer, entry: Entry) -> str:
    """Managers and recorders change every line, members those they wrote. Answers the role."""
    role = must_sit(viewer, entry.enterprise, MANAGER, RECORDER, MEMBER)
    if role == MEMBER and entry.recorded_by != viewer.account_id:
        raise Forbidden("Thành viên chỉ sửa dòng mình ghi. Nhờ người ghi sổ của cơ sở sửa.")
    return role


def _before(entry: Entry) -> dict[str, Any]:
    return {
        "work": entry.work,
        "happened_at": entry.happened_at.isoformat(),
        "amount": str(entry.amount) if entry.amount is not None else None,
        "uom": entry.uom,
        "input": str(entry.input_id) if entry.input_id else None,
        "input_batch": entry.input_batch,
        "note": entry.note,
        "state": entry.state,
        "facts": entry.facts,
    }


def _revise(viewer: Viewer, entry: Entry, reason: str) -> None:
    entry.revision += 1
    EntryRevision.objects.create(
        entry=entry,
        number=entry.revision,
        before=_before(entry),
        reason=clean(reason)[:300],
        event=entry.event,
        changed_by=viewer.account_id,
        changed_name=viewer.name[:150],
    )


def _events(entry: Entry) -> list[TraceEvent]:
    """The events that the line stands behind now."""
    ids = list(entry.facts.get("also_events", ()))
    found = list(TraceEvent.objects.filter(event_id__in=ids, error_declared_at__isnull=True))
    return [*found, *([entry.event] if entry.event else [])]


def _declare(
    viewer: Viewer, enterprise: Enterprise, events: Sequence[TraceEvent], reason: str, by: Sequence[str] = ()
) -> None:
    for event in events:
        record_event(
            viewer,
            enterprise=enterprise,
            unit_path=enterprise.unit_path,
            event=declared_wrong(event, reason, by),
            context={**vocabulary.context(), **(event.context or {})},
        )


def _move_lot(entry: Entry, amount: Decimal) -> None:
    """The lot of a harvest follows its amount as long as what was taken from it is still covered."""
    if entry.lot_id is None or entry.kind not in {Entry.Kind.HARVEST, Entry.Kind.PURCHASE}:
        return
    if entry.facts.get("known_lot"):
        return
    lot = Lot.objects.select_for_update(of=("self",)).get(pk=entry.lot_id)
    left = lot.left + amount - lot.quantity
    if left < 0:
        raise ActionError(
            f"Lô {lot.code} đã dùng {lot.quantity - lot.left:f} nên lượng không thể nhỏ hơn mức đó.", "amount"
        )
    lot.quantity, lot.left = amount, left
    if lot.state in {Lot.State.USED, Lot.State.OPEN}:
        lot.state = Lot.State.OPEN if left > 0 else Lot.State.USED
    lot.save(update_fields=["quantity", "left", "state"])


@action
def correct_entry(
    viewer: Viewer, *, enterprise: Enterprise, entry_id: UUID, changes: Mapping[str, Any], reason: str
) -> Entry:
    """Correct a line: what it said is kept, its event is declared wrong, a new event says it right.

    ``changes``: happened_at, amount, input (UUID), input_batch, note. Another plot or work is another line: withdraw
    this one. Raises ActionError where the lot has gone on too far, or the waiting time forbids the new day.
    """
    entry = locked_entry(enterprise, entry_id)
    role = _may_change(viewer, entry)
    if entry.state == State.WITHDRAWN:
        raise Conflict("Dòng này đã rút, không sửa được nữa.")
    if not clean(reason):
        raise ActionError("Ghi lý do sửa.", "reason")
    old = _events(entry)
    _revise(viewer, entry, reason)
    if changes.get("happened_at"):
        moment: datetime = changes["happened_at"]
        check_time(moment)
        entry.happened_at = moment
    if changes.get("input"):
        entry.input = InputProduct.objects.filter(enterprise=enterprise, pk=changes["input"]).first()
    if changes.get("amount") is not None and changes["amount"] != entry.amount:
        _move_lot(entry, changes["amount"])
        entry.amount = changes["amount"]
    for name in ("note", "input_batch"):
        if name in changes:
            setattr(entry, name, str(changes[name] or ""))
    if entry.input is not None:
        on = entry.happened_at.astimezone(VIETNAM).date()
        entry.harvest_from = rules.harvest_from(on, entry.input.interval_days)
    where = where_of(entry)
    if entry.state == State.KEPT:
        check_kind(entry, role, where)
    entry.save()
    if entry.event is not None:
        tell_standard(viewer, enterprise, [Draft(entry, where)])
        _declare(viewer, enterprise, old, "incorrect_data", [one.event_id for one in _events(entry)])
    emit("trace.entry_corrected", record=entry, unit_path=enterprise.unit_path, viewer=viewer)
    return entry


def _withdraw(viewer: Viewer, entry: Entry, reason: str) -> None:
    lot = None
    if entry.lot_id is not None and entry.kind in {Entry.Kind.HARVEST, Entry.Kind.PURCHASE}:
        lot = Lot.objects.select_for_update(of=("self",)).get(pk=entry.lot_id)
        if lot.left != lot.quantity and not entry.facts.get("known_lot"):
            raise Conflict(f"Lô {lot.code} đã dùng một phần. Trả lại phần đã dùng rồi mới rút dòng này.")
    old = _events(entry)
    _revise(viewer, entry, reason)
    entry.state = State.WITHDRAWN
    entry.save()
    if lot is not None and not entry.facts.get("known_lot"):
        lot.left, lot.state = Decimal(0), Lot.State.USED
        lot.facts = {**lot.facts, "withdrawn": True}
        lot.save(update_fields=["left", "state", "facts"])
    _declare(viewer, entry.enterprise, old, "did_not_occur")


@action
def withdraw_entry(viewer: Viewer, *, enterprise: Enterprise, entry_id: UUID, reason: str) -> Entry:
    """Say that a line never happened; it stays in the book, its event is declared wrong, its untouched lot ends."""
    entry = locked_entry(enterprise, entry_id)
    _may_change(viewer, entry)
    if entry.state == State.WITHDRAWN:
        raise Conflict("Dòng này đã rút.")
    if not clean(reason):
        raise ActionError("Ghi lý do rút.", "reason")
    _withdraw(viewer, entry, reason)
    emit("trace.entry_withdrawn", record=entry, unit_path=enterprise.unit_path, viewer=viewer)
    return entry


@action
def resolve_entry(viewer: Viewer, *, enterprise: Enterprise, entry_id: UUID, keep: bool) -> Entry:
    """Settle a line that waits for a look: keep it (then it does what every line does) or withdraw it.

    For managers and recorders. A harvest that the waiting time forbids cannot be kept, only withdrawn.
    """
    entry = locked_entry(enterprise, entry_id)
    role = must_sit(viewer, enterprise, MANAGER, RECORDER)
    if entry.state != State.REVIEW:
        raise Conflict("Dòng này đã được xem lại.")
    if not keep:
        _withdraw(viewer, entry, entry.review_why or "Không giữ sau khi xem lại")
    else:
        try:
            if entry.event_id is None:
                check_kind(entry, role, where_of(entry))
        except ActionErrors as error:
            raise ActionError(error.message) from error
        entry.state = State.KEPT
        entry.save(update_fields=["state"])
        if entry.event_id is None:
            open_and_tell(viewer, entry)
            entry.save()
    emit(
        "trace.entry_resolved",
        record=entry,
        unit_path=enterprise.unit_path,
        viewer=viewer,
        data={"keep": keep},
    )
    return entry
