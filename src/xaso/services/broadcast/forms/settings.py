"""Forms of what the commune's committee decides about its station: hours, loudness, who approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DayField, TextField
from xaso.kernel.ui.widgets import TextBox

Choices = Sequence[tuple[str, str]]
WEEKDAYS: Choices = (
    ("1", "Thứ Hai"),
    ("2", "Thứ Ba"),
    ("3", "Thứ Tư"),
    ("4", "Thứ Năm"),
    ("5", "Thứ Sáu"),
    ("6", "Thứ Bảy"),
    ("7", "Chủ Nhật"),
)


def _time(label: str, **more: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=TextBox("time", {"step": "60"}),
        input_formats=["%H:%M", "%Hh%M", "%H:%M:%S"],
        error_messages={"required": f"Nhập {label.lower()}", "invalid": "Nhập giờ như 05:30"},
        **more,
    )


def _basis(**more: Any) -> TextField:
    return TextField(
        label="Văn bản",
        longest=300,
        help_text="Ví dụ: Quy chế hoạt động của đài, Quyết định số 12/QĐ-UBND.",
        error_messages={"required": "Nhập văn bản quy định"},
        **more,
    )


class WindowForm(forms.Form):
    """Hours in which the programme may be heard, or hours of quiet. Outside only an emergency is."""

    prefix = "gio"
    use = forms.ChoiceField(
        label="Khung này là", widget=forms.RadioSelect, error_messages={"required": "Chọn một câu trả lời"}
    )
    name = TextField(label="Tên khung", required=False, longest=80, help_text="Ví dụ: Buổi sáng.")
    starts = _time("Từ giờ")
    ends = _time("Đến giờ", help_text="Giờ cuối nhỏ hơn giờ đầu là qua nửa đêm.")
    weekdays = forms.MultipleChoiceField(
        label="Các thứ",
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        initial=[key for key, _ in WEEKDAYS],
        error_messages={"required": "Chọn ít nhất một thứ"},
    )
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})
    legal_basis = _basis()

    def __init__(self, *args: Any, uses: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["use"].choices = uses  # type: ignore[attr-defined]


class CapForm(forms.Form):
    """The loudest a cluster may be within some hours."""

    prefix = "muc"
    cluster = forms.ChoiceField(widget=forms.Select({"autocomplete": "off"}), label="Cụm loa", required=False)
    starts = _time("Từ giờ")
    ends = _time("Đến giờ", help_text="Hai giờ bằng nhau là cả ngày.")
    most = CountField(
        label="Âm lượng cao nhất (%)", least=0, most=100, error_messages={"required": "Nhập âm lượng"}
    )
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})
    legal_basis = _basis(required=False)

    def __init__(self, *args: Any, clusters: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["cluster"].choices = [("", "Mọi cụm"), *clusters]  # type: ignore[attr-defined]


class RuleForm(forms.Form):
    """How many persons must agree before something is heard."""

    prefix = "duyet"
    what = forms.ChoiceField(
        label="Cho việc", widget=forms.RadioSelect, error_messages={"required": "Chọn một việc"}
    )
    approvals = forms.ChoiceField(
        label="Cần mấy người đồng ý",
        choices=(
            ("0", "Không cần ai: người lập cho phát ngay"),
            ("1", "Một người"),
            ("2", "Hai người"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn số người"},
    )
    own = forms.BooleanField(label="Người soạn được tự duyệt", required=False)
    valid_from = DayField(label="Áp dụng từ ngày", error_messages={"required": "Chọn ngày áp dụng"})
    legal_basis = _basis()

    def __init__(self, *args: Any, kinds: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["what"].choices = kinds  # type: ignore[attr-defined]
