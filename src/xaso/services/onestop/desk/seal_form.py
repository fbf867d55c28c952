"""Sealing form 04 or 05 with the agency's digital seal, so that it may be sent electronically."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.actions.issuing import key_of_agency, send_code
from xaso.kernel.documents.signing import REMOTE
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.asked import Asked
from xaso.services.onestop.actions.sealed_forms import seal_form
from xaso.services.onestop.paperwork.slips import SEALED_FORMS, sealed_form
from xaso.services.onestop.queries.desk import dossier_for


@officer("onestop.seal")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """What is sealed, the PIN of the seal, and then the citizen has it."""
    viewer = viewer_in(request)
    dossier = dossier_for(viewer, code)
    shape = SEALED_FORMS.get(form)
    if shape is None:
        raise NotFound("Giấy này không đóng dấu số riêng.")
    viewer.must("onestop.seal", dossier.unit_path)
    shape.data(viewer, dossier)  # NotFound while the dossier has no such form
    back_url = reverse("onestop_desk:dossier", args=[dossier.code])
    errors: list[str] = []
    status = 200
    if request.method == "POST" and request.POST.get("do") == "code":
        try:
            send_code(viewer, agency_path=dossier.unit_path)
            messages.success(request, "Nhà cung cấp chữ ký đã gửi mã. Nhập mã để đóng dấu.")
        except ActionError as error:
            messages.error(request, error.message)
    elif request.method == "POST":
        try:
            pin = request.POST.get("pin", "").strip()
            if not pin:
                raise ActionError("Nhập mã PIN của con dấu.", "pin")
            made = seal_form(viewer, dossier_id=dossier.pk, form=form, pin=pin)
            messages.success(request, f"Đã cấp số {made.shown_number} và đóng dấu. Công dân xem được ngay.")
            return redirect(back_url)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            errors, status = [error.message], error.status
    key, problem = None, ""
    try:
        key = key_of_agency(dossier.unit_path)
    except ActionError as error:
        problem = error.message
    remote = key is not None and key.adapter == REMOTE
    question = Asked(
        "one_time" if remote else "password",
        "pin",
        "Mã xác thực một lần" if remote else "Mã PIN của con dấu",
        errors=tuple(errors),
        attrs={"autocomplete": "one-time-code" if remote else "off", "inputmode": "numeric"},
    )
    context = {
        "dossier": dossier,
        "title": shape.title,
        "made": sealed_form(dossier, form),
        "print_url": reverse("onestop_desk:paper", args=[dossier.code, form]),
        "key": key,
        "problem": problem,
        "expired": key is not None and key.valid_to < now(),
        "remote": remote,
        "pin": question,
        "form": [question] if errors else None,
        "back_url": back_url,
    }
    return render(request, "onestop/desk/results/seal_form.html", context, status=status)
