"""What is searched for on the desk stays out of addresses: names would stand in the browser's history, in logs of
proxies and on shared screens. The form posts, the words wait in the session, and the address carries a mark for them.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

FIELD = "tim"
KEPT = "searched"
MOST = 20
_MARK = "~"


def put_away(request: HttpRequest, most: int = 100) -> HttpResponse:
    """Answer to the posted form of a search: back to the same page, with a mark for the words in its address."""
    words = _clean(request.POST.get(FIELD, ""), most)
    left_out = {FIELD, "csrfmiddlewaretoken"}
    asked = {name: value for name, value in request.POST.items() if value and name not in left_out}
    if words:
        mark = secrets.token_urlsafe(6)
        earlier = list(request.session.get(KEPT, {}).items())[-(MOST - 1) :]
        request.session[KEPT] = dict([*earlier, (mark, words)])
        asked[FIELD] = _MARK + mark
    answer = HttpResponseRedirect(f"{request.path}?{urlencode(asked)}" if asked else request.path)
    answer.status_code = 303
    return answer


def searched(request: HttpRequest, most: int = 100) -> tuple[str, str]:
    """(the words, what stands for them in addresses). Words in the address itself count too: a code in a link."""
    told = _clean(request.GET.get(FIELD, ""), most)
    if not told.startswith(_MARK):
        return told, told
    words = str(request.session.get(KEPT, {}).get(told.removeprefix(_MARK), ""))
    return words, told if words else ""


def _clean(text: str, most: int) -> str:
    return text.replace("\x00", "").strip()[:most]
