"""The citizen's inbox and wishes, the page behind a stop link, and the doors for delivery reports."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.errors import OutsideGarbled
from xaso.kernel.connectors.sms import sms
from xaso.kernel.connectors.zalo import ZaloReply, zalo
from xaso.kernel.messages import actions, mass_noting, queries, replies
from xaso.kernel.messages.forms import WishesForm
from xaso.kernel.messages.mass_public import mass_urls
from xaso.kernel.messages.models import Channel
from xaso.kernel.people.doors import citizen, public, signed, viewer_in
from xaso.kernel.people.viewer import Viewer

PER_PAGE = 20


@citizen
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """My messages, newest first."""
    viewer = viewer_in(request)
    page = Paginator(queries.inbox(viewer), PER_PAGE).get_page(request.GET.get("trang"))
    return render(request, "messages/inbox.html", {"page": page, "unread": queries.unread_count(viewer)})


@citizen
@require_GET
def read(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message; opening it marks it read."""
    message = actions.read_message(viewer_in(request), message_id=message_id)
    return render(request, "messages/message.html", {"message": message, "back_url": "/hop-thu/"})


@citizen
@require_http_methods(["GET", "POST"])
def wishes(request: HttpRequest) -> HttpResponse:
    """How I want to be reached."""
    viewer = viewer_in(request)
    order, refused = queries.wishes_of(viewer)
    form = WishesForm(request.POST or None, initial={"first": order[0], "refused": refused})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            actions.set_wishes(viewer, order=form.order(), refused=form.cleaned_data["refused"])
            return redirect("/hop-thu/?da-luu=1")
        status = 422
    return render(request, "messages/wishes.html", {"form": form, "back_url": "/hop-thu/"}, status=status)


@public
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The holder of an address refuses further messages: asked first, so that a link checker changes nothing."""
    channel, *_ = actions.read_stop_token(token)
    done = request.method == "POST"
    if done:
        actions.refuse_address(viewer_in(request), token=token)
    return render(request, "messages/stop.html", {"channel": Channel(channel).label, "done": done})


def _note(identity: UUID | None, provider_id: str, channel: str, state: str) -> bool:
    """What became of a message: of one to one person, or else of a mailing's."""
    single = actions.note_receipt(
        Viewer.system(), dispatch_id=identity, provider_id=provider_id, channel=channel, state=state
    )
    return single or mass_noting.note_receipt(
        Viewer.system(), sending_id=identity, provider_id=provider_id, channel=channel, state=state
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@csrf_exempt
@signed("the gateway's address carries a key made from the message's identifier")
@require_GET
def sms_report(request: HttpRequest) -> HttpResponse:
    """A delivery report of the SMS gateway."""
    query = {name: request.GET[name] for name in request.GET}
    identifier = query.get("d", "")
    try:
        report = sms().read_report(query, message_id=identifier, given_key=query.get("k", ""))
        changed = _note(UUID(identifier), report.sms_id, "sms", report.state)
    except (OutsideGarbled, ValueError):
        return JsonResponse({"ok": False}, status=403)
    return JsonResponse({"ok": True, "changed": changed})


@csrf_exempt
@signed("Zalo signs the body with the secret of the official account")
@require_POST
def zalo_report(request: HttpRequest) -> HttpResponse:
    """An event of Zalo about one of our messages; others are received and left alone."""
    try:
        report = zalo().read_report(request.body, request.headers.get("X-ZEvent-Signature", ""))
    except OutsideGarbled:
        return JsonResponse({"ok": False}, status=403)
    if report is None:
        return JsonResponse({"ok": True, "changed": False})
    try:
        if isinstance(report, ZaloReply):
            replies.receive_reply(
                Viewer.system(),
                channel="zalo",
                provider_id=report.zalo_id,
                sender=report.sender,
                text=report.text,
                quotes=report.quotes,
            )
            return JsonResponse({"ok": True, "changed": True})
        changed = _note(_uuid(report.tracking_id), report.zalo_id, "zalo", report.state)
    except ActionError as error:
        return JsonResponse({"ok": False, "message": error.message}, status=error.status)
    return JsonResponse({"ok": True, "changed": changed})


public_urls = [
    path("hop-thu/", inbox, name="inbox"),
    path("hop-thu/cach-nhan-tin", wishes, name="message_wishes"),
    path("hop-thu/<uuid:message_id>/", read, name="inbox_message"),
    path("ngung-nhan-tin/<str:token>/", stop, name="message_stop"),
    path("hooks/sms", sms_report, name="sms_report"),
    path("hooks/zalo", zalo_report, name="zalo_report"),
    *mass_urls,
]
