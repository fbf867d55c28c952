"""Passkeys (WebAuthn): made, used, removed. What the browser must answer to is kept in the session, for one answer."""

from __future__ import annotations

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from xaso.kernel.access.models import Passkey
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

KEPT = "passkey_challenge"
MOST = 10
LOCAL = "localhost"
_REFUSED = "Không nhận được khóa đăng nhập này. Thử lại, hoặc dùng cách khác."
_ERRORS = (WebAuthnException, ValueError, KeyError, TypeError)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def rp_id() -> str:
    """The domain that passkeys belong to. Browsers take no bare address: on the own machine it is "localhost"."""
    host = urlsplit(settings.XASO_BASE_URL).hostname or ""
    if _is_address(host):
        return LOCAL if ipaddress.ip_address(host).is_loopback else ""
    return host


def page_for_keys(request: HttpRequest) -> str:
    """Where a visitor must go before passkeys work: "" when here, else the same page under the right name."""
    wanted = rp_id()
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    if not wanted or host == wanted or host.endswith(f".{wanted}"):
        return ""
    return f"{request.scheme}://{wanted}{_port(request)}{request.get_full_path()}"


def _port(request: HttpRequest) -> str:
    """A colon and the port, or nothing for the usual one."""
    port = urlsplit(f"//{request.get_host()}").port
    return f":{port}" if port else ""


def _origins(request: HttpRequest) -> list[str]:
    ours = urlsplit(settings.XASO_BASE_URL)
    if rp_id() == LOCAL:
        return [f"http://{LOCAL}{_port(request)}"]
    return [f"{ours.scheme}://{ours.netloc}"]


def _keep(session: SessionBase, challenge: bytes, purpose: str) -> None:
    session[KEPT] = {"c": bytes_to_base64url(challenge), "p": purpose, "at": now().timestamp()}


def _take(session: SessionBase, purpose: str) -> bytes:
    """The challenge that was sent for this purpose; it serves once and for five minutes."""
    kept = session.pop(KEPT, None) or {}
    if kept.get("p") != purpose or now().timestamp() - float(kept.get("at", 0)) > 300:
        raise ActionError("Hết thời gian chờ. Bấm lại để thử lần nữa.")
    return base64url_to_bytes(kept["c"])


def _known(account_id: UUID) -> list[PublicKeyCredentialDescriptor]:
    rows = Passkey.objects.filter(account_id=account_id, ended_at=None)
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(row.credential_id),
            transports=[AuthenticatorTransport(one) for one in row.transports if one in _TRANSPORTS] or None,
        )
        for row in rows
    ]


_TRANSPORTS = {one.value for one in AuthenticatorTransport}


def making_options(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the browser needs to make a key for this account."""
    options = generate_registration_options(
        rp_id=rp_id(),
        rp_name="Xã Số",
        user_id=account.pk.bytes,
        user_name=account.username if account.kind == Account.Kind.OFFICER else account.display_name,
        user_display_name=account.display_name,
        exclude_credentials=_known(account.pk),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    _keep(request.session, options.challenge, "make")
    return dict(json.loads(options_to_json(options)))


@action
def add_passkey(
    viewer: Viewer, *, challenge: bytes, origins: list[str], answer: dict[str, Any], name: str
) -> Passkey:
    """Keep the public half of a new key. Raises ActionError when the browser's answer does not hold."""
    account = Account.objects.select_for_update().filter(pk=viewer.own_account).first()
    if account is None:
        raise NotFound()
    if Passkey.objects.filter(account=account, ended_at=None).count() >= MOST:
        raise ActionError(f"Mỗi tài khoản giữ nhiều nhất {MOST} khóa. Gỡ khóa không dùng nữa rồi thêm.")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origins,
            require_user_verification=True,
        )
    except _ERRORS as error:
        raise ActionError(_REFUSED) from error
    credential_id = bytes_to_base64url(made.credential_id)
    if Passkey.objects.filter(credential_id=credential_id).exists():
        raise ActionError("Khóa này đã thêm rồi.")
    transports = (answer.get("response") or {}).get("transports") or []
    row = Passkey.objects.create(
        account=account,
        name=(name.strip() or "Khóa đăng nhập")[:60],
        credential_id=credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=[one for one in transports if one in _TRANSPORTS],
        maker=str(made.aaguid)[:36],
        may_sync=made.credential_device_type == CredentialDeviceType.MULTI_DEVICE,
        is_synced=made.credential_backed_up,
    )
    emit(
        "access.passkey_added",
        record=account,
        unit_path=account.unit_path,
        viewer=viewer,
        data={"key": str(row.pk)},
    )
    return row


def finish_making(request: HttpRequest, viewer: Viewer, answer: dict[str, Any], name: str) -> Passkey:
    """The browser's answer to `making_options`."""
    challenge = _take(request.session, "make")
    return add_passkey(viewer, challenge=challenge, origins=_origins(request), answer=answer, name=name)


@action
def remove_passkey(viewer: Viewer, *, passkey_id: UUID) -> Passkey:
    """Take one's own key off; it opens nothing from now on."""
    row = (
        Passkey.objects.select_for_update()
        .filter(pk=passkey_id, account_id=viewer.own_account, ended_at=None)
        .first()
    )
    if row is None:
        raise NotFound("Không có khóa này.")
    row.ended_at = now()
    row.save(update_fields=["ended_at"])
    data = {"key": str(row.pk)}
    emit(
        "access.passkey_removed",
        record=row.account,
        unit_path=row.account.unit_path,
        viewer=viewer,
        data=data,
    )
    return row


def asking_options(request: HttpRequest, account_id: UUID | None) -> dict[str, Any]:
    """What the browser needs to sign with a key: of this account, or with any key it has for us."""
    options = generate_authentication_options(
        rp_id=rp_id(),
        allow_credentials=_known(account_id) if account_id else None,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(request.session, options.challenge, "ask")
    return dict(json.loads(options_to_json(options)))


@action
def _use(challenge: bytes, origins: list[str], answer: dict[str, Any], account_id: UUID | None) -> Passkey:
    row = (
        Passkey.objects.select_for_update(of=("self",))
        .select_related("account")
        .filter(credential_id=str(answer.get("id", "")), ended_at=None)
        .first()
    )
    if row is None or not row.account.is_active or (account_id is not None and row.account_id != account_id):
        raise ActionError("Khóa này không còn dùng ở đây. Dùng khóa khác, hoặc mật khẩu.")
    try:
        used = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=rp_id(),
            expected_origin=origins,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _ERRORS as error:
        raise ActionError(_REFUSED) from error
    row.sign_count, row.last_used_at, row.is_synced = used.new_sign_count, now(), used.credential_backed_up
    row.save(update_fields=["sign_count", "last_used_at", "is_synced"])
    return row


def finish_asking(request: HttpRequest, answer: dict[str, Any], account_id: UUID | None) -> Passkey:
    """The key that signed the browser's answer to `asking_options`; a copied key shows by its count and is refused."""
    return _use(_take(request.session, "ask"), _origins(request), answer, account_id)
