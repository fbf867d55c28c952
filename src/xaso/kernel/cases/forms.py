"""Forms of the calendar page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from xaso.kernel.cases.models import OfficialDay, WorkingHours
from xaso.kernel.plain.clock import COMPENSATORY_WORK

_DAY = {"type": "date", "autocomplete": "off", "class": "w12"}
_LINE = {"autocomplete": "off"}
_BASIS = "Số, ngày, cơ quan ban hành. Ví dụ: Thông báo 9441/TB-BNV ngày 16/10/2025"


def _text(label: str, longest: int, required: str, help_text: str) -> forms.CharField:
    """A line of text that must be given; ``required`` says so."""
    return forms.CharField(
        label=label,
        max_length=longest,
        help_text=help_text,
        widget=forms.TextInput(attrs=_LINE),
        error_messages={"required": required},
    )


def _date(label: str, example: str, required: str = "") -> forms.DateField:
    """A day; one that may be left out has no words for its absence."""
    return forms.DateField(
        label=label,
        required=bool(required),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        error_messages={"required": required, "invalid": f"Nhập ngày như {example}"},
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )


class DayForm(forms.Form):
    """A day off, or a Saturday that is worked for another day."""

    day = _date("Ngày", "31/08/2026", required="Chọn ngày")
    kind = forms.ChoiceField(
        label="Ngày này là",
        choices=OfficialDay.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn loại ngày"},
    )
    name = _text("Tên", 160, "Nhập tên ngày", "Ví dụ: Nghỉ bù Giỗ Tổ Hùng Vương; Làm bù cho ngày 31/08/2026")
    legal_basis = _text("Căn cứ", 300, "Nhập số, ngày của văn bản", _BASIS)
    confirmed = forms.BooleanField(
        label="Đã xem văn bản gốc",
        required=False,
        help_text="Chưa xem thì ngày này vẫn được tính, và mỗi lời giải thích hạn đều ghi “chưa xác nhận”.",
    )

    def clean(self) -> dict[str, Any]:
        """A worked day must be one that is otherwise off."""
        facts = super().clean() or {}
        day = facts.get("day")
        if isinstance(day, date) and facts.get("kind") == COMPENSATORY_WORK and day.weekday() < 5:
            self.add_error("day", "Ngày làm bù phải là thứ Bảy hoặc Chủ nhật")
        return facts


class HoursForm(forms.Form):
    """Hours of some weekdays from a day on."""

    purpose = forms.ChoiceField(
        label="Dùng để",
        choices=WorkingHours.Purpose.choices,
        widget=forms.RadioSelect,
        initial=WorkingHours.Purpose.WORK,
        help_text="Giờ tiếp nhận không bao giờ làm đổi hạn của hồ sơ.",
        error_messages={"required": "Chọn giờ này dùng để làm gì"},
    )
    weekdays = forms.MultipleChoiceField(
        label="Các ngày trong tuần",
        choices=[
            ("1", "Thứ Hai"),
            ("2", "Thứ Ba"),
            ("3", "Thứ Tư"),
            ("4", "Thứ Năm"),
            ("5", "Thứ Sáu"),
            ("6", "Thứ Bảy"),
            ("7", "Chủ nhật"),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một ngày"},
    )
    sessions = _text(
        "Các buổi",
        120,
        "Nhập giờ các buổi, như 07:30-11:30 13:00-17:00",
        "Ví dụ: 07:30-11:30 13:00-17:00",
    )
    cut_off = forms.TimeField(
        label="Giờ chốt trong ngày",
        initial="15:00",
        help_text="Việc trả trong ngày mà nhận từ giờ này trở đi thì trả vào ngày làm việc sau.",
        widget=forms.TimeInput(attrs={"type": "time", "autocomplete": "off", "class": "w10"}, format="%H:%M"),
        error_messages={"required": "Nhập giờ chốt, như 15:00", "invalid": "Nhập giờ như 15:00"},
    )
    valid_from = _date("Từ ngày", "16/10/2026", required="Chọn ngày bắt đầu")
    valid_to = _date("Đến hết ngày", "15/04/2027")
    legal_basis = _text("Căn cứ", 300, "Nhập số, ngày của văn bản", _BASIS)


class RecalculateForm(forms.Form):
    """Why the deadlines of running cases are counted again."""

    reason = _text(
        "Lý do tính lại",
        300,
        "Nhập lý do tính lại",
        "Lý do được ghi vào diễn biến của từng hồ sơ. Ví dụ: Công văn số 12 đổi ngày nghỉ 02/01",
    )
