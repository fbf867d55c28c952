"""Django forms drawn with our field markup: each service writes `{{ form }}` or `{% field form.name %}`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import django.forms
from django.forms import Field
from django.forms.renderers import BaseRenderer, EngineMixin
from django.template.backends.django import DjangoTemplates

F = TypeVar("F", bound=Field)


class Renderer(EngineMixin, BaseRenderer):
    """Set FORM_RENDERER = "xaso.kernel.ui.forms.Renderer". Our widget templates come before Django's."""

    form_template_name = "ui/forms/form.html"
    formset_template_name = "ui/forms/formset.html"
    field_template_name = "ui/forms/field.html"

    def backend(self, params: dict[str, object]) -> DjangoTemplates:
        """One engine: ours, then Django's own widgets, then the services' template folders."""
        ours = Path(__file__).parent / "templates"
        theirs = Path(django.forms.__file__).parent / "templates"
        return DjangoTemplates({**params, "DIRS": [ours, theirs]})


Renderer.backend.app_dirname = DjangoTemplates.app_dirname  # type: ignore[attr-defined]


def ask(field: F, *, title: bool = False, when: str = "") -> F:
    """Mark how a field is asked: `title` makes its label the page's h1; `when` ("kind=other") shows it after it.

    The script only hides; without it the question is simply there, so the server must not insist on an answer
    to a question whose condition is not met.
    """
    field.as_title = title  # type: ignore[attr-defined]
    field.shown_when = when  # type: ignore[attr-defined]
    return field
