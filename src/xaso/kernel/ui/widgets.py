"""Widgets: how each kind of answer is typed. Boxes of one answer post `birth.day`, `home.unit` and the like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from xaso.kernel.plain import formats, typed

# What each kind of one-line answer needs of the keyboard, of autofill and of width.
PRESETS: dict[str, dict[str, str]] = {
    "text": {"autocomplete": "off"},
    "name": {"autocomplete": "name", "autocapitalize": "words", "spellcheck": "false", "class": "w30"},
    "phone": {"type": "tel", "autocomplete": "tel", "inputmode": "tel", "class": "w12"},
    "id_number": {"autocomplete": "off", "inputmode": "numeric", "class": "w12", "spellcheck": "false"},
    "money": {"autocomplete": "off", "inputmode": "numeric", "class": "w12 num"},
    "number": {"autocomplete": "off", "inputmode": "numeric", "class": "w4 num"},
    "decimal": {"autocomplete": "off", "inputmode": "decimal", "class": "w10 num"},
    "email": {"type": "email", "autocomplete": "email", "spellcheck": "false", "class": "w30"},
    "code": {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "w20"},
    "one_time": {"autocomplete": "one-time-code", "inputmode": "numeric", "class": "w10"},
    "day": {"type": "date", "autocomplete": "off", "class": "w12"},
    "time": {"type": "time", "autocomplete": "off", "class": "w10"},
    "search": {"type": "search", "autocomplete": "off"},
    "password": {"type": "password", "autocomplete": "current-password", "class": "w20"},
}
UNITS = {"money": "đồng"}


class TextBox(forms.TextInput):
    """One line of text of a kind in PRESETS; `unit` stands after the box, `scan` adds "Quét mã trên thẻ"."""

    template_name = "ui/widgets/text.html"

    def __init__(
        self, kind: str = "text", attrs: Mapping[str, Any] | None = None, *, unit: str = "", scan: str = ""
    ) -> None:
        preset = dict(PRESETS[kind])
        self.input_type = preset.pop("type", "text")
        super().__init__({**preset, **(attrs or {})})
        self.kind, self.unit, self.scan = kind, unit or UNITS.get(kind, ""), scan

    def format_value(self, value: Any) -> str | None:
        """Figures as written here, a telephone number with its spaces, days as the browser wants them."""
        if isinstance(value, int) and self.kind in ("money", "decimal"):
            return formats.figure(value)
        if isinstance(value, date) and self.kind == "day":
            return value.isoformat()
        if self.kind == "decimal" and value not in (None, "") and not isinstance(value, str):
            return formats.figure(value)
        if self.kind == "phone" and value:
            return formats.phone(str(value))
        shown: str | None = super().format_value(value)
        return shown

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(unit=self.unit, scan=self.scan)
        return context


class LongText(forms.Textarea):
    """Several lines."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({"rows": 4, "cols": "", "autocomplete": "off", **(attrs or {})})


class DateBoxes(forms.Widget):
    """Ngày, Tháng, Năm in three boxes, for dates known by heart. Posts `name.day`, `name.month`, `name.year`."""

    template_name = "ui/widgets/date.html"
    use_fieldset = True
    BOXES = (
        ("day", "Ngày", "w2", "bday-day"),
        ("month", "Tháng", "w2", "bday-month"),
        ("year", "Năm", "w4", "bday-year"),
    )

    def __init__(self, attrs: Mapping[str, Any] | None = None, *, birthday: bool = False) -> None:
        super().__init__(dict(attrs or {}))
        self.birthday = birthday
        self.bad_box = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {box: str(data.get(f"{name}.{box}") or "") for box, *_ in self.BOXES}

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return not any(f"{name}.{box}" in data for box, *_ in self.BOXES)

    def wrong_box(self, data: Any = None) -> str:
        """Where the error summary's link goes."""
        return self.bad_box or "day"

    def id_for_label(self, id_: str | None) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = value if isinstance(value, Mapping) else _boxes_of(value)
        wrong = bool(context["widget"]["attrs"].get("aria-invalid"))
        base = context["widget"]["attrs"].get("id") or f"id_{name}"
        context["widget"]["boxes"] = [
            {
                "name": f"{name}.{box}",
                "id": f"{base}_{box}",
                "label": label,
                "width": width,
                "autocomplete": fill if self.birthday else "off",
                "value": shown.get(box, ""),
                "invalid": wrong and (not self.bad_box or self.bad_box == box),
            }
            for box, label, width, fill in self.BOXES
        ]
        return context


