"""Forms of bulletins: what is said, with which voice, and what an approver answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DayField, LongTextField, TextField
from xaso.kernel.ui.widgets import LongText

Choices = Sequence[tuple[str, str]]
SPEEDS: Choices = (("0.85", "Chậm"), ("1.0", "Vừa"), ("1.15", "Nhanh"))


class BulletinForm(forms.Form):
    """A bulletin as it is written: title, class, text, voice, speed, jingle, repeats, days it holds."""

    title = TextField(label="Tên bản tin", longest=200, error_messages={"required": "Nhập tên bản tin"})
    text = LongTextField(
        label="Nội dung",
        longest=20000,
        widget=LongText({"rows": 14}),
        help_text="Dán nguyên văn bản. Chữ viết tắt, ngày, số tiền, số điện thoại được đọc ra chữ ở bên cạnh.",
        error_messages={"required": "Nhập nội dung"},
    )
    kind = forms.ChoiceField(
        label="Loại",
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn loại bản tin"},
    )
    topic = TextField(label="Chủ đề", required=False, longest=80, help_text="Ví dụ: y tế, thủy lợi, an ninh.")
    voice = forms.ChoiceField(
        widget=forms.Select({"autocomplete": "off"}),
        label="Giọng đọc",
        error_messages={"required": "Chọn giọng đọc"},
    )
    speed = forms.ChoiceField(label="Tốc độ", choices=SPEEDS, initial="1.0", widget=forms.RadioSelect)
    jingle = forms.ChoiceField(
        widget=forms.Select({"autocomplete": "off"}), label="Nhạc hiệu", required=False
    )
    repeats = CountField(label="Đọc mấy lượt", least=1, most=5, initial=1)
    valid_from = DayField(label="Phát từ ngày", required=False)
    valid_to = DayField(
        label="Đến hết ngày", required=False, help_text="Sau ngày này bản tin không phát nữa."
    )

    def __init__(
        self,
        *args: Any,
        kinds: Choices,
        voices: Choices,
        jingles: Choices,
        spoken_url: str,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        # While one types, the part beside the text is asked anew.
        self.fields["text"].widget.attrs |= {
            "hx-post": spoken_url,
            "hx-trigger": "input changed delay:500ms",
            "hx-target": "#spoken",
        }
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["voice"].choices = voices  # type: ignore[attr-defined]
        self.fields["jingle"].choices = jingles  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        facts = super().clean() or {}
        first, last = facts.get("valid_from"), facts.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "Chọn ngày cuối không trước ngày đầu")
        return facts


class RecordingForm(forms.Form):
    """A recording in place of the voice of the machine, in any language."""

    language = forms.ChoiceField(
        widget=forms.Select({"autocomplete": "off"}), label="Tiếng", error_messages={"required": "Chọn tiếng"}
    )
    file = forms.FileField(
        label="Tệp ghi âm",
        widget=forms.ClearableFileInput({"accept": "audio/*"}),
        help_text="MP3, WAV, Ogg, M4A, tối đa 20 MB. Âm lượng được chỉnh về mức chung khi nhận.",
        error_messages={"required": "Chọn tệp ghi âm"},
    )

    def __init__(self, *args: Any, languages: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["language"].choices = languages  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why a bulletin goes back to its writer."""

    reason = LongTextField(
        label="Lý do trả lại",
        longest=1000,
        error_messages={"required": "Nhập lý do để người soạn biết sửa gì"},
    )
