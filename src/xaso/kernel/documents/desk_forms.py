"""Forms of the pages of signing keys and paper templates."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.signing import FILE, REMOTE, TOKEN
from xaso.kernel.plain.moment import today

Pairs = list[tuple[str, str]]
WAYS = {
    FILE: "Chứng thư dùng thử do máy này cấp",
    TOKEN: "Thiết bị ký đã có (PKCS#11)",
    REMOTE: "Khóa ở nhà cung cấp ký từ xa",
}
MOST_CERTIFICATE = 200_000
MOST_SOURCE = 200_000


def _offer(form: forms.Form, name: str, pairs: Pairs) -> None:
    """The choices of a box; a long list becomes a box to type in."""
    form.fields[name].choices = pairs  # type: ignore[attr-defined]
    if len(pairs) > 15:
        form.fields[name].widget.attrs["data-combo"] = "here"


class KeyForm(forms.Form):
    """A key for a person or a seal for a unit: made for trial, or held elsewhere and attached."""

    kind = forms.ChoiceField(
        label="Dùng để", choices=[("person", "Ký với tư cách cá nhân"), ("agency", "Đóng dấu cơ quan")]
    )
    way = forms.ChoiceField(label="Khóa ở đâu", choices=list(WAYS.items()))
    account = forms.ChoiceField(
        label="Người giữ khóa", required=False, help_text="Chỉ cần khi ký với tư cách cá nhân."
    )
    unit_path = forms.ChoiceField(label="Đơn vị")
    holder = forms.CharField(
        label="Tên trên chứng thư", max_length=200, help_text="Họ tên người ký, hoặc tên cơ quan."
    )
    pin = forms.CharField(
        label="Mã PIN của khóa dùng thử", required=False, min_length=6, max_length=12,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "new-password"}),
        help_text="Từ 6 đến 12 chữ số. Chỉ người giữ khóa biết.",
        error_messages={"min_length": "Mã PIN có ít nhất 6 chữ số."},
    )  # fmt: skip
    token = forms.CharField(label="Nhãn thiết bị", required=False, max_length=80)
    key = forms.CharField(label="Nhãn khóa trong thiết bị", required=False, max_length=80)
    credential = forms.CharField(label="Mã chứng thư ở nhà cung cấp", required=False, max_length=120)
    certificate = forms.FileField(
        label="Tệp chứng thư", required=False, help_text="Tệp .cer, .crt hoặc .pem của chứng thư đã có."
    )
    chain = forms.FileField(label="Chứng thư của nơi cấp", required=False)

    def __init__(self, *args: Any, units: Pairs, accounts: Pairs, **more: Any) -> None:
        super().__init__(*args, **more)
        for name, pairs in (("unit_path", units), ("account", [("", "Không chọn"), *accounts])):
            _offer(self, name, pairs)
        for name, box in self.fields.items():
            if name != "pin":
                box.widget.attrs["autocomplete"] = "off"

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        if pin and not (pin.isascii() and pin.isdigit()):
            raise forms.ValidationError("Mã PIN chỉ gồm chữ số.")
        return pin

    def clean(self) -> dict[str, Any]:
        """What each way of holding a key needs."""
        facts = super().clean() or {}
        if facts.get("kind") == SigningKey.Kind.PERSON and not facts.get("account"):
            self.add_error("account", "Chọn người giữ khóa.")
        if facts.get("way") == FILE and not facts.get("pin") and "pin" not in self.errors:
            self.add_error("pin", "Đặt mã PIN từ 6 đến 12 chữ số.")
        if facts.get("way") in (TOKEN, REMOTE) and not facts.get("certificate"):
            self.add_error("certificate", "Chọn tệp chứng thư đã được cấp.")
        for name in ("certificate", "chain"):
            file = facts.get(name)
            if file is not None and file.size > MOST_CERTIFICATE:
                self.add_error(name, "Tệp quá lớn. Chọn đúng tệp chứng thư.")
        return facts


class TemplateForm(forms.Form):
    """A new version of a paper template, tried with sample data before it is kept."""

    source = forms.FileField(
        label="Tệp mẫu mới (.typ)", required=False, help_text="Tải mẫu đang dùng về, sửa, rồi tải lên lại."
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    valid_from = forms.DateField(
        label="Áp dụng từ ngày",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Nhập ngày như 27/03/2026"},
    )
    legal_basis = forms.CharField(
        label="Căn cứ", max_length=300, help_text="Số, ký hiệu văn bản và điều khoản."
    )
    unit_path = forms.ChoiceField(label="Dùng cho đơn vị", required=False)

    def __init__(self, *args: Any, units: Pairs, **more: Any) -> None:
        super().__init__(*args, **more)
        _offer(self, "unit_path", units)
        for name in ("legal_basis", "unit_path", "source"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_valid_from(self) -> Any:
        """Papers that exist keep their version, so a template never begins in the past."""
        day = self.cleaned_data["valid_from"]
        if day < today():
            raise forms.ValidationError("Chọn từ hôm nay trở đi.")
        return day

    def clean(self) -> dict[str, Any]:
        """The text of the template: the file just chosen, or what was tried a moment ago."""
        facts = super().clean() or {}
        file = facts.get("source")
        text = facts.get("kept", "")
        if file is not None:
            if file.size > MOST_SOURCE:
                self.add_error("source", "Tệp mẫu quá lớn (nhiều nhất 200 KB).")
                return facts
            try:
                text = file.read().decode("utf-8-sig").replace("\r\n", "\n")
            except UnicodeDecodeError:
                self.add_error("source", "Tệp mẫu phải là chữ thuần UTF-8 (.typ).")
                return facts
        if not text.strip() or "\x00" in text:
            self.add_error("source", "Chọn tệp mẫu .typ.")
        facts["text"] = text
        return facts
