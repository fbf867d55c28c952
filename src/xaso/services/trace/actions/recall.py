"""Writes of a recall: prepare, confirm, tell holders, what they answer, close. The way goods are found is a query."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit, emit_many
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue
from xaso.services.trace.lots_events import number
from xaso.services.trace.models import (
    Enterprise,
    Lot,
    Recall,
    RecallDelivery,
    RecallHolder,
    RecallStep,
)
from xaso.services.trace.naming import new_token, place_uri
from xaso.services.trace.queries.recall_scope import Row, Scope, find_scope
from xaso.services.trace.recall_chart import stages_of
from xaso.services.trace.recording import store_events
from xaso.services.trace.rules import recall as rules
from xaso.services.trace.seats import MANAGER, must_sit

RIGHT = "trace.recall"
TELL = "trace.tell_holders"
PART = 1000  # goods in one event
STOPPED = (Lot.State.HELD, Lot.State.RECALLED)


def may_recall(viewer: Viewer, lot: Lot) -> str:
    """ "officer" for the authority of the lot's unit, "manager" for who manages the enterprise. Raises Forbidden."""
    return must_sit(viewer, lot.enterprise, MANAGER, right=RIGHT)


@action
def prepare_recall(
    viewer: Viewer,
    *,
    lot: Lot,
    cause: str,
    reason: str,
    advice: str,
    paper: str = "",
    also: Iterable[UUID] = (),
) -> Recall:
    """Look how far a recall from this lot reaches; nothing stops yet. ``also``: further lots to recall with it.

    An enterprise's own is voluntary, an officer's is ordered. Preparing again renews what was prepared.
    Raises ActionErrors for missing words, Conflict when a recall of the lot is running.
    """
    role = may_recall(viewer, lot)
    reason, advice = reason.strip(), advice.strip()
    wrong: dict[str, list[str]] = {}
    if cause not in Recall.Cause.values:
        wrong["cause"] = ["Chọn nguyên nhân."]
    if len(reason) < 10:
        wrong["reason"] = ["Ghi rõ lý do, ít nhất một câu."]
    if len(advice) < 10:
        wrong["advice"] = ["Ghi người mua và nơi giữ hàng phải làm gì, ít nhất một câu."]
    if wrong:
        raise ActionErrors(wrong)
    open_one = Recall.objects.select_for_update().filter(lot=lot, state__in=["prepared", "running"]).first()
    if open_one is not None and open_one.state == Recall.State.RUNNING:
        raise Conflict(f"Lô {lot.code} đang được thu hồi theo đợt {open_one.code}.")
    recall = open_one or Recall(code=f"TH-{new_token()[:8].upper()}", lot=lot, enterprise=lot.enterprise)
    scope = find_scope(_roots(recall, also))
    recall.kind = Recall.Kind.ORDERED if role == "officer" else Recall.Kind.VOLUNTARY
    recall.cause, recall.reason, recall.advice, recall.paper = cause, reason, advice, paper.strip()[:60]
    recall.unit_path, recall.account_id = lot.unit_path, viewer.account_id
    recall.decided_by = (viewer.name or lot.enterprise.name)[:200]
    recall.scope = {
        "counts": scope.counts,
        "also": [str(one) for one in also],
        "cut": scope.cut,
        **stages_of(scope),
    }
    recall.digest = scope.digest
    recall.save()
    emit(
        "trace.recall_prepared",
        record=recall,
        unit_path=recall.unit_path,
        viewer=viewer,
        data={"code": recall.code},
    )
    return recall


def _counted(recall: Recall, scope: Scope) -> dict[str, Any]:
    return {**recall.scope, "counts": scope.counts, "cut": scope.cut, **stages_of(scope)}


def _roots(recall: Recall, also: Iterable[UUID]) -> list[Lot]:
    """The suspected lots. Those joined to the first must be of what it was made of, or made of it."""
    keys = set(also) - {recall.lot_id}
    if not keys:
        return [recall.lot]
    with widened("lots joined to a recall"):
        near = {row.lot_id for row in find_scope([recall.lot]).rows if row.lot_id}
        if not keys <= near:
            raise NotFound("Lô chọn thêm không nằm trên đường đi của lô bị nghi.")
        return [recall.lot, *Lot.objects.filter(pk__in=keys).select_related("enterprise").order_by("pk")]


def scope_of(recall: Recall) -> Scope:
    """How far a prepared recall reaches at this moment."""
    return find_scope(_roots(recall, [UUID(one) for one in recall.scope.get("also", [])]))


