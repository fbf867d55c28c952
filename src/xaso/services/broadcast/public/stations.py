"""The station for everybody: what was heard today, the programme, listening again, telling about a loudspeaker."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.base.once import once
from xaso.kernel.people.doors import public, viewer_in
from xaso.kernel.plain.formats import WEEKDAYS, clock, stamp
from xaso.kernel.plain.lunar import lunar_of
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.broadcast import shown
from xaso.services.broadcast.actions import complaints as actions
from xaso.services.broadcast.forms.clusters import ComplaintForm
from xaso.services.broadcast.models import Airing, Station
from xaso.services.broadcast.models.complaints import Complaint
from xaso.services.broadcast.queries import public as queries

STATES = {"playing": "đang phát", "cut": "bị cắt giữa chừng", "missed": "không phát được"}


def _station(unit_path: str = "") -> Station:
    found = queries.station_at(unit_path)
    if found is None:
        raise NotFound("Đơn vị này chưa mở đài truyền thanh trên hệ thống.")
    return found


def _day(request: HttpRequest) -> date:
    try:
        return min(date.fromisoformat(request.GET.get("ngay", "")[:10]), today())
    except ValueError:
        return today()


@public
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """The unit's own station, or the stations to choose from."""
    found = queries.station_at()
    if found is not None:
        return _show(request, found)
    rows = [
        {
            "title": one.title,
            "place": one.unit.full_name,
            "url": reverse("broadcast:of_unit", args=[one.unit_path.strip("/")]),
        }
        for one in queries.stations()
    ]
    return render(request, "broadcast/public_stations.html", {"stations": rows})


@public
@require_GET
def of_unit(request: HttpRequest, unit_path: str) -> HttpResponse:
    """The station of one unit."""
    return _show(request, _station(unit_path))


def _show(request: HttpRequest, station: Station) -> HttpResponse:
    day, names = _day(request), queries.names_of(station)
    tail = "" if queries.station_at() == station else f"?dai={station.unit_path.strip('/')}"
    windows = [f"{one.starts:%H:%M}–{one.ends:%H:%M}" for one in queries.hours(station)]
    context = {
        "station": station,
        "emergencies": queries.running_emergencies(station),
        "hours": f"Giờ phát: {' và '.join(windows)}. Ngoài giờ này loa chỉ kêu khi có tin khẩn cấp."
        if windows
        else "",
        "day": day,
        "is_today": day == today(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today() else None,
        "rows": [_row(one, names) for one in queries.day_of(station, day)],
        "live_url": reverse("broadcast:listen", args=[station.pk]),
        "programme_url": reverse("broadcast:programme") + tail,
        "complain_url": reverse("broadcast:complain") + tail,
    }
    return render(request, "broadcast/public_station.html", context)


def _row(one: Airing, names: dict[str, str]) -> dict[str, Any]:
    again = one.state in queries.HEARD and one.sound_id is not None
    return {
        "title": shown.airing_title(one),
        "time": clock(one.starts_at),
        "length": shown.length((one.until - one.starts_at).total_seconds()),
        "where": shown.where(one.area or {}, names),
        "state": STATES.get(one.state, "sắp phát" if one.starts_at > now() else ""),
        "url": reverse("broadcast:airing", args=[one.pk]) if again else "",
    }


@public
@require_GET
def airing(request: HttpRequest, airing_id: UUID) -> HttpResponse:
    """Listen again, or read."""
    one = queries.airing(airing_id)
    station, text = one.station, ""
    if one.emergency is not None:
        text = one.emergency.spoken
    elif one.bulletin is not None and not one.bulletin.recorded:
        text = one.bulletin.text
    ends = one.bulletin.valid_to if one.bulletin else None
    until = None
    if ends is not None:
        over = ends <= now()
        until = (
            (f"Hết hiệu lực từ {stamp(ends)}", "warn", "clock")
            if over
            else (f"Còn hiệu lực đến {stamp(ends)}", "good", "check")
        )
    context = {
        "station": station,
        "airing": one,
        "drill": bool(one.emergency and one.emergency.drill),
        "where": shown.where(one.area or {}, queries.names_of(station)),
        "sound": queries.sound(viewer_in(request), one.sound),
        "text": text,
        "until": until,
        "back_url": reverse("broadcast:of_unit", args=[station.unit_path.strip("/")]),
    }
    return render(request, "broadcast/public_one.html", context)


@public
@require_GET
def programme(request: HttpRequest) -> HttpResponse:
    """The coming seven days."""
    station = _station(request.GET.get("dai", "")[:120])
    names, first = queries.names_of(station), today()
    since = datetime.combine(first, datetime.min.time(), VIETNAM)
    found: dict[date, list[dict[str, Any]]] = {}
    for at, facts in queries.programme(station, since, since + timedelta(days=7)):
        found.setdefault(at.astimezone(VIETNAM).date(), []).append(
            {
                "time": clock(at),
                "title": facts["title"],
                "length": shown.length(facts["seconds"]),
                "where": shown.where(facts["area"] or {}, names),
            }
        )
    days = [first + timedelta(days=count) for count in range(7)]
    context = {
        "station": station,
        "first": days[0],
        "last": days[-1],
        "back_url": reverse("broadcast:of_unit", args=[station.unit_path.strip("/")]),
        "days": [
            {
                "name": WEEKDAYS[one.weekday()],
                "date": f"{one:%d/%m}",
                "lunar": f"{lunar_of(one).day}/{lunar_of(one).month} âm lịch",
                "rows": found.get(one, []),
            }
            for one in days
        ],
    }
    return render(request, "broadcast/public_programme.html", context)


@public
@require_http_methods(["GET", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Tell about a loudspeaker; no name, no account."""
    station = _station(request.GET.get("dai", "")[:120])
    rows = queries.clusters(station)
    form = ComplaintForm(
        request.POST or None,
        clusters=[(str(one.pk), one.name) for one in rows],
        matters=[(str(key), str(label)) for key, label in Complaint.Matter.choices],
        initial={"cluster": request.GET.get("loa", "")[:60]},
    )
    if request.method == "POST" and form.is_valid():
        try:
            code = _keep(request, station, form.cleaned_data)
        except ActionError as error:
            if error.status != 422:
                raise
            for name, texts in error.errors.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
        else:
            request.session["broadcast_complaint"] = code
            return redirect(f"{reverse('broadcast:complained')}?dai={station.unit_path.strip('/')}")
    context = {"station": station, "form": form}
    return render(request, "broadcast/public_complain.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, station: Station, facts: dict[str, Any]) -> str:
    viewer = viewer_in(request)

    def make() -> str:
        row = actions.complain(
            viewer,
            station=station,
            cluster=queries.cluster_of(station, facts["cluster"]),
            matter=facts["matter"],
            text=facts["text"],
            contact=facts["contact"],
        )
        return row.code

    key = request.POST.get("once_key", "")[:60]
    code, _ = once("broadcast.complaint", key, make) if key else (make(), True)
    return str(code)


@public
@require_GET
def complained(request: HttpRequest) -> HttpResponse:
    """The panel after it was taken in."""
    code = request.session.get("broadcast_complaint", "")
    if not code:
        return redirect("broadcast:complain")
    return render(request, "broadcast/public_complain.html", {"done": {"code": code}})


station_urls = [
    path("", front, name="station"),
    path("dai/<path:unit_path>/", of_unit, name="of_unit"),
    path("nghe-lai/<uuid:airing_id>/", airing, name="airing"),
    path("lich/", programme, name="programme"),
    path("phan-anh/", complain, name="complain"),
    path("phan-anh/xong/", complained, name="complained"),
]
