"""Where a unit takes its fees."""

from __future__ import annotations

from datetime import date, timedelta

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.vietqr.banks import bank_of
from xaso.services.onestop.models import BankAccount


@action
def open_account(
    viewer: Viewer,
    *,
    unit_path: str,
    bank_bin: str,
    account: str,
    holder: str,
    valid_from: date,
    legal_basis: str = "",
) -> BankAccount:
    """Enter the account that takes a unit's fees; the one before it ends the day before."""
    viewer.must("onestop.rates", unit_path)
    bank = bank_of(bank_bin)
    if bank is None:
        raise ActionError("Không có ngân hàng mang mã này. Chọn trong danh sách.", "bank_bin")
    if not (account.isascii() and account.isalnum() and len(account) <= 19):
        raise ActionError("Số tài khoản gồm chữ không dấu và số, không quá 19 ký tự.", "account")
    BankAccount.objects.filter(unit_path=unit_path, valid_to__isnull=True, valid_from__lt=valid_from).update(
        valid_to=valid_from - timedelta(days=1)
    )
    row = BankAccount.objects.create(
        unit_path=unit_path,
        bank_bin=bank_bin,
        bank_name=bank.name,
        account=account,
        holder=holder,
        valid_from=valid_from,
        legal_basis=legal_basis,
    )
    emit("onestop.account_opened", record=row, unit_path=unit_path, viewer=viewer)
    return row
