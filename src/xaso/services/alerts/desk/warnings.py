"""Warnings at the desk: written, confirmed by a second person, changed, ended; the report."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import fresh, officer, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.words import in_sentence
from xaso.services.alerts import reporting, showing
from xaso.services.alerts.actions import drafting
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.desk.gauges import uuid_in
from xaso.services.alerts.forms import put_errors
from xaso.services.alerts.forms.draft import ContentsForm, StartForm, initial_of, unit_choices
from xaso.services.alerts.forms.more import SureForm
from xaso.services.alerts.models import HazardWarning, WarningProposal
from xaso.services.alerts.queries import reading
from xaso.services.alerts.queries import warnings as queries
from xaso.services.alerts.rules import law, wording

State = HazardWarning.State
# Within a working day: an emergency must not wait for a password, a machine left open must not warn a commune.
PROVED = 12 * 60


@officer("alerts.draft")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """First step: what for, real or drill."""
    form = StartForm(unit_choices(viewer_in(request)), request.POST or None, initial={"level": "1"})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        query = "&".join(f"{name}={facts[name]}" for name in ("unit_path", "hazard", "level", "drill"))
        return redirect(f"/desk/alerts/soan/noi-dung/?{query}")
    status = 422 if form.is_bound else 200
    return render(
        request, "alerts/desk/start.html", {"form": form, "back_url": "/desk/alerts/"}, status=status
    )


@officer("alerts.draft")
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Second step: the words, the area, the hours; begun from the data of the hazard or from a proposal."""
    viewer = viewer_in(request)
    begun = _begun(request, viewer)
    contents = drafting.beginning(begun["hazard"], begun["level"], begun["area"], begun["why"])
    form = ContentsForm(begun["unit_path"], request.POST or None, initial=initial_of(contents))
    if request.method == "POST" and form.is_valid():
        try:
            row = drafting.draft_warning(
                viewer,
                unit_path=begun["unit_path"],
                contents=form.contents(begun["hazard"]),
                drill=begun["drill"],
                proposal_id=begun["proposal"],
            )
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect("alerts_desk:warning", row.pk)
    return _contents_page(request, form, begun["hazard"], begun["drill"], contents, "Soạn cảnh báo")


