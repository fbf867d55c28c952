"""Paper templates: what is in force, its versions, a new version tried before it begins on a day."""

from __future__ import annotations

from base64 import b64encode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.desk_forms import TemplateForm
from xaso.kernel.documents.models import PaperTemplate
from xaso.kernel.documents.papers_in_force import read_shipped, save_template, shipped, template_in_force
from xaso.kernel.documents.rights import TEMPLATES
from xaso.kernel.documents.typeset import typeset
from xaso.kernel.documents.typeset.pictures import page_picture
from xaso.kernel.people.desk import names_of_units, units_of
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text


@officer(TEMPLATES)
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    """Every template that can be tried, with the version in force today."""
    viewer = viewer_in(request)
    text = request.GET.get("tim", "").replace("\x00", "")[:80]
    rows = []
    for key in sorted(shipped()):
        file = read_shipped(key)
        title = file.header.get("title", key) if file else key
        if file is None or not file.sample or search_text(text) not in search_text(f"{title} {key}"):
            continue
        rows.append({"key": key, "title": title, "now": template_in_force(key, unit_path=viewer.unit_path)})
    rows.sort(key=lambda row: search_text(str(row["title"])))
    return render(request, "documents/desk/templates.html", {"rows": rows, "text": text})


@officer(TEMPLATES)
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, key: str) -> HttpResponse:
    """The versions of a template; a new one is looked at first and kept on a second press."""
    viewer = viewer_in(request)
    file = read_shipped(key)
    if file is None or not file.sample:
        raise NotFound("Không có mẫu văn bản này.")
    units = units_of(viewer, TEMPLATES)
    form = TemplateForm(
        request.POST or None, request.FILES or None, units=units,
        initial={"valid_from": today(), "unit_path": viewer.unit_path},
    )  # fmt: skip
    tried, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            facts = form.cleaned_data
            try:
                if request.POST.get("do") == "keep":
                    made = save_template(
                        viewer, key=key, source=facts["text"], valid_from=facts["valid_from"],
                        unit_path=facts["unit_path"], legal_basis=facts["legal_basis"],
                    )  # fmt: skip
                    messages.success(
                        request, f"Đã lưu bản {made.version}, áp dụng từ {made.valid_from:%d/%m/%Y}."
                    )
                    return redirect("documents_template", key=key)
                viewer.must(TEMPLATES, facts["unit_path"])
                tried = _picture(facts["text"], file.sample)
                status = 200
            except ActionError as error:
                if error.status == 403:
                    raise
                form.add_error("source", f"Mẫu chưa dựng được: {error.message}")
    rows = [
        row
        for row in PaperTemplate.objects.filter(key=key)
        if any(row.unit_path.startswith(p) or not row.unit_path for p in viewer.paths(TEMPLATES))
    ]
    now = template_in_force(key, unit_path=viewer.unit_path)
    context = {
        "key": key,
        "title": file.header.get("title", key),
        "form": form,
        "kept": form.cleaned_data.get("text", "") if tried else "",
        "tried": tried,
        "now": now,
        "picture": "" if tried else _picture(now.source, file.sample),
        "rows": sorted(rows, key=lambda row: (row.valid_from, row.version), reverse=True),
        "units": names_of_units({row.unit_path for row in rows}),
        "back_url": reverse("documents_templates"),
    }
    return render(request, "documents/desk/template.html", context, status=status)


def _picture(source: str, sample: dict[str, object]) -> str:
    """The first page typeset with sample data, as a picture that stands in the page itself."""
    return b64encode(page_picture(typeset(source, sample, fields=False), 1)).decode()


@officer(TEMPLATES)
@require_GET
def source(request: HttpRequest, key: str) -> HttpResponse:
    """The template in force as a file to edit."""
    held = template_in_force(key, unit_path=viewer_in(request).unit_path)
    answer = HttpResponse(held.source, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{key.replace(".", "-")}-{held.version}.typ"'
    return answer


template_urls = [
    path("mau-van-ban/", templates, name="documents_templates"),
    path("mau-van-ban/<str:key>/", template, name="documents_template"),
    path("mau-van-ban/<str:key>/tep/", source, name="documents_template_source"),
]
