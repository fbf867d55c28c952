"""What the pages of a recall show and do, the same for officers at the desk and for managers of an enterprise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.plain.formats import figure
from xaso.services.trace import lots_rules
from xaso.services.trace.actions import recall as actions
from xaso.services.trace.actions import recall_holders as holders
from xaso.services.trace.graph import upstream, way_of
from xaso.services.trace.models import Lot, Recall, RecallHolder, RecallThing
from xaso.services.trace.queries import recall as queries
from xaso.services.trace.queries.recall_scope import find_scope
from xaso.services.trace.recall_chart import Stage, detail_of, draw, stages, stages_of, title_of
from xaso.services.trace.recall_forms import CloseForm, FindingForm, PrepareForm
from xaso.services.trace.recall_report import report_pdf
from xaso.services.trace.rules.recall import SORTS, rule
from xaso.services.trace.seats import MANAGER, role_in

PER_PAGE = 100
HOLDERS = 200
_KINDS = {"prepared": "warn", "running": "danger", "closed": "good", "dropped": ""}


@dataclass(frozen=True)
class Place:
    """Where the pages stand: their base template and how their addresses are made."""

    base: str
    url: Callable[..., str]


def desk_place() -> Place:
    """The officers' desk."""
    return Place("ui/desk.html", lambda name, *args: reverse(f"trace_desk:{name}", args=args))


def own_place(token: str) -> Place:
    """The pages of one enterprise."""
    return Place("ui/page.html", lambda name, *args: reverse(f"trace:own_{name}", args=[token, *args]))


def badge_of(recall: Recall) -> tuple[str, str]:
    """Words and colour of a recall's state."""
    return str(recall.get_state_display()), _KINDS[recall.state]


def show_list(request: HttpRequest, place: Place, rows: Any, **more: Any) -> HttpResponse:
    """Recalls, newest first."""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    told = [
        {"row": one, "badge": badge_of(one), "url": place.url("recall", one.code)} for one in page.object_list
    ]
    return render(request, "trace/recall_list.html", {"base": place.base, "page": page, "rows": told, **more})


