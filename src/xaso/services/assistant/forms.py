"""Forms of asking: to the legal officer, an answer marked wrong, a checked answer, a verdict."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.base.errors import ActionError
from xaso.kernel.ui.fields import DayField, LongTextField, TextField
from xaso.services.assistant.models import WrongMark


class ActionForm(forms.Form):
    """A form that shows what an action refused beside the fields it names."""

    def take(self, error: ActionError) -> None:
        """Messages at their fields; others above the form."""
        for name, words in error.errors.items():
            for one in words:
                self.add_error(name if name in self.fields else None, one)


class HandOverForm(ActionForm):
    """A question for the legal officer."""

    question = LongTextField(
        label="Câu hỏi",
        longest=2000,
        help_text="Không cần ghi họ tên, số giấy tờ.",
        error_messages={"required": "Viết câu hỏi"},
    )


class WrongForm(ActionForm):
    """Why an answer is wrong."""

    why = forms.ChoiceField(
        label="Sai ở chỗ nào",
        choices=WrongMark.Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn câu trả lời sai ở chỗ nào"},
    )
    words = LongTextField(label="Nói thêm", required=False, longest=2000)


class CheckedForm(ActionForm):
    """A checked answer: the question as others will read it, the answer, what it rests on."""

    question = TextField(
        label="Câu hỏi, viết để ai đọc cũng hiểu",
        longest=600,
        help_text="Bỏ tên người, số giấy tờ và chuyện riêng của người hỏi.",
        error_messages={"required": "Viết câu hỏi"},
    )
    wordings = LongTextField(
        label="Các cách hỏi khác",
        required=False,
        longest=4000,
        help_text="Mỗi dòng một cách hỏi. Người sau hỏi gần như vậy thì gặp câu trả lời này trước.",
    )
    answer = LongTextField(label="Trả lời", longest=6000, error_messages={"required": "Viết câu trả lời"})
    bases = LongTextField(
        label="Căn cứ",
        longest=2000,
        help_text="Mỗi dòng một căn cứ, ví dụ: khoản 2 Điều 5 Nghị định 61/2018/NĐ-CP. "
        "Căn cứ thay đổi thì câu trả lời tự hết dùng.",
        error_messages={"required": "Ghi ít nhất một căn cứ"},
    )
    valid_to = DayField(
        label="Dùng đến hết ngày", required=False, help_text="Để trống nếu dùng đến khi luật đổi."
    )


class WordsForm(ActionForm):
    """One box: why something is closed or ended."""

    def __init__(self, label: str, *args: Any, field: str = "note", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[field] = LongTextField(
            label=label, longest=500, help_text=hint, error_messages={"required": "Viết vài lời"}
        )


class NoteForm(ActionForm):
    """What the officer concludes from the quotes, for the case."""

    words = LongTextField(
        label="Nhận định của tôi",
        required=False,
        longest=4000,
        help_text="Điều luật trích ở trên được lưu kèm, nguyên văn.",
    )


class VerdictForm(ActionForm):
    """What was found about an answer marked wrong."""

    verdict = forms.ChoiceField(
        label="Kết luận",
        choices=[one for one in WrongMark.Verdict.choices if one[0]],
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn kết luận"},
    )
    note = LongTextField(label="Ghi chú", required=False, longest=500)