def _begun(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """What the page was opened for. Raises NotFound for what is not there."""
    asked = request.GET
    if asked.get("proposal"):
        key = uuid_in(asked["proposal"])
        row = WarningProposal.objects.filter(viewer.scope(reading.DRAFT), pk=key).first()
        if row is None:
            raise NotFound("Không có đề xuất này.")
        commune = "/".join(row.unit_path.split("/")[:2]) + "/"
        return {
            "unit_path": commune, "hazard": row.hazard, "level": row.level, "area": row.area,
            "why": row.reason, "drill": False, "proposal": row.pk,
        }  # fmt: skip
    unit_path, hazard = asked.get("unit_path", ""), asked.get("hazard", "")
    level = asked.get("level", "")
    known = dict(unit_choices(viewer))
    if unit_path not in known or hazard not in law.hazards() or level not in {"1", "2", "3", "4", "5"}:
        raise NotFound("Bắt đầu lại từ bước chọn loại thiên tai.")
    place = in_sentence(known[unit_path])
    area = {"words": place, "words_en": known[unit_path], "units": [], "polygons": []}
    return {
        "unit_path": unit_path, "hazard": hazard, "level": int(level), "area": area, "why": "",
        "drill": asked.get("drill") != "no", "proposal": None,
    }  # fmt: skip


def _contents_page(
    request: HttpRequest,
    form: ContentsForm,
    hazard: str,
    drill: bool,
    contents: dict[str, Any],
    title: str,
    clear_url: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "hazard": law.hazards()[hazard].name,
        "drill": drill,
        "clear_url": clear_url,
        "map": showing.area_map(
            "Vùng đang chọn", [{"hazard": hazard, **contents, "drill": drill}], paths=[form.unit_path]
        ),
        "back_url": "/desk/alerts/",
    }
    status = 422 if form.is_bound else 200
    return render(request, "alerts/desk/write.html", context, status=status)


@officer("alerts.view")
@require_http_methods(["GET", "POST"])
def warning(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """One warning: what waits with its confirmation, what is on the air, who answered, what happened."""
    viewer = viewer_in(request)
    row = queries.warning_for(viewer, warning_id)
    if request.method == "POST":
        if request.POST.get("do") != "drop":
            raise NotFound("Không có việc này.")
        drafting.drop_pending(viewer, warning_id=row.pk)
        messages.success(request, "Đã bỏ. Không có gì được phát.")
        return redirect("alerts_desk:board" if row.state == State.DRAFT else request.path)
    need = queries.needed(row)
    wrote = row.pending.get("by") == str(viewer.account_id)
    context = {
        "row": row,
        "one": showing.shown(row, row.told or row.pending),
        "pending": showing.shown(row, row.pending) if row.pending else None,
        "what": wording.TYPES.get(str(row.pending.get("type")), ""),
        "ends": row.pending.get("type") in {wording.ALL_CLEAR, wording.CANCEL},
        "sure": SureForm(row.drill, initial={"digest": wording.digest(row.pending)}, auto_id="%s"),
        "need": need,
        "rule": queries.rule_for(row.unit_path),
        "may_confirm": viewer.can(reading.CONFIRM, row.unit_path) and not (need > 1 and wrote),
        "wrote": wrote,
        "may_draft": viewer.can(reading.DRAFT, row.unit_path),
        "may_people": viewer.can(reading.PEOPLE),
        "map": showing.area_map(
            "Vùng cảnh báo", [{**(row.pending or row.told), "drill": row.drill}], paths=[row.unit_path]
        ),
        "answers": queries.answers_of(row),
        "messages_out": showing.message_lines(queries.messages_of(row)),
        "outlets": reporting.outlets(row),
        "steps": [
            {"title": one.text, "at": one.at, "by": one.by_name} for one in reversed(queries.steps_of(row))
        ],
        "back_url": "/desk/alerts/",
    }
    return render(request, "alerts/desk/warning.html", context)


@fresh("alerts.confirm", PROVED)
@require_POST
def confirm(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """The second person lets it go."""
    viewer = viewer_in(request)
    try:
        if not request.POST.get("sure"):
            raise ActionError("Đánh dấu đã đọc nội dung ở trên rồi xác nhận.")
        confirm_warning(viewer, warning_id=warning_id, digest=request.POST.get("digest", ""))
    except ActionError as error:
        if error.status == 404:
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, "Đã xác nhận. Loa, tin nhắn và trang web đang báo.")
    return redirect("alerts_desk:warning", warning_id)


@officer("alerts.draft")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """Write what waits anew; of a live warning: change, all-clear, withdrawal."""
    viewer = viewer_in(request)
    row = queries.warning_for(viewer, warning_id, reading.DRAFT)
    kind = request.GET.get("viec", "") if row.state == State.LIVE else wording.ALERT
    kind = kind if kind in wording.TYPES else wording.UPDATE
    contents = dict(row.pending or row.told)
    if kind in {wording.ALL_CLEAR, wording.CANCEL} and contents.get("type") != kind:
        contents |= _ending(row, kind)
    form = ContentsForm(row.unit_path, request.POST or None, initial=initial_of(contents))
    if request.method == "POST" and form.is_valid():
        try:
            drafting.change_pending(viewer, warning_id=row.pk, contents=form.contents(row.hazard), kind=kind)
        except ActionError as error:
            put_errors(form, error)
        else:
            return redirect("alerts_desk:warning", row.pk)
    clear = f"{request.path}?viec={wording.ALL_CLEAR}" if kind == wording.CANCEL else ""
    return _contents_page(request, form, row.hazard, row.drill, contents, wording.TYPES[kind], clear)


def _ending(row: HazardWarning, kind: str) -> dict[str, str]:
    """First words of an all-clear or a withdrawal."""
    hazard = law.hazards()[row.hazard]
    place = str((row.told.get("area") or {}).get("words", ""))
    if kind == wording.CANCEL:
        return {
            "headline": f"Hủy cảnh báo {hazard.name.lower()} tại {place}",
            "description": "Cảnh báo vừa rồi phát nhầm.",
            "instruction": "Không phải sơ tán. Xã xin lỗi bà con.",
            "headline_en": f"{hazard.english} warning withdrawn",
            "description_en": "The earlier warning was sent by mistake.",
            "instruction_en": "No evacuation is needed.",
        }
    return {
        "headline": f"Báo yên: hết nguy hiểm {hazard.name.lower()} tại {place}",
        "description": "Nguy hiểm đã qua.",
        "instruction": "Bà con về nhà khi trưởng thôn báo an toàn. Kiểm tra nhà, điện, nguồn nước trước khi dùng.",
        "headline_en": f"All clear: {hazard.english.lower()}",
        "description_en": "The danger is over.",
        "instruction_en": "Return home when the head of your hamlet says so. Check house, electricity and water first.",
    }


@officer("alerts.view")
@require_GET
def report(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """The after-action report."""
    row = queries.warning_for(viewer_in(request), warning_id)
    if not row.messages.exists():
        raise NotFound("Chưa phát thì chưa có báo cáo.")
    answer = HttpResponse(reporting.report_pdf(row), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{row.code}.pdf"'
    return answer