def show_way(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """The way of one lot: the drawing, the stages, and the door to a recall."""
    viewer = viewer_in(request)
    lot = queries.open_lot_way(viewer, token)
    scope = find_scope([lot])
    back = upstream([lot.thing_id])
    role = role_in(viewer, lot.enterprise)
    chart = stages_of(scope)
    context = {
        "base": place.base,
        "lot": lot,
        "said": lots_rules.said(lot.quantity, lot.uom),
        "drawing": draw(chart),
        "rows": [(title_of(one), detail_of(one), one.level) for one in stages(chart)],
        "counts": scope.counts,
        "stages": way_of(lot, walk=back),
        "prepare_url": place.url("recall_prepare", lot.token)
        if role == MANAGER or queries.may_decide(viewer, lot.unit_path)
        else "",
        "notice": queries.notice_of(lot),
        "cut": scope.cut,
    }
    return render(request, "trace/recall_way.html", context)


def show_prepare(request: HttpRequest, place: Place, token: str) -> HttpResponse:
    """First step: why, and what people must do."""
    viewer = viewer_in(request)
    lot = queries.open_lot_way(viewer, token)
    actions.may_recall(viewer, lot)
    with widened("lots that a lot was made of, for who may recall it"):
        found = Lot.objects.filter(pk__in=queries.lot_ids_near(lot) - {lot.pk}).select_related("product")
        near = list(found.order_by("product__name", "code")[:40])
    form = PrepareForm(near, request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            recall = actions.prepare_recall(viewer, lot=lot, **{**facts, "also": facts.get("also", [])})
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect(place.url("recall", recall.code))
    status = 422 if request.method == "POST" else 200
    context = {"base": place.base, "lot": lot, "form": form, "back": place.url("lot_way", lot.token)}
    return render(request, "trace/recall_prepare.html", context, status=status)


def put_errors(form: forms.Form, error: ActionError) -> None:
    """What an action refused, at its fields; refusals of right or place go on to their own pages."""
    if error.status in (403, 404):
        raise error
    for name, texts in error.errors.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def show_recall(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """One recall: its preview with the confirmation, or how it goes on."""
    viewer = viewer_in(request)
    recall = queries.open_recall(viewer, code)
    form: forms.Form | None = None
    status = 200
    if request.method == "POST":
        form, done = _act(request, recall)
        if done is not None:
            return redirect(done if done.startswith("/") else place.url("recall", recall.code))
        status = 422
        recall = queries.open_recall(viewer, code)
    if recall.state == Recall.State.PREPARED:
        recall = _fresh(recall)
    context = {
        "base": place.base,
        "recall": recall,
        "badge": badge_of(recall),
        "may": _may(request, recall),
        "has_errors": status == 422,
        "counts": recall.scope.get("counts", {}),
        "drawing": draw(recall.scope, lambda stage: _rows_url(place, recall, stage)),
        "groups": [
            (title_of(one), detail_of(one), _rows_url(place, recall, one)) for one in stages(recall.scope)
        ],
        "rows_url": place.url("recall_rows", recall.code),
        "csv_url": place.url("recall_csv", recall.code),
        "pdf_url": place.url("recall_pdf", recall.code),
        "way_url": place.url("lot_way", recall.lot.token),
        "list_url": place.url("recalls"),
        **_progress(recall),
        **_forms(recall, form),
    }
    return render(request, "trace/recall_one.html", context, status=status)


def _may(request: HttpRequest, recall: Recall) -> bool:
    viewer = viewer_in(request)
    if queries.may_decide(viewer, recall.unit_path):
        return True
    return recall.kind == Recall.Kind.VOLUNTARY and role_in(viewer, recall.enterprise) == MANAGER


def _fresh(recall: Recall) -> Recall:
    """A prepared recall with its counts as they are at this moment: what is confirmed is what is seen."""
    scope = actions.scope_of(recall)
    recall.scope = {**recall.scope, "counts": scope.counts, "cut": scope.cut, **stages_of(scope)}
    recall.digest = scope.digest
    return recall


def _rows_url(place: Place, recall: Recall, stage: Stage) -> str:
    if stage.sort == "holder":
        return "#noi-giu"
    side = "back" if stage.level < 0 else "root" if stage.level == 0 else "forward"
    return f"{place.url('recall_rows', recall.code)}?{urlencode({'phia': side, 'loai': stage.sort})}"


def _progress(recall: Recall) -> dict[str, Any]:
    if recall.state == Recall.State.PREPARED:
        return {"holders": []}
    told = holders.receipts(recall)
    rows = list(queries.holders_of(recall)[: HOLDERS + 1])
    with widened("names of holders, for who may see the recall"):
        findings = list(recall.findings.select_related("holder").order_by("-happened_on", "-created_at"))
    states = RecallHolder.State
    return {
        "holders": [
            {"row": one, "receipt": told.get(one.token, ""), "things": vars(one)["things"]}
            for one in rows[:HOLDERS]
        ],
        "more_holders": max(0, len(rows) - HOLDERS),
        "answered": sum(one.state == states.ANSWERED for one in rows),
        "silent": sum(one.state in {states.TOLD, states.SEEN} for one in rows),
        "unreached": sum(one.state == states.UNKNOWN for one in rows),
        "tallies": [
            {
                "uom": lots_rules.word_of(one.uom),
                "cells": [
                    figure(n) for n in (one.handed_on, one.set_apart, one.came_back, one.destroyed, one.gone)
                ],
                "open": figure(one.open),
            }
            for one in queries.tallies_of(recall)
        ],
        "findings": [{"row": one, "said": lots_rules.said(one.quantity, one.uom)} for one in findings],
        "steps": [
            {"title": one.text, "at": one.created_at, "by": one.by_name}
            for one in recall.steps.order_by("-created_at")[:200]
        ],
        "law": rule("notify_hours", (recall.started_at or recall.created_at).date()),
    }


def _forms(recall: Recall, used: forms.Form | None) -> dict[str, Any]:
    if recall.state != Recall.State.RUNNING:
        return {}
    with widened("names of holders, for who may see the recall"):
        known = list(recall.holders.order_by("name")[:500])
    return {
        "finding_form": used
        if isinstance(used, FindingForm)
        else FindingForm(recall.lot.uom, known, prefix="f"),
        "close_form": used if isinstance(used, CloseForm) else CloseForm(prefix="c"),
    }


def _act(request: HttpRequest, recall: Recall) -> tuple[forms.Form | None, str | None]:
    """One of the verbs of the page; answers the form with its errors, or where to go on ("" is the same page)."""
    viewer, verb = viewer_in(request), request.POST.get("do", "")
    form: forms.Form | None = None
    try:
        if verb == "start":
            if not request.POST.get("sure"):
                raise ActionError("Đánh dấu đã xem phạm vi trước khi xác nhận.")
            actions.start_recall(viewer, recall=recall, digest=request.POST.get("digest", ""))
            messages.success(request, "Đã bắt đầu thu hồi. Các lô đã dừng; nơi giữ hàng đang được báo.")
            return None, ""
        if verb == "drop":
            actions.drop_recall(viewer, recall=recall)
            messages.success(request, f"Đã bỏ đợt {recall.code}; không lô nào bị dừng.")
            return None, _list_of(request)
        if verb == "strike":
            finding = recall.findings.filter(pk=uuid_in(request.POST.get("finding", ""))).first()
            if finding is None:
                raise NotFound()
            holders.withdraw_finding(viewer, finding=finding)
            return None, ""
        if verb == "finding":
            known = list(recall.holders.order_by("name")[:500])
            form = FindingForm(recall.lot.uom, known, request.POST, prefix="f")
            if form.is_valid():
                facts = dict(form.cleaned_data)
                key = facts.pop("holder", "")
                facts["holder"] = recall.holders.filter(pk=key).first() if key else None
                holders.add_finding(viewer, recall=recall, **facts)
                messages.success(request, "Đã ghi kết quả.")
                return None, ""
        if verb == "close":
            form = CloseForm(request.POST, prefix="c")
            if form.is_valid():
                actions.close_recall(viewer, recall=recall, **form.cleaned_data)
                messages.success(request, "Đã kết thúc đợt thu hồi. Tải báo cáo ở dưới.")
                return None, ""
    except ActionError as error:
        if error.status in (403, 404):
            raise
        if form is None:
            messages.error(request, error.message)
        else:
            put_errors(form, error)
    return form, None


def uuid_in(text: str) -> UUID:
    """A key that a form sent. Raises NotFound for other text."""
    try:
        return UUID(text)
    except ValueError as problem:
        raise NotFound() from problem


def _list_of(request: HttpRequest) -> str:
    return request.path.rstrip("/").rsplit("/", 1)[0] + "/"


def show_rows(request: HttpRequest, place: Place, code: str) -> HttpResponse:
    """Things of a recall, page by page."""
    recall = queries.open_recall(viewer_in(request), code)
    side, sort = request.GET.get("phia", ""), request.GET.get("loai", "")
    side = side if side in RecallThing.Side.values else ""
    sort = sort if sort in SORTS else ""
    page = Paginator(queries.rows_of(recall, side, sort), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "base": place.base,
        "recall": recall,
        "page": page,
        "side": RecallThing.Side(side).label if side else "",
        "sort": SORTS.get(sort, ""),
        "back": place.url("recall", recall.code),
    }
    return render(request, "trace/recall_rows.html", context)


def send_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """All things of a recall as a table."""
    recall = queries.open_recall(viewer_in(request), code)
    answer = StreamingHttpResponse(list(queries.sheet_of(recall)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{recall.code}.csv"'
    return answer


def send_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The report."""
    recall = queries.open_recall(viewer_in(request), code)
    answer = HttpResponse(report_pdf(recall), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{recall.code}.pdf"'
    return answer
