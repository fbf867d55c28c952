"""Points of the catalogue that only an officer can settle, with the law that settles them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.clock.terms import parse_term
from xaso.kernel.plain.money import show
from xaso.kernel.ui.asked import Asked, Option
from xaso.services.onestop.actions.catalogue import settle_ambiguity
from xaso.services.onestop.catalogue import points
from xaso.services.onestop.models import ProcedureVersion
from xaso.services.onestop.queries.catalogue import RIGHT, ToSettle, field_counts, unsettled

ON_PAGE = 25
_FEE_WORDS = {
    "none": "Không thu",
    "council": "Do Hội đồng nhân dân tỉnh quy định",
    "committee": "Do Ủy ban nhân dân tỉnh quy định",
    "tariff": "Theo biểu phí của văn bản đã dẫn",
}
_TERM_WORDS = {"no-result": "Thủ tục không trả kết quả", "by-law": "Pháp luật không quy định thời hạn"}
OTHER = "?"
CONFIRMING = "xac-nhan"


@officer(RIGHT)
def listing(request: HttpRequest) -> HttpResponse:
    """Procedures with open points, or with points that wait for confirmation, by field."""
    viewer = viewer_in(request)
    text = request.GET.get("tim", "").replace("\x00", "")[:100]
    field = request.GET.get("linh-vuc", "").replace("\x00", "")
    number = request.GET.get("trang", "1")
    first = max(int(number) - 1, 0) * ON_PAGE if number.isdigit() and len(number) < 7 else 0
    rows, total = unsettled(
        viewer,
        unit_path=viewer.unit_path or None,
        text=text,
        field=field,
        limit=ON_PAGE,
        offset=first,
        to_confirm=request.GET.get("loai") == CONFIRMING,
    )
    page = Paginator(range(total), ON_PAGE).get_page(number)
    context = {
        "rows": rows,
        "total": total,
        "confirming": request.GET.get("loai") == CONFIRMING,
        "text": text,
        "field": field,
        "fields": field_counts(),
        "page": page,
    }
    return render(request, "onestop/desk/admin/settle.html", context)


@officer(RIGHT)
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The open points of one procedure: the text as published beside what it may mean."""
    viewer = viewer_in(request)
    version = ProcedureVersion.objects.select_related("procedure").filter(pk=version_id).first()
    if version is None:
        raise NotFound("Không tìm thấy thủ tục này.")
    if version.valid_to is not None:
        newest = ProcedureVersion.objects.filter(procedure=version.procedure, valid_to__isnull=True).first()
        if newest is not None and newest.unsettled:
            return redirect("onestop_desk:settle", version_id=newest.pk)
        return redirect("onestop_desk:to_settle")
    errors: dict[str, list[str]] = {}
    item = request.POST.get("item", "")
    if request.method == "POST":
        chosen = request.POST.get(f"{item}.value", "")
        value = request.POST.get(f"{item}.other", "") if chosen in ("", OTHER) else chosen
        try:
            made = settle_ambiguity(
                viewer,
                version_id=version.pk,
                item=item,
                value=value,
                legal_basis=request.POST.get(f"{item}.legal_basis", ""),
            )
        except Forbidden:
            raise
        except ActionError as error:
            errors = error.errors
        else:
            messages.success(request, f"Đã chốt. Bản thứ {made.number} của thủ tục áp dụng từ hôm nay.")
            if made.unsettled:
                return redirect("onestop_desk:settle", version_id=made.pk)
            return redirect("onestop_desk:to_settle")
    held = ToSettle(
        version.pk,
        version.procedure.code,
        version.name,
        version.field,
        version.data.get("points", []),
    )
    drawn = [_point(one, request, errors if one["key"] == item else {}) for one in held.points]
    context = {
        "version": version,
        "points": drawn,
        "form": [one[name] for one in drawn for name in ("value", "other", "basis") if one[name].errors],
        "has_errors": bool(errors),
        "top": errors.get("", []) + errors.get("item", []),
        "back_url": reverse("onestop_desk:to_settle"),
    }
    return render(request, "onestop/desk/admin/settle_one.html", context, status=422 if errors else 200)


def _point(point: dict[str, Any], request: HttpRequest, errors: dict[str, list[str]]) -> dict[str, Any]:
    """One point with its questions: what it may be, another value, the law."""
    key, kind = str(point["key"]), str(point["kind"])
    words = _FEE_WORDS if kind == points.FEE else _TERM_WORDS
    found: list[Option] = []
    candidates = point.get("candidates")
    for candidate in candidates if isinstance(candidates, list) else []:
        found += [option for option in _options(kind, str(candidate)) if option not in found]
    found += [Option(value, label) for value, label in words.items() if value not in {o.value for o in found}]
    found.append(Option(OTHER, "Giá trị khác, ghi bên dưới"))
    wrong = errors.get("value", [])
    typed = request.POST.get
    return {
        **point,
        "value": Asked("radio", f"{key}.value", "Chốt là", options=found, value=typed(f"{key}.value", ""),
                       errors=[] if typed(f"{key}.value") == OTHER else wrong),
        "other": Asked(
            "text", f"{key}.other", "Giá trị khác", value=typed(f"{key}.other", ""), required=False,
            errors=wrong if typed(f"{key}.value") == OTHER else [],
            hint="Số tiền bằng đồng." if kind == points.FEE else "Như 5wd (ngày làm việc), 15d (ngày), 8h (giờ).",
            when=f"{key}.value={OTHER}",
        ),
        "basis": Asked(
            "text", f"{key}.legal_basis", "Căn cứ pháp lý", value=typed(f"{key}.legal_basis", ""),
            hint="Số, ký hiệu văn bản và điều khoản.", errors=errors.get("legal_basis", []),
        ),
    }  # fmt: skip


def _case_words(candidate: str) -> list[str]:
    return [parse_term(case.strip()).words for case in candidate.split("|")]


def _options(kind: str, candidate: str) -> list[Option]:
    """A candidate as choices; a number without its unit may be either."""
    if kind == points.FEE:
        digits = candidate.replace(".", "")
        return [Option(candidate, show(int(digits)))] if digits.isdigit() else [Option(candidate, candidate)]
    if "|" in candidate:
        return [Option(candidate, "Theo trường hợp: " + "; ".join(_case_words(candidate)))]
    codes = [candidate.replace("?", unit) for unit in ("wd", "d")] if candidate.endswith("?") else [candidate]
    found = []
    for code in codes:
        try:
            found.append(Option(code, parse_term(code).words))
        except ValueError:
            continue
    return found
