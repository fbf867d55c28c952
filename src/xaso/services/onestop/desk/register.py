"""The follow-up book (form 07) of a desk for a span of days: on screen, on paper, as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xaso.kernel.access.alerts import note_export
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.models import PersonView
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import day as day_words
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.kernel.units.models import Level, Unit
from xaso.services.onestop.looks import note_looks
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.paperwork import register_pdf
from xaso.services.onestop.queries.desk import VIEW, register
from xaso.services.onestop.register import lines_of, workbook

Act = PersonView.Act
ON_PAGE = 100
MOST_LINES = 50_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class _Asked:
    """Which book: the unit and the days, both ends included."""

    unit: Unit
    first: date
    last: date
    problem: str = ""

    @property
    def span(self) -> str:
        return f"Từ ngày {day_words(self.first)} đến ngày {day_words(self.last)}"

    @property
    def query(self) -> str:
        return urlencode(
            {"don-vi": self.unit.path, "tu": self.first.isoformat(), "den": self.last.isoformat()}
        )


def _units(viewer: Viewer) -> list[Unit]:
    """Provinces, communes and desks whose books this officer may read."""
    found: list[Unit] = []
    for path in viewer.paths(VIEW):
        if not path:
            found += Unit.objects.on().filter(level=Level.PROVINCE).sorted()
            continue
        units = Unit.objects.on().under(path).exclude(level=Level.HAMLET)
        found += units.order_by("path")[:400]
    return found


def _day(text: str, other: date) -> tuple[date, str]:
    if not text:
        return other, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return other, "Nhập ngày như 27/03/2026."


def _asked(request: HttpRequest, viewer: Viewer) -> tuple[_Asked, list[Unit]]:
    units = _units(viewer)
    if not units:
        raise ActionError("Chưa có đơn vị nào để xem sổ.")
    wanted = request.GET.get("don-vi", "")
    own = next((one for one in units if viewer.unit_path.startswith(one.path)), units[0])
    unit = next((one for one in units if one.path == wanted), own)
    first, problem = _day(request.GET.get("tu", ""), today().replace(day=1))
    last, second = _day(request.GET.get("den", ""), today())
    if not problem and not second and last < first:
        first, last = last, first
    return _Asked(unit, first, last, problem or second), units


def _dossiers(viewer: Viewer, asked: _Asked) -> QuerySet[Dossier]:
    start = datetime.combine(asked.first, time(), VIETNAM)
    end = datetime.combine(asked.last + timedelta(days=1), time(), VIETNAM)
    return register(viewer, asked.unit.path, start, end).select_related(
        "case", "setup", "procedure", "applicant", "handover"
    )


@officer("onestop.view")
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """The book on screen."""
    viewer = viewer_in(request)
    asked, units = _asked(request, viewer)
    page = Paginator(_dossiers(viewer, asked), ON_PAGE).get_page(request.GET.get("trang"))
    note_looks(viewer, page.object_list, purpose="Xem sổ theo dõi hồ sơ")
    context: dict[str, Any] = {
        "asked": asked,
        "units": units,
        "page": page,
        "lines": list(lines_of(page.object_list, page.start_index() or 1)),
        "xlsx_url": f"{reverse('onestop_desk:register_xlsx')}?{asked.query}",
        "pdf_url": f"{reverse('onestop_desk:register_pdf')}?{asked.query}",
        "form": [(asked.problem, "tu")] if asked.problem else [],
    }
    return render(request, "onestop/desk/register.html", context, status=422 if asked.problem else 200)


@fresh("onestop.view")
@require_GET
def sheet(request: HttpRequest) -> HttpResponse:
    """The book as a workbook."""
    viewer = viewer_in(request)
    asked, _ = _asked(request, viewer)
    dossiers = list(_dossiers(viewer, asked)[:MOST_LINES])
    note_looks(viewer, dossiers, purpose="Xuất sổ theo dõi hồ sơ ra bảng tính", act=Act.EXPORT)
    note_export(viewer, what="Sổ theo dõi hồ sơ", unit_path=asked.unit.path, rows=len(dossiers))
    content = workbook(lines_of(dossiers), unit=asked.unit.full_name, span=asked.span)
    name = f"so-theo-doi-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.xlsx"
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@fresh("onestop.view")
@require_GET
def printed(request: HttpRequest) -> HttpResponse:
    """The book as an A4 paper."""
    viewer = viewer_in(request)
    asked, _ = _asked(request, viewer)
    note_looks(viewer, _dossiers(viewer, asked), purpose="In sổ theo dõi hồ sơ", act=Act.PRINT)
    rows = _dossiers(viewer, asked).count()
    note_export(viewer, what="Sổ theo dõi hồ sơ, bản in", unit_path=asked.unit.path, rows=rows)
    content = register_pdf(viewer, asked.unit.path, asked.first, asked.last)
    name = f"so-theo-doi-{asked.first:%Y%m%d}-{asked.last:%Y%m%d}.pdf"
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
