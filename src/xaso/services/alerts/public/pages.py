"""What is warned of now, one warning, gauges, shelters."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xaso.kernel.people.doors import public
from xaso.services.alerts import showing
from xaso.services.alerts.models import Shelter
from xaso.services.alerts.queries import reading
from xaso.services.alerts.queries import warnings as queries
from xaso.services.alerts.rules import law

PER_PAGE = 48


@public
@require_GET
def now_page(request: HttpRequest) -> HttpResponse:
    """Warnings in force with map and list; then those that are over."""
    rows = [showing.shown(one) for one in queries.current()]
    gauges = showing.states(reading.gauges()[:12])
    said = {one.gauge.pk: showing.state_words(one) for one in gauges}
    context = {
        "rows": rows,
        "past": [showing.shown(one) for one in queries.past(10)],
        "lines": [one for one in showing.gauge_lines(gauges) if one["over"]],
        "map": showing.area_map(
            "Vùng đang được cảnh báo và các trạm đo" if rows else "Các trạm đo",
            [{**one.row.told, "drill": one.row.drill} for one in rows],
            [one.gauge for one in gauges],
            paths=[one.row.unit_path for one in rows],
            hint=lambda gauge: said[gauge.pk],
        ),
        "levels": [(one, showing.level_mark(one.number)) for one in law.levels()],
        "feed": f"{settings.XASO_BASE_URL}/canh-bao/feed",
    }
    return render(request, "alerts/now.html", context)


@public
@require_GET
def warning(request: HttpRequest, code: str) -> HttpResponse:
    """One warning: what, where, what to do, both languages, its signed messages."""
    row = queries.public_warning(code)
    area = row.told.get("area", {})
    live = row in queries.current()
    what = "cảnh báo" if live else "đã cảnh báo"
    shelters = list(Shelter.objects.filter(unit_path__startswith=row.unit_path, ended_at__isnull=True)[:20])
    context = {
        "one": showing.shown(row),
        "row": row,
        "map": showing.area_map(
            f"Vùng {what}: {area.get('words', '')}",
            [{**row.told, "drill": row.drill}],
            (),
            shelters,
            paths=[row.unit_path],
        ),
        "shelters": shelters,
        "messages_out": showing.message_lines(queries.messages_of(row)),
        "live": live,
        "back_url": "/canh-bao/",
    }
    return render(request, "alerts/warning.html", context)


@public
@require_GET
def gauges(request: HttpRequest) -> HttpResponse:
    """All gauges with their last figures, those over a threshold first."""
    found = list(reading.gauges())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "page": page,
        "lines": showing.gauge_lines(showing.states(page.object_list)),
        "back_url": "/canh-bao/",
    }
    return render(request, "alerts/gauges.html", context)


@public
@require_GET
def gauge(request: HttpRequest, code: str) -> HttpResponse:
    """One gauge: chart, sums, thresholds with their source, table."""
    row = reading.gauge_by_code(code)
    state = reading.state_of(row)
    context = {
        "gauge": row,
        "line": showing.gauge_lines([state])[0],
        "totals": state.totals,
        "chart": showing.gauge_chart(row),
        "thresholds": [
            (one, law.hazards()[one.hazard].name, showing.level_mark(one.level))
            for one in reading.thresholds(row)
        ],
        "readings": [one for one in reading.readings(row, 24) if one.quality != "refused"],
        "map": showing.area_map(f"Vị trí {row.name}", [], [row]),
        "back_url": "/canh-bao/tram/",
    }
    return render(request, "alerts/gauge.html", context)


@public
@require_GET
def shelters(request: HttpRequest) -> HttpResponse:
    """Where people can go."""
    rows = list(Shelter.objects.filter(ended_at__isnull=True).order_by("name")[:60])
    context = {
        "rows": rows,
        "map": showing.area_map("Nơi sơ tán", [], (), rows),
        "back_url": "/canh-bao/",
    }
    return render(request, "alerts/shelters.html", context)
