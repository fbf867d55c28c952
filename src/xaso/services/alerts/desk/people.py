"""People at the desk: who lives in the area, who needs help, shelters."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.doors import officer, viewer_in
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.services.alerts.actions import people as actions
from xaso.services.alerts.desk.gauges import places, uuid_in
from xaso.services.alerts.forms import put_errors
from xaso.services.alerts.forms.more import FrailForm, ShelterForm, StayForm
from xaso.services.alerts.models import HazardWarning, SafeAnswer
from xaso.services.alerts.queries import people as queries
from xaso.services.alerts.queries import warnings
from xaso.services.alerts.queries.reading import MANAGE, PEOPLE


@officer("alerts.people")
@require_http_methods(["GET", "POST"])
def of_warning(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """Who is in the area: those to look for first; one press says "an toàn" for whom the officer reached."""
    viewer = viewer_in(request)
    row = queries.warning_of(viewer, warning_id)
    open_shelters = queries.shelters(viewer)
    choices = [(str(one.pk), one.name) for one in open_shelters]
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = StayForm(choices, request.POST if do == "stay" else None, prefix="s") if choices else None
    status = 200
    if do:
        try:
            if _act(request, viewer, row, do, form):
                return redirect(request.path)
            status = 422
        except ActionError as error:
            if error.status in (403, 404):
                raise
            status = 422
            if do == "stay" and form is not None:
                put_errors(form, error)
            else:
                messages.error(request, error.message)
    lines = queries.people_of(viewer, row)
    counts = warnings.shelters_now(row)
    context = {
        "row": row,
        "lines": lines,
        "left": sum(line.answer is None for line in lines),
        "typed": queries.typed_answers(viewer, row),
        "answers": warnings.answers_of(row),
        "stay_form": form,
        "shelters": [(one, counts.get(one.pk, 0)) for one in open_shelters],
        "stays": queries.stays(viewer, row),
        "back_url": f"/desk/alerts/canh-bao/{row.pk}/"
        if viewer.can(PEOPLE, row.unit_path)
        else "/desk/alerts/",
        "has_errors": status == 422,
    }
    return render(request, "alerts/desk/people.html", context, status=status)


def _act(request: HttpRequest, viewer: Viewer, row: HazardWarning, do: str, form: StayForm | None) -> bool:
    """One of the verbs of the page; False leaves the form with its errors."""
    if do in {"safe", "help"}:
        person = Person.objects.filter(
            viewer.scope(PEOPLE), pk=uuid_in(request.POST.get("person", ""))
        ).first()
        if person is None:
            raise NotFound("Không có người này.")
        actions.answer_safe(
            viewer, warning=row, state=do, way=SafeAnswer.Way.OFFICER, person_id=person.pk,
            facts={"name": person.full_name},
        )  # fmt: skip
        return True
    if do == "helped":
        actions.mark_helped(viewer, answer_id=uuid_in(request.POST.get("answer", "")))
        return True
    if do == "out":
        actions.check_out(viewer, stay_id=uuid_in(request.POST.get("stay", "")))
        return True
    if do != "stay" or form is None:
        raise NotFound("Không có việc này.")
    if not form.is_valid():
        return False
    facts = dict(form.cleaned_data)
    actions.check_in(
        viewer,
        shelter_id=uuid_in(facts.pop("shelter")),
        warning=row,
        people=facts.pop("people"),
        facts=facts,
    )
    messages.success(request, "Đã ghi hộ vào nơi sơ tán.")
    return True


@officer("alerts.people")
@require_http_methods(["GET", "POST"])
def frail(request: HttpRequest) -> HttpResponse:
    """The register of who needs help; somebody is found by name and added."""
    viewer = viewer_in(request)
    if request.method == "POST":
        actions.end_frail(viewer, frail_id=uuid_in(request.POST.get("frail", "")))
        messages.success(request, "Đã đưa ra khỏi sổ.")
        return redirect(request.path)
    words = request.GET.get("q", "")[:60]
    context = {
        "rows": queries.frail_people(viewer),
        "words": words,
        "found": queries.people_named(viewer, words) if words else None,
    }
    return render(request, "alerts/desk/frail.html", context)


@officer("alerts.people")
@require_http_methods(["GET", "POST"])
def frail_one(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Write down why somebody needs help and who helps."""
    viewer = viewer_in(request)
    person = Person.objects.filter(viewer.scope(PEOPLE), pk=person_id).first()
    if person is None:
        raise NotFound("Không có người này trong đơn vị của tài khoản.")
    form = FrailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.keep_frail(
                viewer, person=person, unit_path=person.unit_path, kind=facts.pop("kind"), facts=facts
            )
        except ActionError as error:
            put_errors(form, error)
        else:
            messages.success(request, f"Đã ghi {person.full_name} vào sổ.")
            return redirect("alerts_desk:frail")
    status = 422 if form.is_bound else 200
    context = {"person": person, "form": form, "back_url": "/desk/alerts/so-can-giup/"}
    return render(request, "alerts/desk/frail_one.html", context, status=status)


@officer("alerts.people")
@require_http_methods(["GET", "POST"])
def shelters(request: HttpRequest) -> HttpResponse:
    """Houses that take people in."""
    viewer = viewer_in(request)
    choices = places(viewer, MANAGE)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do == "end":
        actions.end_shelter(viewer, shelter_id=uuid_in(request.POST.get("shelter", "")))
        return redirect(request.path)
    form = ShelterForm(choices, request.POST if do else None) if choices else None
    if do and form is None:
        raise NotFound()
    if do and form is not None and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.keep_shelter(viewer, **{**facts, "lat": float(facts["lat"]), "lon": float(facts["lon"])})
        except ActionError as error:
            put_errors(form, error)
        else:
            messages.success(request, "Đã ghi nơi sơ tán.")
            return redirect(request.path)
    context = {"rows": queries.shelters(viewer), "form": form}
    return render(request, "alerts/desk/shelters.html", context, status=422 if do else 200)
