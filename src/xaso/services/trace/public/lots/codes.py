"""Numbers of GS1 and links behind the codes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.services.trace import linking, lots_rules
from xaso.services.trace.actions.lots_keys import give_gln, give_gtin
from xaso.services.trace.actions.resolver import add_link, end_link
from xaso.services.trace.lots_forms import GtinForm, LinkForm
from xaso.services.trace.public.diary.base import place_of
from xaso.services.trace.public.lots.base import chosen, drawn, run
from xaso.services.trace.queries import lots as queries
from xaso.services.trace.seats import MANAGER


@citizen
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest, token: str) -> HttpResponse:
    """GTINs given out, a new one, the enterprise's GLN."""
    place = place_of(request, token, MANAGER)
    enterprise, items = place.enterprise, queries.items_of(place)
    free = [one for one in items if not one.gtin]
    gtin_asked = request.method == "POST" and request.POST.get("do") == "gtin"
    form = GtinForm(request.POST if gtin_asked else None, items=free)
    url = reverse("trace:codes", args=[token])

    def give() -> str:
        item = give_gtin(
            viewer_in(request), item=chosen(free, form.cleaned_data["item"]), gtin=form.cleaned_data["gtin"]
        )
        return item.gtin

    if gtin_asked:
        answer = run(
            request, form, give, "Đã cấp GTIN. Tem in từ nay mang GTIN; tem cũ vẫn mở được.", lambda made: url
        )
        if answer is not None:
            return answer
    elif request.method == "POST":
        try:
            messages.success(request, f"Đã cấp GLN {give_gln(viewer_in(request), enterprise=enterprise)}.")
        except ActionError as error:
            messages.error(request, error.message)
        return redirect(url)
    prefix = enterprise.gs1_prefix
    used = enterprise.keys.filter(kind="gtin").count()
    context = {
        "form": form,
        "free": free,
        "items": [one for one in items if one.gtin],
        "used": used,
        "room": lots_rules.room_under(prefix) if prefix else 0,
        "back_url": reverse("trace:products", args=[token]),
    }
    return drawn(request, "codes", place, context, 422 if form.errors else 200)


@citizen
@require_http_methods(["GET", "POST"])
def links(request: HttpRequest, token: str) -> HttpResponse:
    """Links behind the codes of products."""
    place = place_of(request, token, MANAGER)
    products = queries.done_products(place)
    form = LinkForm(request.POST or None, products=products)
    url = reverse("trace:code_links", args=[token])

    def do() -> str:
        data = form.cleaned_data
        link = add_link(
            viewer_in(request), enterprise=place.enterprise, product=chosen(products, data["product"]),
            link_type=data["link_type"], title=data["title"], href=data["href"], lang=data["lang"],
        )  # fmt: skip
        return str(link.pk)

    if request.method == "POST":
        answer = run(request, form, do, "Đã thêm đường dẫn.", lambda made: url)
        if answer is not None:
            return answer
    rows = [(one, linking.TYPES.get(one.link_type, one.link_type)) for one in queries.links_of(place)]
    context = {
        "form": form,
        "rows": rows,
        "products": products,
        "back_url": reverse("trace:products", args=[token]),
    }
    return drawn(request, "links", place, context, 422 if form.errors else 200)


@citizen
@require_http_methods(["POST"])
def link_end(request: HttpRequest, token: str, link_id: UUID) -> HttpResponse:
    """Take a link away."""
    place = place_of(request, token, MANAGER)
    found = chosen(queries.links_of(place), str(link_id))
    if found is None:
        raise NotFound("Không tìm thấy đường dẫn này.")
    end_link(viewer_in(request), link=found)
    messages.success(request, "Đã bỏ đường dẫn.")
    return redirect("trace:code_links", token)
