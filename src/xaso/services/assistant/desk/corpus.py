"""Bringing documents in: upload, how far each is, and what was set aside with the reason."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.ui.fields import DayField, TextField
from xaso.services.assistant.actions import importing as actions
from xaso.services.assistant.forms import ActionForm
from xaso.services.assistant.queries import shelf
from xaso.services.assistant.queries.corpus_rights import CORPUS

PER_PAGE = 30
MOST_FILES = 20


class FactsForm(ActionForm):
    """What an officer tells of a document whose head could not be read."""

    number = TextField(label="Số hiệu", longest=80, required=False, help_text="Ví dụ 61/2018/NĐ-CP")
    kind = forms.ChoiceField(
        label="Loại văn bản",
        required=False,
        choices=[("", "Theo văn bản"), *((kind, kind) for kind in shelf.KINDS)],
    )
    issuer = TextField(label="Cơ quan ban hành", longest=300, required=False)
    title = TextField(label="Trích yếu", longest=600, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
    effective_on = DayField(label="Ngày có hiệu lực", required=False)


@officer(CORPUS)
@require_http_methods(["GET", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Upload documents; the list of what was brought in, and what waits aside."""
    viewer = viewer_in(request)
    places = shelf.places_of(viewer)
    errors: list[str] = []
    if request.method == "POST":
        files = request.FILES.getlist("files")[:MOST_FILES]
        unit_path = request.POST.get("place", "")
        if unit_path not in dict(places):
            errors.append("Chọn nơi áp dụng văn bản.")
        elif not files:
            errors.append("Chọn ít nhất một tệp.")
        else:
            errors = _bring_in(request, files, unit_path)
            if not errors:
                messages.success(
                    request, f"Đã nhận {len(files)} tệp, đang đọc. Tải lại trang để xem kết quả."
                )
                return redirect("assistant_desk:imports")
    page = Paginator(shelf.imports_of(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    context = {
        "places": places,
        "place": request.POST.get("place", places[0][0] if places else ""),
        "source": request.POST.get("source", ""),
        "problems": errors,
        "summary_errors": [(words, "id_files") for words in errors],
        "page": page,
        "waiting": shelf.set_aside_of(viewer)[:200],
        "kinds": "Word (.docx), PDF, ảnh quét (JPEG, PNG), HTML, chữ (.txt)",
    }
    return render(request, "assistant/corpus/imports.html", context, status=422 if errors else 200)


def _bring_in(request: HttpRequest, files: list[UploadedFile], unit_path: str) -> list[str]:
    """Each file by itself: one that is refused does not hold back the others."""
    errors = []
    for file in files:
        try:
            actions.bring_in(
                viewer_in(request),
                unit_path=unit_path,
                name=file.name or "tệp",
                content=file.read(),
                source=request.POST.get("source", ""),
            )
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            errors.append(f"{file.name}: {error.message}")
    return errors


@officer(CORPUS)
@require_http_methods(["GET", "POST"])
def set_aside(request: HttpRequest, set_aside_id: UUID) -> HttpResponse:
    """One document set aside: why, how it begins; tell what is missing and read it again, or leave it out."""
    viewer = viewer_in(request)
    row = shelf.set_aside_of(viewer).filter(pk=set_aside_id).first()
    if row is None:
        raise NotFound("Không có văn bản để riêng này, hoặc đã xử lý xong.")
    form = FactsForm(request.POST if request.POST.get("do") == "again" else None)
    if request.method == "POST" and request.POST.get("do") == "drop":
        actions.drop_set_aside(viewer, set_aside_id=row.pk)
        messages.success(request, "Đã bỏ khỏi danh sách.")
        return redirect("assistant_desk:imports")
    if request.method == "POST" and form.is_valid():
        facts = {key: str(value) for key, value in form.cleaned_data.items() if value}
        try:
            actions.try_again(viewer, set_aside_id=row.pk, facts=facts)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            form.take(error)
        else:
            messages.success(request, "Đang đọc lại văn bản.")
            return redirect("assistant_desk:imports")
    context = {"row": row, "form": form, "back_url": reverse("assistant_desk:imports")}
    return render(request, "assistant/corpus/set_aside.html", context, status=422 if form.errors else 200)


urlpatterns = [
    path("van-ban/", imports, name="imports"),
    path("van-ban/de-rieng/<uuid:set_aside_id>/", set_aside, name="set_aside"),
]
