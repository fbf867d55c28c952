"""A question drawn without a Django form, for forms that are data: `{% ask question %}`, same markup as a field.

Asked("date", "birth", "Ngày sinh", value={"day": "27"}, errors=["Nhập năm gồm 4 chữ số"], bad_box="year")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from xaso.kernel.ui import widgets

# Other words for the same kinds, as electronic forms name them.
SAME = {
    "person_name": "name",
    "short_text": "text",
    "country": "search_select",
    "ethnicity": "search_select",
    "relation": "select",
}
GROUPED = {"date", "address", "radio", "checkbox", "yes_no"}
LONG_LIST = 15


@dataclass(frozen=True)
class Option:
    """One choice; the hint stands under its label."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True)
class Asked:
    """One question. `value` is text, a list (checkbox) or a mapping of boxes (date, address), as typed or as kept.

    kind: those of widgets.PRESETS, and long_text, date, radio, checkbox, yes_no, tick, select, search_select,
    address, file. `title` makes the label the page's h1; `when` ("kind=other|more") shows it after that answer.
    For address give `provinces` and `communes` as AddressBoxes takes them; `more` goes to the widget as options.
    """

    kind: str
    name: str
    label: str
    hint: str = ""
    errors: Sequence[str] = ()
    value: Any = ""
    options: Sequence[Option] = ()
    required: bool = True
    title: bool = False
    when: str = ""
    bad_box: str = ""
    attrs: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The id of the input, or the stem of the ids of its boxes."""
        return "id_" + self.name.replace(".", "_")

    @property
    def shape(self) -> str:
        """The kind after other words for it are settled; a long list can be searched."""
        kind = SAME.get(str(self.kind), str(self.kind))
        return "search_select" if kind == "select" and len(self.options) > LONG_LIST else kind

    @property
    def grouped(self) -> bool:
        """Whether it is a fieldset with a legend."""
        return self.shape in GROUPED

    @property
    def target(self) -> str:
        """The id that the error summary links to."""
        if self.shape == "date":
            return f"{self.id}_{self.bad_box or 'day'}"
        if self.shape == "address":
            return f"{self.id}_{self.bad_box or 'unit'}"
        return f"{self.id}_0" if self.shape in ("radio", "checkbox", "yes_no") else self.id

    def drawn(self) -> SafeString:
        """The input itself."""
        attrs: dict[str, Any] = {"id": self.id, **self.attrs}
        described = [f"{self.id}_helptext"] if self.hint else []
        described += [f"{self.id}_error"] if self.errors else []
        if self.errors:
            attrs["aria-invalid"] = "true"
        if described and not self.grouped:
            attrs["aria-describedby"] = " ".join(described)
        widget = self._widget()
        if hasattr(widget, "bad_box"):
            widget.bad_box = self.bad_box
        return SafeString(widget.render(self.name, self._typed(), attrs))

    def _typed(self) -> Any:
        """Boxes may come keyed by their full input names."""
        if isinstance(self.value, Mapping):
            return {key.removeprefix(f"{self.name}."): value for key, value in self.value.items()}
        return self.value

    def _widget(self) -> forms.Widget:
        choices = [(o.value, choice_label(o.label, o.hint)) for o in self.options]
        blank = [("", "Chọn trong danh sách")]
        makers: dict[str, Callable[[], forms.Widget]] = {
            "long_text": lambda: widgets.LongText(),
            "date": lambda: widgets.DateBoxes(**self.more),
            "radio": lambda: forms.RadioSelect(choices=choices),
            "yes_no": lambda: forms.RadioSelect(choices=choices or [("yes", "Có"), ("no", "Không")]),
            "checkbox": lambda: forms.CheckboxSelectMultiple(choices=choices),
            "tick": lambda: forms.CheckboxInput(),
            "select": lambda: forms.Select(attrs={"autocomplete": "off"}, choices=blank + choices),
            "search_select": lambda: widgets.SearchSelect(choices=blank + choices, **self.more),
            "address": lambda: widgets.AddressBoxes(**self.more),
            "file": lambda: widgets.FilePicker(**self.more),
        }
        shape = self.shape
        return makers[shape]() if shape in makers else widgets.TextBox(shape, **self.more)


def choice_label(label: str, hint: str = "") -> str:
    """The label of a choice with its hint under it; also for plain Django choices."""
    return format_html('{}<span class="hint">{}</span>', label, hint) if hint else label


def draw(question: Asked) -> SafeString:
    """The whole field."""
    return SafeString(render_to_string("ui/forms/asked.html", {"q": question}))
