"""The two ways to ask on the verification page."""

from __future__ import annotations

from django import forms


class CodeForm(forms.Form):
    """A code typed from the paper."""

    code = forms.CharField(
        label="Mã kiểm tra in trên văn bản",
        help_text="12 chữ và số dưới mã QR, ví dụ 7K2M-9QXA-4BCD. Chữ hoa, chữ thường, dấu gạch đều được.",
        max_length=60,
        error_messages={"required": "Nhập mã kiểm tra in dưới mã QR."},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": "20"}
        ),
    )


class FileForm(forms.Form):
    """A PDF that somebody holds."""

    file = forms.FileField(
        label="Tệp PDF",
        help_text="Tệp chỉ dùng để kiểm tra, không lưu lại. Không quá 20 MB.",
        error_messages={"required": "Chọn tệp PDF cần kiểm tra.", "empty": "Tệp rỗng. Chọn lại tệp."},
        widget=forms.FileInput(attrs={"accept": "application/pdf,.pdf"}),
    )
