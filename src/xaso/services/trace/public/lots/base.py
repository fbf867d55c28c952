"""What the pages of lots share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.once import once
from xaso.services.trace.diary_forms import ActionForm
from xaso.services.trace.models import Lot
from xaso.services.trace.public.diary.base import place_of, shown_tabs
from xaso.services.trace.queries import lots as queries
from xaso.services.trace.queries.diary import Place
from xaso.services.trace.seats import MANAGER, RECORDER

STATE_KINDS = {"open": "good", "held": "warn", "recalled": "danger", "used": ""}


def here(request: HttpRequest, token: str) -> Place:
    """The enterprise of the page, for its managers and recorders."""
    return place_of(request, token, MANAGER, RECORDER)


def lot_here(request: HttpRequest, token: str, lot: str) -> tuple[Place, Lot]:
    """The enterprise and one of its lots."""
    place = here(request, token)
    return place, queries.lot_of(place, lot)


def drawn(
    request: HttpRequest, template: str, place: Place, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page about lots with the enterprise's tabs."""
    full = {
        "place": place,
        "enterprise": place.enterprise,
        "tabs": shown_tabs(request, place),
        "state_kinds": STATE_KINDS,
        "back_url": reverse("trace:lots", args=[place.enterprise.token]),
        **context,
    }
    return render(request, f"trace/lots_{template}.html", full, status=status)


def run(
    request: HttpRequest, form: ActionForm, do: Callable[[], Any], told: str, go: Callable[[Any], str]
) -> HttpResponse | None:
    """Run an action with a valid form, once however often the button is pressed: to the next page, or None.

    ``do`` answers what ``go`` makes the next address of (a token or id, kept with the once-key).
    """
    if not form.is_valid():
        return None
    key = request.POST.get("once_key", "")[:60]
    try:
        made, is_new = once(f"trace.lots.{request.path}"[:120], key, do) if key else (do(), True)
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        form.take(error)
        return None
    if told and is_new:
        messages.success(request, told)
    return redirect(go(made))


def form_page(
    request: HttpRequest, place: Place, form: ActionForm, *, title: str, submit: str, back: str, **more: Any
) -> HttpResponse:
    """A page with one form."""
    context = {"form": form, "title": title, "submit": submit, "back_url": back, **more}
    return drawn(request, "form", place, context, 422 if form.errors else 200)


def chosen(rows: list[Any], key: str) -> Any:
    """The record of a list by its id, as a form gave it; None without."""
    return next((one for one in rows if str(one.pk) == key), None)


def ids(values: list[str]) -> list[UUID]:
    """Ids that a form has checked to be among its choices."""
    return [UUID(one) for one in values]
