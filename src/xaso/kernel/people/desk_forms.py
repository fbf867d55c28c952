"""Forms of the pages of accounts, roles and machine clients."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.people.machines import offered_scopes
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.passwords import LEAST_LETTERS

Pairs = list[tuple[str, str]]


class OfficerForm(forms.Form):
    """A new officer; the password is made by the machine."""

    display_name = forms.CharField(label="Họ, chữ đệm và tên", max_length=150)
    username = forms.RegexField(
        r"^[A-Za-z0-9._-]{3,40}$",
        label="Tên đăng nhập",
        help_text="Chữ không dấu, số, dấu chấm, gạch; từ 3 ký tự.",
        error_messages={"invalid": "Chỉ dùng chữ không dấu, số, dấu chấm, gạch; từ 3 đến 40 ký tự"},
    )
    title = forms.CharField(label="Chức vụ", max_length=120, required=False)
    unit_path = forms.ChoiceField(label="Đơn vị làm việc", required=False)
    email = forms.EmailField(label="Thư điện tử", required=False)

    def __init__(self, *args: Any, units: Pairs, **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "unit_path", units)
        for name in ("display_name", "username", "title", "email"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["username"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class GrantForm(forms.Form):
    """A role on a unit, for a time."""

    role = forms.ChoiceField(label="Vai trò")
    unit_path = forms.ChoiceField(label="Tại đơn vị và mọi đơn vị bên dưới", required=False)
    until = forms.DateField(
        label="Đến hết ngày",
        required=False,
        help_text="Để trống: đến khi thu lại.",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Nhập ngày như 27/03/2026"},
    )

    def __init__(self, *args: Any, roles: Pairs, units: Pairs, **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "role", [("", "Chọn vai trò"), *roles])
        _choices(self, "unit_path", units)

    def clean_until(self) -> Any:
        """A day that has passed gives nothing."""
        day = self.cleaned_data["until"]
        if day and day < today():
            raise forms.ValidationError("Chọn từ hôm nay trở đi")
        return day


class ClientForm(forms.Form):
    """Another system that calls our API."""

    name = forms.CharField(
        label="Tên hệ thống", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    unit_path = forms.ChoiceField(label="Trong phạm vi đơn vị", required=False)
    scopes = forms.MultipleChoiceField(
        label="Được làm",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Chọn ít nhất một việc"},
    )
    expires = forms.DateField(
        label="Dùng đến hết ngày",
        required=False,
        help_text="Để trống: đến khi ngừng.",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Nhập ngày như 27/03/2026"},
    )

    def __init__(self, *args: Any, units: Pairs, **more: Any) -> None:
        super().__init__(*args, **more)
        _choices(self, "unit_path", units)
        _choices(self, "scopes", offered_scopes())


class PasswordForm(forms.Form):
    """One's own password, old and new."""

    old = forms.CharField(
        label="Mật khẩu đang dùng",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="Mật khẩu mới",
        strip=False,
        max_length=200,
        help_text=f"Từ {LEAST_LETTERS} ký tự. Dễ nhớ nhất là bốn từ ghép lại.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def _choices(form: forms.Form, name: str, choices: Pairs) -> None:
    form.fields[name].choices = choices  # type: ignore[attr-defined]
    if isinstance(form.fields[name], forms.ChoiceField) and len(choices) > 15:
        form.fields[name].widget.attrs["data-combo"] = "here"
    form.fields[name].widget.attrs["autocomplete"] = "off"
    if name == "unit_path":
        form.fields[name].required = all(value for value, _ in choices)
