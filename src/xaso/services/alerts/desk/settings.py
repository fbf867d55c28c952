"""Rules of the commune, sources of CAP messages, what came in, levels and published thresholds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.alerts import showing
from xaso.services.alerts.actions import arrivals, gauges, ruling
from xaso.services.alerts.actions.keys import replace_key
from xaso.services.alerts.desk.gauges import places, uuid_in
from xaso.services.alerts.forms import put_errors
from xaso.services.alerts.forms.more import RiskForm, RuleForm, SourceForm
from xaso.services.alerts.models import CapKey, PlaceRisk, WarningRule
from xaso.services.alerts.queries import warnings as queries
from xaso.services.alerts.queries.reading import MANAGE
from xaso.services.alerts.rules import law

SAID = {"rule": "Đã đặt quy tắc.", "source": "Đã ghi nguồn.", "risk": "Đã ghi mức dễ xảy ra."}


@officer("alerts.manage")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Everything that is decided once and counts from a day on."""
    viewer = viewer_in(request)
    communes = [one for one in places(viewer) if one[0].count("/") == 2]
    do = request.POST.get("do", "") if request.method == "POST" else ""
    made = _forms(communes, request, do)
    status = 200
    if do:
        form = made.get(do)
        status = 422
        if form is None:
            _verb(viewer, request, do, communes)
            return redirect(request.path)
        if form.is_valid():
            try:
                _keep(viewer, do, dict(form.cleaned_data))
            except ActionError as error:
                put_errors(form, error)
            else:
                messages.success(request, SAID[do])
                return redirect(request.path)
    context = {
        "made": made,
        "has_errors": status == 422,
        "rules": _named(WarningRule.objects.filter(viewer.scope(MANAGE)).order_by("-valid_from")[:20]),
        "risks": _risks(PlaceRisk.objects.filter(viewer.scope(MANAGE)).order_by("-valid_from")[:20]),
        "keys": _named(CapKey.objects.filter(viewer.scope(MANAGE), ended_at__isnull=True)[:20]),
        "sources": queries.sources(viewer),
        "arrivals": queries.arrivals(viewer)[:20],
        "levels": [(one, showing.level_mark(one.number)) for one in law.levels()],
        "published": law.published(),
        "communes": communes,
        "back_url": "/desk/alerts/",
    }
    return render(request, "alerts/desk/rules.html", context, status=status)


def _named(rows: Any) -> list[tuple[Any, str]]:
    found = list(rows)
    names = dict(
        Unit.objects.filter(path__in={row.unit_path for row in found}).values_list("path", "full_name")
    )
    return [(row, names.get(row.unit_path, "")) for row in found]


def _risks(rows: Any) -> list[tuple[Any, str]]:
    return [
        (row, f"{name}: khu vực {row.region}, {law.SUSCEPTIBILITIES[row.susceptibility].lower()}")
        for row, name in _named(rows)
    ]


def _forms(communes: list[tuple[str, str]], request: HttpRequest, do: str) -> dict[str, forms.Form]:
    posted = request.POST
    return {
        "rule": RuleForm(communes, posted if do == "rule" else None, prefix="r"),
        "source": SourceForm(communes, posted if do == "source" else None, prefix="s"),
        "risk": RiskForm(communes, posted if do == "risk" else None, prefix="k"),
    }


def _keep(viewer: Viewer, do: str, facts: dict[str, Any]) -> None:
    if do == "rule":
        ruling.set_rule(viewer, **{**facts, "people": int(facts["people"])})
    elif do == "source":
        arrivals.keep_source(viewer, **facts)
    else:
        confirmed = facts.pop("confirmed")
        gauges.keep_risk(viewer, **{**facts, "region": int(facts["region"])}, unconfirmed=not confirmed)


def _verb(viewer: Viewer, request: HttpRequest, do: str, communes: list[tuple[str, str]]) -> None:
    if do == "end_source":
        arrivals.end_source(viewer, source_id=uuid_in(request.POST.get("source", "")))
    elif do == "key":
        unit_path = request.POST.get("unit_path", "")
        if unit_path not in dict(communes):
            raise NotFound()
        replace_key(viewer, unit_path=unit_path)
        messages.success(request, "Đã đổi khóa ký. Bản tin cũ vẫn kiểm tra được bằng chứng thư cũ.")
    elif do == "cap":
        unit_path = request.POST.get("unit_path", "")
        if unit_path not in dict(communes):
            raise NotFound()
        row = arrivals.take_cap(
            viewer, unit_path=unit_path, data=request.POST.get("xml", "").strip().encode()
        )
        if row.state == row.State.TAKEN:
            messages.success(request, f"Đã nhận bản tin: {row.headline}")
        else:
            messages.error(request, f"Từ chối: {row.reason}")
    else:
        raise NotFound("Không có việc này.")
