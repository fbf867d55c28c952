"""What fees cost in a province, and the accounts that take them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.vietqr.banks import banks
from xaso.kernel.ui.fields import DayField, MoneyField, TextField
from xaso.kernel.units.models import Level, Unit
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.money import open_account
from xaso.services.onestop.actions.setups import set_rate
from xaso.services.onestop.desk.admin.conditions import CHANNELS
from xaso.services.onestop.desk.admin.publishing import add_errors
from xaso.services.onestop.models import BankAccount, FeeRate, Procedure

RIGHT = "onestop.rates"


def _places(viewer: Viewer, *levels: str) -> list[tuple[str, str]]:
    """Units under the viewer's right, of some levels, the highest first."""
    found = Unit.objects.on().filter(viewer.scope(RIGHT, "path"), level__in=levels).order_by("path")[:4000]
    return [(one.path, one.full_name) for one in found]


def _fees(unit_path: str) -> list[tuple[str, str, Procedure]]:
    """Fees that the province sets, of the setups in force: (key|procedure, name, procedure)."""
    found: list[tuple[str, str, Procedure]] = []
    day = today()
    for rows in setups_in_force.published().values():
        for setup in rows:
            over = setup.valid_to is not None and setup.valid_to < day
            reaches = unit_path.startswith(setup.unit_path) or setup.unit_path.startswith(unit_path)
            if over or not reaches:
                continue
            for fee in setups_in_force.body_of(setup).fees:
                token = f"{fee.key}|{setup.procedure.code}"
                if fee.method == "set_by_province" and token not in {one[0] for one in found}:
                    found.append((token, f"{fee.name}: {setup.title}", setup.procedure))
    return sorted(found, key=lambda one: one[1])


