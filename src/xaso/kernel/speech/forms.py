"""Forms of the page of words."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.plain.spoken import Conventions
from xaso.kernel.plain.spoken.choices import CHOICES
from xaso.kernel.speech.actions.words import LONGEST_SPOKEN, LONGEST_WRITTEN

LONGEST_TRY = 2000
NOTHING = "-"  # a convention that adds no word; a box to choose from needs a value


class WordForm(forms.Form):
    """A word as written and as it is to be said."""

    written = forms.CharField(
        label="Chữ viết",
        max_length=LONGEST_WRITTEN,
        help_text="Đúng như trong bản tin, phân biệt chữ hoa. Ví dụ: QSEAP, Nà Pái.",
        error_messages={"required": "Nhập chữ như trong bản tin."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "w20"}
        ),
    )
    spoken = forms.CharField(
        label="Đọc là",
        max_length=LONGEST_SPOKEN,
        help_text="Viết thành lời, không dùng số hay ký hiệu. Ví dụ: kiu xép.",
        error_messages={"required": "Nhập cách đọc thành lời."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "w30"}),
    )


class TryForm(forms.Form):
    """A text to try."""

    text = forms.CharField(
        label="Đoạn văn",
        max_length=LONGEST_TRY,
        help_text="Dán một đoạn bản tin để xem và nghe máy đọc thế nào. Không lưu lại.",
        error_messages={"required": "Dán một đoạn văn."},
        widget=forms.Textarea(attrs={"rows": "4"}),
    )


class MannerForm(forms.Form):
    """How the unit reads: one choice for each convention."""

    def __init__(self, *args: Any, now: Conventions, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, choice in CHOICES.items():
            self.fields[name] = forms.ChoiceField(
                label=choice.label,
                choices=[(value or NOTHING, f"“{sounds}”") for value, sounds in choice.values.items()],
                initial=getattr(now, name) or NOTHING,
                widget=forms.Select(attrs={"class": "w30"}),
            )

    def chosen(self) -> dict[str, str]:
        """The values by the name of the convention."""
        return {name: "" if value == NOTHING else value for name, value in self.cleaned_data.items()}
