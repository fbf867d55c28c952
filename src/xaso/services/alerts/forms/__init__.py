"""Forms of warnings."""

from __future__ import annotations

from typing import Any

from django import forms

from xaso.kernel.base.errors import ActionError


def put_errors(form: forms.Form, error: ActionError) -> None:
    """What an action refused, at its fields; refusals of right or place go on to their own pages."""
    if error.status in (403, 404, 429):
        raise error
    for name, texts in error.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


class PickField(forms.ChoiceField):
    """One of a list, in a box that the browser does not fill by itself."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Select(attrs={"autocomplete": "off"}))
        super().__init__(**options)