def _boxes_of(value: Any) -> dict[str, str]:
    kept = value.isoformat()[:10] if isinstance(value, date) else str(value or "")
    parts = typed.parts_of(kept)
    if not parts:
        return {}
    return {box: str(part) for box, part in zip(("year", "month", "day"), parts, strict=True) if part}


class SearchSelect(forms.Select):
    """A long list: a plain select, which the script turns into a box to type in. `url` searches on the server."""

    template_name = "ui/widgets/select.html"

    def __init__(self, attrs: Mapping[str, Any] | None = None, choices: Any = (), *, url: str = "") -> None:
        more = {"data-combo": url or "here", "autocomplete": "off"}
        super().__init__({**more, **(attrs or {})}, choices)


class AddressBoxes(forms.Widget):
    """Province, commune, detail line. Posts `name.province`, `name.unit`, `name.detail`.

    `provinces()` gives [(code, name)], `communes(code)` gives [(path, name)]; `search_url` is asked by the script
    with ?q= and answers old names with "nay là …". Without script: choose a province, send, choose the commune.
    """

    template_name = "ui/widgets/address.html"
    use_fieldset = True

    def __init__(
        self,
        provinces: Callable[[], Iterable[tuple[str, str]]],
        communes: Callable[[str], Iterable[tuple[str, str]]],
        *,
        search_url: str = "",
        home: str = "",
        attrs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(dict(attrs or {}))
        self.provinces, self.communes, self.search_url, self.home = provinces, communes, search_url, home
        self.bad_box = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> dict[str, str]:
        return {
            box: str(data.get(f"{name}.{box}") or "") for box in ("province", "unit", "unit_text", "detail")
        }

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}.unit" not in data

    def wrong_box(self, data: Any = None) -> str:
        """Where the error summary's link goes."""
        return self.bad_box or "unit"

    def id_for_label(self, id_: str | None) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        shown = dict(value) if isinstance(value, Mapping) else {"unit": str(value or self.home)}
        unit = shown.get("unit", "")
        province = shown.get("province") or unit.split("/", 1)[0]
        context["widget"].update(
            base=context["widget"]["attrs"].get("id") or f"id_{name}",
            invalid=bool(context["widget"]["attrs"].get("aria-invalid")),
            bad_box=self.bad_box or "unit",
            provinces=[(code, label, code == province) for code, label in self.provinces()],
            communes=[
                (path, label, path == unit) for path, label in (self.communes(province) if province else [])
            ],
            detail=shown.get("detail", ""),
            search_url=self.search_url,
        )
        return context


class FilePicker(forms.ClearableFileInput):
    """Pictures and papers: from the camera or from files; with `upload_url` the script sends in pieces.

    `limit` and `kinds` are words for the hint; the server checks again by content.
    """

    template_name = "ui/widgets/file.html"

    def __init__(
        self,
        attrs: Mapping[str, Any] | None = None,
        *,
        accept: str = "image/*,application/pdf",
        upload_url: str = "",
        side: int = 2000,
        camera: bool = True,
        many: bool = False,
    ) -> None:
        super().__init__({"accept": accept, **(attrs or {})})
        self.upload_url, self.side, self.camera, self.many = upload_url, side, camera, many

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"].update(
            upload_url=self.upload_url, side=self.side, camera=self.camera, many=self.many
        )
        return context
