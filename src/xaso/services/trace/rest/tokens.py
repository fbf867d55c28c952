"""Tokens of next pages: signed, short-lived, good for the one question and the one who asked it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.core import signing

from xaso.kernel.plain.moment import now
from xaso.services.trace.models import EndedToken
from xaso.services.trace.rest.answers import Failure
from xaso.services.trace.rest.entrance import Call

LIFE = 3600
_SALT = "xaso.epcis.page"
PER_PAGE, MOST = 30, 1000


def make_token(call: Call, question: str, position: list[Any], left: int | None) -> tuple[str, str]:
    """A token for what comes behind a position, and until when it is good."""
    body = {"q": _digest(question), "p": position, "n": left, "a": str(call.viewer.account_id)}
    until = now() + timedelta(seconds=LIFE)
    return signing.dumps(body, salt=_SALT, compress=False), until.isoformat(timespec="seconds")


def read_token(call: Call, question: str) -> tuple[list[Any] | None, int | None]:
    """The position and how many events are left, of the request's token; (None, None) without one."""
    token = call.request.GET.get("nextPageToken")
    if token is None:
        return None, None
    body = _open(token)
    ours = body is not None and body["q"] == _digest(question) and body["a"] == str(call.viewer.account_id)
    if not ours or body is None or EndedToken.objects.filter(digest=_digest(token)).exists():
        raise Failure(
            "QueryParameterException",
            400,
            "nextPageToken has ended or is of another question · Mã trang đã hết hạn, hãy hỏi lại từ đầu.",
        )
    return body["p"], body["n"]


def token_digest(token: str) -> str | None:
    """The digest under which a token is ended; None for what is no token of ours."""
    return _digest(token) if _open(token) is not None else None


def per_page(call: Call) -> int:
    """How many a page holds: as asked, at most ``MOST``."""
    text = call.request.GET.get("perPage", str(PER_PAGE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10**9:
        raise Failure("QueryParameterException", 400, "perPage is a whole number from 1 up")
    return min(int(text), MOST)


def next_link(call: Call, token: str) -> str:
    """The Link header of a further page."""
    kept = call.request.GET.copy()
    kept["nextPageToken"] = token
    return f'<{call.request.build_absolute_uri(call.request.path)}?{kept.urlencode()}>; rel="next"'


def _open(token: str) -> dict[str, Any] | None:
    try:
        found = signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        return None
    return found if isinstance(found, dict) else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
