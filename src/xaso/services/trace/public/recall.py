"""Recalls for everybody (what must not be used), for holders of goods (a private page), for managers of enterprises."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import citizen, public, signed, viewer_in
from xaso.services.trace import lots_rules
from xaso.services.trace import recall_pages as pages
from xaso.services.trace.actions import recall_holders as actions
from xaso.services.trace.models import Enterprise
from xaso.services.trace.queries import recall as queries
from xaso.services.trace.recall_chart import names_of
from xaso.services.trace.recall_forms import AnswerForm


@public
@require_GET
def recalls(request: HttpRequest) -> HttpResponse:
    """Goods that are called back now or were within a year."""
    rows = [{"row": one, "names": names_of(one.scope)} for one in queries.public_recalls()]
    return render(request, "trace/recall_public.html", {"rows": rows})


@public
@require_GET
def recall(request: HttpRequest, code: str) -> HttpResponse:
    """One recall: which lots, what to do."""
    found, lots = queries.public_recall(code)
    return render(
        request, "trace/recall_notice.html", {"recall": found, "lots": lots, "names": names_of(found.scope)}
    )


@signed("the address in the notice to a holder of recalled goods: 22 letters that cannot be guessed")
@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The private page of a holder: what they got, what to do, their answer."""
    viewer = viewer_in(request)
    holder = actions.note_seen(viewer, token=token)
    uom = holder.recall.lot.uom
    form = AnswerForm(uom, request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        kind = "" if facts["kind"] == "none" else facts["kind"]
        try:
            actions.answer_notice(
                viewer,
                token=token,
                kind=kind,
                quantity=facts["quantity"] or "0",
                uom=facts["uom"],
                note=facts["note"] or "",
            )
        except ActionError as error:
            pages.put_errors(form, error)
        else:
            return redirect(f"{request.path}?xong=1")
    products, codes = queries.names_held(holder)
    context = {
        "products": products,
        "codes": codes,
        "holder": holder,
        "recall": holder.recall,
        "goods": [
            {
                "at": one.shipped_at,
                "code": one.thing.uri.rstrip("/").rsplit("/", 1)[-1],
                "said": lots_rules.said(one.quantity, one.uom) if one.quantity else "",
            }
            for one in queries.goods_of(holder)
        ],
        "form": form,
        "done": "xong" in request.GET,
        "has_errors": request.method == "POST",
    }
    return render(
        request, "trace/recall_answer.html", context, status=422 if request.method == "POST" else 200
    )


def _own(request: HttpRequest, token: str) -> Enterprise:
    """The enterprise of the address, for its managers. Raises NotFound, Forbidden."""
    found = Enterprise.objects.filter(token=token).first()
    if found is None:
        raise NotFound("Không có cơ sở này.")
    queries.of_enterprise(viewer_in(request), found)
    return found


@citizen
@require_GET
def own_recalls(request: HttpRequest, token: str) -> HttpResponse:
    """Recalls of the enterprise, for its managers."""
    enterprise = _own(request, token)
    rows = queries.of_enterprise(viewer_in(request), enterprise)
    return pages.show_list(request, pages.own_place(token), rows, enterprise=enterprise)


@citizen
@require_GET
def own_way(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """The way of one of the enterprise's lots."""
    return pages.show_way(request, pages.own_place(token), code)


@citizen
@require_http_methods(["GET", "POST"])
def own_prepare(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """First step of a recall by the enterprise itself."""
    _own(request, token)
    return pages.show_prepare(request, pages.own_place(token), code)


@citizen
@require_http_methods(["GET", "POST"])
def own_recall(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """One recall, for the managers."""
    _own(request, token)
    return pages.show_recall(request, pages.own_place(token), code)


@citizen
@require_GET
def own_rows(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """Its things."""
    _own(request, token)
    return pages.show_rows(request, pages.own_place(token), code)


@citizen
@require_GET
def own_sheet(request: HttpRequest, token: str, code: str) -> StreamingHttpResponse:
    """Its things as a table."""
    _own(request, token)
    return pages.send_csv(request, code)


@citizen
@require_GET
def own_report(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """Its report."""
    _own(request, token)
    return pages.send_pdf(request, code)


recall_urls = [
    path("thu-hoi/", recalls, name="recalls"),
    path("thu-hoi/tra-loi/<str:token>/", answer, name="recall_answer"),
    path("thu-hoi/<str:code>/", recall, name="recall"),
    path("co-so/<str:token>/thu-hoi/", own_recalls, name="own_recalls"),
    path("co-so/<str:token>/thu-hoi/tu-lo/<str:code>/", own_prepare, name="own_recall_prepare"),
    path("co-so/<str:token>/thu-hoi/<str:code>/", own_recall, name="own_recall"),
    path("co-so/<str:token>/thu-hoi/<str:code>/hang/", own_rows, name="own_recall_rows"),
    path("co-so/<str:token>/thu-hoi/<str:code>/hang.csv", own_sheet, name="own_recall_csv"),
    path("co-so/<str:token>/thu-hoi/<str:code>/bao-cao.pdf", own_report, name="own_recall_pdf"),
    path("co-so/<str:token>/duong-di/<str:code>/", own_way, name="own_lot_way"),
]
