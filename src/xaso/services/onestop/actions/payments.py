"""Money: owed, paid by transfer or at the desk, waived. A repeated bank notice changes nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.cases import actions as cases
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop import rules
from xaso.services.onestop.actions.base import locked, move, must_receive, tell
from xaso.services.onestop.models import Dossier, Payment


def _locked_payment(**which: object) -> Payment:
    payment = Payment.objects.select_for_update().filter(**which).first()
    if payment is None:
        raise NotFound("Không có khoản thu này. Kiểm tra lại mã tham chiếu.")
    return payment


@action
def confirm_transfer(
    viewer: Viewer,
    *,
    reference: str,
    amount: int,
    bank_id: str,
    paid_at: datetime | None = None,
    method: str = "vietqr",
) -> Payment:
    """A bank says that money came in. The amount must be the one owed; the same notice again changes nothing.

    Raises ActionError when the amount differs (the transfer is listed for reconciliation by the connector).
    """
    if viewer.kind not in {"system", "machine"}:
        raise Forbidden()
    payment = _locked_payment(reference=reference.strip().upper())
    if payment.state == Payment.State.PAID:
        if payment.bank_id == bank_id:
            return payment
        raise Conflict("Khoản này đã được nộp bằng một giao dịch khác. Chuyển cho kế toán hoàn lại.")
    if payment.state != Payment.State.DUE:
        raise Conflict("Khoản thu này không còn phải nộp.")
    if amount != payment.amount:
        raise ActionError(f"Số tiền {amount} đồng khác số phải nộp {payment.amount} đồng.", "amount")
    return _paid(viewer, payment, method, bank_id, paid_at or now())


@action
def take_cash(viewer: Viewer, *, payment_id: UUID, method: str = "cash") -> Payment:
    """The desk has taken the money: cash, or a card at its terminal."""
    payment = _locked_payment(pk=payment_id)
    dossier = locked(payment.dossier_id)
    viewer.must("onestop.take_money", dossier.received_path)
    if payment.state == Payment.State.PAID:
        return payment
    if payment.state != Payment.State.DUE:
        raise Conflict("Khoản thu này không còn phải nộp.")
    payment.taken_by = viewer.account_id
    payment.save(update_fields=["taken_by"])
    return _paid(viewer, payment, method, "", now())


def _paid(viewer: Viewer, payment: Payment, method: str, bank_id: str, moment: datetime) -> Payment:
    payment.state, payment.method, payment.bank_id, payment.paid_at = (
        Payment.State.PAID,
        method,
        bank_id,
        moment,
    )
    payment.save(update_fields=["state", "method", "bank_id", "paid_at"])
    dossier = locked(payment.dossier_id)
    _settled(viewer, dossier)
    tell("onestop.payment_made", dossier, viewer, method=method, amount=payment.amount)
    return payment


def _settled(viewer: Viewer, dossier: Dossier) -> None:
    owing = Payment.objects.filter(dossier=dossier, state=Payment.State.DUE).exists()
    if owing:
        return
    dossier.fee_state = "paid"
    dossier.save(update_fields=["fee_state"])
    if dossier.status == rules.PAYMENT:
        cases.restart_clock(viewer, case=dossier.case_id, reason="payment", checked=True)
        move(dossier, rules.NEW if dossier.received_at is None else rules.IN_PROCESS)


@action
def waive(viewer: Viewer, *, payment_id: UUID, reason: str) -> Payment:
    """Release somebody from a fee, with the ground (poor household, merit …)."""
    payment = _locked_payment(pk=payment_id)
    dossier = locked(payment.dossier_id)
    must_receive(viewer, dossier)
    if not reason.strip():
        raise ActionError("Ghi căn cứ miễn phí, lệ phí.", "reason")
    if payment.state == Payment.State.DUE:
        payment.state = Payment.State.WAIVED
        payment.lines = [
            *payment.lines,
            {"name": "Miễn thu", "amount": 0, "reckoning": reason.strip(), "basis": ""},
        ]
        payment.save(update_fields=["state", "lines"])
        _settled(viewer, dossier)
        tell("onestop.payment_waived", dossier, viewer)
    return payment
