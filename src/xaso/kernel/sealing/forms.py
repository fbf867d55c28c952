"""The one question of the log's page."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class ProofForm(forms.Form):
    """A short proof as printed or read out, or the address of a proof."""

    ma = forms.CharField(
        label="Mã nhật ký hoặc đường dẫn chứng minh",
        help_text="Ghi trên trang biên nhận hoặc trang kiểm tra văn bản, ví dụ 1234-9f3a8b21.",
        max_length=300,
        error_messages={"required": "Nhập mã nhật ký ghi trên biên nhận."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": "24"}),
    )

    def clean_ma(self) -> Any:
        """A UUID when one stands in it, else the text."""
        text = str(self.cleaned_data["ma"]).replace("\x00", "").strip()
        found = _ID.search(text.lower())
        return UUID(found[0]) if found else text
