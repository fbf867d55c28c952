"""Stock, one lot, and making one lot of others."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots import process_lots
from xaso.services.trace.labels_words import lot_address
from xaso.services.trace.lots_forms import ProcessForm
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot, Site
from xaso.services.trace.public.lots.base import chosen, drawn, here, lot_here, run
from xaso.services.trace.queries import lots as queries


@citizen
@require_GET
def lots(request: HttpRequest, token: str) -> HttpResponse:
    """What is in stock; also what is used up when asked."""
    place = here(request, token)
    kind = request.GET.get("loai", "")
    kind = kind if kind in {"raw", "done"} else ""
    text = request.GET.get("q", "").strip()[:60]
    everything = bool(text) or request.GET.get("xem") == "het"
    rows = list(queries.lots_of(place, kind=kind, text=text, all_of_them=everything)[: queries.SHOWN])
    url = reverse("trace:lots", args=[token])
    context = {
        "rows": [{"lot": one, "left": said(one.left, one.uom)} for one in rows],
        "stock": [(one, said(one.left, one.uom)) for one in queries.stock_of(place)],
        "text": text,
        "kind": kind,
        "everything": everything,
        "filters": [
            {"label": "Tất cả", "url": url, "active": not kind and not everything},
            {"label": "Nguyên liệu", "url": f"{url}?loai=raw", "active": kind == "raw"},
            {"label": "Thành phẩm", "url": f"{url}?loai=done", "active": kind == "done"},
            {"label": "Cả lô đã hết", "url": f"{url}?xem=het", "active": everything and not text},
        ],
        "back_url": reverse("trace:home", args=[token]),
    }
    return drawn(request, "list", place, context)


@citizen
@require_GET
def lot(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """One lot: what is left, what can be done with it, its way, where it went."""
    place, row = lot_here(request, token, lot)
    may_use = row.state == Lot.State.OPEN and row.left > 0
    context = {
        "lot": row,
        "left": said(row.left, row.uom),
        "whole": said(row.quantity, row.uom),
        "address": lot_address(row),
        "may_use": may_use,
        "may_print": row.product.kind == "done" and row.state not in {Lot.State.HELD, Lot.State.RECALLED},
        "may_hold": place.manages,
        **queries.facts_of(row),
    }
    return drawn(request, "one", place, context)


@citizen
@require_http_methods(["GET", "POST"])
def process(request: HttpRequest, token: str) -> HttpResponse:
    """Tick the lots, choose what they become, say how much came out."""
    place = here(request, token)
    products, items = queries.done_products(place), queries.items_of(place)
    sites = queries.sites_of(place, Site.Kind.WORKSHOP, Site.Kind.STORE)
    form = ProcessForm(
        request.POST or None,
        lots=queries.to_process(place),
        products=products,
        items=items,
        sites=sites,
        picked=request.GET.getlist("lo"),
        initial={"made_on": today()},
    )
    if request.method == "POST":
        answer = run(
            request, form, lambda: _process(request, token, form), "Đã lập lô mới.",
            lambda made: reverse("trace:lot", args=[token, made]),
        )  # fmt: skip
        if answer is not None:
            return answer
    runs = [] if request.method == "POST" else queries.open_runs(place)
    context = {
        "form": form,
        "products": products,
        "runs": runs,
        "asks_sure": "sure" in form.errors or "sure" in form.data,
    }
    return drawn(request, "process", place, context, 422 if form.errors else 200)


def _process(request: HttpRequest, token: str, form: ProcessForm) -> str:
    place, data = here(request, token), form.cleaned_data
    made = process_lots(
        viewer_in(request),
        enterprise=place.enterprise,
        inputs=form.taken(),
        product=chosen(queries.done_products(place), data["product"]),
        quantity=data["quantity"],
        made_on=data["made_on"],
        item=chosen(queries.items_of(place), data["item"]),
        site=chosen(queries.sites_of(place), data["site"]),
        step=data["step"] or "processing",
        code=data["code"],
        sure=data["sure"],
    )
    return made.token