class RateForm(forms.Form):
    """One row of a resolution."""

    unit_path = forms.ChoiceField(label="Áp dụng tại")
    fee = forms.ChoiceField(label="Khoản thu")
    channel = forms.ChoiceField(label="Cách nộp", required=False)
    amount = MoneyField(label="Mức thu", help_text="Không thu thì ghi 0.", least=0)
    legal_basis = TextField(label="Số nghị quyết", help_text="Như: NQ 12/2026/NQ-HĐND.", longest=300)
    valid_from = DayField(label="Từ ngày")
    confirmed = forms.BooleanField(label="Đã đối chiếu với văn bản", required=False)

    def __init__(
        self, *args: Any, places: list[tuple[str, str]], fees: list[tuple[str, str, Any]], **kw: Any
    ):
        super().__init__(*args, **kw)
        for name, choices in (
            ("unit_path", places),
            ("fee", [("", "Chọn khoản thu"), *((token, label) for token, label, _ in fees)]),
            ("channel", [("", "Mọi cách nộp"), *((k, w.capitalize()) for k, w in CHANNELS.items())]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["autocomplete"] = "off"


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def rates(request: HttpRequest) -> HttpResponse:
    """The rates in force, to come and past; a new one ends the one before it."""
    viewer = viewer_in(request)
    places = _places(viewer, Level.PROVINCE) or _places(viewer, Level.PROVINCE, Level.COMMUNE)
    fees = _fees(places[0][0] if places else "")
    status = 200
    form = RateForm(request.POST or None, places=places, fees=fees, initial={"valid_from": today()})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            key, _, code = facts["fee"].partition("|")
            procedure = next(one for token, _, one in fees if token == facts["fee"])
            body = {"fee": key, "amount": facts["amount"], "channel": facts["channel"] or None}
            try:
                eforms.Rate.model_validate(
                    {**body, "valid_from": facts["valid_from"], "legal_basis": facts["legal_basis"]}
                )
                set_rate(
                    viewer,
                    procedure=procedure,
                    unit_path=facts["unit_path"],
                    body={name: value for name, value in body.items() if value is not None},
                    valid_from=facts["valid_from"],
                    legal_basis=facts["legal_basis"],
                    confirmed=facts["confirmed"],
                )
            except ActionError as error:
                if error.status == 403:
                    raise
                add_errors(form, error)
            else:
                messages.success(request, f"Đã ghi mức thu của thủ tục {code}.")
                return redirect("onestop_desk:rates")
    names = dict(places)
    labels = {token: label for token, label, _ in fees}
    rows = (
        FeeRate.objects.filter(viewer.scope(RIGHT, "unit_path"))
        .select_related("procedure")
        .order_by("-valid_from", "procedure__code")[:300]
    )
    context = {
        "form": form,
        "rows": [_rate_line(row, names, labels) for row in rows],
        "fees": fees,
        "missing": _missing(fees, places[0][0] if places else ""),
    }
    return render(request, "onestop/desk/admin/rates.html", context, status=status)


def _rate_line(row: FeeRate, names: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    day = today()
    token = f"{row.body.get('fee')}|{row.procedure.code}"
    state = "Sắp áp dụng" if row.valid_from > day else "Đang áp dụng"
    if row.valid_to is not None and row.valid_to < day:
        state = "Đã hết"
    return {
        "row": row,
        "fee": labels.get(token, f"{row.body.get('fee')}: {row.procedure.name}"),
        "place": names.get(row.unit_path, row.unit_path),
        "channel": CHANNELS.get(str(row.body.get("channel") or ""), "mọi cách nộp"),
        "amount": row.body.get("amount"),
        "state": state,
    }


def _missing(fees: list[tuple[str, str, Procedure]], unit_path: str) -> list[str]:
    """Fees the province sets for which no rate is in force: their amount is unknown to citizens."""
    day = today()
    held = {(rate.fee, rate.procedure) for rate in setups_in_force.rates_for(unit_path) if rate.covers(day)}
    return [label for token, label, row in fees if (token.partition("|")[0], row.code) not in held]


class AccountForm(forms.Form):
    """Where a unit takes its fees."""

    unit_path = forms.ChoiceField(label="Đơn vị")
    bank_bin = forms.ChoiceField(label="Ngân hàng")
    account = TextField(label="Số tài khoản", longest=19)
    holder = TextField(label="Chủ tài khoản", help_text="Viết như ngân hàng ghi.", longest=120)
    valid_from = DayField(label="Từ ngày")
    legal_basis = TextField(label="Căn cứ mở tài khoản", longest=300, required=False)

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        named = sorted(((one.bin, one.name) for one in banks().values()), key=lambda pair: pair[1])
        for name, choices in (
            ("unit_path", [("", "Chọn đơn vị"), *places]),
            ("bank_bin", [("", "Chọn ngân hàng"), *named]),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            self.fields[name].widget.attrs |= {"autocomplete": "off", "data-combo": "here"}

    def clean_account(self) -> str:
        """Spaces and dashes are not part of the number."""
        return str(self.cleaned_data["account"]).replace(" ", "").replace("-", "").replace(".", "")


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """The accounts that take fees, each unit's or its province's."""
    viewer = viewer_in(request)
    places = _places(viewer, Level.PROVINCE, Level.COMMUNE)
    status = 200
    form = AccountForm(request.POST or None, places=places, initial={"valid_from": today()})
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                open_account(viewer, **form.cleaned_data)
            except ActionError as error:
                if error.status == 403:
                    raise
                add_errors(form, error)
            else:
                messages.success(request, "Đã ghi tài khoản nhận phí.")
                return redirect("onestop_desk:accounts")
    names = dict(places)
    rows = BankAccount.objects.filter(viewer.scope(RIGHT, "unit_path")).order_by("unit_path", "-valid_from")
    context = {"form": form, "rows": [(row, names.get(row.unit_path, row.unit_path)) for row in rows[:300]]}
    return render(request, "onestop/desk/admin/accounts.html", context, status=status)
