"""Forms of the officers' page of hamlets and offices."""

from __future__ import annotations

from django import forms

from xaso.kernel.base.errors import ActionError
from xaso.kernel.units.words import HAMLET_KINDS, OFFICE_KINDS


def _kinds(kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("", "Chọn loại"), *((kind, kind[:1].upper() + kind[1:]) for kind in kinds)]


class _UnitForm(forms.Form):
    """A kind, a name, since when, by which decision."""

    kind = forms.ChoiceField(
        label="Loại",
        widget=forms.Select(attrs={"autocomplete": "off", "class": "w20"}),
        error_messages={"required": "Chọn loại", "invalid_choice": "Chọn loại trong danh sách"},
    )
    name = forms.CharField(
        label="Tên",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "w30"}),
        error_messages={"required": "Nhập tên"},
    )
    valid_from = forms.DateField(
        label="Có từ ngày",
        required=False,
        widget=forms.DateInput(
            attrs={"type": "date", "autocomplete": "off", "class": "w12"}, format="%Y-%m-%d"
        ),
        error_messages={"invalid": "Nhập ngày đúng, ví dụ 01/07/2025"},
    )
    legal_basis = forms.CharField(
        label="Căn cứ",
        help_text="Số và ngày của nghị quyết, quyết định.",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def take(self, error: ActionError) -> None:
        """Show what an action refused beside the fields it names."""
        for field, messages in error.errors.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class HamletForm(_UnitForm):
    """A new hamlet."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = _kinds(HAMLET_KINDS)  # type: ignore[attr-defined]
        self.fields["name"].help_text = "Không lặp lại loại: chọn Bản, ghi Nậm Đăm."


class OfficeForm(_UnitForm):
    """A new office."""

    code = forms.CharField(
        label="Mã ngắn",
        max_length=24,
        help_text="Chữ thường không dấu, ví dụ ttphvcc. Không đổi được về sau.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "w12"}
        ),
        error_messages={"required": "Nhập mã ngắn"},
    )
    field_order = ("kind", "name", "code", "valid_from", "legal_basis")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = _kinds(OFFICE_KINDS)  # type: ignore[attr-defined]
        self.fields["name"].help_text = "Không lặp lại loại: chọn Trung tâm, ghi Phục vụ hành chính công."


class RenameForm(_UnitForm):
    """A new kind or name of a hamlet or an office."""

    def __init__(self, *args: object, level: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = _kinds(HAMLET_KINDS if level == "hamlet" else OFFICE_KINDS)  # type: ignore[attr-defined]
        self.fields["valid_from"].label = "Dùng tên mới từ ngày"
        self.fields["valid_from"].help_text = "Để trống là từ hôm nay."


class SpotForm(forms.Form):
    """Where a hamlet stands on maps."""

    lat = forms.DecimalField(
        label="Vĩ độ",
        required=False,
        localize=True,
        help_text="Ví dụ 22,5312. Lấy ở nhà văn hóa thôn.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal", "class": "w12"}),
        error_messages={"invalid": "Nhập số, ví dụ 22,5312"},
    )
    lon = forms.DecimalField(
        label="Kinh độ",
        required=False,
        localize=True,
        help_text="Ví dụ 103,7046. Bỏ trống cả hai để không hiện trên bản đồ.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal", "class": "w12"}),
        error_messages={"invalid": "Nhập số, ví dụ 103,7046"},
    )

    def take(self, error: ActionError) -> None:
        """Show what the action refused."""
        for field, messages in error.errors.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)


class EndForm(forms.Form):
    """The last day of a hamlet or an office."""

    last_day = forms.DateField(
        label="Ngày cuối cùng còn hoạt động",
        widget=forms.DateInput(
            attrs={"type": "date", "autocomplete": "off", "class": "w12"}, format="%Y-%m-%d"
        ),
        error_messages={"required": "Nhập ngày cuối cùng", "invalid": "Nhập ngày đúng, ví dụ 31/12/2026"},
    )
    basis = forms.CharField(
        label="Căn cứ",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def take(self, error: ActionError) -> None:
        """Show what the action refused."""
        for field, messages in error.errors.items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)
