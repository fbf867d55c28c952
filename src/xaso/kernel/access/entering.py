"""From a right password to an open session: a second proof, a password of one's own, and only then the way in.

What is half done is kept in a session that is nobody's yet: until the last step the visitor is a stranger to every
other page. The session's key changes at the end, so one that was planted before is worthless.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from xaso.kernel.access.factors import factors_of
from xaso.kernel.access.places import METHOD
from xaso.kernel.access.policy import needs_second
from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.models import Account, SignIn
from xaso.kernel.people.origins import origin_of, remember
from xaso.kernel.people.public import enter
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.signin import name_digest, note_sign_in, pass_try
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

KEPT = "entering"
LIVES = 600  # seconds for all steps together
SECOND, PASSWORD, ENROL = "second", "password", "enrol"
PAGES = {SECOND: "/dang-nhap/lop-hai", PASSWORD: "/dang-nhap/mat-khau-moi", ENROL: "/dang-nhap/dat-lop-hai"}
START = "/dang-nhap/can-bo"


@dataclass(frozen=True)
class Entering:
    """Who is on the way in, what is still to do, and where to go then."""

    account: str
    row: str
    method: str
    wanted: str
    steps: tuple[str, ...]
    since: float

    @property
    def account_id(self) -> UUID:
        return UUID(self.account)


def steps_for(account: Account, method: str) -> tuple[str, ...]:
    """What this account must still do after the first proof."""
    steps = []
    if method == "password":
        has = factors_of(account.pk).any
        if has:
            steps.append(SECOND)
        if account.password_is_temporary:
            steps.append(PASSWORD)
        if not has and needs_second(account):
            steps.append(ENROL)
    return tuple(steps)


def begin(
    request: HttpRequest, account: Account, row: SignIn | None, method: str, wanted: str
) -> HttpResponse:
    """The first proof is given: on to the next step, or in."""
    on_way = Entering(
        str(account.pk),
        str(row.pk) if row else "",
        method,
        wanted,
        steps_for(account, method),
        now().timestamp(),
    )
    return _go(request, on_way)


def present(request: HttpRequest, step: str) -> tuple[Entering, Account] | None:
    """Who is at this step now; None when nobody is, or it took too long."""
    kept: Any = request.session.get(KEPT)
    if not kept:
        return None
    on_way = Entering(**{**kept, "steps": tuple(kept["steps"])})
    account = Account.objects.filter(pk=on_way.account_id, is_active=True).first()
    if now().timestamp() - on_way.since > LIVES or account is None:
        request.session.pop(KEPT, None)
        return None
    return (on_way, account) if on_way.steps[:1] == (step,) else None


def done(request: HttpRequest, on_way: Entering, method: str = "") -> HttpResponse:
    """The first of the steps is done: on to the next, or in. ``method`` joins the way of signing in."""
    joined = f"{on_way.method}+{method}" if method else on_way.method
    return _go(request, replace(on_way, steps=on_way.steps[1:], method=joined))


def _go(request: HttpRequest, on_way: Entering) -> HttpResponse:
    if on_way.steps:
        request.session[KEPT] = asdict(on_way)
        return redirect(PAGES[on_way.steps[0]])
    request.session.pop(KEPT, None)
    account = Account.objects.filter(pk=on_way.account_id, is_active=True).first()
    if account is None:
        raise ActionError("Tài khoản này đang bị khóa. Hỏi người quản trị.")
    enter(request, account)
    request.session[METHOD] = on_way.method
    response = redirect(on_way.wanted)
    origin = remember(response, origin_of(request), name_digest(account.username))
    row = SignIn.objects.filter(pk=UUID(on_way.row)).first() if on_way.row else None
    if row is not None:
        pass_try(row, account, origin, on_way.method)
    else:
        note_sign_in(account, origin, on_way.method)
    return response


def choose_new_password(request: HttpRequest, account: Account, wanted: str) -> HttpResponse:
    """Somebody else was in the account: its owner, who sits here, chooses a new password and comes back in."""
    return _go(request, Entering(str(account.pk), "", "again", wanted, (PASSWORD,), now().timestamp()))


def viewer_on_way(account: Account) -> Viewer:
    """The owner of an account in the steps before the session is open: may touch nothing but their own proofs."""
    return replace(viewer_of(account), grants=())
