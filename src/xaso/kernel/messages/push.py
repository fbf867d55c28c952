"""Web Push: keys of this installation, subscriptions of browsers, and sending to them (RFC 8030, 8291, 8292)."""

from __future__ import annotations

import base64
import ipaddress
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.db import transaction
from py_vapid import Vapid02  # type: ignore[import-untyped]
from pywebpush import WebPusher  # type: ignore[import-untyped]

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.base.reach import widened
from xaso.kernel.connectors.bulk import Fleet
from xaso.kernel.connectors.errors import OutsideUnavailable
from xaso.kernel.connectors.models import OutsideToken
from xaso.kernel.connectors.outbound import is_public
from xaso.kernel.events import emit
from xaso.kernel.messages.channels import SendError
from xaso.kernel.messages.push_models import PushSubscription
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit

KEY = "webpush"
TTL = {"high": 4 * 3600, "normal": 24 * 3600}
PURPOSE = "push_endpoint"
_TOKEN_LIVES = 6 * 3600


@dataclass(frozen=True)
class Browser:
    """One subscription as it is sent to."""

    subscription_id: UUID
    info: Mapping[str, Any]


@dataclass(frozen=True)
class Pushed:
    """Which browsers took it and which are gone for good."""

    taken: tuple[UUID, ...]
    gone: tuple[UUID, ...] = ()


def _private_key() -> ec.EllipticCurvePrivateKey:
    """The key by which push services know us: made once, kept sealed. One worker makes it, under a lock."""
    row = OutsideToken.objects.filter(pk=KEY).first()
    if row is None or not row.access:
        OutsideToken.objects.get_or_create(key=KEY)
        with transaction.atomic():
            row = OutsideToken.objects.select_for_update().get(pk=KEY)
            if not row.access:
                made = ec.generate_private_key(ec.SECP256R1())
                raw = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
                row.access, row.updated_at = base64.b64encode(raw).decode(), now()
                row.save(update_fields=["access", "updated_at"])
    vapid = Vapid02.from_der(str(row.access).encode())
    key: ec.EllipticCurvePrivateKey = vapid.private_key
    return key


def public_key() -> str:
    """What a browser needs to subscribe: the public key, base64url without padding."""
    raw = _private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Signer:
    """Makes the header that proves us to a push service; one a service and some hours."""

    def __init__(self) -> None:
        self.vapid = Vapid02(private_key=_private_key())
        self.kept: dict[str, tuple[float, Mapping[str, str]]] = {}

    def headers(self, endpoint: str) -> Mapping[str, str]:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        until, kept = self.kept.get(origin, (0.0, {}))
        if until < time.time():
            claims = {
                "aud": origin,
                "sub": f"mailto:{settings.DEFAULT_FROM_EMAIL.rpartition('<')[2].strip('> ')}",
                "exp": int(time.time()) + 2 * _TOKEN_LIVES,
            }
            kept = dict(self.vapid.sign(claims))
            self.kept[origin] = (time.time() + _TOKEN_LIVES, kept)
        return kept


_signer: list[Signer] = []


def prepare() -> None:
    """Have the key at hand before calls are in flight: the fleet has no database."""
    _signer[:] = [Signer()]


async def push_all(
    fleet: Fleet, browsers: Sequence[Browser], content: bytes, *, urgency: str, topic: str
) -> Pushed:
    """Send to each browser. Raises SendError when none took it: for good when all are gone, else passing."""
    taken, gone, error = [], [], None
    for browser in browsers:
        try:
            status = await _push_one(fleet, browser.info, content, urgency, topic)
        except OutsideUnavailable as caught:
            error = caught
            continue
        if status in (404, 410):
            gone.append(browser.subscription_id)
        elif 200 <= status < 300:
            taken.append(browser.subscription_id)
        else:
            error = OutsideUnavailable("Máy chủ thông báo đẩy từ chối.", code=str(status))
    if taken:
        return Pushed(tuple(taken), tuple(gone))
    if error is not None:
        raise error
    raise GoneError(tuple(gone))


class GoneError(SendError):
    """Every browser of the receiver has gone."""

    def __init__(self, gone: tuple[UUID, ...]) -> None:
        super().__init__("Trình duyệt của người nhận đã thôi nhận thông báo.", code="410")
        self.gone = gone


