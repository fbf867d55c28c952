"""Machine clients: client credentials, short-lived tokens, scopes."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connection
from django.http import HttpRequest
from ninja.security import HttpBearer

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.base.reach import enter, unguarded
from xaso.kernel.events import emit
from xaso.kernel.people.models import MachineClient, RoleRight
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.moment import now

TOKEN_SECONDS = 3600
GRACE = timedelta(days=7)
_SALT = "xaso.machine-token"
_offered: dict[str, str] = {}
# A token that was good is asked about again after so many seconds; a change made here is seen at once.
_TRUST_SECONDS = 5.0
_trusted: dict[str, tuple[float, tuple[MachineClient, Viewer]]] = {}


def _digest(secret: str) -> str:
    # The secret is 256 random bits of our own making, so a fast digest is enough; passwords use Argon2.
    return hashlib.sha256(secret.encode()).hexdigest()


def offer_scope(code: str, label: str) -> None:
    """A right that no role holds by default is made for other systems: offer it when one is registered."""
    _offered[code] = label


def offered_scopes() -> list[tuple[str, str]]:
    """Scopes a machine client may be given, with their words."""
    return sorted(_offered.items())


def _must_hold(viewer: Viewer, scopes: list[str], unit_path: str) -> None:
    """Rights of officers go to a machine only from somebody who holds them there."""
    human = set(RoleRight.objects.filter(right__in=scopes).values_list("right", flat=True))
    if any(not viewer.can(scope, unit_path) for scope in human):
        raise Forbidden("Không giao cho hệ thống khác quyền mà tài khoản này không có.")


@action
def register_client(
    viewer: Viewer,
    *,
    name: str,
    unit_path: str,
    scopes: list[str],
    client_id: str | None = None,
    expires_at: datetime | None = None,
) -> tuple[MachineClient, str]:
    """Make a machine client; answers it and its secret, which is shown once and never stored.

    After ``expires_at`` it gets no tokens and those it has are refused.
    """
    viewer.must("people.machines", unit_path)
    _must_hold(viewer, scopes, unit_path)
    secret = secrets.token_urlsafe(32)
    client = MachineClient.objects.create(
        name=name,
        client_id=client_id or f"xs-{secrets.token_hex(8)}",
        secret_hash=_digest(secret),
        scopes=scopes,
        unit_path=unit_path,
        expires_at=expires_at,
    )
    emit(
        "people.machine_registered",
        record=client,
        unit_path=unit_path,
        viewer=viewer,
        data={"scopes": scopes},
    )
    return client, secret


@action
def end_old_secret(viewer: Viewer, *, client: MachineClient) -> None:
    """The other side has changed over (or a secret leaked): the one before is worth nothing from now on."""
    viewer.must("people.machines", client.unit_path)
    client.old_secret_hash, client.old_secret_until = "", None
    client.save(update_fields=["old_secret_hash", "old_secret_until"])
    emit("people.machine_old_secret_ended", record=client, unit_path=client.unit_path, viewer=viewer)


@action
def rotate_secret(viewer: Viewer, *, client: MachineClient) -> str:
    """Give a client a new secret, shown once; the one before is good for ``GRACE`` longer, so that nothing stops.

    Tokens already out live to their end. Rotated twice in a row, the oldest ends at once.
    """
    viewer.must("people.machines", client.unit_path)
    _must_hold(viewer, client.scopes, client.unit_path)
    secret = secrets.token_urlsafe(32)
    client.old_secret_hash, client.old_secret_until = client.secret_hash, now() + GRACE
    client.secret_hash = _digest(secret)
    client.save(update_fields=["secret_hash", "old_secret_hash", "old_secret_until"])
    forget_tokens()
    emit("people.machine_secret_rotated", record=client, unit_path=client.unit_path, viewer=viewer)
    return secret


def issue_token(client_id: str, secret: str) -> dict[str, Any]:
    """OAuth 2.0 client-credentials answer; raises ActionError on a wrong pair (one message for both)."""
    client = MachineClient.objects.filter(client_id=client_id, is_active=True).first()
    expected = client.secret_hash if client else "0" * 64
    earlier = client.old_secret_hash if client and (client.old_secret_until or now()) > now() else ""
    given = _digest(secret)
    good = [hmac.compare_digest(given, one) for one in (expected, earlier or "0" * 64)]
    if not any(good) or client is None:
        raise ActionError("Sai mã khách hoặc bí mật.")
    if client.expires_at is not None and client.expires_at <= now():
        raise ActionError("Mã khách đã hết hạn. Người quản trị gia hạn hoặc đăng ký lại.")
    MachineClient.objects.filter(pk=client.pk).update(last_used_at=now())
    token = signing.dumps({"c": str(client.pk)}, salt=_SALT, compress=False)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(client.scopes),
    }


def forget_tokens() -> None:
    """Ask about every token again; called after a client changed in this process."""
    _trusted.clear()


def viewer_for_token(token: str) -> tuple[MachineClient, Viewer] | None:
    """The client and viewer behind a token, or None when it is false, expired or the client is off.

    A client switched off in another process is refused at most five seconds later.
    """
    until, trusted = _trusted.get(token, (0.0, None))
    if trusted is not None and time.monotonic() < until:
        return trusted
    found = _ask(token)
    if found is None:
        _trusted.pop(token, None)
        return None
    if len(_trusted) > 1000:
        _trusted.clear()
    _trusted[token] = (time.monotonic() + _TRUST_SECONDS, found)
    return found


def _ask(token: str) -> tuple[MachineClient, Viewer] | None:
    try:
        body = signing.loads(token, salt=_SALT, max_age=TOKEN_SECONDS)
    except signing.BadSignature:
        return None
    with unguarded("the client behind a token"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, scopes::text, unit_path, client_id FROM people_machineclient"
            " WHERE id = %s AND is_active AND (expires_at IS NULL OR expires_at > %s)",
            [body["c"], now()],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    client = MachineClient(
        id=UUID(body["c"]), name=row[0], scopes=json.loads(row[1]), unit_path=row[2], client_id=row[3]
    )
    grant = Grant("machine", client.unit_path, frozenset(client.scopes))
    return client, Viewer(
        kind="machine", account_id=client.pk, name=client.name, unit_path=client.unit_path, grants=(grant,)
    )


class MachineAuth(HttpBearer):
    """Ninja auth for machine clients: 401 without a good token, 403 without the scope."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Set ``request.viewer`` to the machine's viewer."""
        found = viewer_for_token(token)
        if found is None:
            return None
        client, viewer = found
        if self.scope not in client.scopes:
            raise Forbidden("Hệ thống gọi chưa được cấp phạm vi này.")
        request.viewer = viewer  # type: ignore[attr-defined]
        enter(reach_of(viewer))
        return viewer
