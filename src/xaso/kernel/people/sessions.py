"""From a request to a viewer: nothing is read from the database until somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from xaso.kernel.people.models import Account, RoleGrant, RoleRight
from xaso.kernel.people.viewer import ANONYMOUS, Grant, Viewer
from xaso.kernel.plain.moment import now

# Kept in the session: when it was opened, when it was last used, when its owner last proved who they are.
OPENED, SEEN, PROVED = "opened", "seen", "proved"
TOUCH = timedelta(minutes=1)


def viewer_of(account: Account) -> Viewer:
    """The viewer behind an account, with the grants in force now."""
    moment = now()
    open_grants = RoleGrant.objects.filter(account=account, valid_from__lte=moment).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment)
    )
    held = list(
        open_grants.values_list("role_id", "unit_path", "on_behalf_of_id", "manner", "document_number")
    )
    rights: dict[str, set[str]] = {}
    if held:
        for role, right in RoleRight.objects.filter(role_id__in={one[0] for one in held}).values_list(
            "role_id", "right"
        ):
            rights.setdefault(role, set()).add(right)
    return Viewer(
        kind=account.kind,
        account_id=account.pk,
        person_id=account.person_id,
        name=account.display_name,
        title=account.title,
        unit_path=account.unit_path,
        grants=tuple(
            Grant(role, path, frozenset(rights.get(role, ())), behalf, manner, number)
            for role, path, behalf, manner, number in held
        ),
        assurance=account.assurance if account.kind == Account.Kind.CITIZEN else "",
    )


def stamped(session: SessionBase, key: str) -> datetime | None:
    """A time kept in a session."""
    try:
        return datetime.fromisoformat(session[key])
    except (KeyError, TypeError, ValueError):
        return None


def stamp(session: SessionBase, *keys: str) -> None:
    """Write the present time into a session."""
    for key in keys:
        session[key] = now().isoformat()


def stamp_sign_in(sender: object, request: HttpRequest, user: Account, **_: object) -> None:
    """Django's own signal after each sign-in, whichever way: the session knows when it began."""
    stamp(request.session, OPENED, SEEN, PROVED)


def has_ended(session: SessionBase) -> bool:
    """Whether a session is over: too long unused, or too long open, by the settings."""
    opened, seen, moment = stamped(session, OPENED), stamped(session, SEEN), now()
    if opened is None or seen is None:
        return True
    idle = timedelta(minutes=settings.XASO_SESSION_IDLE_MINUTES)
    return moment - seen > idle or moment - opened > timedelta(hours=settings.XASO_SESSION_HOURS)


def _load(request: HttpRequest) -> Viewer:
    account_id = request.session.get(SESSION_KEY)
    if not account_id or has_ended(request.session):
        return ANONYMOUS
    account = Account.objects.filter(pk=UUID(account_id), is_active=True).first()
    if account is None:
        return ANONYMOUS
    # A new password ends the sessions opened with the old one; a new session key does not.
    kept = str(request.session.get(HASH_SESSION_KEY, ""))
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(kept, one) for one in hashes):
        return ANONYMOUS
    seen = stamped(request.session, SEEN)
    if seen is not None and now() - seen > TOUCH:  # at most one write a minute
        stamp(request.session, SEEN)
    return replace(viewer_of(account), proved_at=stamped(request.session, PROVED))


class ViewerMiddleware:
    """Sets ``request.viewer``, lazily: a public page that never asks stays without session and cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        lazy: Any = SimpleLazyObject(lambda: _load(request))
        request.viewer = lazy  # type: ignore[attr-defined]
        return self.get_response(request)
