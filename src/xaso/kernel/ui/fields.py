"""Form fields of this house: they forgive spaces, dots and dashes, and their errors say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from xaso.kernel.plain import formats, idnumber, moment, money, typed
from xaso.kernel.plain.text import nfc
from xaso.kernel.ui import widgets


class _Typed(forms.Field):
    """A one-line answer read by a function that raises ValueError with what to do."""

    kind = "text"

    def __init__(self, **options: Any) -> None:
        unit, scan = options.pop("unit", ""), options.pop("scan", "")
        options.setdefault("widget", widgets.TextBox(self.kind, unit=unit, scan=scan))
        super().__init__(**options)

    def read(self, text: str) -> Any:
        """The value of non-empty text."""
        return typed.line(text)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return self.empty()
        try:
            return self.read(text)
        except ValueError as problem:
            raise ValidationError(str(problem), code="unreadable") from problem

    def empty(self) -> Any:
        """The value of an empty box."""
        return ""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class TextField(_Typed):
    """One line of plain text, NFC, at most `longest` letters."""

    def __init__(self, *, longest: int = 300, **options: Any) -> None:
        self.longest = longest
        super().__init__(**options)

    def read(self, text: str) -> str:
        text = typed.line(text)
        if len(text) > self.longest:
            raise ValueError(f"Viết ngắn lại, nhiều nhất {self.longest} chữ cái")
        return text


class LongTextField(forms.CharField):
    """Several lines, NFC."""

    def __init__(self, *, longest: int = 5000, **options: Any) -> None:
        options.setdefault("widget", widgets.LongText())
        self.longest = longest
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        text: str = super().clean(nfc(str(value or "")))
        if len(text) > self.longest:
            raise ValidationError(f"Viết ngắn lại, nhiều nhất {self.longest} chữ cái")
        return text


class NameField(_Typed):
    """ "Họ, chữ đệm và tên" in one box, as on the paper."""

    kind = "name"

    def read(self, text: str) -> str:
        return typed.read_name(text)


class PhoneField(_Typed):
    """`0912345678`, or `+…` from abroad."""

    kind = "phone"

    def read(self, text: str) -> str:
        return typed.read_phone(text)


class IdNumberField(_Typed):
    """12 digits, or 9 of an old card. Pass scan="id_of_form" to offer "Quét mã trên thẻ"."""

    kind = "id_number"

    def read(self, text: str) -> str:
        digits = idnumber.normalise(text)
        if not digits:
            raise ValueError("Nhập 12 chữ số của số định danh (hoặc 9 chữ số của chứng minh nhân dân cũ)")
        return digits


class _Number(_Typed):
    def __init__(self, *, least: int | None = None, most: int | None = None, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**options)

    def empty(self) -> None:
        return None

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            raise ValidationError(f"Nhập số từ {formats.figure(self.least)} trở lên")
        if self.most is not None and value > self.most:
            raise ValidationError(f"Nhập số không quá {formats.figure(self.most)}")


class MoneyField(_Number):
    """Whole đồng."""

    kind = "money"

    def read(self, text: str) -> int:
        return money.read(text)


class CountField(_Number):
    """A whole number."""

    kind = "number"

    def read(self, text: str) -> int:
        digits = typed.latin_digits(text).replace(" ", "").replace(".", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
            raise ValueError("Nhập số bằng chữ số, như 12")
        return int(digits)


class DecimalField(_Number):
    """A measure: comma or dot."""

    kind = "decimal"

    def read(self, text: str) -> Decimal:
        return typed.read_decimal(text)


class DateField(forms.Field):
    """Three boxes. Value: `datetime.date`, or with partial=True the kept text (`1950`, `1950-03`, `1950-03-12`)."""

    def __init__(
        self, *, partial: bool = False, past: bool = True, birthday: bool = False, **options: Any
    ) -> None:
        options.setdefault("widget", widgets.DateBoxes(birthday=birthday))
        options.setdefault(
            "help_text", "Ví dụ: 27 3 1985" + (". Chỉ nhớ năm thì điền năm." if partial else "")
        )
        self.partial, self.past = partial, past
        super().__init__(**options)

    def to_python(self, value: Any) -> date | str | None:
        if isinstance(value, date):
            return value.isoformat() if self.partial else value
        boxes = value if isinstance(value, Mapping) else {"day": str(value or "")}
        try:
            kept = typed.read_date_boxes(boxes, partial=self.partial, past=self.past, today=moment.today())
        except typed.Unreadable as problem:
            self.widget.bad_box = problem.box
            raise ValidationError(problem.message, code="unreadable") from problem
        if kept is None or self.partial:
            return kept
        return date.fromisoformat(kept)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class DayField(forms.DateField):
    """A day near today, for officers: the browser's own calendar."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", widgets.TextBox("day"))
        options.setdefault("error_messages", {"invalid": "Nhập ngày như 27/03/2026"})
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"], **options)


@dataclass(frozen=True)
class Address:
    """An address: path and name of the commune (or hamlet), the line below it, and the whole as on paper."""

    unit_path: str
    unit_name: str
    detail: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.detail, self.unit_name) if part)


class AddressField(forms.Field):
    """Province, commune, detail. Value: Address, or None."""

    def __init__(
        self,
        provinces: Callable[[], Iterable[tuple[str, str]]],
        communes: Callable[[str], Iterable[tuple[str, str]]],
        *,
        search_url: str = "",
        home: str = "",
        **options: Any,
    ) -> None:
        options.setdefault(
            "widget", widgets.AddressBoxes(provinces, communes, search_url=search_url, home=home)
        )
        self.provinces, self.communes = provinces, communes
        super().__init__(**options)

    def to_python(self, value: Any) -> Address | None:
        if isinstance(value, Address) or value is None:
            return value
        path, detail = value.get("unit", ""), typed.line(value.get("detail", ""))
        if not path:
            if detail or self.required:
                raise ValidationError("Chọn xã, phường của địa chỉ", code="no_unit")
            return None
        province = value.get("province") or path.split("/", 1)[0]
        names = dict(self.communes(province))
        if path not in names:
            raise ValidationError("Chọn xã, phường của tỉnh vừa chọn", code="other_province")
        return Address(path, f"{names[path]}, {dict(self.provinces()).get(province, '')}".strip(", "), detail)
