"""Stored events as a document again: bare words and prefixes, identifiers in the format that was asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.cache import cache

from xaso.kernel.plain.epcis import Event, Query, compacted, expanded, translate, write_json, write_xml
from xaso.kernel.plain.epcis.context import BUILT_IN
from xaso.kernel.plain.moment import now
from xaso.services.trace.models import Enterprise, TraceEvent

DEFAULT_FORMAT = "Always_GS1_Digital_Link"
_PREFIXES = "trace.gs1_prefixes"
_FRONT = ("type", "eventID", "eventTime", "eventTimeZoneOffset", "recordTime")
_WEB = {
    "bizstep": "https://ref.gs1.org/cbv/BizStep-",
    "disp": "https://ref.gs1.org/cbv/Disp-",
    "btt": "https://ref.gs1.org/cbv/BTT-",
    "sdt": "https://ref.gs1.org/cbv/SDT-",
    "er": "https://ref.gs1.org/cbv/ER-",
}
_URN = re.compile(rb">urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):|\"urn:epcglobal:cbv:(btt|sdt):")


def as_document(
    events: Sequence[TraceEvent],
    *,
    xml: bool,
    epc_format: str = DEFAULT_FORMAT,
    web_terms: bool = False,
    query: str = "SimpleEventQuery",
    subscription: str | None = None,
    extensions: Mapping[str, str] | None = None,
    created: datetime | None = None,
) -> bytes:
    """An EPCISQueryDocument of these events. ``web_terms``: CBV terms in XML as web addresses, not as URNs."""
    prefixes: dict[str, str] = dict(extensions or {})
    shown = [as_event(one, prefixes, epc_format) for one in events]
    asked = Query(query, subscription)
    made = created or now()
    if not xml:
        return write_json(shown, prefixes, created=made, query=asked)
    text = write_xml(shown, prefixes, created=made, query=asked)
    return _URN.sub(_as_web, text) if web_terms else text


def as_event(one: TraceEvent, prefixes: dict[str, str], epc_format: str = DEFAULT_FORMAT) -> Event:
    """One event as GS1's JSON binding shapes it; the prefixes it needs are added to ``prefixes``."""
    own = {prefix: space for prefix, space in one.context.items() if prefix not in BUILT_IN}
    for prefix, space in own.items():
        prefixes.setdefault(prefix, space)
    is_known = all(prefixes[prefix] == space for prefix, space in own.items())
    body: dict[str, Any] = {
        **(one.body if is_known else expanded(one.body, one.context)),
        "eventID": one.event_id,
        "recordTime": one.record_time.isoformat(timespec="milliseconds"),
    }
    front = {name: body.pop(name) for name in _FRONT if name in body}
    event = compacted({**front, **body}, prefixes)
    if epc_format in {"", "No_Preference"}:
        epc_format = DEFAULT_FORMAT
    return translate(event, epc_format, prefix_length)


def prefix_length(address: str) -> int | None:
    """How many digits the company prefix in a GS1 address has, of the prefixes that our enterprises were issued."""
    known = cache.get(_PREFIXES)
    if known is None:
        known = sorted(
            Enterprise.objects.exclude(gs1_prefix="").values_list("gs1_prefix", flat=True),
            key=len,
            reverse=True,
        )
        cache.set(_PREFIXES, known, 60)
    for key, skip in (("/01/", 1), ("/00/", 1), ("/414/", 0), ("/417/", 0), ("/8003/", 1), ("/8004/", 0)):
        _, found, number = address.partition(key)
        if found:
            return next((len(prefix) for prefix in known if number[skip:].startswith(prefix)), None)
    return None


def _as_web(match: re.Match[bytes]) -> bytes:
    kind = (match[1] or match[2]).decode()
    return match[0][:1] + _WEB[kind].encode()
