"""Products with pack sizes, inputs with waiting time, certificates and tests."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.actions import keep_file
from xaso.kernel.people.doors import citizen
from xaso.services.trace import crops
from xaso.services.trace.actions import goods
from xaso.services.trace.diary_forms import CertificateForm, InputForm, ItemForm, LabTestForm, ProductForm
from xaso.services.trace.models import InputProduct, Product
from xaso.services.trace.public.diary.base import handled, place_of, shown
from xaso.services.trace.queries import diary as queries
from xaso.services.trace.seats import MANAGER, RECORDER


@citizen
@require_GET
def products(request: HttpRequest, token: str) -> HttpResponse:
    """Products and raw materials with their pack sizes."""
    place = place_of(request, token, MANAGER, RECORDER)
    rows = (
        place.enterprise.products.filter(ended_at__isnull=True)
        .prefetch_related("items")
        .order_by("kind", "name")
    )
    return shown(request, "products", place, {"rows": list(rows)})


def _product(place: queries.Place, key: UUID) -> Product:
    found = place.enterprise.products.filter(pk=key).first()
    if found is None:
        raise NotFound("Không tìm thấy sản phẩm này.")
    return found


def _values(row: Any, names: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names if hasattr(row, name)} if row is not None else {}


@citizen
@require_http_methods(["GET", "POST"])
def product_form(request: HttpRequest, token: str, product_id: UUID | None = None) -> HttpResponse:
    """A new product, or one corrected."""
    place = place_of(request, token, MANAGER)
    product = _product(place, product_id) if product_id else None
    form = ProductForm(request.POST or None, initial=_values(product, ProductForm.base_fields))
    if request.method == "POST":
        answer = handled(
            request,
            form,
            lambda: goods.keep_product(
                place.viewer, enterprise=place.enterprise, facts=form.cleaned_data, product=product
            ),
            "Đã ghi sản phẩm.",
            "trace:products",
            token,
        )
        if answer is not None:
            return answer
    context = {"form": form, "product": product, "back_url": reverse("trace:products", args=[token])}
    return shown(request, "product_form", place, context, 422 if form.errors else 200)


@citizen
@require_http_methods(["GET", "POST"])
def item_form(request: HttpRequest, token: str, product_id: UUID) -> HttpResponse:
    """A new pack size."""
    place = place_of(request, token, MANAGER)
    product = _product(place, product_id)
    form = ItemForm(request.POST or None, initial={"net_uom": product.uom})
    if request.method == "POST":
        answer = handled(
            request,
            form,
            lambda: goods.keep_item(place.viewer, product=product, **form.cleaned_data),
            "Đã thêm quy cách.",
            "trace:products",
            token,
        )
        if answer is not None:
            return answer
    context = {"form": form, "product": product, "back_url": reverse("trace:products", args=[token])}
    return shown(request, "item_form", place, context, 422 if form.errors else 200)


@citizen
@require_http_methods(["GET", "POST"])
def inputs(request: HttpRequest, token: str) -> HttpResponse:
    """Inputs with their waiting time; the templates of the crops that grow here."""
    place = place_of(request, token, MANAGER, RECORDER)
    if request.method == "POST":
        place = place_of(request, token, MANAGER)
        new = goods.take_template(
            place.viewer, enterprise=place.enterprise, crop=request.POST.get("crop", "")
        )
        messages.success(request, f"Đã thêm {new} mục từ mẫu." if new else "Mẫu này đã có đủ.")
        return redirect("trace:inputs", token)
    grown = sorted({one.crop for one in queries.plots(place, kind="plot") if one.crop})
    context = {
        "rows": list(place.enterprise.inputs.filter(ended_at__isnull=True).order_by("kind", "name")),
        "templates": [crop for key, crop in crops.crops().items() if not grown or key in grown],
        "seasons": list(place.enterprise.seasons.order_by("-starts_on")[:12]),
    }
    return shown(request, "inputs", place, context)


@citizen
@require_http_methods(["GET", "POST"])
def input_form(request: HttpRequest, token: str, input_id: UUID | None = None) -> HttpResponse:
    """A new input, or one corrected after reading its label."""
    place = place_of(request, token, MANAGER)
    row = None
    if input_id is not None:
        row = InputProduct.objects.filter(enterprise=place.enterprise, pk=input_id).first()
        if row is None:
            raise NotFound("Không tìm thấy vật tư này.")
    form = InputForm(request.POST or None, initial=_values(row, InputForm.base_fields))
    if request.method == "POST":
        answer = handled(
            request,
            form,
            lambda: goods.keep_input(
                place.viewer, enterprise=place.enterprise, facts=form.cleaned_data, row=row
            ),
            "Đã ghi vật tư.",
            "trace:inputs",
            token,
        )
        if answer is not None:
            return answer
    context = {"form": form, "row": row, "back_url": reverse("trace:inputs", args=[token])}
    return shown(request, "input_form", place, context, 422 if form.errors else 200)


@citizen
@require_GET
def papers(request: HttpRequest, token: str) -> HttpResponse:
    """Certificates and tests."""
    place = place_of(request, token, MANAGER, RECORDER)
    context = {
        "certificates": list(place.enterprise.certificates.select_related("product").order_by("-issued_on")),
        "tests": list(
            place.enterprise.lab_tests.select_related("product", "lot").order_by("-sampled_on")[:60]
        ),
        "back_url": reverse("trace:products", args=[token]),
    }
    return shown(request, "papers", place, context)


def _scan(place: queries.Place, sent: Any) -> UUID | None:
    if not isinstance(sent, UploadedFile) or not sent.size:
        return None
    try:
        kept = keep_file(
            place.viewer,
            content=sent.read(),
            name=sent.name or "giay",
            owner_service="trace.paper",
            unit_path=place.enterprise.unit_path,
        )
    except ActionError as error:
        raise ActionError(error.message, "file") from error
    return kept.pk


@citizen
@require_http_methods(["GET", "POST"])
def certificate_form(request: HttpRequest, token: str) -> HttpResponse:
    """A new certificate."""
    place = place_of(request, token, MANAGER)
    form = CertificateForm(place.enterprise, request.POST or None, request.FILES or None)
    if request.method == "POST":

        def keep() -> None:
            facts = dict(form.cleaned_data)
            key, sent = facts.pop("product"), facts.pop("file")
            product = _product(place, UUID(key)) if key else None
            goods.add_certificate(
                place.viewer, enterprise=place.enterprise, product=product, file=_scan(place, sent), **facts
            )

        answer = handled(request, form, keep, "Đã ghi giấy chứng nhận.", "trace:papers", token)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "title": "Ghi giấy chứng nhận",
        "back_url": reverse("trace:papers", args=[token]),
    }
    return shown(request, "paper_form", place, context, 422 if form.errors else 200)


@citizen
@require_http_methods(["GET", "POST"])
def test_form(request: HttpRequest, token: str) -> HttpResponse:
    """A new test result."""
    place = place_of(request, token, MANAGER)
    form = LabTestForm(place.enterprise, request.POST or None, request.FILES or None)
    if request.method == "POST":

        def keep() -> None:
            facts = dict(form.cleaned_data)
            key, sent, passed = facts.pop("product"), facts.pop("file"), facts.pop("passed") == "1"
            product = _product(place, UUID(key)) if key else None
            goods.add_lab_test(
                place.viewer,
                enterprise=place.enterprise,
                product=product,
                passed=passed,
                file=_scan(place, sent),
                **facts,
            )

        answer = handled(request, form, keep, "Đã ghi phiếu kiểm nghiệm.", "trace:papers", token)
        if answer is not None:
            return answer
    context = {
        "form": form,
        "title": "Ghi phiếu kiểm nghiệm",
        "back_url": reverse("trace:papers", args=[token]),
    }
    return shown(request, "paper_form", place, context, 422 if form.errors else 200)
