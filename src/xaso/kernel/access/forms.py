"""Forms of signing in, of proofs and of delegation."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.people.models import RoleGrant
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.passwords import LEAST_LETTERS


class SignInForm(forms.Form):
    """An officer's name and password."""

    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username webauthn", "autocapitalize": "none", "spellcheck": "false"}
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


class CodeForm(forms.Form):
    """Six figures of the app, or a recovery code."""

    code = forms.CharField(
        label="Mã trên điện thoại",
        max_length=20,
        help_text="Sáu chữ số đang hiện trong ứng dụng tạo mã. Mất điện thoại thì nhập một mã dự phòng.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
        error_messages={"required": "Nhập mã"},
    )


class FirstCodeForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label="Mã đang hiện trong ứng dụng",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Nhập sáu chữ số"},
    )


class NewPasswordForm(forms.Form):
    """A password of one's own in place of the one-time one."""

    new = forms.CharField(
        label="Mật khẩu mới",
        strip=False,
        max_length=200,
        help_text=f"Từ {LEAST_LETTERS} ký tự. Dễ nhớ nhất là bốn từ không liên quan ghép lại.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Nhập mật khẩu mới"},
    )
    again = forms.CharField(
        label="Nhập lại mật khẩu mới",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Nhập lại mật khẩu mới"},
    )

    def clean(self) -> dict[str, Any]:
        """Both the same."""
        facts = super().clean() or {}
        if facts.get("new") and facts.get("again") and facts["new"] != facts["again"]:
            self.add_error("again", "Hai lần nhập khác nhau. Nhập lại cho giống.")
        return facts


class PasswordAgainForm(forms.Form):
    """One's password, asked again before something that must not be done by a passer-by."""

    password = forms.CharField(
        label="Mật khẩu của mình",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Nhập mật khẩu"},
    )


class PhoneForm(forms.Form):
    """A telephone number that can be reached by SMS."""

    phone = forms.CharField(
        label="Số điện thoại di động",
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": "Nhập số điện thoại"},
    )


class PhoneCodeForm(forms.Form):
    """The six figures that came by SMS; a name at the first time."""

    code = forms.CharField(
        label="Mã trong tin nhắn",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": "Nhập sáu chữ số trong tin nhắn"},
    )
    full_name = forms.CharField(
        label="Họ, chữ đệm và tên",
        max_length=150,
        required=False,
        help_text="Ghi như trên giấy tờ. Chỉ hỏi ở lần đầu.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class DelegationForm(forms.Form):
    """A leader's rights for a colleague, for some days."""

    account = forms.ChoiceField(label="Giao cho")
    grant = forms.ChoiceField(label="Quyền giao")
    manner = forms.ChoiceField(
        label="Cách ký", choices=RoleGrant.Manner.choices, initial=RoleGrant.Manner.BY_MANDATE
    )
    document_number = forms.CharField(
        label="Số văn bản ủy quyền",
        max_length=60,
        help_text="Ví dụ 12/GUQ-UBND",
        error_messages={"required": "Nhập số văn bản ủy quyền"},
    )
    reason = forms.CharField(label="Lý do", max_length=300, help_text="Ví dụ: đi công tác tỉnh")
    first = forms.DateField(
        label="Từ ngày", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label="Đến hết ngày", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *args: Any, accounts: list[tuple[str, str]], grants: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["account"].choices = [("", "Chọn cán bộ"), *accounts]  # type: ignore[attr-defined]
        self.fields["grant"].choices = grants  # type: ignore[attr-defined]
        for one in self.fields.values():
            one.widget.attrs["autocomplete"] = "off"
        if len(accounts) > 15:
            self.fields["account"].widget.attrs["data-combo"] = "here"

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, and not past."""
        facts = super().clean() or {}
        first, last = facts.get("first"), facts.get("last")
        if last and last < today():
            self.add_error("last", "Chọn từ hôm nay trở đi")
        elif first and last and last < first:
            self.add_error("last", "Ngày cuối không trước ngày đầu")
        return facts


class PolicyForm(forms.Form):
    """Who must sign in with two proofs, from a day on."""

    role = forms.ChoiceField(label="Vai trò")
    is_required = forms.TypedChoiceField(
        label="Đăng nhập hai lớp",
        choices=[("1", "Bắt buộc"), ("0", "Không bắt buộc")],
        coerce=lambda text: text == "1",
    )
    valid_from = forms.DateField(
        label="Từ ngày", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    legal_basis = forms.CharField(label="Căn cứ", max_length=300, help_text="Văn bản hoặc quyết định nào")

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["role"].choices = [("", "Chọn vai trò"), *roles]  # type: ignore[attr-defined]
        for one in self.fields.values():
            one.widget.attrs["autocomplete"] = "off"