@action
def start_recall(viewer: Viewer, *, recall: Recall, digest: str) -> Recall:
    """Confirm what was looked at: lots stop at once, buyers are warned, holders are told by the worker.

    ``digest`` is that of the counts which were shown. Raises Conflict when goods have moved since.
    """
    recall = _locked(recall, viewer)
    if recall.state != Recall.State.PREPARED:
        raise Conflict(f"Đợt thu hồi {recall.code} {recall.get_state_display().lower()}.")
    scope = scope_of(recall)
    if scope.digest != digest:
        recall.scope, recall.digest = _counted(recall, scope), scope.digest
        recall.save(update_fields=["scope", "digest"])
        raise Conflict("Hàng đã di chuyển từ lúc xem trước. Xem lại phạm vi rồi xác nhận.")
    at = now()
    recall.state, recall.started_at, recall.notify_by = Recall.State.RUNNING, at, rules.notify_by(at)
    recall.scope = _counted(recall, scope)
    recall.account_id, recall.decided_by = viewer.account_id, (viewer.name or recall.decided_by)[:200]
    recall.save()
    ours = recall.kind == Recall.Kind.ORDERED
    stopped = [
        row for row in scope.of("root", "forward") if ours or row.enterprise_id == recall.enterprise_id
    ]
    _keep_things(recall, scope)
    _keep_holders(recall, scope)
    with widened("goods of a recall stop in every unit"):
        _stop(viewer, recall, stopped)
    add_step(recall, viewer, f"Xác nhận thu hồi: {recall.get_cause_display().lower()}. {recall.reason}"[:500])
    emit(
        "trace.recall_started",
        record=recall,
        unit_path=recall.unit_path,
        viewer=viewer,
        data={"code": recall.code, **scope.counts},
    )
    enqueue(TELL, {"recall_id": str(recall.pk)}, key=str(recall.pk))
    return recall


def _locked(recall: Recall, viewer: Viewer) -> Recall:
    rows = Recall.objects.select_for_update(of=("self",)).select_related("lot__enterprise", "enterprise")
    found = rows.filter(pk=recall.pk).first()
    if found is None:
        raise NotFound("Không có đợt thu hồi này.")
    role = may_recall(viewer, found.lot)
    if role == MANAGER and found.kind == Recall.Kind.ORDERED:
        raise Conflict("Đợt thu hồi này do cơ quan quản lý quyết định; cơ sở không đổi được.")
    return found


def _keep_things(recall: Recall, scope: Scope) -> None:
    """What was found, in one statement however much it is."""
    columns: list[list[Any]] = [
        [row.thing for row in scope.rows],
        [row.lot_id for row in scope.rows],
        [row.side for row in scope.rows],
        [row.depth for row in scope.rows],
        [row.sort for row in scope.rows],
        [row.state for row in scope.rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO trace_recallthing (recall_id, thing_id, lot_id, side, depth, sort, was)"
            " SELECT %s, n.* FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::int[], %s::text[], %s::text[]) n",
            [recall.pk, *columns],
        )


def _keep_holders(recall: Recall, scope: Scope) -> None:
    rows = {
        key: RecallHolder(
            recall=recall,
            receiver_id=one.receiver_id,
            token=secrets.token_urlsafe(16)[:22],
            name=one.name[:200],
            address=one.address,
            contact=one.contact or None,
            uri=one.uri,
            papers=one.papers,
            state=RecallHolder.State.WAITING
            if one.contact or one.receiver_id
            else RecallHolder.State.UNKNOWN,
        )
        for key, one in scope.holders.items()
    }
    RecallHolder.objects.bulk_create(rows.values(), batch_size=1000)
    RecallDelivery.objects.bulk_create(
        [
            RecallDelivery(
                recall=recall,
                holder=rows[one.holder],
                thing_id=one.thing,
                shipment_id=one.shipment_id,
                shipped_at=one.at,
                quantity=one.quantity,
                uom=one.uom,
            )
            for one in scope.deliveries
        ],
        batch_size=2000,
    )


def _stop(viewer: Viewer, recall: Recall, rows: Sequence[Row]) -> None:
    """Lots are held or recalled; events of the standard tell each enterprise's goods; buyers' pages hear of it."""
    suspected = recall.cause == Recall.Cause.SUSPECTED
    state, name = (
        (Lot.State.HELD, "trace.lot_held") if suspected else (Lot.State.RECALLED, "trace.lot_recalled")
    )
    lots = [row for row in rows if row.lot_id and row.state not in {Lot.State.RECALLED, state}]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE trace_lot SET state = %s, facts = facts || jsonb_build_object('held', %s::text, 'recall', %s::text)"
            " WHERE id = ANY(%s)",
            [state, recall.reason[:300], recall.code, [row.lot_id for row in lots]],
        )
    by_unit: dict[str, list[Row]] = {}
    for row in lots:
        by_unit.setdefault(row.unit_path, []).append(row)
    for unit_path, some in by_unit.items():
        told = [
            ("trace.lot", row.lot_id, {"code": row.code, "recall": recall.code}) for row in some if row.lot_id
        ]
        emit_many(name, records=told, unit_path=unit_path, viewer=viewer)
    _record(viewer, recall, rows, "non_sellable_other" if suspected else "recalled")


