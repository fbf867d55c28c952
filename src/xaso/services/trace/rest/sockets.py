"""Named queries over WebSocket: GET /queries/{queryName}/events with an upgrade (EPCIS 2.0, REST binding).

The subscription lives as long as the connection. What is sent has never been sent on it before.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from django.db import close_old_connections
from django.db.models import Q

from xaso.kernel.base.reach import enter, watched, widened
from xaso.kernel.people.machines import viewer_for_token
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.epcis.meaning import moment
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.store_subscriptions import question
from xaso.services.trace.models import NamedQuery
from xaso.services.trace.store.asking import Asked
from xaso.services.trace.store.finding import TooComplex, find
from xaso.services.trace.store.horizon import horizon
from xaso.services.trace.store.rendering import as_document
from xaso.services.trace.store.schedules import FIELDS, ScheduleError, next_after, read_schedule

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ROUTE = re.compile(r"/epcis/v2/queries/([^/]+)/events/?")
LOOK_EVERY = 1.0
BATCH = 200
MOST = 500  # connections of one process
GONE, NOT_ALLOWED, TRY_LATER = 1000, 1008, 1013

_threads = ThreadPoolExecutor(4, thread_name_prefix="epcis-stream")
_open: set[int] = set()
_seen: list[float] = [0.0, 0.0]  # when the horizon was looked at, and what it was


class Refusal(Exception):
    """A handshake that is turned away: the status and the standard's exception."""

    def __init__(self, status: int, name: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.name, self.detail = status, name, detail


@dataclass
class Line:
    """One connection: who listens, to what, from where on."""

    token: str
    query: NamedQuery
    asked: Asked
    last_seq: int
    floor: datetime | None
    schedule: dict[str, str] | None
    report_if_empty: bool
    next_at: datetime | None = None


async def stream(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """The whole life of a connection (ASGI)."""
    await receive()  # websocket.connect
    try:
        if len(_open) >= MOST:
            raise Refusal(503, "ImplementationException", "Too many connections; try later")
        line = await _in_thread(lambda: _begin(scope))
    except Refusal as refusal:
        await _turn_away(scope, send, refusal)
        return
    await send({"type": "websocket.accept"})
    mark = id(scope)
    _open.add(mark)
    talking = asyncio.ensure_future(_talk(line, send))
    listening = asyncio.ensure_future(_until_gone(receive))
    try:
        await asyncio.wait({talking, listening}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _open.discard(mark)
        for task in (talking, listening):
            task.cancel()
        await asyncio.gather(talking, listening, return_exceptions=True)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _talk(line: Line, send: Send) -> None:
    """Send what is new, as soon as it is there or when the schedule says so."""
    while True:
        text, more, reason = await _in_thread(lambda: _pull(line))
        if reason:
            await send({"type": "websocket.close", "code": reason})
            return
        if text:
            await send({"type": "websocket.send", "text": text})
        if not more:
            await asyncio.sleep(LOOK_EVERY)


async def _in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_threads, lambda: _clean(work))


def _clean(work: Callable[[], Any]) -> Any:
    close_old_connections()
    with watched():
        return work()


def _begin(scope: Mapping[str, Any]) -> Line:
    """Judge a handshake. Raises Refusal."""
    match = ROUTE.fullmatch(str(scope.get("path", "")))
    if match is None:
        raise Refusal(404, "NoSuchNameException", "There is no such resource")
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    kind, _, token = headers.get("authorization", "").partition(" ")
    viewer = _viewer(token.strip()) if kind.lower() == "bearer" else None
    if viewer is None:
        raise Refusal(401, "SecurityException", "A bearer token of a machine client is needed")
    if not viewer.can("trace.query"):
        raise Refusal(403, "SecurityException", "The client lacks the scope trace.query")
    query = NamedQuery.objects.filter(
        account_id=viewer.own_account, name=unquote(match[1]), ended_at__isnull=True
    ).first()
    if query is None:
        raise Refusal(404, "NoSuchNameException", "There is no such query")
    raw = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"), keep_blank_values=True)
    return _line(token.strip(), query, {name: values[-1] for name, values in raw.items()})


def _viewer(token: str) -> Viewer | None:
    """Who the token is of; this work reaches as far as they do."""
    found = viewer_for_token(token)
    if found is None:
        return None
    enter(reach_of(found[1]))
    return found[1]


def _line(token: str, query: NamedQuery, raw: dict[str, str]) -> Line:
    named = {name: raw[name] for name in FIELDS if name in raw}
    if (raw.get("stream") == "true") == bool(named) or raw.get("stream", "true") not in {"true", "false"}:
        raise Refusal(400, "SubscriptionControlsException", "Give either stream=true or a schedule")
    try:
        schedule = read_schedule(named) if named else None
    except ScheduleError as error:
        raise Refusal(400, "SubscriptionControlsException", str(error)) from error
    floor = moment(raw["initialRecordTime"].replace(" ", "+")) if "initialRecordTime" in raw else None
    if floor is None and "initialRecordTime" in raw:
        raise Refusal(400, "SubscriptionControlsException", "initialRecordTime is no time")
    odd = set(raw) - set(FIELDS) - {"stream", "reportIfEmpty", "initialRecordTime"}
    if odd:
        raise Refusal(400, "QueryParameterException", f"{sorted(odd)[0]} is no control of a subscription")
    begin = 0 if floor is not None else _highest()
    empty = raw.get("reportIfEmpty") == "true"
    line = Line(token, query, question(query), begin, floor, schedule, empty)
    line.next_at = next_after(schedule, now()) if schedule else None
    return line


def _pull(line: Line) -> tuple[str, bool, int]:
    """(document to send or "", whether more waits, a reason to close or 0)."""
    viewer = _viewer(line.token)
    if viewer is None or not viewer.can("trace.query"):
        return "", False, NOT_ALLOWED
    if line.next_at is not None and now() < line.next_at:
        return "", False, 0
    limit = _horizon()
    found: list[Any] = []
    more = False
    if limit > line.last_seq:
        if not NamedQuery.objects.filter(pk=line.query.pk, ended_at__isnull=True).exists():
            return "", False, GONE
        also = Q(seq__gt=line.last_seq, seq__lte=limit)
        if line.floor is not None:
            also &= Q(record_time__gte=line.floor)
        try:
            page = find(viewer, line.asked, limit=BATCH, extra=also)
        except TooComplex:
            return "", False, TRY_LATER
        found, more = page.events, page.position is not None
        line.last_seq = found[-1].seq if more else limit
    if line.next_at is not None and line.schedule is not None and not more:
        line.next_at = next_after(line.schedule, now())
    if not found and not (line.report_if_empty and line.schedule is not None):
        return "", more, 0
    return (
        as_document(found, xml=False, query=line.query.name, extensions=line.query.context).decode(),
        more,
        0,
    )


def _horizon() -> int:
    """The horizon, looked at once in a while for all connections of the process."""
    if time.monotonic() - _seen[0] > LOOK_EVERY / 2:
        _seen[:] = [time.monotonic(), float(_highest())]
    return int(_seen[1])


def _highest() -> int:
    with widened("how far events are complete"):
        return horizon()


async def _turn_away(scope: Mapping[str, Any], send: Send, refusal: Refusal) -> None:
    """A refusal as an HTTP answer where the server can give one, else the handshake is closed (403)."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": NOT_ALLOWED})
        return
    body = json.dumps(
        {
            "type": f"epcisException:{refusal.name}",
            "title": refusal.detail,
            "status": refusal.status,
            "detail": refusal.detail,
        }
    ).encode()
    headers = [(b"content-type", b"application/problem+json")]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="epcis"'))
    await send({"type": "websocket.http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
