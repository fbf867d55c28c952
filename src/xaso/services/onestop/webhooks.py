"""Status changes as CloudEvents to other systems: signed by the Standard Webhooks rules, retried, never inwards."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.connectors.outbound import AddressRefused, Target, look_at, post
from xaso.kernel.events import emit
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import MachineClient
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue, task
from xaso.services.onestop.models import Dossier, Webhook

TYPE = "vn.xaso.onestop.dossier.status"


class NotTaken(Exception):
    """The other system answered, but did not take the event; the queue tries again later."""


_REFUSED = {
    "scheme": "Địa chỉ nhận tin phải bắt đầu bằng https://",
    "user": "Địa chỉ nhận tin không được chứa tên, mật khẩu hoặc dấu lạ.",
    "port": "Địa chỉ nhận tin phải dùng cổng 443 hoặc 8443.",
    "unknown": "Không tìm thấy máy chủ của địa chỉ nhận tin.",
    "inside": "Địa chỉ nhận tin phải là máy chủ công khai.",
}


def check_address(url: str) -> Target:
    """Raise ActionError unless the address is a public https one: our server must not call into its own network.

    The answer names the machine to call, so that the name cannot lead elsewhere between the check and the call.
    """
    try:
        return look_at(url, inside=bool(getattr(settings, "XASO_WEBHOOKS_INSIDE", False)))
    except AddressRefused as error:
        raise ActionError(_REFUSED[error.why], "url") from error


@action
def register_webhook(viewer: Viewer, *, url: str, unit_path: str) -> tuple[Webhook, str]:
    """Keep where a machine client wants to hear of status changes; answers the row and the signing secret, once."""
    viewer.must("onestop.read", unit_path)
    check_address(url)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    client = MachineClient.objects.filter(pk=viewer.account_id or UUID(int=0)).first()
    if client is None:
        raise Forbidden()
    row = Webhook.objects.create(client=client, url=url, secret=secret, events=[TYPE], unit_path=unit_path)
    emit("onestop.webhook_registered", record=row, unit_path=unit_path, viewer=viewer)
    return row, secret


@action
def end_webhook(viewer: Viewer, *, webhook_id: UUID) -> None:
    """Stop sending to an address of one's own."""
    Webhook.objects.filter(pk=webhook_id, client_id=viewer.account_id).update(is_active=False)


def on_status_event(event: Event) -> None:
    """Listener: queue one delivery for each address whose unit covers the dossier. Repeatable by the queue's key."""
    if event.record_type != "onestop.dossier":
        return
    for row in Webhook.objects.filter(is_active=True, client__is_active=True):
        if event.unit_path.startswith(row.unit_path):
            arguments = {"webhook": str(row.pk), "event": event.seq}
            enqueue(deliver, arguments, key=f"{row.pk}:{event.seq}")


def envelope(event: Event) -> dict[str, Any]:
    """The CloudEvents 1.0 envelope of a status change: codes only."""
    dossier = Dossier.objects.select_related("case").get(pk=event.record_id)
    status = int(event.data.get("status", dossier.status))
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": f"{settings.XASO_BASE_URL}/api/v1/onestop",
        "type": TYPE,
        "subject": dossier.code,
        "time": event.at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": str(event.seq),
        "data": {
            "code": dossier.code,
            "change": event.name,
            "status": status,
            "status_text": Dossier.Status(status).label,
            "due_at": dossier.case.due_at.isoformat() if dossier.case.due_at else None,
            "outside_code": dossier.outside_code,
        },
    }


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` value: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


@task("onestop.deliver_webhook", queue="outside", retries=8)
def deliver(webhook: str, event: int) -> None:
    """Send one event to one address; an answer other than 2xx is an error, and the queue tries again later."""
    row = Webhook.objects.filter(pk=webhook, is_active=True).first()
    if row is None:
        return
    what = Event.objects.get(seq=event)
    target = check_address(row.url)
    body = json.dumps(envelope(what), ensure_ascii=False).encode()
    timestamp = int(now().timestamp())
    headers = {
        "content-type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": str(what.id),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(str(row.secret), str(what.id), timestamp, body),
    }
    status = post(target, body, headers)
    if not 200 <= status < 300:
        raise NotTaken(f"{row.pk}: {status}")
