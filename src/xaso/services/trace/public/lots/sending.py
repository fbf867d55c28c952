"""Packages and shipments."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots_packing import load_pallet, open_package
from xaso.services.trace.actions.lots_shipping import Receiver, cancel_shipment, receive_shipment, ship
from xaso.services.trace.labels_words import package_words
from xaso.services.trace.lots_forms import ReasonForm, ShipForm
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot, Package, ShipmentLine
from xaso.services.trace.public.lots.base import drawn, here, ids, run
from xaso.services.trace.queries import lots as queries


@citizen
@require_http_methods(["GET", "POST"])
def packages(request: HttpRequest, token: str) -> HttpResponse:
    """Packages here; ticked ones go on a pallet, to somebody, or get labels."""
    place = here(request, token)
    if request.method == "POST":
        return _with_ticked(request, token)
    state = request.GET.get("xem", "packed")
    state = state if state in Package.State.values else ""
    url = reverse("trace:packages", args=[token])
    states = [("packed", "Trong kho"), ("shipped", "Đã gửi"), ("received", "Đã nhận"), ("opened", "Đã mở")]
    context = {
        "rows": [(one, package_words(one)) for one in queries.packages_of(place, state)],
        "filters": [
            {"label": name, "url": f"{url}?xem={key}", "active": state == key} for key, name in states
        ],
        "in_stock": state == Package.State.PACKED,
    }
    return drawn(request, "packages", place, context)


def _with_ticked(request: HttpRequest, token: str) -> HttpResponse:
    """What the button says, with the packages ticked."""
    place = here(request, token)
    wanted = set(request.POST.getlist("pick"))
    rows = [one for one in queries.packages_of(place, Package.State.PACKED) if str(one.pk) in wanted]
    if not rows:
        messages.error(request, "Chọn ít nhất một kiện.")
        return redirect("trace:packages", token)
    what = request.POST.get("do", "")
    picked = "&".join(f"kien={one.token}" for one in rows)
    if what == "ship":
        return redirect(f"{reverse('trace:ship', args=[token])}?{picked}")
    if what == "labels":
        return redirect(f"{reverse('trace:package_labels', args=[token])}?{picked}")
    try:
        if what == "pallet":
            load_pallet(viewer_in(request), enterprise=place.enterprise, packages=[one.pk for one in rows])
            messages.success(request, f"Đã xếp {len(rows)} thùng lên một pa-lét.")
        elif what == "open":
            for one in rows:
                open_package(viewer_in(request), package=one)
            messages.success(request, "Đã mở kiện. Hàng trở lại lô.")
    except ActionError as error:
        messages.error(request, error.message)
    return redirect("trace:packages", token)


@citizen
@require_GET
def shipments(request: HttpRequest, token: str) -> HttpResponse:
    """What was sent, and what is on its way here."""
    place = here(request, token)
    page = Paginator(queries.shipments_of(place), 30).get_page(request.GET.get("trang"))
    return drawn(request, "shipments", place, {"page": page})


@citizen
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, token: str) -> HttpResponse:
    """Send packages, and amounts of lots that are not packed."""
    place = here(request, token)
    done = queries.lots_of(place, kind="done").filter(state=Lot.State.OPEN)
    lots = list(done[:60])
    form = ShipForm(
        request.POST or None,
        lots=lots,
        packages=queries.packages_of(place, Package.State.PACKED),
        picked=[*request.GET.getlist("kien"), *request.GET.getlist("lo")],
        initial={"shipped_on": today()},
    )

    def do() -> str:
        data = form.cleaned_data
        to = Receiver(name=data["to_name"], address=data["to_address"], phone=data["to_phone"])
        made = ship(
            viewer_in(request),
            enterprise=place.enterprise,
            to=to,
            packages=ids(data["packages"]),
            lots=form.taken(),
            bill=data["bill"],
            order_ref=data["order_ref"],
            shipped_on=data["shipped_on"],
        )
        return made.token

    if request.method == "POST":
        go = "Đã ghi chuyến hàng."
        answer = run(request, form, do, go, lambda made: reverse("trace:shipment", args=[token, made]))
        if answer is not None:
            return answer
    context = {"form": form, "back_url": reverse("trace:shipments", args=[token])}
    return drawn(request, "ship", place, context, 422 if form.errors else 200)


def _line_words(line: ShipmentLine) -> str:
    if line.package is not None:
        return package_words(line.package)
    if line.lot is None or line.quantity is None:
        return ""
    return f"{line.lot.product.name} lô {line.lot.code}: {said(line.quantity, line.lot.uom)}"


@citizen
@require_http_methods(["GET", "POST"])
def shipment(request: HttpRequest, token: str, shipment: str) -> HttpResponse:
    """One shipment: its goods, arrived or called off."""
    place = here(request, token)
    row = queries.shipment_of(place, shipment)
    form = ReasonForm(request.POST if request.POST.get("do") == "cancel" else None)
    here_url = reverse("trace:shipment", args=[token, row.token])

    def cancel() -> str:
        done = cancel_shipment(viewer_in(request), shipment=row, reason=form.cleaned_data["reason"])
        return done.token

    if request.method == "POST" and request.POST.get("do") == "received":
        try:
            receive_shipment(viewer_in(request), shipment=row)
            messages.success(request, "Đã ghi bên nhận đã nhận hàng.")
        except ActionError as error:
            messages.error(request, error.message)
        return redirect(here_url)
    if request.method == "POST":
        answer = run(request, form, cancel, "Đã hủy chuyến, hàng trở lại kho.", lambda made: here_url)
        if answer is not None:
            return answer
    sent = row.enterprise_id == place.enterprise.pk
    lines = row.lines.select_related("package", "lot__product").order_by("pk") if sent else row.lines.none()
    context = {
        "shipment": row,
        "sent": sent,
        "lines": [_line_words(one) for one in lines],
        "waits": row.received_at is None and row.cancelled_at is None,
        "form": form,
        "back_url": reverse("trace:shipments", args=[token]),
    }
    return drawn(request, "shipment", place, context, 422 if form.errors else 200)
