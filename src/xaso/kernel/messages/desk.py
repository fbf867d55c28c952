"""Officers: their own inbox; operators: messages that reached nobody, templates and their versions, quiet hours."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.messages import actions, mass_queries, mass_templates, queries
from xaso.kernel.messages.dated_forms import FORMS
from xaso.kernel.messages.forms import TemplateForm
from xaso.kernel.messages.models import Channel
from xaso.kernel.people.doors import any_officer, officer, viewer_in
from xaso.kernel.plain.sms import sms_size

PER_PAGE = 30


@any_officer
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages to this officer."""
    viewer = viewer_in(request)
    page = Paginator(queries.inbox(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    return render(request, "messages/desk_inbox.html", {"page": page, "unread": queries.unread_count(viewer)})


@any_officer
@require_GET
def read(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One of them."""
    message = actions.read_message(viewer_in(request), message_id=message_id)
    return render(request, "messages/desk_message.html", {"message": message, "back_url": "/desk/hop-thu/"})


@officer("messages.operate")
@require_GET
def failures(request: HttpRequest) -> HttpResponse:
    """What reached nobody, and why."""
    viewer = viewer_in(request)
    page = Paginator(queries.failures(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    rows = [
        {
            "message": message,
            "contact": queries.masked_contact(message),
            "tries": list(message.dispatches.all()),
        }
        for message in page
    ]
    return render(
        request, "messages/failures.html", {"page": page, "rows": rows, **queries.open_counts(viewer)}
    )


@officer("messages.operate")
@require_POST
def retry(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Try one again."""
    actions.retry_message(viewer_in(request), message_id=message_id)
    notices.success(request, "Đã đưa tin vào hàng gửi lại.")
    return redirect("messages_failures")


def _show(form: forms.Form, error: ActionError) -> None:
    """What an action refused, beside the fields it names."""
    for field, sentences in error.errors.items():
        for sentence in sentences:
            form.add_error(field if field in form.fields else None, sentence)


_SETTERS = {
    "price": (mass_templates.set_price, "Đã ghi giá tin."),
    "quota": (mass_templates.set_quota, "Đã ghi hạn mức."),
    "rule": (mass_templates.set_mass_rule, "Đã ghi quy tắc duyệt."),
}


@officer("messages.templates")
@require_http_methods(["GET", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """Templates with what their text message costs; the dated rows that mailings go by, and new ones of these."""
    viewer, do = viewer_in(request), request.POST.get("do", "")
    units = mass_queries.units_of_rows(viewer)
    found = {name: kind(request.POST if name == do else None, units=units) for name, kind in FORMS.items()}
    form = found.get(do)
    if form is not None and form.is_valid():
        setter, said = _SETTERS[do]
        try:
            setter(viewer, **form.cleaned_data)  # type: ignore[operator]
        except ActionError as error:
            _show(form, error)
        else:
            notices.success(request, said)
            return redirect("messages_templates")
    wrong = form is not None and bool(form.errors)
    rows = []
    for row in queries.templates_in_force():
        labels = [Channel(channel).label for channel in row.channels]
        rows.append(
            {"template": row, "channels": ", ".join(labels), "size": sms_size(row.sms or row.subject)}
        )
    context = {
        "rows": rows,
        "quiet": queries.quiet_rows(),
        "form": form if wrong else None,
        **mass_queries.rows_in_force(),
        **{f"{name}_form": one for name, one in found.items()},
        **{f"{name}_open": wrong and name == do for name in found},
    }
    return render(request, "messages/templates.html", context, status=422 if wrong else 200)


@officer("messages.templates")
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, key: str) -> HttpResponse:
    """A template: its wording, which a new version changes, and its history."""
    present = actions.template_in_force(key)
    form = TemplateForm(request.POST or None, initial=TemplateForm.of(present))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.rewrite_template(viewer_in(request), key=key, changes=form.cleaned_data)
            notices.success(request, "Đã lưu phiên bản mới của mẫu tin.")
            return redirect("messages_template", key=key)
        except ActionError as error:
            _show(form, error)
    if request.method == "POST":
        status = 422
    context = {
        "form": form,
        "template": present,
        "versions": queries.template_versions(key),
        "back_url": "/desk/mau-tin/",
    }
    return render(request, "messages/template.html", context, status=status)


desk_urls = [
    path("hop-thu/", inbox, name="desk_inbox"),
    path("hop-thu/<uuid:message_id>/", read, name="desk_message"),
    path("tin-loi/", failures, name="messages_failures"),
    path("tin-loi/<uuid:message_id>/gui-lai", retry, name="messages_retry"),
    path("mau-tin/", templates, name="messages_templates"),
    path("mau-tin/<str:key>/", template, name="messages_template"),
]
