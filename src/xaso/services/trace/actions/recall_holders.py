"""Holders of recalled goods: told at once, chased until they answer, their answers kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import Address, send
from xaso.kernel.messages.models import Message
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.moment import now, today
from xaso.services.trace import lots_rules
from xaso.services.trace.actions.recall import add_step, may_recall
from xaso.services.trace.models import Recall, RecallFinding, RecallHolder, Seat
from xaso.services.trace.queries.recall import names_held
from xaso.services.trace.rules import recall as rules

PART = 200
_State = RecallHolder.State


@action
def tell_holders(viewer: Viewer, *, recall_id: UUID) -> int:
    """Tell the next holders who were not told yet; answers how many are left. Repeating sends nothing twice."""
    recall = Recall.objects.select_related("lot__product", "enterprise").get(pk=recall_id)
    if recall.state != Recall.State.RUNNING:
        return 0
    waiting = recall.holders.filter(state=_State.WAITING).order_by("pk")
    batch = list(waiting.select_for_update(of=("self",)).select_related("receiver")[:PART])
    for holder in batch:
        _tell(viewer, recall, holder, "trace.recall_notice", key=holder.token)
        holder.state, holder.told_at = _State.TOLD, now()
        holder.save(update_fields=["state", "told_at"])
    if batch:
        add_step(recall, viewer, f"Đã báo {len(batch)} nơi giữ hàng.")
    return int(waiting.count())


def _tell(viewer: Viewer, recall: Recall, holder: RecallHolder, template: str, *, key: str) -> None:
    products, codes = names_held(holder)
    data = {
        "code": recall.code,
        "product": products,
        "lot": codes,
        "enterprise": recall.enterprise.name,
        "cause": recall.get_cause_display().lower(),
        "advice": recall.advice,
        "papers": ", ".join(holder.papers[:8]) or "xem trên trang trả lời",
        "by": stamp(recall.notify_by) if recall.notify_by else "càng sớm càng tốt",
    }
    for to in _receivers(holder):
        send(
            viewer,
            template,
            to=to,
            data=data,
            record=recall,
            unit_path=recall.unit_path,
            link=reverse("trace:recall_answer", args=[holder.token]),
            urgent=True,
            key=key,
        )


def _receivers(holder: RecallHolder) -> list[Address | Person]:
    """The address from the shipment, and the managers of an enterprise that works with us."""
    contact = holder.contact or {}
    found: list[Address | Person] = []
    if contact:
        found.append(Address(holder.name, contact.get("phone", ""), contact.get("email", "")))
    if holder.receiver_id:
        with widened("managers of an enterprise that holds recalled goods"):
            seats = Seat.objects.filter(
                enterprise_id=holder.receiver_id, role=Seat.Role.MANAGER, ended_at__isnull=True
            )
            found.extend(seat.person for seat in seats.select_related("person"))
    return found


@action
def chase_holders(viewer: Viewer, *, recall_id: UUID) -> tuple[int, int]:
    """Remind those who do not answer; answers (reminded, given to the officer because reminding was in vain)."""
    recall = Recall.objects.select_related("lot__product", "enterprise").get(pk=recall_id)
    at, reminded, in_vain = now(), 0, []
    silent = recall.holders.filter(state__in=[_State.TOLD, _State.SEEN], told_at__isnull=False)
    for holder in silent.select_for_update(of=("self",)).order_by("pk"):
        if holder.told_at and rules.may_chase(holder.told_at, holder.chased_at, holder.chased, at):
            holder.chased, holder.chased_at = holder.chased + 1, at
            _tell(viewer, recall, holder, "trace.recall_reminder", key=f"{holder.token}:{holder.chased}")
            holder.save(update_fields=["chased", "chased_at"])
            reminded += 1
        elif holder.told_at and rules.must_visit(holder.told_at, holder.chased_at, holder.chased, at):
            in_vain.append(holder.name)
    if reminded:
        add_step(recall, viewer, f"Đã nhắc {reminded} nơi chưa trả lời.")
    account = Account.objects.filter(pk=recall.account_id).first() if in_vain and recall.account_id else None
    if account is not None:
        send(
            viewer,
            "trace.recall_silent",
            to=account,
            data={"code": recall.code, "holders": ", ".join(in_vain[:10]), "number": len(in_vain)},
            record=recall,
            unit_path=recall.unit_path,
            link=reverse("trace_desk:recall", args=[recall.code]),
            key=f"{len(in_vain)} silent",
        )
    return reminded, len(in_vain)


def receipts(recall: Recall) -> dict[str, str]:
    """What became of the notices, by holder token: the newest word of the channels."""
    rows = Message.objects.filter(record_id=recall.pk).order_by("created_at")
    found: dict[str, str] = {}
    for message in rows:
        token = message.link.rstrip("/").rsplit("/", 1)[-1]
        found[token] = message.get_state_display()
    return found


def holder_behind(token: str) -> RecallHolder:
    """The holder whose private address this is. Raises NotFound."""
    with widened("the private page of a holder of recalled goods"):
        found = (
            RecallHolder.objects.filter(token=token)
            .select_related("recall__lot__product", "recall__enterprise", "receiver")
            .exclude(recall__state=Recall.State.PREPARED)
            .first()
        )
    if found is None:
        raise NotFound("Đường dẫn này không còn dùng được. Gọi số điện thoại trong tin nhắn.")
    return found


@action
def note_seen(viewer: Viewer, *, token: str) -> RecallHolder:
    """The holder opened the notice."""
    holder = holder_behind(token)
    if holder.state in {_State.TOLD, _State.WAITING, _State.UNKNOWN}:
        with widened("the private page of a holder of recalled goods"):
            RecallHolder.objects.filter(pk=holder.pk).update(state=_State.SEEN, seen_at=now())
        holder.state = _State.SEEN
    return holder


@action
def answer_notice(
    viewer: Viewer,
    *,
    token: str,
    kind: str,
    quantity: Decimal | str,
    uom: str,
    note: str = "",
    happened_on: date | None = None,
) -> RecallFinding | None:
    """What a holder answers on the private page; without a ``kind``: "nothing of it is here". Raises ActionError."""
    holder = holder_behind(token)
    if holder.recall.state != Recall.State.RUNNING:
        raise Conflict("Đợt thu hồi này đã kết thúc. Cảm ơn ông/bà.")
    with widened("the private page of a holder of recalled goods"):
        found = _keep(viewer, holder.recall, holder, kind, quantity, uom, note, happened_on) if kind else None
        holder.state, holder.answered_at = _State.ANSWERED, now()
        holder.save(update_fields=["state", "answered_at"])
        if found is None:
            add_step(
                holder.recall, viewer, f"{holder.name} trả lời: không còn hàng của lô này. {note}".strip()
            )
        emit(
            "trace.recall_answered",
            record=holder.recall,
            unit_path=holder.recall.unit_path,
            viewer=viewer,
            data={"code": holder.recall.code},
        )
    return found


@action
def add_finding(
    viewer: Viewer,
    *,
    recall: Recall,
    kind: str,
    quantity: Decimal | str,
    uom: str,
    holder: RecallHolder | None = None,
    note: str = "",
    happened_on: date | None = None,
) -> RecallFinding:
    """An officer or the enterprise writes down what was found, given back, destroyed or is gone."""
    may_recall(viewer, recall.lot)
    if not Recall.objects.filter(pk=recall.pk, state=Recall.State.RUNNING).exists():
        raise Conflict("Đợt thu hồi này không đang chạy.")
    found = _keep(viewer, recall, holder, kind, quantity, uom, note, happened_on)
    if holder is not None and holder.state != _State.ANSWERED:
        RecallHolder.objects.filter(pk=holder.pk).update(state=_State.ANSWERED, answered_at=now())
    return found


def _keep(
    viewer: Viewer,
    recall: Recall,
    holder: RecallHolder | None,
    kind: str,
    quantity: Decimal | str,
    uom: str,
    note: str,
    happened_on: date | None,
) -> RecallFinding:
    if kind not in RecallFinding.Kind.values:
        raise ActionError("Chọn kết quả.", "kind")
    try:
        amount = lots_rules.amount(quantity)
    except ValueError as problem:
        raise ActionError(str(problem), "quantity") from problem
    day = happened_on or today()
    if day > today():
        raise ActionError("Ngày này chưa đến. Chọn hôm nay hoặc một ngày đã qua.", "happened_on")
    who = holder.name if holder is not None and not viewer.is_known else viewer.name
    found = RecallFinding.objects.create(
        recall=recall,
        holder=holder,
        kind=kind,
        quantity=amount,
        uom=uom or recall.lot.uom,
        note=note.strip()[:500],
        by_name=(who or "Hệ thống")[:200],
        happened_on=day,
    )
    where = holder.name if holder is not None else recall.enterprise.name
    said = lots_rules.said(amount, found.uom)
    add_step(recall, viewer, f"{where}: {found.get_kind_display().lower()} {said}. {found.note}".strip())
    return found


@action
def withdraw_finding(viewer: Viewer, *, finding: RecallFinding) -> None:
    """A line written by mistake is struck out; it stays to be seen in the diary."""
    may_recall(viewer, finding.recall.lot)
    if finding.withdrawn_at is None:
        RecallFinding.objects.filter(pk=finding.pk).update(withdrawn_at=now())
        said = lots_rules.said(finding.quantity, finding.uom)
        add_step(finding.recall, viewer, f"Gạch bỏ dòng: {finding.get_kind_display().lower()} {said}.")
