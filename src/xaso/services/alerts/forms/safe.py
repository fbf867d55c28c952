""" "Tôi an toàn"."""

from __future__ import annotations

from django import forms

from xaso.kernel.ui.fields import CountField, NameField, PhoneField, TextField

STATES = [("safe", "Tôi và gia đình an toàn"), ("help", "Tôi cần giúp")]


class OwnForm(forms.Form):
    """For who is known: two answers, how many people."""

    state = forms.ChoiceField(
        label="Ông/bà đang thế nào?",
        choices=STATES,
        widget=forms.RadioSelect,
        error_messages={"required": "Chọn một câu trả lời"},
    )
    people = CountField(label="Mấy người", least=1, most=200, required=False, help_text="Tính cả ông/bà.")
    note = TextField(
        label="Đang ở đâu, cần gì",
        required=False,
        longest=300,
        help_text="Ví dụ: trên nhà văn hóa; cần xuồng, có người ốm.",
    )


class SafeForm(OwnForm):
    """For everybody: also who."""

    name = NameField(label="Họ và tên", error_messages={"required": "Nhập họ và tên"})
    phone = PhoneField(label="Điện thoại", required=False)
    field_order = ["state", "name", "phone", "people", "note"]
