"""Forms of the pages about messages: they only read what was typed, the actions decide."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.messages.models import Channel, MessageTemplate
from xaso.kernel.messages.wording import CHANNELS

CHOICES = [(key, Channel(key).label) for key in CHANNELS]


class WishesForm(forms.Form):
    """Which channel first, which not at all."""

    first = forms.ChoiceField(label="Nhận tin trước hết qua", choices=CHOICES, widget=forms.RadioSelect)
    refused = forms.MultipleChoiceField(
        label="Không nhận tin qua",
        choices=CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Mọi tin vẫn có trong hộp thư này. Tin khẩn cấp vẫn được gửi.",
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("first") in values.get("refused", ()):
            self.add_error(
                "refused", "Kênh nhận trước hết không thể là kênh đã từ chối. Bỏ chọn một trong hai."
            )
        return values

    def order(self) -> list[str]:
        """The chosen channel first, the others as usual."""
        first = self.cleaned_data["first"]
        return [first, *(channel for channel in CHANNELS if channel != first)]


class TemplateForm(forms.Form):
    """A template's wording."""

    title = forms.CharField(label="Tên mẫu", max_length=150)
    subject = forms.CharField(label="Tiêu đề", max_length=150)
    body = forms.CharField(
        label="Nội dung trong hộp thư và thư điện tử", widget=forms.Textarea(attrs={"rows": 8})
    )
    sms = forms.CharField(
        label="Nội dung SMS",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Bỏ trống thì gửi tiêu đề. Một tin không dấu chứa 160 ký tự, có dấu chứa 70.",
    )
    sms_accents = forms.BooleanField(label="Gửi SMS có dấu (tốn khoảng gấp đôi)", required=False)
    channels = forms.MultipleChoiceField(
        label="Kênh", choices=CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    zalo_template = forms.CharField(label="Mã mẫu Zalo đã duyệt", max_length=20, required=False)
    insist_minutes = forms.IntegerField(
        label="Sau bao nhiêu phút không có báo nhận thì thử kênh sau",
        min_value=5,
        max_value=10080,
        required=False,
        help_text="Bỏ trống nếu không cần.",
    )

    @classmethod
    def of(cls, row: MessageTemplate) -> dict[str, Any]:
        """A version's values as the form's initial ones."""
        return {name: getattr(row, name) for name in cls.base_fields}
