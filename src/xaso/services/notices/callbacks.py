"""Telling other systems what became of their messages: signed by the Standard Webhooks rules, tried again when lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.connectors.outbound import AddressRefused, Target, look_at, post
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.tasks import enqueue, task
from xaso.services.notices.models import ApiCallback, ApiMessage

CALL = "notices.call_back"


class NotTaken(Exception):
    """The other system answered, but did not take it; the queue tries again later."""


def _look(url: str) -> Target:
    try:
        return look_at(url, inside=bool(getattr(settings, "XASO_WEBHOOKS_INSIDE", False)))
    except AddressRefused as error:
        raise ActionError(
            "Địa chỉ nhận trạng thái phải là máy chủ công khai, bắt đầu bằng https://", "url"
        ) from error


@action
def keep_callback(viewer: Viewer, *, url: str) -> tuple[ApiCallback, str]:
    """Where the client wants to hear of its messages; answers the row and the signing secret, shown once."""
    if viewer.account_id is None:
        raise Forbidden()
    _look(url)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    ApiCallback.objects.filter(client_id=viewer.account_id, ended_at__isnull=True).update(ended_at=now())
    row = ApiCallback.objects.create(
        client_id=viewer.account_id, unit_path=viewer.unit_path, url=url, secret=secret
    )
    emit("notices.callback_kept", record=row, unit_path=row.unit_path, viewer=viewer)
    return row, secret


@action
def end_callback(viewer: Viewer) -> None:
    """Tell the client no more."""
    ApiCallback.objects.filter(client_id=viewer.account_id, ended_at__isnull=True).update(ended_at=now())


def tell_of(message: ApiMessage) -> None:
    """Queue the news of a message's status, if its client wants to hear. Inside an action."""
    row = ApiCallback.objects.filter(client_id=message.client_id, ended_at__isnull=True).first()
    if row is not None:
        arguments = {"callback": str(row.pk), "message": str(message.pk), "status": str(message.status)}
        enqueue(CALL, arguments, key=f"{message.pk}:{message.status}")


def news_of(message: ApiMessage, status: str) -> dict[str, Any]:
    """What is told: ids and the status, nothing about the person."""
    return {
        "id": str(message.pk),
        "reference": message.reference,
        "status": status,
        "channel": message.channel,
        "reason": message.error,
        "created_at": message.created_at.astimezone(VIETNAM).isoformat(),
        "completed_at": message.done_at.astimezone(VIETNAM).isoformat() if message.done_at else None,
    }


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` value: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


@task(CALL, queue="outside", retries=8)
def call_back(callback: str, message: str, status: str) -> None:
    """Tell one client of one status; an answer other than 2xx is an error, and the queue tries again later."""
    row = ApiCallback.objects.filter(pk=callback, ended_at__isnull=True).first()
    what = ApiMessage.objects.filter(pk=message).first()
    if row is None or what is None:
        return
    body = json.dumps(news_of(what, status), ensure_ascii=False).encode()
    name, timestamp = f"{what.pk}:{status}", int(now().timestamp())
    headers = {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(str(row.secret), name, timestamp, body),
    }
    answered = post(_look(row.url), body, headers)
    if not 200 <= answered < 300:
        raise NotTaken(f"{row.pk}: {answered}")
