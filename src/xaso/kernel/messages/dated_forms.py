"""Forms of the dated rows that mailings go by: prices, quotas, when a second person approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.messages.mass_models import CHANNELS, Quota
from xaso.kernel.messages.mass_rows import OPERATORS
from xaso.kernel.plain.formats import figure
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.typed import latin_digits

Choices = Sequence[tuple[str, str]]
OPERATOR_NAMES = [("", "Mọi nhà mạng"), *((name, name.capitalize()) for name in OPERATORS)]


class Count(forms.IntegerField):
    """A whole number from `least` to `most`; dots and spaces between thousands are forgiven."""

    def __init__(self, *, least: int, most: int, error_messages: dict[str, str], **options: Any) -> None:
        said = {
            "invalid": "Nhập số bằng chữ số, như 500",
            "min_value": f"Nhập số từ {figure(least)} trở lên",
            "max_value": f"Nhập số không quá {figure(most)}",
            **error_messages,
        }
        box = forms.TextInput({"autocomplete": "off", "inputmode": "numeric", "class": "w10 num"})
        super().__init__(min_value=least, max_value=most, widget=box, error_messages=said, **options)

    def to_python(self, value: Any) -> int | None:
        typed = latin_digits(str(value or "")).replace(" ", "").replace(".", "")
        whole: int | None = super().to_python(typed)
        return whole


def _source() -> forms.CharField:
    return forms.CharField(
        label="Nguồn",
        max_length=300,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text="Ví dụ: Hợp đồng số 15/2026/HĐ-SMS, Quyết định số 12/QĐ-UBND.",
        error_messages={"required": "Ghi nguồn của số này: hợp đồng, thông báo của nhà cung cấp, quyết định"},
    )


def _since() -> forms.DateField:
    return forms.DateField(
        label="Áp dụng từ ngày",
        input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"],
        widget=forms.DateInput({"type": "date", "autocomplete": "off", "class": "w12"}, format="%Y-%m-%d"),
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
    amount = Count(
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
    most = Count(
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
    approve_above = Count(
        label="Phải duyệt khi quá số người",
        least=0,
        most=10_000_000,
        help_text="0: đợt gửi nào cũng phải duyệt.",
        error_messages={"required": "Nhập số người"},
    )
    urgent_too = forms.BooleanField(label="Tin khẩn cũng phải duyệt", required=False)
    source = _source()


FORMS: dict[str, type[DatedForm]] = {"price": PriceForm, "quota": QuotaForm, "rule": MassRuleForm}
