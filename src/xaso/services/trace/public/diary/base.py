"""What the co-operative's pages share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import viewer_in
from xaso.services.trace.diary_forms import ActionForm
from xaso.services.trace.queries import diary as queries


def place_of(request: HttpRequest, token: str, *roles: str) -> queries.Place:
    """Where the page is about, for who sits there with one of the roles."""
    return queries.workplace(viewer_in(request), token, *roles)


def shown(
    request: HttpRequest, template: str, place: queries.Place, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of an enterprise, with its tabs."""
    full = {
        "place": place,
        "enterprise": place.enterprise,
        "tabs": shown_tabs(request, place),
        "back_url": reverse("trace:home", args=[place.enterprise.token]),
        **context,
    }
    return render(request, f"trace/diary/{template}.html", full, status=status)


def shown_tabs(request: HttpRequest, place: queries.Place) -> list[dict[str, Any]]:
    """The tabs of an enterprise, as the viewer's role there allows."""
    token = place.enterprise.token
    rows = [("Hôm nay", "home"), ("Ghi", "write"), ("Sổ", "book")]
    if place.records:
        rows += [
            ("Nơi sản xuất", "sites"),
            ("Thành viên", "members"),
            ("Vật tư", "inputs"),
            ("Sản phẩm", "products"),
            ("Người mua", "buyer_replies"),
        ]
    tabs = [{"label": label, "url": reverse(f"trace:{name}", args=[token])} for label, name in rows]
    lots = _lots_url(token) if place.records else ""
    if lots:
        tabs.insert(3, {"label": "Lô hàng", "url": lots})
    return [{**tab, "active": tab["url"] == request.path} for tab in tabs]


def _lots_url(token: str) -> str:
    try:
        return reverse("trace:lots", args=[token])
    except NoReverseMatch:  # a service that was built without the room of lots
        return ""


def handled(
    request: HttpRequest, form: ActionForm, do: Callable[[], Any], said: str, to: str, *args: Any
) -> HttpResponse | None:
    """Run an action with a valid form: to the next page, or None with the form telling what is wrong."""
    if not form.is_valid():
        return None
    try:
        do()
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        form.take(error)
        return None
    if said:
        messages.success(request, said)
    return redirect(to, *args)
