"""Forms of the dated rows that mailings go by: prices, quotas, when a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.messages.mass_models import CHANNELS, Quota
from xaso.kernel.messages.mass_rows import OPERATORS
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.fields import CountField, DayField, TextField

Choices = Sequence[tuple[str, str]]
OPERATOR_NAMES = [("", "Mọi nhà mạng"), *((name, name.capitalize()) for name in OPERATORS)]


def _source() -> TextField:
    return TextField(
        label="Nguồn",
        longest=300,
        help_text="Ví dụ: Hợp đồng số 15/2026/HĐ-SMS, Quyết định số 12/QĐ-UBND.",
        error_messages={"required": "Ghi nguồn của số này: hợp đồng, thông báo của nhà cung cấp, quyết định"},
    )


def _since() -> DayField:
    return DayField(
        label="Áp dụng từ ngày",
        error_messages={"required": "Chọn ngày áp dụng", "invalid": "Nhập ngày như 27/03/2026"},
    )


def _channel() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Kênh",
        choices=CHANNELS,
        error_messages={"required": "Chọn kênh", "invalid_choice": "Chọn kênh"},
    )


class DatedForm(forms.Form):
    """A row of a unit, from a day on."""

    def __init__(self, data: Any = None, *, units: Choices) -> None:
        super().__init__(data, initial={"valid_from": today(), "unit_path": units[0][0]})
        chosen = forms.ChoiceField(
            label="Cho đơn vị", choices=units, error_messages={"invalid_choice": "Chọn đơn vị của mình"}
        )
        if len(units) == 1:
            chosen.widget = forms.HiddenInput()
        self.fields = {"unit_path": chosen, **self.fields}


class PriceForm(DatedForm):
    """What one part of a text message, or one message of a channel, costs."""

    prefix = "gia"
    channel = _channel()
    operator = forms.ChoiceField(
        label="Nhà mạng", choices=OPERATOR_NAMES, required=False, help_text="Chỉ tính với SMS."
    )
    amount = CountField(
        label="Giá một tin (đồng)",
        least=0,
        most=100_000,
        help_text="SMS: giá của một phần tin.",
        error_messages={"required": "Nhập giá, như 500"},
    )
    valid_from = _since()
    source = _source()


class QuotaForm(DatedForm):
    """How many messages of a channel may go out in a span of time."""

    prefix = "han-muc"
    channel = _channel()
    most = CountField(
        label="Nhiều nhất (tin)", least=1, most=10_000_000, error_messages={"required": "Nhập số tin"}
    )
    span = forms.ChoiceField(
        label="Trong mỗi",
        choices=Quota.Span.choices,
        initial=Quota.Span.DAY,
        error_messages={"required": "Chọn khoảng thời gian"},
    )
    valid_from = _since()
    source = _source()


class MassRuleForm(DatedForm):
    """From how many receivers on a second person approves."""

    prefix = "duyet"
    approve_above = CountField(
        label="Phải duyệt khi quá số người",
        least=0,
        most=10_000_000,
        help_text="0: đợt gửi nào cũng phải duyệt.",
        error_messages={"required": "Nhập số người"},
    )
    urgent_too = forms.BooleanField(label="Tin khẩn cũng phải duyệt", required=False)
    source = _source()


FORMS: dict[str, type[DatedForm]] = {"price": PriceForm, "quota": QuotaForm, "rule": MassRuleForm}
