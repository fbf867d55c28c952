"""Finding a procedure and its start page: who, what, how much, how long, where, on what ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.plain.moment import today
from xaso.kernel.ui import addresses
from xaso.kernel.ui.asked import Asked
from xaso.kernel.units.models import Unit
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.eforms.papers import duty_words
from xaso.services.onestop.eforms.terms import term_words
from xaso.services.onestop.models import Procedure, Setup
from xaso.services.onestop.public.forms import given_now
from xaso.services.onestop.public.place import COOKIE, unit_for

YEAR = 365 * 24 * 3600


def _electronic(unit_path: str) -> dict[str, list[Setup]]:
    """Electronic procedures in force here, by field of work."""
    found: dict[str, list[Setup]] = {}
    for code in setups_in_force.published():
        for setup in setups_in_force.setups_for(code, unit_path, today()):
            found.setdefault(setup.procedure.field, []).append(setup)
    return {field: sorted(rows, key=lambda row: row.title) for field, rows in sorted(found.items())}


@public
def front(request: HttpRequest) -> HttpResponse:
    """What can be done online here, by field, with the search above."""
    unit = unit_for(request)
    context = {
        "unit": unit,
        "groups": _electronic(unit.path if unit else "").items(),
        "filing": settings.XASO_FILING,
    }
    return _with_unit(request, render(request, "onestop/public/front.html", context), unit)


def _with_unit(request: HttpRequest, response: HttpResponse, unit: Unit | None) -> HttpResponse:
    if unit is not None and request.GET.get("unit") == unit.path:
        response.set_cookie(
            COOKIE, unit.path, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


@public
def start(request: HttpRequest, code: str) -> HttpResponse:
    """The start page of a procedure."""
    procedure = Procedure.objects.filter(code=code).first() if "\x00" not in code else None
    if procedure is None:
        raise NotFound("Không có thủ tục mang mã này. Tìm lại theo tên.")
    viewer = viewer_in(request) if request.COOKIES.get(settings.SESSION_COOKIE_NAME) else None
    unit = unit_for(request, viewer)
    setups = setups_in_force.setups_for(code, unit.path if unit else "", today())
    wanted = request.GET.get("variant", "")
    setup = next((one for one in setups if one.variant == wanted), setups[0] if setups else None)
    version = procedure.versions.filter(valid_to__isnull=True).first()
    context: dict[str, Any] = {
        "procedure": procedure,
        "version": version,
        "unit": unit,
        "setup": setup,
        "others": [one for one in setups if one != setup],
        "ask_unit": _unit_question(request) if unit is None or "choose" in request.GET else None,
        "national": settings.XASO_FILING == "national",
        "back_url": reverse("onestop:front"),
    }
    if setup is not None:
        context |= _of_setup(setup, unit.path if unit else "")
    template = "onestop/public/start.html" if setup else "onestop/public/start_paper.html"
    return _with_unit(request, render(request, template, context), unit)


def _unit_question(request: HttpRequest) -> Asked:
    return Asked("search_select", "unit", "Nộp tại xã, phường nào?", value=request.GET.get("unit", ""),
                 hint="Gõ tên xã hiện nay hoặc tên cũ", more={"url": f"{addresses.search_url()}?level=commune"})  # fmt: skip


def _of_setup(setup: Setup, unit_path: str) -> dict[str, Any]:
    body = setups_in_force.body_of(setup)
    given = given_now()
    rates = setups_in_force.rates_for(unit_path) if unit_path and body.fees else []
    return {
        "body": body,
        "cases": [(one, one.term_words or term_words(one.term)) for one in body.cases],
        "submit": [(c, duty_words(c)) for c in body.components if c.duty == "submit" and not c.is_form],
        "show": [(c, duty_words(c)) for c in body.components if c.duty == "show"],
        "fees": [_fee_rows(body, fee, given, rates) for fee in body.fees],
    }


def _fee_rows(
    body: eforms.Setup, fee: eforms.Fee, given: eforms.Given, rates: Sequence[eforms.Rate]
) -> dict[str, Any]:
    """A fee for each channel, as far as it is known without answers."""
    words = {"online": "Trực tuyến", "counter": "Tại quầy", "post": "Qua bưu chính"}
    lines = []
    for channel, label in words.items():
        if channel not in body.channels:
            continue
        known = [
            one
            for one in rates
            if one.fee == fee.key and one.channel in {None, channel} and one.covers(given.today)
        ]
        if fee.method == "none":
            amount: int | None = 0
        elif fee.method == "set_by_province":
            amount = known[0].amount if known else None
        else:
            amount = fee.by_channel.get(channel, fee.amount)  # type: ignore[call-overload]
        lines.append({"label": label, "amount": amount})
    return {"fee": fee, "lines": lines}


@public
def search(request: HttpRequest) -> HttpResponse:
    """Search all procedures, with and without diacritics."""
    from xaso.services.onestop.catalogue.search import search_catalogue

    text = request.GET.get("q", "").replace("\x00", "")[:200]
    unit = unit_for(request)
    found = search_catalogue(
        text, field=request.GET.get("linh-vuc") or None, life_event=request.GET.get("su-kien") or None
    )
    context = {"q": text, "found": found, "unit": unit, "back_url": reverse("onestop:front")}
    return render(request, "onestop/public/search.html", context)
