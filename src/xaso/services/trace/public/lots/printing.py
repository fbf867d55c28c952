"""Labels: printing, downloading while fresh, printing once more with a reason; signs of plants and plots."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import Conflict, NotFound
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.moment import now
from xaso.services.trace import labels_rules
from xaso.services.trace.actions.labels import (
    print_labels,
    print_package_labels,
    print_plant_signs,
    print_plot_signs,
    reprint_labels,
)
from xaso.services.trace.labels_sheet import labels_pdf
from xaso.services.trace.labels_words import package_words
from xaso.services.trace.lots_forms import LabelForm, ReprintForm, SignForm
from xaso.services.trace.lots_rules import packs_in
from xaso.services.trace.models import LabelBatch, LabelReprint, Package, Site
from xaso.services.trace.public.lots.base import chosen, drawn, form_page, here, ids, lot_here, run
from xaso.services.trace.queries import lots as queries

# A file of labels is money in hand: it can be fetched for a day, afterwards a reprint with its reason is asked for.
FRESH = timedelta(hours=24)


@citizen
@require_http_methods(["GET", "POST"])
def labels(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Labels of a lot."""
    place, row = lot_here(request, token, lot)
    packs = packs_in(row.left, row.uom, row.item.net_quantity, row.item.net_uom) if row.item else None
    form = LabelForm(request.POST or None, initial={"count": min(packs or 24, labels_rules.MOST_LABELS)})

    def do() -> str:
        data = form.cleaned_data
        batch = print_labels(
            viewer_in(request),
            lot=row,
            sheet=data["sheet"],
            count=data["count"],
            skipped=data["skipped"] or 0,
            serials=data["kind"] != "same",
            scratch=data["kind"] == "scratch",
        )
        return str(batch.pk)

    if request.method == "POST":
        answer = run(request, form, do, "Tem đã sẵn sàng để in.", lambda made: _batch_url(token, made))
        if answer is not None:
            return answer
    back = reverse("trace:lot", args=[token, row.token])
    lead = f"{row.product.name}, lô {row.code}. In tem thì lô được công bố: quét mã mở trang cho người mua."
    return form_page(request, place, form, title="In tem", submit="Tạo tem", back=back, lead=lead)


def _batch_url(token: str, made: Any) -> str:
    return reverse("trace:label_batch", args=[token, made])


@citizen
@require_GET
def batches(request: HttpRequest, token: str) -> HttpResponse:
    """All printings."""
    place = here(request, token)
    return drawn(request, "batches", place, {"rows": queries.batches_of(place)})


@citizen
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest, token: str, batch_id: UUID) -> HttpResponse:
    """One printing: its file while fresh, later printings, and a form for one more."""
    place = here(request, token)
    row = queries.batch_of(place, batch_id)
    form = ReprintForm(request.POST or None, initial={"first": 1, "last": row.count})

    def do() -> str:
        return str(reprint_labels(viewer_in(request), batch=row, **form.cleaned_data).pk)

    if request.method == "POST":
        answer = run(request, form, do, "Tem in lại đã sẵn sàng.", lambda made: _batch_url(token, row.pk))
        if answer is not None:
            return answer
    sheet = labels_rules.sheets()[row.sheet]
    context = {
        "batch": row,
        "label": row.frozen["rows"][0],
        "sheet": sheet,
        "paper": labels_rules.pages_of(row.count, row.skipped, sheet),
        "fresh": row.printed_at + FRESH > now(),
        "reprints": [(one, one.created_at + FRESH > now()) for one in queries.reprints_of(row)],
        "form": form,
        "back_url": reverse("trace:label_batches", args=[token]),
    }
    return drawn(request, "batch", place, context, 422 if form.errors else 200)