async def _push_one(fleet: Fleet, info: Mapping[str, Any], content: bytes, urgency: str, topic: str) -> int:
    endpoint = str(info["endpoint"])
    _must_be_outside(endpoint)
    sealed = WebPusher(dict(info)).encode(content, content_encoding="aes128gcm")
    headers = {
        **_signer[0].headers(endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(TTL[urgency]),
        "Urgency": urgency,
        "Topic": topic[:32],
    }
    reply = await fleet.post_far(endpoint, data=sealed["body"], headers=headers)
    if reply.status == 429 or reply.status >= 500:
        raise OutsideUnavailable("Máy chủ thông báo đẩy đang bận.", code=str(reply.status))
    return reply.status


def _must_be_outside(endpoint: str) -> None:
    """An address that a browser gave us leads to a public machine over https, unless the operator allows others."""
    parts = urlsplit(endpoint)
    if settings.XASO_PUSH_INSIDE and parts.scheme in ("http", "https") and parts.hostname:
        return
    try:
        literal = ipaddress.ip_address(parts.hostname or "")
    except ValueError:
        literal = None
    if (
        parts.scheme != "https"
        or not parts.hostname
        or parts.username
        or (literal and not is_public(literal))
    ):
        raise SendError("Địa chỉ nhận thông báo đẩy không hợp lệ.", code="endpoint")


@action
def subscribe(viewer: Viewer, *, info: Mapping[str, Any], unit_path: str) -> PushSubscription:
    """Keep a browser that wants notices of a unit; the same browser again changes the unit and whose it is.

    Raises ActionError when the address or its keys cannot be used.
    """
    keys = info.get("keys")
    endpoint = str(info.get("endpoint", ""))
    wanted = {"p256dh": 65, "auth": 16}
    if not isinstance(keys, Mapping) or len(endpoint) > 1000:
        raise ActionError("Trình duyệt gửi thiếu khóa nhận thông báo.")
    for name, length in wanted.items():
        if len(_unpacked(str(keys.get(name, "")))) != length:
            raise ActionError("Trình duyệt gửi khóa nhận thông báo sai.")
    try:
        _must_be_outside(endpoint)
    except SendError as error:
        raise ActionError(error.message) from error
    if not Unit.objects.on().filter(path=unit_path).exists():
        raise ActionError("Chọn xã để nhận thông báo.", "unit")
    kept = {"endpoint": endpoint, "keys": {name: str(keys[name]) for name in wanted}}
    with widened("a browser subscribes again, perhaps for another unit or person"):
        _end(keyed_hashes(endpoint, PURPOSE), "đăng ký lại")
        row = PushSubscription.objects.create(
            endpoint_hash=keyed_hash(endpoint, PURPOSE),
            subscription=kept,
            person_id=viewer.person_id if viewer.kind == "citizen" else None,
            account_id=viewer.account_id if viewer.kind in ("citizen", "officer") else None,
            unit_path=unit_path,
        )
        emit("messages.push_subscribed", record=row, unit_path=unit_path, viewer=viewer)
    return row


def _unpacked(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


@action
def unsubscribe(viewer: Viewer, *, endpoint: str) -> int:
    """A browser wants no more notices; whoever knows its address may say so. Answers how many ended."""
    with widened("whoever knows the address of a browser may end its notices"):
        return _end(keyed_hashes(endpoint, PURPOSE), "người dùng tắt")


def _end(digests: list[str], why: str) -> int:
    rows = PushSubscription.objects.filter(endpoint_hash__in=digests, ended_at__isnull=True)
    return rows.update(ended_at=now(), ended_why=why, subscription={})


def drop_gone(subscription_ids: Sequence[UUID]) -> None:
    """Browsers that their push service no longer knows (404, 410) are sent to no more, their keys forgotten."""
    if subscription_ids:
        rows = PushSubscription.objects.filter(pk__in=subscription_ids, ended_at__isnull=True)
        rows.update(ended_at=now(), ended_why="máy chủ báo không còn", subscription={})


def browsers_of(people: set[UUID], accounts: set[UUID], own: set[UUID]) -> dict[UUID, list[Browser]]:
    """Live subscriptions by person, by account and by their own id."""
    from django.db.models import Q

    wanted = Q(person_id__in=people) | Q(account_id__in=accounts) | Q(pk__in=own)
    found: dict[UUID, list[Browser]] = {}
    for row in PushSubscription.objects.filter(wanted, ended_at__isnull=True):
        browser = Browser(row.pk, row.subscription)
        for key in {one for one in (row.pk, row.person_id, row.account_id) if one is not None}:
            found.setdefault(key, []).append(browser)
    return found
