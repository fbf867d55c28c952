"""Workbooks in and out, and the field book on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import citizen
from xaso.kernel.plain.text import fold
from xaso.kernel.plain.typed import read_phone
from xaso.services.trace import diary_sheets as sheets
from xaso.services.trace.actions import farm
from xaso.services.trace.actions.diary import record_entry
from xaso.services.trace.diary_forms import SheetForm
from xaso.services.trace.diary_lines import Line
from xaso.services.trace.diary_paper import field_book_pdf
from xaso.services.trace.models import Entry, Season, Site
from xaso.services.trace.public.diary.base import place_of, shown
from xaso.services.trace.public.diary.book import ASKED
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.seats import MANAGER, RECORDER

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST = 5000


def _file(content: bytes, name: str, kind: str = XLSX, how: str = "attachment") -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'{how}; filename="{name}"'
    return answer


@citizen
@require_GET
def entries_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The lines that the book's filters leave, as a workbook."""
    place = place_of(request, token)
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ASKED}
    rows = queries.entries(place, asked).prefetch_related("targets__site", "targets__plant")[:MOST]
    return _file(sheets.entries_book(rows), "nhat-ky.xlsx")


@citizen
@require_GET
def entries_blank(request: HttpRequest, token: str) -> HttpResponse:
    """An empty sheet to fill in."""
    place = place_of(request, token, MANAGER, RECORDER)
    return _file(sheets.blank_entries(place.enterprise), "mau-nhat-ky.xlsx")


@citizen
@require_GET
def members_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """Member households as a workbook."""
    place = place_of(request, token, MANAGER, RECORDER)
    return _file(sheets.members_book(queries.members(place).filter(ended_at__isnull=True)), "thanh-vien.xlsx")


@citizen
@require_http_methods(["GET", "POST"])
def entries_in(request: HttpRequest, token: str) -> HttpResponse:
    """Read a workbook of the diary: good rows are written once, bad rows told one by one."""
    place = place_of(request, token, MANAGER, RECORDER)
    return _read_in(request, place, "entries_in", sheets.ENTRY_COLUMNS, _entry)


@citizen
@require_http_methods(["GET", "POST"])
def members_in(request: HttpRequest, token: str) -> HttpResponse:
    """Read a workbook of members: known numbers are corrected, new ones added."""
    place = place_of(request, token, MANAGER)
    return _read_in(request, place, "members_in", sheets.MEMBER_COLUMNS, _member)


def _read_in(
    request: HttpRequest, place: queries.Place, template: str, columns: Any, take: Any
) -> HttpResponse:
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "columns": [title for title, _ in columns]}
    back = "trace:book" if template == "entries_in" else "trace:members"
    context["back_url"] = reverse(back, args=[place.enterprise.token])
    if request.method == "POST" and form.is_valid():
        try:
            sent = form.cleaned_data["sheet"]
            rows = sheets.rows_of(sent.read(), sent.name or "tep.xlsx", columns)
            context |= _take_all(place, rows, take)
        except ActionError as error:
            form.take(error)
    return shown(request, template, place, context, 422 if form.errors else 200)


def _take_all(place: queries.Place, rows: Any, take: Any) -> dict[str, Any]:
    new, known, bad = 0, 0, []
    reader = sheets.Reader(place.enterprise)
    for number, row in rows:
        try:
            fresh = take(place, reader, row)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            bad.append(sheets.BadRow(number, " ".join(one for all_ in error.errors.values() for one in all_)))
        except ValueError as error:
            bad.append(sheets.BadRow(number, str(error)))
        else:
            new, known = new + fresh, known + (not fresh)
    return {"done": True, "new": new, "known": known, "bad": bad}


def _entry(place: queries.Place, reader: sheets.Reader, row: dict[str, Any]) -> bool:
    line = Line(client_key=sheets.row_key(row), way=Entry.Way.SHEET, **reader.read(row))
    return record_entry(place.viewer, enterprise=place.enterprise, line=line)[1]


def _member(place: queries.Place, reader: sheets.Reader, row: dict[str, Any]) -> bool:
    code, name = sheets.text(row.get("Số thành viên")).upper(), sheets.text(row.get("Tên chủ hộ"))
    known = reader.members.get(fold(code)) if code else None
    groups = {fold(one.name): one for one in queries.groups(place.enterprise)}
    asked = sheets.text(row.get("Tổ"))
    group = groups.get(fold(asked)) if asked else None
    if asked and group is None:
        group = farm.keep_group(place.viewer, enterprise=place.enterprise, name=asked)
    phone = sheets.text(row.get("Điện thoại"))
    farm.keep_member(
        place.viewer,
        enterprise=place.enterprise,
        member=known,
        code=code,
        name=name,
        group=group,
        hamlet=sheets.text(row.get("Thôn, bản")),
        phone=read_phone(phone) if phone else "",
        joined_on=sheets.day(row["Vào ngày"]) if row.get("Vào ngày") else None,
        shows_name=fold(sheets.text(row.get("Cho hiện tên (có/không)"))) == "co",
    )
    return known is None


@citizen
@require_GET
def field_book(request: HttpRequest, token: str) -> HttpResponse:
    """The field book of a plot and a season: choose, then the PDF."""
    place = place_of(request, token)
    plots = list(queries.plots(place, kind=Site.Kind.PLOT))
    seasons = list(Season.objects.filter(enterprise=place.enterprise).order_by("-starts_on"))
    if not request.GET.get("thua"):
        back = reverse("trace:book", args=[token])
        return shown(request, "field_book", place, {"plots": plots, "seasons": seasons, "back_url": back})
    try:
        site = next(one for one in plots if one.pk == UUID(request.GET["thua"]))
        season = next(one for one in seasons if one.pk == UUID(request.GET.get("vu", "")))
    except (StopIteration, ValueError) as error:
        raise NotFound("Chọn thửa và vụ của cơ sở này.") from error
    content = field_book_pdf(place, site, season)
    return _file(content, "so-ghi-chep.pdf", "application/pdf", "inline")
