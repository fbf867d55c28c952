"""Forms of the emergency page. A drill and the real thing never share a word to type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xaso.kernel.ui.fields import CountField, LongTextField, TextField
from xaso.kernel.ui.widgets import LongText

Choices = Sequence[tuple[str, str]]
REAL, DRILL = "PHÁT THẬT", "DIỄN TẬP"


class EmergencyForm(forms.Form):
    """What is said, where, how many times."""

    title = TextField(
        label="Tên cảnh báo",
        longest=120,
        help_text="Ví dụ: Lũ quét suối Mường Hum.",
        error_messages={"required": "Nhập tên cảnh báo"},
    )
    text = LongTextField(
        label="Nội dung đọc trên loa",
        longest=1500,
        widget=LongText({"rows": 6}),
        help_text="Câu ngắn: chuyện gì, ở đâu, bà con làm gì ngay, gọi số nào.",
        error_messages={"required": "Nhập nội dung"},
    )
    area = forms.MultipleChoiceField(
        label="Phát ở đâu",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một nơi"},
    )
    repeats = CountField(label="Đọc mấy lượt", least=1, most=10, initial=3)
    minutes = CountField(label="Cảnh báo có giá trị bao nhiêu phút", least=5, most=1440, initial=120)

    SHOWN = ("title", "text", "area", "repeats", "minutes")

    def __init__(self, *args: Any, areas: Choices, drill: bool, alone: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        # Where one person is enough, that person types what the second one would.
        self.wanted = (DRILL if drill else REAL) if alone else ""
        if alone:
            self.fields["words"] = TextField(label=f"Gõ {self.wanted} để phát", required=False, longest=20)

    def is_sure(self) -> bool:
        """Whether what must be typed was typed; else says so at the field."""
        if self.wanted and str(self.cleaned_data.get("words", "")).upper() != self.wanted:
            self.add_error("words", f"Gõ đúng {self.wanted}")
            return False
        return True


class SureForm(forms.Form):
    """The words that the confirming person types: other words for a drill than for the real thing."""

    words = TextField(
        label="Gõ chữ để xác nhận", longest=20, error_messages={"required": "Gõ chữ để xác nhận"}
    )

    def __init__(self, *args: Any, drill: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.wanted = DRILL if drill else REAL
        self.fields["words"].label = f"Gõ {self.wanted} để phát"

    def clean_words(self) -> str:
        """Exactly the words of this kind, whatever the size of letters."""
        typed = str(self.cleaned_data["words"]).upper()
        if typed != self.wanted:
            raise ValidationError(f"Gõ đúng {self.wanted}")
        return typed


class DropForm(forms.Form):
    """Why it is not to be heard."""

    reason = TextField(
        label="Lý do không phát", longest=300, error_messages={"required": "Nhập lý do không phát"}
    )


class EndForm(forms.Form):
    """The all-clear that is read when an emergency ends."""

    all_clear = LongTextField(
        label="Lời báo hết nguy hiểm",
        longest=500,
        error_messages={
            "required": "Nhập lời báo hết nguy hiểm: loa đọc lời này rồi mới trở lại chương trình"
        },
    )
