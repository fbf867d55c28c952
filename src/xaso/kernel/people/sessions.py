"""From a request to a viewer: nothing is read from the database until somebody asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from xaso.kernel.people.models import Account, RoleGrant, RoleRight
from xaso.kernel.people.viewer import ANONYMOUS, Grant, Viewer
from xaso.kernel.plain.moment import now


def viewer_of(account: Account) -> Viewer:
    """The viewer behind an account, with the grants in force now."""
    moment = now()
    open_grants = RoleGrant.objects.filter(account=account, valid_from__lte=moment).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment)
    )
    held = list(open_grants.values_list("role_id", "unit_path"))
    rights: dict[str, set[str]] = {}
    if held:
        for role, right in RoleRight.objects.filter(role_id__in={role for role, _ in held}).values_list(
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
        grants=tuple(Grant(role, path, frozenset(rights.get(role, ()))) for role, path in held),
    )


def _load(request: HttpRequest) -> Viewer:
    account_id = request.session.get(SESSION_KEY)
    if not account_id:
        return ANONYMOUS
    account = Account.objects.filter(pk=UUID(account_id), is_active=True).first()
    if account is None:
        return ANONYMOUS
    # A new password ends the sessions opened with the old one.
    kept = str(request.session.get(HASH_SESSION_KEY, ""))
    return viewer_of(account) if constant_time_compare(kept, account.get_session_auth_hash()) else ANONYMOUS


class ViewerMiddleware:
    """Sets ``request.viewer``, lazily: a public page that never asks stays without session and cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        lazy: Any = SimpleLazyObject(lambda: _load(request))
        request.viewer = lazy  # type: ignore[attr-defined]
        return self.get_response(request)
