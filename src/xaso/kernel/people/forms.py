"""Forms of the people area."""

from __future__ import annotations

from typing import Any

from django import forms


class SignInForm(forms.Form):
    """An officer's name and password."""

    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Nhập tên đăng nhập"},
    )
    password = forms.CharField(
        label="Mật khẩu",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Nhập mật khẩu"},
    )

    def cleaned(self) -> dict[str, Any]:
        """What was typed, after validation."""
        return self.cleaned_data