def _record(viewer: Viewer, recall: Recall, rows: Sequence[Row], disposition: str) -> None:
    """One ObjectEvent for a thousand goods of one enterprise, for whoever looks a thing up by the standard."""
    by_owner: dict[UUID, list[Row]] = {}
    for row in rows:
        if row.enterprise_id and row.sort in {"lot", "carton", "pallet"}:
            by_owner.setdefault(row.enterprise_id, []).append(row)
    owners = Enterprise.objects.in_bulk(by_owner)
    at = now().isoformat(timespec="milliseconds")
    for key, some in by_owner.items():
        place = {"id": place_uri(owners[key])}
        events = []
        for start in range(0, len(some), PART):
            part = some[start : start + PART]
            event: dict[str, Any] = {
                "type": "ObjectEvent",
                "action": "OBSERVE",
                "eventTime": at,
                "eventTimeZoneOffset": "+07:00",
                "bizStep": "holding",
                "disposition": disposition,
                "readPoint": place,
                "bizLocation": place,
                "xaso:note": f"{recall.code}: {recall.reason}"[:300],
            }
            amounts: list[dict[str, Any]] = [
                {"epcClass": row.uri, "quantity": number(row.left), "uom": row.uom}
                if row.left
                else {"epcClass": row.uri}
                for row in part
                if row.sort == "lot"
            ]
            epcs = [row.uri for row in part if row.sort != "lot"]
            event |= {"quantityList": amounts} if amounts else {}
            event |= {"epcList": epcs} if epcs else {}
            events.append(event)
        store_events(viewer, enterprise=owners[key], unit_path=owners[key].unit_path, events=events)


def add_step(recall: Recall, viewer: Viewer, text: str) -> None:
    """One line of the recall's diary; inside an action."""
    name = viewer.name or ("Hệ thống" if viewer.kind == "system" else "Nơi giữ hàng")
    RecallStep.objects.create(recall=recall, text=text[:500], by_name=name[:200])


@action
def drop_recall(viewer: Viewer, *, recall: Recall) -> Recall:
    """A recall that was only prepared is put away; nothing had stopped."""
    recall = _locked(recall, viewer)
    if recall.state != Recall.State.PREPARED:
        raise Conflict("Chỉ bỏ được đợt thu hồi chưa xác nhận.")
    recall.state = Recall.State.DROPPED
    recall.save(update_fields=["state"])
    emit(
        "trace.recall_dropped",
        record=recall,
        unit_path=recall.unit_path,
        viewer=viewer,
        data={"code": recall.code},
    )
    return recall


@action
def close_recall(viewer: Viewer, *, recall: Recall, closing: str, cleared: bool = False) -> Recall:
    """End a running recall with its conclusion. ``cleared``: the suspicion was wrong, lots are free as before.

    An ordered recall is closed by the authority. Raises ActionError without a conclusion.
    """
    recall = _locked(recall, viewer)
    if recall.state != Recall.State.RUNNING:
        raise Conflict("Đợt thu hồi này không đang chạy.")
    if len(closing.strip()) < 10:
        raise ActionError("Ghi kết luận, ít nhất một câu.", "closing")
    recall.state, recall.closed_at, recall.closing = Recall.State.CLOSED, now(), closing.strip()
    recall.save(update_fields=["state", "closed_at", "closing"])
    if cleared:
        with widened("goods of a recall are free again in every unit"):
            _free(viewer, recall)
    add_step(recall, viewer, f"Kết thúc thu hồi. {recall.closing}")
    emit(
        "trace.recall_closed",
        record=recall,
        unit_path=recall.unit_path,
        viewer=viewer,
        data={"code": recall.code},
    )
    return recall


def _free(viewer: Viewer, recall: Recall) -> None:
    """Lots that this recall stopped are as they were, unless another recall holds them."""
    with connection.cursor() as cursor:
        cursor.execute(
            'UPDATE trace_lot lot SET state = CASE WHEN lot."left" > 0 THEN %s ELSE %s END,'
            " facts = lot.facts - 'held' - 'recall'"
            " FROM trace_recallthing met WHERE met.recall_id = %s AND met.lot_id = lot.id"
            " AND met.side <> 'back' AND met.was NOT IN ('held', 'recalled') AND lot.facts ->> 'recall' = %s"
            " RETURNING lot.id, lot.code, lot.unit_path",
            [Lot.State.OPEN, Lot.State.USED, recall.pk, recall.code],
        )
        freed = cursor.fetchall()
    by_unit: dict[str, list[tuple[str, UUID, dict[str, str]]]] = {}
    for key, code, unit_path in freed:
        by_unit.setdefault(unit_path, []).append(("trace.lot", key, {"code": code, "recall": recall.code}))
    for unit_path, records in by_unit.items():
        emit_many("trace.lot_released", records=records, unit_path=unit_path, viewer=viewer)
    rows = scope_of(recall).of("root", "forward")
    keys = {key for key, _, _ in freed}
    _record(viewer, recall, [row for row in rows if row.lot_id in keys], "sellable_not_accessible")
