"""Pages and doors of mailings for everybody: "đã nhận", notices of the browser, answers from the gateways."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from xaso.kernel.base.cookies import cookie_name
from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.errors import OutsideGarbled
from xaso.kernel.connectors.sms import sms
from xaso.kernel.messages import acknowledging, push, replies
from xaso.kernel.people.doors import public, signed, viewer_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit

MOST_BODY = 8 * 1024


@public
@require_http_methods(["GET", "POST"])
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """The message behind a signed link, with the button "đã nhận": pressed by people, not by whoever follows links."""
    if request.method == "POST":
        acknowledging.acknowledge(Viewer.system(), token=token)
        return redirect("message_acknowledge", token=token)
    receiver = acknowledging.receiver_of(token)
    subject, body = acknowledging.words_for(receiver)
    context = {
        "subject": subject,
        "body": body,
        "sent_at": receiver.mailing.started_at or receiver.created_at,
        "drill": receiver.mailing.drill,
        "done": receiver.state == "acknowledged",
    }
    answer = render(request, "messages/acknowledge.html", context)
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@public
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """Turn notices of a commune on or off in this browser."""
    chosen = request.GET.get("xa", "") or request.COOKIES.get(cookie_name("xaso_unit"), "")
    unit = Unit.objects.on().filter(path=chosen[:120]).first() if chosen else None
    if unit is None:
        from django.conf import settings

        unit = Unit.objects.on().filter(path=settings.XASO_HOME_UNIT).first()
    context = {"unit": unit, "push_key": push.public_key() if unit else "", "back_url": "/"}
    return render(request, "messages/notices.html", context)


@public
@require_POST
def subscribe(request: HttpRequest) -> JsonResponse:
    """Keep this browser's subscription; the body is what the browser gave, and the unit."""
    told = _body(request)
    info = told.get("subscription")
    if not isinstance(info, dict):
        raise ActionError("Trình duyệt gửi thiếu địa chỉ nhận thông báo.")
    push.subscribe(viewer_in(request), info=info, unit_path=str(told.get("unit", "")))
    return JsonResponse({"ok": True})


@public
@require_POST
def unsubscribe(request: HttpRequest) -> JsonResponse:
    """End this browser's notices."""
    push.unsubscribe(viewer_in(request), endpoint=str(_body(request).get("endpoint", ""))[:1000])
    return JsonResponse({"ok": True})


def _body(request: HttpRequest) -> dict[str, object]:
    raw = request.body
    if len(raw) > MOST_BODY:
        raise ActionError("Nội dung gửi lên quá dài.")
    try:
        told = json.loads(raw)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise ActionError("Nội dung gửi lên không đọc được.")
    return told


@csrf_exempt
@signed("the gateway's address carries a key made from the answer's identifier")
@require_http_methods(["GET", "POST"])
def sms_reply(request: HttpRequest) -> HttpResponse:
    """A text that somebody sent to our number."""
    told = request.POST if request.method == "POST" else request.GET
    try:
        reply = sms().read_reply({name: told[name] for name in told})
    except OutsideGarbled:
        return JsonResponse({"ok": False}, status=403)
    replies.receive_reply(
        Viewer.system(), channel="sms", provider_id=reply.sms_id, sender=reply.phone, text=reply.text
    )
    return JsonResponse({"ok": True})


mass_urls = [
    path("nhan/<str:token>/", acknowledge, name="message_acknowledge"),
    path("nhan-thong-bao/", notices, name="push_notices"),
    path("nhan-thong-bao/dang-ky", subscribe, name="push_subscribe"),
    path("nhan-thong-bao/thoi", unsubscribe, name="push_unsubscribe"),
    path("hooks/sms-tra-loi", sms_reply, name="sms_reply"),
]