def _pdf(batch: LabelBatch, reprint: LabelReprint | None = None) -> HttpResponse:
    made = reprint.created_at if reprint else batch.printed_at
    if made + FRESH <= now():
        raise Conflict("Tệp tem chỉ tải được trong 24 giờ. Bấm In lại và ghi lý do.")
    response = HttpResponse(labels_pdf(batch, reprint), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="tem-{batch.printed_at:%Y%m%d-%H%M}.pdf"'
    return response


@citizen
@require_GET
def batch_pdf(request: HttpRequest, token: str, batch_id: UUID) -> HttpResponse:
    """The file of a printing."""
    return _pdf(queries.batch_of(here(request, token), batch_id))


@citizen
@require_GET
def reprint_pdf(request: HttpRequest, token: str, batch_id: UUID, reprint_id: UUID) -> HttpResponse:
    """The file of a later printing."""
    row = queries.batch_of(here(request, token), batch_id)
    found = row.reprints.filter(pk=reprint_id).first()
    if found is None:
        raise NotFound("Không tìm thấy lần in lại này.")
    return _pdf(row, found)


@citizen
@require_http_methods(["GET", "POST"])
def package_labels(request: HttpRequest, token: str) -> HttpResponse:
    """Labels of packages."""
    place = here(request, token)
    rows = queries.packages_of(place, Package.State.PACKED)
    picked = set(request.GET.getlist("kien"))
    form = SignForm(
        request.POST or None,
        kind=LabelBatch.Kind.PACKAGE,
        which=[(str(one.pk), package_words(one)) for one in rows],
        initial={"which": [str(one.pk) for one in rows if one.token in picked]},
    )

    def do() -> str:
        data = form.cleaned_data
        made = print_package_labels(
            viewer_in(request), enterprise=place.enterprise, packages=ids(data["which"]), sheet=data["sheet"],
            skipped=data["skipped"] or 0,
        )  # fmt: skip
        return str(made.pk)

    if request.method == "POST":
        answer = run(request, form, do, "Tem đã sẵn sàng để in.", lambda made: _batch_url(token, made))
        if answer is not None:
            return answer
    back = reverse("trace:packages", args=[token])
    empty = "" if rows else "Chưa có kiện nào trong kho. Đóng thùng từ trang của lô."
    return form_page(request, place, form, title="In tem kiện", submit="Tạo tem", back=back, empty=empty)


@citizen
@require_http_methods(["GET", "POST"])
def plot_signs(request: HttpRequest, token: str) -> HttpResponse:
    """Signs of plots and other places."""
    place = here(request, token)
    rows = queries.sites_of(place)
    form = SignForm(
        request.POST or None, kind=LabelBatch.Kind.PLOT, which=[(str(one.pk), one.name) for one in rows]
    )

    def do() -> str:
        data = form.cleaned_data
        made = print_plot_signs(
            viewer_in(request), enterprise=place.enterprise, sites=ids(data["which"]), sheet=data["sheet"],
            skipped=data["skipped"] or 0,
        )  # fmt: skip
        return str(made.pk)

    if request.method == "POST":
        answer = run(request, form, do, "Biển đã sẵn sàng để in.", lambda made: _batch_url(token, made))
        if answer is not None:
            return answer
    back = reverse("trace:label_batches", args=[token])
    empty = "" if rows else "Chưa có thửa nào. Thêm thửa ở trang Nơi sản xuất."
    plots = [one for one in rows if one.kind == Site.Kind.PLOT]
    return form_page(
        request, place, form, title="In biển thửa", submit="Tạo biển", back=back, empty=empty, plots=plots
    )


@citizen
@require_http_methods(["GET", "POST"])
def plant_signs(request: HttpRequest, token: str, site_id: UUID) -> HttpResponse:
    """Signs of the plants of one plot."""
    place = here(request, token)
    site = chosen(queries.sites_of(place), str(site_id))
    if site is None:
        raise NotFound("Không tìm thấy thửa này.")
    plants = list(queries.plants_of(site)[: labels_rules.MOST_LABELS])
    everyone = [str(one.pk) for one in plants]
    which = [(str(one.pk), f"Cây {one.code}") for one in plants]
    form = SignForm(
        request.POST or None, kind=LabelBatch.Kind.PLANT, which=which, initial={"which": everyone}
    )

    def do() -> str:
        data = form.cleaned_data
        made = print_plant_signs(
            viewer_in(request),
            site=site,
            sheet=data["sheet"],
            plants=ids(data["which"]),
            skipped=data["skipped"] or 0,
        )
        return str(made.pk)

    if request.method == "POST":
        answer = run(request, form, do, "Biển đã sẵn sàng để in.", lambda made: _batch_url(token, made))
        if answer is not None:
            return answer
    back = reverse("trace:label_batches", args=[token])
    empty = "" if plants else "Thửa này chưa đánh số cây nào."
    return form_page(
        request, place, form, title=f"In biển cây: {site.name}", submit="Tạo biển", back=back, empty=empty
    )
