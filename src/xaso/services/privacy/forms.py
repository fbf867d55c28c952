"""Forms of the room."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.people.models import ProcessingPurpose
from xaso.kernel.ui.fields import CountField, LongTextField, TextField
from xaso.services.privacy.models import RequestKind

_MOMENT = {"type": "datetime-local", "autocomplete": "off", "class": "w20"}
_FORMATS = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]


def _moment(label: str, required: bool = True, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
        input_formats=_FORMATS,
        error_messages={"required": "Nhập ngày và giờ", "invalid": "Nhập như 21/11/2026 08:30"},
        **more,
    )


class RequestForm(forms.Form):
    """What a citizen asks for."""

    kind = forms.ChoiceField(
        label="Ông/bà muốn",
        choices=RequestKind.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Chọn việc cần yêu cầu",
            "invalid_choice": "Chọn một việc trong danh sách",
        },
    )
    detail = LongTextField(
        label="Nói rõ thêm",
        required=False,
        longest=4000,
        help_text="Dữ liệu nào, sai ở đâu, sửa thành gì, vì sao. Không biết tên gọi thì tả bằng lời thường.",
    )

    def clean(self) -> dict[str, Any]:
        """Some requests mean nothing without words."""
        facts = super().clean() or {}
        if facts.get("kind") in {"correct", "object", "restrict"} and not facts.get("detail", "").strip():
            self.add_error("detail", "Ghi rõ dữ liệu nào và cần làm gì")
        return facts


class WordsForm(forms.Form):
    """One box of words to the person."""

    words = LongTextField(
        label="Lời báo cho người yêu cầu", longest=4000, error_messages={"required": "Ghi lời báo"}
    )


class CorrectForm(forms.Form):
    """What can be put right here; papers issued before are corrected by their own procedure."""

    full_name = TextField(label="Họ, chữ đệm và tên", required=False, longest=150)
    birth_date = TextField(
        label="Ngày sinh", required=False, longest=10, help_text="1985, 1985-03 hoặc 1985-03-12"
    )
    phone = TextField(label="Điện thoại", required=False, longest=20)
    email = TextField(label="Thư điện tử", required=False, longest=120)
    address = TextField(label="Địa chỉ liên hệ", required=False, longest=300)


class StopForm(forms.Form):
    """For which purposes the use stops."""

    purposes = forms.MultipleChoiceField(
        label="Dừng dùng dữ liệu cho",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một mục đích"},
    )

    def __init__(self, rows: list[ProcessingPurpose], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purposes"].choices = [  # type: ignore[attr-defined]
            (row.code, row.title) for row in rows if row.ground != ProcessingPurpose.Ground.LAW
        ]


class BreachForm(forms.Form):
    """What happened, as far as it is known now."""

    title = TextField(
        label="Việc gì xảy ra", longest=200, error_messages={"required": "Ghi ngắn gọn việc xảy ra"}
    )
    noticed_at = _moment("Phát hiện lúc", help_text="72 giờ tính từ lúc này.")
    happened_at = _moment("Xảy ra lúc", required=False, help_text="Chưa rõ thì để trống.")
    story = LongTextField(label="Diễn biến", longest=8000, error_messages={"required": "Ghi diễn biến"})
    data_kinds = TextField(
        label="Loại dữ liệu", longest=400, error_messages={"required": "Ghi loại dữ liệu bị lộ, mất hoặc sửa"}
    )
    people_count = CountField(label="Số người bị ảnh hưởng", required=False)
    harm = LongTextField(label="Hậu quả có thể", required=False, longest=4000)
    measures = LongTextField(label="Việc đã làm để chặn và khắc phục", required=False, longest=4000)
    must_notify = forms.BooleanField(
        label="Có thể gây hại nên phải thông báo trong 72 giờ",
        required=False,
        help_text="Bỏ đánh dấu chỉ khi chắc chắn không thể gây hại tới ai; lý do ghi trong diễn biến.",
    )


class NoticeForm(forms.Form):
    """The notice was sent."""

    number = TextField(label="Số văn bản đã gửi", longest=60, error_messages={"required": "Nhập số văn bản"})
    at = _moment("Gửi lúc")
    late_reason = TextField(
        label="Lý do chậm", required=False, longest=400, help_text="Bắt buộc khi đã quá 72 giờ."
    )
