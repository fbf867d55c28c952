"""Forms of what the commune's committee decides about its station: hours, loudness, who approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DayField, TextField
from xaso.kernel.ui.widgets import TextBox
from xaso.services.broadcast.forms.programme import WEEKDAYS

Choices = Sequence[tuple[str, str]]


def _time(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=TextBox("time", {"step": "60"}),
        input_formats=["%H:%M", "%Hh%M", "%H:%M:%S"],
        error_messages={"required": f"Nhập {label.lower()}", "invalid": "Nhập giờ như 05:30"},
    )


class WindowForm(forms.Form):
    """Hours in which ordinary bulletins may be heard. Outside them only an emergency is."""

    starts = _time("Từ giờ")
    ends = _time("Đến giờ")
    weekdays = forms.MultipleChoiceField(
        label="Các thứ",
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=[key for key, _ in WEEKDAYS],
        error_messages={"required": "Chọn ít nhất một thứ"},
    )
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})
    legal_basis = TextField(
        label="Văn bản",
        longest=300,
        help_text="Ví dụ: Quy chế hoạt động của đài, Quyết định số … của UBND xã.",
        error_messages={"required": "Nhập văn bản quy định"},
    )

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        facts = super().clean() or {}
        if facts.get("starts") and facts.get("ends") and facts["ends"] <= facts["starts"]:
            self.add_error("ends", "Chọn giờ cuối sau giờ đầu")
        return facts


class CapForm(forms.Form):
    """The loudest a cluster may be within some hours."""

    cluster = forms.ChoiceField(label="Cụm loa", required=False)
    starts = _time("Từ giờ")
    ends = _time("Đến giờ")
    volume = CountField(
        label="Âm lượng cao nhất (%)", least=0, most=100, error_messages={"required": "Nhập âm lượng"}
    )
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})

    def __init__(self, *args: Any, clusters: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["cluster"].choices = [("", "Mọi cụm"), *clusters]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """How many persons must agree before something is heard."""

    kind = forms.ChoiceField(label="Loại", widget=forms.RadioSelect, error_messages={"required": "Chọn loại"})
    people = forms.ChoiceField(
        label="Cần mấy người",
        choices=(("1", "Một người: người soạn được tự duyệt"), ("2", "Hai người: người khác duyệt")),
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn một câu trả lời"},
    )
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})
    legal_basis = TextField(
        label="Văn bản", longest=300, error_messages={"required": "Nhập văn bản quy định"}
    )

    def __init__(self, *args: Any, kinds: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
