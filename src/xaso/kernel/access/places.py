"""Where an account is signed in: one row a session, kept beside Django's own; each can be ended."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse

from xaso.kernel.access.models import OpenSession
from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account
from xaso.kernel.people.origins import origin_of
from xaso.kernel.people.sessions import SEEN, stamped
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

LISTED, METHOD = "listed", "method"


class OpenSessionMiddleware:
    """Lists a session when it begins and notes its last use; a page that asked for no session costs nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = request.session
        if session.accessed and session.modified and session.get(SESSION_KEY) and session.session_key:
            _list(request)
        return response


def _list(request: HttpRequest) -> None:
    """The session changed: it is new, was rotated, or its time of last use moved."""
    session, key = request.session, request.session.session_key
    seen = stamped(session, SEEN) or now()
    if session.get(LISTED) == key:
        OpenSession.objects.filter(session_key=key, ended_at=None).update(seen_at=seen)
        return
    if session.get(LISTED):
        OpenSession.objects.filter(session_key=session[LISTED], ended_at=None).update(ended_at=now())
    origin = origin_of(request)
    OpenSession.objects.update_or_create(
        session_key=key,
        defaults={
            "account_id": UUID(session[SESSION_KEY]),
            "device": origin.device[:80],
            "network": origin.network[:60],
            "method": str(session.get(METHOD, ""))[:20],
            "seen_at": seen,
            "ended_at": None,
        },
    )
    session[LISTED] = key
    _keep_few(UUID(session[SESSION_KEY]))


def _keep_few(account_id: UUID) -> None:
    """At most ``XASO_SESSIONS_MOST`` at once: the ones not used for longest end, so nobody is kept out."""
    open_now = OpenSession.objects.filter(account_id=account_id, ended_at=None).order_by("-seen_at", "-id")
    _end(list(open_now[settings.XASO_SESSIONS_MOST :]))


def open_of(account_id: UUID) -> list[OpenSession]:
    """Sessions that are open now, the last used first; those that ran out are left out."""
    rows = list(OpenSession.objects.filter(account_id=account_id, ended_at=None).order_by("-seen_at")[:100])
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=now()
        ).values_list("session_key", flat=True)
    )
    return [row for row in rows if row.session_key in alive]


def _end(rows: list[OpenSession]) -> None:
    if not rows:
        return
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(pk__in=[row.pk for row in rows], ended_at=None).update(ended_at=now())


@action
def end_session(viewer: Viewer, *, session_id: UUID) -> OpenSession:
    """End one of one's own sessions at once."""
    row = OpenSession.objects.filter(pk=session_id, account_id=viewer.own_account, ended_at=None).first()
    if row is None:
        raise NotFound("Phiên này đã hết.")
    _end([row])
    _tell(viewer, row.account, 1)
    return row


@action
def end_sessions(viewer: Viewer, *, account: Account, but: str = "") -> int:
    """End the sessions of an account, all but the one with this key; answers how many. The caller checked the right."""
    rows = list(OpenSession.objects.filter(account=account, ended_at=None).exclude(session_key=but))
    _end(rows)
    if rows:
        _tell(viewer, account, len(rows))
    return len(rows)


def _tell(viewer: Viewer, account: Account, count: int) -> None:
    data = {"count": count}
    emit("access.sessions_ended", record=account, unit_path=account.unit_path, viewer=viewer, data=data)
