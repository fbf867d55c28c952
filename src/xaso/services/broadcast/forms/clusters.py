"""Forms of loudspeaker clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xaso.kernel.ui.fields import CountField, LongTextField, TextField

Choices = Sequence[tuple[str, str]]


def read_place(text: str) -> tuple[float, float] | None:
    """`22.53,103.71` as latitude and longitude inside Vietnam; None for nothing. Raises ValidationError."""
    if not text.strip():
        return None
    try:
        lat, lon = (float(part) for part in text.replace(";", ",").split(","))
    except ValueError as problem:
        raise ValidationError("Bấm vào bản đồ, hoặc nhập như 22.5301,103.7102") from problem
    if not (8 <= lat <= 23.5 and 102 <= lon <= 117.9):
        raise ValidationError("Chỗ này ở ngoài Việt Nam: nhập vĩ độ trước, kinh độ sau")
    return lat, lon


class ClusterForm(forms.Form):
    """Where a cluster stands and what it is made of."""

    name = TextField(label="Tên cụm", longest=120, error_messages={"required": "Nhập tên cụm"})
    code = TextField(
        label="Mã cụm",
        longest=24,
        help_text="Chữ thường, số và dấu gạch, ví dụ ban-xeo-1. Mã đứng trong địa chỉ của thiết bị, không đổi được.",
        error_messages={"required": "Nhập mã cụm"},
    )
    kind = forms.ChoiceField(
        label="Loại thiết bị", widget=forms.RadioSelect, error_messages={"required": "Chọn loại thiết bị"}
    )
    unit_path = forms.ChoiceField(
        widget=forms.Select({"autocomplete": "off"}),
        label="Thôn, bản, tổ",
        error_messages={"required": "Chọn thôn, bản, tổ"},
    )
    old_unit_code = TextField(
        label="Mã xã cũ",
        required=False,
        longest=20,
        help_text="Mã đơn vị trước 01/07/2025, nếu hệ thống của tỉnh còn hỏi.",
    )
    place = forms.CharField(
        label="Vị trí",
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "class": "w20"}),
        help_text="Bấm vào bản đồ bên dưới, hoặc nhập vĩ độ, kinh độ.",
    )
    horns = CountField(label="Số loa", least=1, most=200, initial=2)
    volume = CountField(label="Âm lượng (%)", least=0, most=100, initial=70)

    def __init__(
        self, *args: Any, kinds: Choices, hamlets: Choices, fixed: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["unit_path"].choices = [("", "Chọn"), *hamlets]  # type: ignore[attr-defined]
        if fixed:
            del self.fields["code"]

    def clean_place(self) -> tuple[float, float] | None:
        """Latitude and longitude."""
        return read_place(self.cleaned_data.get("place", ""))


class VolumeForm(forms.Form):
    """How loud a cluster is from now on."""

    volume = CountField(label="Âm lượng (%)", least=0, most=100, error_messages={"required": "Nhập âm lượng"})


class ComplaintForm(forms.Form):
    """What somebody who lives near a loudspeaker tells us. A name and telephone are not needed."""

    cluster = forms.ChoiceField(
        widget=forms.Select({"autocomplete": "off"}),
        label="Loa ở đâu?",
        required=False,
        help_text="Không biết thì chọn “Không rõ” và tả chỗ đặt loa.",
    )
    matter = forms.ChoiceField(
        label="Loa bị làm sao?", widget=forms.RadioSelect, error_messages={"required": "Chọn một câu trả lời"}
    )
    text = LongTextField(
        label="Kể thêm",
        required=False,
        longest=2000,
        help_text="Ví dụ: loa hướng vào cửa sổ nhà số 12, kêu từ 4 giờ 45.",
    )
    contact = TextField(
        label="Số điện thoại để trả lời",
        required=False,
        longest=60,
        help_text="Không để lại cũng được.",
    )

    def __init__(self, *args: Any, clusters: Choices, matters: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["cluster"].choices = [("", "Không rõ"), *clusters]  # type: ignore[attr-defined]
        self.fields["matter"].choices = matters  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Where nobody knows the loudspeaker, words must tell where it hangs."""
        facts = super().clean() or {}
        if not facts.get("cluster") and not facts.get("text") and "text" not in self.errors:
            self.add_error("text", "Chọn loa ở trên, hoặc tả chỗ đặt loa")
        return facts


class AnswerForm(forms.Form):
    """What was done about a complaint."""

    answer = LongTextField(label="Đã làm gì", longest=1000, error_messages={"required": "Nhập việc đã làm"})
