"""Forms of what is done with a dossier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms

from xaso.kernel.ui.fields import DayField, LongTextField, TextField
from xaso.kernel.ui.widgets import SearchSelect

TERMS = (
    ("1wd", "1 ngày làm việc"),
    ("2wd", "2 ngày làm việc"),
    ("3wd", "3 ngày làm việc"),
    ("5wd", "5 ngày làm việc"),
    ("7wd", "7 ngày làm việc"),
    ("10wd", "10 ngày làm việc"),
)

Choices = Sequence[tuple[str, str]]


def _offer(form: forms.Form, name: str, choices: Choices) -> forms.ChoiceField:
    """Give a choice its list, which depends on the dossier."""
    field = cast(forms.ChoiceField, form.fields[name])
    field.choices = choices
    return field


class ReasonForm(forms.Form):
    """A reason, in words for the citizen, and perhaps its basis."""

    reason = LongTextField(label="Lý do", longest=2000)
    legal_basis = TextField(label="Căn cứ", required=False, longest=300)

    def __init__(
        self,
        *args: Any,
        label: str = "",
        hint: str = "",
        basis: bool = False,
        needed: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["reason"].required = needed
        if label:
            self.fields["reason"].label = label
        self.fields["reason"].help_text = hint
        if not basis:
            del self.fields["legal_basis"]


class AssignForm(forms.Form):
    """To whom the work goes."""

    to = forms.ChoiceField(
        label="Cán bộ nhận việc", widget=forms.RadioSelect, error_messages={"required": "Chọn cán bộ"}
    )

    def __init__(self, *args: Any, people: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        field = _offer(self, "to", [*people, ("unit", "Không giao riêng ai, để cả đơn vị thấy")])
        if len(people) > 12:
            field.widget = SearchSelect(choices=field.choices)


class HandOverForm(forms.Form):
    """Which unit takes the dossier, and what to tell it."""

    to_path = forms.ChoiceField(
        label="Đơn vị nhận", widget=SearchSelect(), error_messages={"required": "Chọn đơn vị nhận"}
    )
    note = LongTextField(label="Lời nhắn cho đơn vị nhận", required=False, longest=2000)

    def __init__(self, *args: Any, units: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "to_path", [("", "Chọn trong danh sách"), *units])


class AskForm(forms.Form):
    """A question to another unit with a term."""

    asked_path = forms.ChoiceField(
        label="Đơn vị được hỏi", widget=SearchSelect(), error_messages={"required": "Chọn đơn vị"}
    )
    question = LongTextField(
        label="Nội dung cần lấy ý kiến",
        longest=4000,
        error_messages={"required": "Nhập nội dung cần lấy ý kiến"},
    )
    term = forms.ChoiceField(
        label="Trả lời trong",
        choices=TERMS,
        initial="3wd",
        widget=forms.Select(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, units: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "asked_path", [("", "Chọn trong danh sách"), *units])


class AnswerForm(forms.Form):
    """The answer of the unit that was asked."""

    agrees = forms.ChoiceField(
        label="Ý kiến của đơn vị",
        choices=(("yes", "Đồng ý"), ("no", "Không đồng ý"), ("none", "Chỉ cung cấp thông tin")),
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn ý kiến của đơn vị"},
    )
    answer = LongTextField(
        label="Nội dung trả lời", longest=4000, error_messages={"required": "Nhập nội dung trả lời"}
    )


class ApologyForm(forms.Form):
    """The reason of a delay and one new date."""

    reason = LongTextField(
        label="Lý do chậm", longest=2000, help_text="Người nộp hồ sơ đọc nguyên văn lý do này."
    )
    new_day = DayField(label="Hẹn lại ngày", error_messages={"required": "Chọn ngày hẹn lại"})


class PaperForm(forms.Form):
    """A paper digitised at the desk, or shown there."""

    component = forms.ChoiceField(
        label="Giấy tờ",
        widget=forms.Select(attrs={"autocomplete": "off"}),
        error_messages={"required": "Chọn giấy tờ"},
    )
    originals = forms.IntegerField(label="Bản chính", min_value=0, max_value=99, required=False)
    certified = forms.IntegerField(label="Bản sao chứng thực", min_value=0, max_value=99, required=False)
    copies = forms.IntegerField(label="Bản chụp", min_value=0, max_value=99, required=False)

    def __init__(self, *args: Any, components: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "component", [("", "Chọn trong danh sách"), *components])
        for name in ("originals", "certified", "copies"):
            self.fields[name].widget = forms.TextInput(
                attrs={"inputmode": "numeric", "autocomplete": "off", "class": "w4 num"}
            )
            self.fields[name].error_messages["invalid"] = "Nhập số bản, ví dụ 1"
