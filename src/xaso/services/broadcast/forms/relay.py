"""Forms of relays, the live microphone, bulletins from above and imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from xaso.kernel.ui.fields import CountField, DayField, LongTextField, TextField
from xaso.kernel.ui.widgets import LongText, TextBox

Choices = Sequence[tuple[str, str]]


class RelayForm(forms.Form):
    """A source that is relayed."""

    title = TextField(
        label="Tên nguồn",
        longest=160,
        help_text="Ví dụ: Đài tỉnh, Đài Tiếng nói Việt Nam.",
        error_messages={"required": "Nhập tên nguồn"},
    )
    url = TextField(
        label="Địa chỉ luồng",
        longest=500,
        help_text="Đài cung cấp, bắt đầu bằng http:// hoặc https:// (MP3, AAC, HLS).",
        error_messages={"required": "Nhập địa chỉ luồng"},
    )
    origin = forms.ChoiceField(
        label="Cấp",
        choices=(("province", "Tỉnh"), ("centre", "Trung ương")),
        widget=forms.RadioSelect,
        initial="province",
    )
    silence_seconds = CountField(
        label="Im lặng quá bao nhiêu giây thì phát tin thay", least=2, most=120, initial=8
    )
    connect_seconds = CountField(label="Chờ nối nhiều nhất bao nhiêu giây", least=2, most=60, initial=10)
    fallback = forms.ChoiceField(label="Tin phát thay", required=False)

    def __init__(self, *args: Any, bulletins: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["fallback"].choices = (("", "Không có: để im lặng"), *bulletins)  # type: ignore[attr-defined]


class LiveForm(forms.Form):
    """Asking to speak."""

    title = TextField(
        label="Nói về việc gì",
        longest=200,
        help_text="Ví dụ: Chủ tịch xã nói chuyện về phòng chống rét.",
        error_messages={"required": "Nhập việc sẽ nói"},
    )
    minutes = CountField(label="Nhiều nhất bao nhiêu phút", least=1, most=60, initial=10)
    area = forms.MultipleChoiceField(
        label="Phát ở đâu",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một nơi"},
    )

    def __init__(self, *args: Any, areas: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
        self.fields["area"].initial = [areas[0][0]] if areas else []


class ReasonForm(forms.Form):
    """Why not."""

    reason = LongTextField(
        label="Lý do",
        longest=300,
        widget=LongText({"rows": 2}),
        error_messages={"required": "Viết lý do"},
    )


class AcceptForm(forms.Form):
    """When a bulletin from above is aired."""

    day = DayField(label="Phát ngày", error_messages={"required": "Chọn ngày phát"})
    starts = forms.TimeField(
        label="Lúc",
        widget=TextBox("time", {"step": "60"}),
        input_formats=["%H:%M", "%Hh%M", "%H:%M:%S"],
        error_messages={"required": "Chọn giờ phát", "invalid": "Nhập giờ như 17:10"},
    )


class DocumentForm(forms.Form):
    """A document whose words become a draft."""

    file = forms.FileField(
        label="Tệp Word, PDF hoặc văn bản",
        help_text="Nhiều nhất 10 MB. Bản chụp không có chữ thì gõ lại vào ô nội dung.",
        error_messages={"required": "Chọn tệp", "empty": "Tệp rỗng. Chọn lại tệp."},
    )


class FeedForm(forms.Form):
    """A news feed."""

    prefix = "nguon"
    title = TextField(label="Tên nguồn tin", longest=160, error_messages={"required": "Nhập tên nguồn tin"})
    url = TextField(
        label="Địa chỉ RSS",
        longest=500,
        help_text="Ví dụ: https://baolaocai.vn/rss/home.rss",
        error_messages={"required": "Nhập địa chỉ RSS"},
    )
