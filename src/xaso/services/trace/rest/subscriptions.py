"""/queries/{queryName}/subscriptions: by schedule or stream, to a webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from xaso.kernel.connectors.outbound import AddressRefused
from xaso.kernel.plain.epcis.meaning import moment
from xaso.services.trace.actions.store_subscriptions import Wish, subscribe, unsubscribe
from xaso.services.trace.models import Subscription
from xaso.services.trace.rest.answers import XML_TYPES, Failure, answer
from xaso.services.trace.rest.entrance import Call, absolute
from xaso.services.trace.rest.events import json_body
from xaso.services.trace.rest.queries import named
from xaso.services.trace.rest.tokens import make_token, next_link, per_page, read_token
from xaso.services.trace.store.schedules import ScheduleError, read_schedule

_REFUSED = {
    "scheme": "dest must begin with https://",
    "user": "dest must hold no name, password or odd letters",
    "port": "dest must use port 443 or 8443",
    "unknown": "the host of dest cannot be found",
    "inside": "dest must be a public host",
}
_KNOWN = frozenset(
    "dest signatureToken secret stream schedule reportIfEmpty initialRecordTime format subscriptionID @context".split()
)


def create(call: Call, name: str) -> HttpResponse:
    """POST: a subscription with ``dest`` and either ``stream: true`` or a ``schedule``."""
    query = named(call, name)
    if call.viewer.kind != "machine":
        raise Failure("SecurityException", 403, "Only machine clients subscribe")
    if not call.request.headers.get("Content-Type", "").partition(";")[0].strip().endswith("json"):
        raise Failure("UnsupportedMediaTypeException", 415, "A subscription is sent as application/json")
    wish = _wish(call, json_body(call))
    try:
        made = subscribe(call.viewer, query=query, wish=wish)
    except AddressRefused as error:
        raise _wrong(_REFUSED[error.why]) from error
    where = absolute(f"/queries/{quote(name, safe='')}/subscriptions/{made.pk}")
    return answer(
        shown(made), call.content_type, root="EPCISSubscription", status=201, headers={"Location": where}
    )


def listing(call: Call, name: str) -> HttpResponse:
    """GET: the open subscriptions of a query."""
    rows = _open(call, name).order_by("pk")
    position, _ = read_token(call, f"subscriptions:{name}")
    if position is not None:
        rows = rows.filter(pk__gt=UUID(position[0]))
    limit = per_page(call)
    found = list(rows[: limit + 1])
    response = answer([shown(one) for one in found[:limit]], call.content_type, root="EPCISSubscriptions")
    if len(found) > limit:
        token, until = make_token(call, f"subscriptions:{name}", [str(found[limit - 1].pk)], None)
        response["Link"], response["GS1-Next-Page-Token-Expires"] = next_link(call, token), until
    return response


def details(call: Call, name: str, subscription: str) -> HttpResponse:
    """GET of one."""
    return answer(shown(_one(call, name, subscription)), call.content_type, root="EPCISSubscription")


def remove(call: Call, name: str, subscription: str) -> HttpResponse:
    """DELETE of one."""
    unsubscribe(call.viewer, subscription=_one(call, name, subscription))
    return HttpResponse(status=204)


def _open(call: Call, name: str) -> Any:
    return Subscription.objects.filter(
        query=named(call, name), account_id=call.viewer.own_account, ended_at__isnull=True
    ).select_related("query")


def _one(call: Call, name: str, subscription: str) -> Subscription:
    try:
        key = UUID(subscription)
    except ValueError:
        raise Failure("NoSuchNameException", 404) from None
    found: Subscription | None = _open(call, name).filter(pk=key).first()
    if found is None:
        raise Failure("NoSuchNameException", 404)
    return found


def _wrong(text: str) -> Failure:
    return Failure("SubscriptionControlsException", 400, text)


def _wish(call: Call, body: dict[str, Any]) -> Wish:
    odd = sorted(set(body) - _KNOWN)
    if odd:
        raise _wrong(f"a subscription has no {odd[0]}")
    dest, token = body.get("dest"), body.get("signatureToken", body.get("secret", ""))
    if not isinstance(dest, str) or not 1 <= len(dest) <= 400:
        raise _wrong("dest must be the address to send to, at most 400 letters")
    if not isinstance(token, str) or len(token) > 400 or "\x00" in token:
        raise _wrong("signatureToken must be text of at most 400 letters")
    stream, empty = body.get("stream", False), body.get("reportIfEmpty", False)
    if not isinstance(stream, bool) or not isinstance(empty, bool):
        raise _wrong("stream and reportIfEmpty are true or false")
    if stream == ("schedule" in body):
        raise _wrong("give either stream: true or a schedule")
    try:
        schedule = None if stream else read_schedule(body["schedule"])
    except ScheduleError as error:
        raise _wrong(str(error)) from error
    return Wish(
        dest=dest,
        signature_token=token,
        stream=stream,
        schedule=schedule,
        report_if_empty=empty,
        initial_record_time=_time(body.get("initialRecordTime")),
        wants_xml=str(body.get("format", "")) in {*XML_TYPES, "XML", "xml"},
        epc_format=call.epc_format or "No_Preference",
    )


def _time(raw: Any) -> datetime | None:
    if raw is None:
        return None
    found = moment(raw) if isinstance(raw, str) else None
    if found is None:
        raise _wrong("initialRecordTime must be a time such as 2026-11-21T08:30:00+07:00")
    return found


def shown(one: Subscription) -> dict[str, Any]:
    """A subscription as the standard tells it; never its secret."""
    told: dict[str, Any] = {
        "subscriptionID": str(one.pk),
        "queryName": one.query.name,
        "dest": one.dest,
        "createdAt": one.created_at.isoformat(timespec="milliseconds"),
        "reportIfEmpty": one.report_if_empty,
    }
    if one.stream:
        told["stream"] = True
    else:
        told["schedule"] = one.schedule
    if one.initial_record_time is not None:
        told["initialRecordTime"] = one.initial_record_time.isoformat(timespec="milliseconds")
    if one.sent_at is not None:
        told["lastNotifiedAt"] = one.sent_at.isoformat(timespec="milliseconds")
    return told
