"""The citizen's pages: what is held about me, what I agreed to, a copy of everything, requests."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.documents.queries import file_link
from xaso.kernel.people import consents
from xaso.kernel.people.doors import citizen, viewer_in
from xaso.kernel.people.models import Consent, ProcessingPurpose
from xaso.kernel.people.queries import own_person, views_of_me
from xaso.kernel.plain.formats import stamp
from xaso.services.privacy import actions, queries
from xaso.services.privacy.forms import RequestForm
from xaso.services.privacy.models import DataExport

LINK_MINUTES = 10


@citizen
@require_GET
def front(request: HttpRequest) -> HttpResponse:
    """Everything a person can do about their own data, on one page."""
    viewer = viewer_in(request)
    context = {
        "looks": views_of_me(viewer, limit=3),
        "exports": queries.my_exports(viewer)[:1],
        "requests": queries.my_requests(viewer)[:5],
    }
    return render(request, "privacy/public/front.html", context)


@citizen
@require_GET
def consent_page(request: HttpRequest) -> HttpResponse:
    """What data is used for, on which ground; what needs consent, with a button each."""
    viewer = viewer_in(request)
    person = own_person(viewer)
    rows = consents.standings(viewer, person.pk)
    law = ProcessingPurpose.Ground.LAW
    context = {
        "asked": [row for row in rows if row.purpose.ground != law],
        "by_law": [row.purpose for row in rows if row.purpose.ground == law],
        "history": consents.history(viewer, person.pk),
        "back_url": "/privacy/",
    }
    return render(request, "privacy/public/consents.html", context)


@citizen
@require_POST
def consent_say(request: HttpRequest, purpose: str) -> HttpResponse:
    """Agree, or take it back; it counts from this moment."""
    viewer = viewer_in(request)
    state = request.POST.get("do", "")
    if state not in {Consent.State.GIVEN, Consent.State.WITHDRAWN, Consent.State.REFUSED}:
        raise ActionError("Chọn đồng ý hay rút lại.")
    said = consents.say(viewer, person=own_person(viewer), code=purpose, state=state)
    words = "Đã ghi sự đồng ý." if said.state == Consent.State.GIVEN else "Đã dừng từ lúc này."
    messages.success(request, f"{words} {said.purpose.title}.")
    return redirect("privacy:consents")


@citizen
@require_GET
def consent_pdf(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """What was said, to print: text, time, way, proof."""
    viewer = viewer_in(request)
    said = consents.consent_for(viewer, consent_id)
    content = render_template(
        "privacy.consent",
        {
            "state": said.get_state_display(),
            "purpose": said.purpose.title,
            "text": said.purpose.text,
            "version": str(said.purpose.version),
            "data_kinds": said.purpose.data_kinds,
            "receivers": said.purpose.receivers,
            "keeping": said.purpose.keeping,
            "basis": said.purpose.legal_basis,
            "person": said.person.full_name,
            "at": stamp(said.given_at),
            "channel": said.get_channel_display(),
            "text_sha256": said.text_sha256,
            "proof": said.proof,
            "intact": "có" if consents.proof_of(said) == said.proof else "KHÔNG",
            "id": str(said.pk),
        },
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="dong-y-{said.code}.pdf"'
    return answer


@citizen
@require_POST
def export_ask(request: HttpRequest) -> HttpResponse:
    """Ask for the archive; it is made in the background."""
    actions.ask_export(viewer_in(request))
    messages.success(
        request, "Đang lập bản dữ liệu. Xong sẽ có tin trong hộp thư; trang này cũng hiện nút tải."
    )
    return redirect("privacy:front")


@citizen
@require_GET
def export_file(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """To a short-lived link of the archive."""
    viewer = viewer_in(request)
    row = actions.take_export(viewer, export_id=export_id)
    if row.file is None or row.state != DataExport.State.READY:
        raise NotFound("Bản này không còn. Xin lập bản mới.")
    return redirect(file_link(viewer, row.file, minutes=LINK_MINUTES, download=True))


@citizen
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A request about one's own data."""
    viewer = viewer_in(request)
    form = RequestForm(request.POST or None, initial={"kind": request.GET.get("viec", "")})
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.ask(viewer, kind=form.cleaned_data["kind"], detail=form.cleaned_data["detail"])
            messages.success(request, f"Đã gửi yêu cầu {row.case.code}.")
            return redirect("privacy:request", request_id=row.pk)
        except ActionError as error:
            if error.status in {403, 404}:
                raise
            form.add_error(None, error.message)
    context = {"form": form, "back_url": "/privacy/"}
    return render(request, "privacy/public/ask.html", context, status=422 if form.errors else 200)


@citizen
@require_GET
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: how far it is, what was answered."""
    row = queries.my_request(viewer_in(request), request_id)
    context = {
        "row": row,
        "extension": queries.extension_of(row),
        "erasure": queries.erasure_of(row),
        "back_url": "/privacy/",
    }
    return render(request, "privacy/public/request.html", context)


app_name = "privacy"
urlpatterns = [
    path("", front, name="front"),
    path("dong-y/", consent_page, name="consents"),
    path("dong-y/<str:purpose>/", consent_say, name="consent_say"),
    path("dong-y/giay/<uuid:consent_id>.pdf", consent_pdf, name="consent_pdf"),
    path("ban-du-lieu/", export_ask, name="export_ask"),
    path("ban-du-lieu/<uuid:export_id>/", export_file, name="export_file"),
    path("yeu-cau/", ask, name="ask"),
    path("yeu-cau/<uuid:request_id>/", one, name="request"),
]
