"""The field book of a plot and a season on paper, in the layout of VietGAP's records."""

from __future__ import annotations

from datetime import datetime, time

from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.plain.formats import day, figure, stamp
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.trace import crops, vocabulary
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Entry, InputProduct, Season, Site
from xaso.services.trace.queries import diary as queries

MOST = 1500


def field_book_pdf(place: queries.Place, site: Site, season: Season) -> bytes:
    """The PDF of everything written about a plot within a season that the viewer may read."""
    rows = (
        queries.entries(place, {"thua": str(site.pk)})
        .filter(
            happened_at__gte=datetime.combine(season.starts_on, time.min, VIETNAM),
            happened_at__lte=datetime.combine(season.ends_on, time.max, VIETNAM),
        )
        .exclude(state=Entry.State.WITHDRAWN)
        .prefetch_related("targets__plant")
        .order_by("happened_at", "pk")[:MOST]
    )
    return render_template("trace.field_book", book_data(place, site, season, list(rows)))


def book_data(place: queries.Place, site: Site, season: Season, rows: list[Entry]) -> dict[str, object]:
    """What the paper says, as text."""
    crop = crops.crop_of(site.crop)
    kind = ", ".join(part for part in (crop.title if crop else "", site.variety) if part)
    area = f"{figure(site.area_m2)} m²" if site.area_m2 else "Chưa đo"
    facts = [
        ["Cơ sở", place.enterprise.name, "Hộ", str(site.member or "Của chung")],
        ["Thửa", site.name, "Diện tích", area],
        ["Cây, giống", kind, "Mã số vùng trồng", site.area_code or "Chưa có"],
    ]
    data: dict[str, object] = {"facts": facts, "subtitle": f"{site.name}, {season.name}"}
    tables: dict[str, list[list[str]]] = {"fertilisers": [], "pesticides": [], "works": [], "harvests": []}
    for row in rows:
        name, cells = _line(row)
        tables[name].append(cells)
    return {**data, **tables, "printed_at": stamp(now())}


def _line(row: Entry) -> tuple[str, list[str]]:
    on = day(row.happened_at.astimezone(VIETNAM))
    who = f"{row.recorded_name} (đã sửa)" if row.revision else row.recorded_name
    amount = said(row.amount, row.uom) if row.amount is not None else ""
    plants = ", ".join(one.plant.code for one in row.targets.all() if one.plant)
    label = vocabulary.label_of(vocabulary.step_uri(row.work))
    if row.input is not None:
        head = [on, row.input.name, row.input.substance, amount, row.input_batch]
        if row.input.kind == InputProduct.Kind.FERTILISER:
            return "fertilisers", [*head, who]
        first = day(row.harvest_from) if row.harvest_from else "Không phải chờ"
        return "pesticides", [*head, f"{row.input.interval_days} ngày", first, who]
    if row.kind in {Entry.Kind.HARVEST, Entry.Kind.PURCHASE}:
        return "harvests", [on, label, plants, amount, str(row.lot or ""), who]
    return "works", [on, label, plants, row.note[:200], who]
