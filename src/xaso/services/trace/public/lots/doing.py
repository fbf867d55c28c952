"""What is done with one lot: packed, split, stored, used, certified, held, published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots import pack_lot, publish_lot, split_lot
from xaso.services.trace.actions.lots_packing import pack_cartons
from xaso.services.trace.actions.lots_use import certify_lot, hold_lot, release_lot, store_lot, use_up
from xaso.services.trace.diary_forms import ActionForm
from xaso.services.trace.lots_forms import (
    CartonForm,
    CertifyForm,
    PackForm,
    ReasonForm,
    SplitForm,
    StoreForm,
    UseForm,
)
from xaso.services.trace.lots_rules import said
from xaso.services.trace.models import Lot, Site
from xaso.services.trace.public.lots.base import chosen, form_page, lot_here, run
from xaso.services.trace.queries import lots as queries
from xaso.services.trace.queries.diary import Place


def _page(
    request: HttpRequest,
    place: Place,
    lot: Lot,
    form: ActionForm,
    do: Callable[[], Any],
    *,
    title: str,
    submit: str,
    told: str,
    lead: str = "",
    empty: str = "",
) -> HttpResponse:
    """Show a form about a lot, or do what it says; ``do`` answers the token of the lot to show next."""
    token = place.enterprise.token
    back = reverse("trace:lot", args=[token, lot.token])
    if request.method == "POST":
        answer = run(request, form, do, told, lambda made: reverse("trace:lot", args=[token, made]))
        if answer is not None:
            return answer
    lead = lead or f"{lot.product.name}, lô {lot.code}, còn {said(lot.left, lot.uom)}."
    return form_page(request, place, form, title=title, submit=submit, back=back, lead=lead, empty=empty)


@citizen
@require_http_methods(["GET", "POST"])
def pack(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Into packs of one size."""
    place, row = lot_here(request, token, lot)
    items = queries.items_of(place, row.product)
    form = PackForm(request.POST or None, lot=row, items=items)

    def do() -> str:
        data = form.cleaned_data
        item = chosen(items, data["item"])
        return pack_lot(viewer_in(request), lot=row, item=item, packs=data["packs"], code=data["code"]).token

    empty = "" if items else "Sản phẩm này chưa có quy cách nào. Thêm quy cách ở trang Sản phẩm trước."
    return _page(
        request, place, row, form, do, title="Đóng gói", submit="Đóng gói", told="Đã đóng gói thành lô mới.",
        empty=empty,
    )  # fmt: skip


@citizen
@require_http_methods(["GET", "POST"])
def cartons(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Into cartons."""
    place, row = lot_here(request, token, lot)
    form = CartonForm(request.POST or None, lot=row)

    def do() -> str:
        data = form.cleaned_data
        pack_cartons(viewer_in(request), lot=row, cartons=data["cartons"], per_carton=data["per_carton"])
        return row.token

    return _page(
        request, place, row, form, do, title="Đóng thùng", submit="Đóng thùng", told="Đã đóng thùng."
    )


@citizen
@require_http_methods(["GET", "POST"])
def split(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Into parts."""
    place, row = lot_here(request, token, lot)
    form = SplitForm(request.POST or None)

    def do() -> str:
        split_lot(viewer_in(request), lot=row, parts=form.cleaned_data["parts"])
        return row.token

    return _page(request, place, row, form, do, title="Chia lô", submit="Chia lô", told="Đã chia lô.")


@citizen
@require_http_methods(["GET", "POST"])
def use(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Sold on the spot, taken as a sample, destroyed, lost."""
    place, row = lot_here(request, token, lot)
    form = UseForm(request.POST or None)

    def do() -> str:
        data = form.cleaned_data
        use_up(viewer_in(request), lot=row, quantity=data["quantity"], how=data["how"], note=data["note"])
        return row.token

    return _page(request, place, row, form, do, title="Xuất khỏi kho", submit="Ghi", told="Đã ghi.")


@citizen
@require_http_methods(["GET", "POST"])
def store(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Into another store."""
    place, row = lot_here(request, token, lot)
    sites = queries.sites_of(place, Site.Kind.STORE, Site.Kind.WORKSHOP, Site.Kind.SHOP)
    form = StoreForm(request.POST or None, sites=sites, initial={"site": str(row.site_id or "")})

    def do() -> str:
        store_lot(viewer_in(request), lot=row, site=chosen(sites, form.cleaned_data["site"]))
        return row.token

    empty = "" if sites else "Cơ sở chưa ghi kho nào. Thêm kho ở trang Nơi sản xuất trước."
    return _page(
        request,
        place,
        row,
        form,
        do,
        title="Chuyển kho",
        submit="Chuyển kho",
        told="Đã chuyển kho.",
        empty=empty,
    )


@citizen
@require_http_methods(["GET", "POST"])
def certify(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Which certificate the lot was made under."""
    place, row = lot_here(request, token, lot)
    papers = [
        one
        for one in place.enterprise.certificates.filter(ended_at__isnull=True).order_by("-issued_on")
        if one.product_id in {None, row.product_id} and (one.expires_on or today()) >= row.made_on
    ]
    form = CertifyForm(request.POST or None, certificates=papers)

    def do() -> str:
        certify_lot(viewer_in(request), lot=row, certificate=chosen(papers, form.cleaned_data["certificate"]))
        return row.token

    empty = "" if papers else "Không có giấy chứng nhận nào còn hiệu lực ngày làm ra lô này."
    return _page(
        request,
        place,
        row,
        form,
        do,
        title="Gắn giấy chứng nhận",
        submit="Gắn giấy",
        told="Đã gắn giấy.",
        empty=empty,
    )


@citizen
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Hold the lot, or release it."""
    place, row = lot_here(request, token, lot)
    held = row.state in {Lot.State.HELD, Lot.State.RECALLED}
    form = ReasonForm(request.POST or None)

    def do() -> str:
        verb = release_lot if held else hold_lot
        verb(viewer_in(request), lot=row, reason=form.cleaned_data["reason"])
        return row.token

    return _page(
        request, place, row, form, do,
        title="Cho dùng lại" if held else "Tạm giữ lô",
        submit="Cho dùng lại" if held else "Tạm giữ",
        told="Đã cho dùng lại." if held else "Đã tạm giữ. Trang cho người mua hiện cảnh báo.",
    )  # fmt: skip


@citizen
@require_POST
def publish(request: HttpRequest, token: str, lot: str) -> HttpResponse:
    """Show the lot to buyers."""
    place, row = lot_here(request, token, lot)
    try:
        publish_lot(viewer_in(request), lot=row)
        messages.success(request, "Đã công bố. Quét mã của lô sẽ mở trang này cho người mua.")
    except ActionError as error:
        if error.status in {403, 404}:
            raise
        messages.error(request, error.message)
    return redirect("trace:lot", place.enterprise.token, row.token)
