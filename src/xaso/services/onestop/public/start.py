"""The start page of a procedure: who, what, how much, how long, where, on what ground."""

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
from xaso.kernel.ui.asked import Asked, Option
from xaso.kernel.units.models import Unit
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.eforms.papers import duty_words
from xaso.services.onestop.eforms.terms import term_words
from xaso.services.onestop.models import Procedure, ProcedureVersion, Setup
from xaso.services.onestop.public.description import described
from xaso.services.onestop.public.forms import given_now
from xaso.services.onestop.public.place import remember_unit, unit_for

CHANNELS = {"online": "Trực tuyến", "counter": "Tại bộ phận một cửa", "post": "Qua bưu chính"}
NATIONAL = "https://dichvucong.gov.vn/"
PROVINCE_SETS = "do Hội đồng nhân dân tỉnh quy định"


@public
def start(request: HttpRequest, code: str) -> HttpResponse:
    """The start page; a procedure without an electronic form says what to bring to the desk."""
    procedure = Procedure.objects.filter(code=code).first() if "\x00" not in code else None
    if procedure is None:
        raise NotFound("Không có thủ tục mang mã này. Tìm lại theo tên.")
    viewer = viewer_in(request) if request.COOKIES.get(settings.SESSION_COOKIE_NAME) else None
    unit = unit_for(request, viewer)
    setups = setups_in_force.setups_for(code, unit.path if unit else "", today())
    wanted = request.GET.get("variant", "")
    setup = next((one for one in setups if one.variant == wanted), setups[0] if setups else None)
    version = _version(procedure)
    context: dict[str, Any] = {
        "procedure": procedure,
        "version": version,
        "unit": unit,
        "setup": setup,
        "others": [one for one in setups if one != setup],
        "ask_unit": _unit_question(unit) if setup and (unit is None or "choose" in request.GET) else None,
        "national": settings.XASO_FILING == "national",
        "portal_url": _portal_url(version),
        "back_url": reverse("onestop:front"),
    }
    if setup is not None:
        context |= _of_setup(setup, unit.path if unit else "")
        page = render(request, "onestop/public/start.html", context)
    else:
        context |= {"told": described(version)} if version else {}
        page = render(request, "onestop/public/start_paper.html", context)
    return remember_unit(request, page, unit)


def _version(procedure: Procedure) -> ProcedureVersion | None:
    day = today()
    dated = procedure.versions.filter(valid_from__lte=day).order_by("-number").first()
    return dated or procedure.versions.order_by("number").first()


def _portal_url(version: ProcedureVersion | None) -> str:
    """The page of this procedure on the national portal when the catalogue knows it, else the portal itself."""
    known = str(version.data.get("portal_url", "")) if version else ""
    return known if known.startswith(NATIONAL) else NATIONAL


def _unit_question(unit: Unit | None) -> Asked:
    options = [Option(unit.path, unit.full_name)] if unit else []
    return Asked("search_select", "unit", "Nộp tại xã, phường nào?", value=unit.path if unit else "",
                 options=options, hint="Gõ tên xã hiện nay hoặc tên cũ",
                 more={"url": f"{addresses.search_url()}?level=commune"})  # fmt: skip


def _of_setup(setup: Setup, unit_path: str) -> dict[str, Any]:
    body = setups_in_force.body_of(setup)
    given = given_now()
    rates = setups_in_force.rates_for(unit_path) if unit_path and body.fees else []
    online = "online" in body.channels
    return {
        "body": body,
        "online": online,
        "cases": [(one, one.term_words or term_words(one.term)) for one in body.cases],
        **_papers(body, online),
        "fees": [_fee_rows(body, fee, given, rates) for fee in body.fees],
        "channels": [label for key, label in CHANNELS.items() if key in body.channels],
    }


def _papers(body: eforms.Setup, online: bool) -> dict[str, list[dict[str, str]]]:
    """Papers by what is to be done with them: always handed in, by case, shown, not needed."""
    sorted_out: dict[str, list[dict[str, str]]] = {"submit": [], "by_case": [], "show": [], "unneeded": []}
    for component in body.components:
        words = duty_words(component)
        if component.is_form and online:
            kind, words = "unneeded", "điền ngay trên trang này"
        elif component.duty == "show":
            kind = "unneeded" if component.skip_words else "show"
        else:
            kind = "by_case" if component.when or component.cases else "submit"
        sorted_out[kind].append(
            {
                "name": component.name,
                "words": words if kind != "unneeded" or component.is_form else "",
                "skip": component.skip_words,
                "unconfirmed": component.unconfirmed,
            }
        )
    return sorted_out


def _fee_rows(
    body: eforms.Setup, fee: eforms.Fee, given: eforms.Given, rates: Sequence[eforms.Rate]
) -> dict[str, Any]:
    """A fee for each channel, as far as it is known without answers; None where the province sets it."""
    lines: list[tuple[str, int | None]] = []
    basis = fee.legal_basis
    for channel, label in CHANNELS.items():
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
            basis = known[0].legal_basis if known else basis
        elif fee.method == "tiered":
            amount = fee.tiers[0].amount if fee.tiers else None
        else:
            amount = fee.by_channel.get(channel, fee.amount)
        lines.append((label, amount))
    same = len({amount for _, amount in lines}) == 1
    return {"fee": fee, "same": same, "lines": lines[:1] if same else lines, "basis": basis}
