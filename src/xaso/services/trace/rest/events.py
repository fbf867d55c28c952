"""/events and every list of events: the simple event query, by address or by a JSON body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import Q
from django.http import HttpResponse

from xaso.kernel.plain.epcis.context import read_context
from xaso.kernel.plain.epcis.parameters import read_parameters
from xaso.services.trace.models import TraceEvent
from xaso.services.trace.rest.answers import Failure, failure_of, is_xml
from xaso.services.trace.rest.entrance import Call
from xaso.services.trace.rest.tokens import make_token, next_link, per_page, read_token
from xaso.services.trace.store.asking import Asked, Unanswerable, asked
from xaso.services.trace.store.finding import TooComplex, TooLarge, find, visible
from xaso.services.trace.store.rendering import DEFAULT_FORMAT, as_document

PAGING = frozenset({"perPage", "nextPageToken"})
SIMPLE = "SimpleEventQuery"


def events(call: Call) -> HttpResponse:
    """GET /events."""
    return answer_query(call, parameters_of(call))


def event(call: Call, event_id: str) -> HttpResponse:
    """GET /events/{eventID}: the event, and what was declared of it."""
    found = list(visible(call.viewer).filter(event_id=event_id).order_by("seq")[:100])
    if not found:
        raise Failure("NoSuchNameException", 404)
    return document(call, found)


def parameters_of(call: Call) -> dict[str, Any]:
    """The query of a request: what stands in its address, and in its body where there is one."""
    raw: dict[str, Any] = {}
    for name in call.request.GET:
        values = call.request.GET.getlist(name)
        raw[name] = values if len(values) > 1 else values[0]
    length = call.request.headers.get("Content-Length") or "0"
    if length.isdigit() and int(length) > 0:
        raw |= query_body(call)
    return {name: value for name, value in raw.items() if name not in PAGING}


def query_body(call: Call) -> dict[str, Any]:
    """A query in JSON; the prefixes that it declares are added to the call's."""
    if not call.request.headers.get("Content-Type", "").partition(";")[0].strip().endswith("json"):
        raise Failure("UnsupportedMediaTypeException", 415, "A query is sent as application/json")
    found = json_body(call)
    call.extensions |= read_context(found.pop("@context", None))
    return found


def json_body(call: Call, most: int = 200_000) -> dict[str, Any]:
    """A small JSON object. Raises Failure 400."""
    try:
        found = orjson.loads(call.request.read(most + 1)[:most])
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Failure("ValidationException", 400, "The body must be one JSON object · Nội dung phải là JSON.")
    return found


def question_of(raw: Mapping[str, Any], context: Mapping[str, str]) -> Asked:
    """A checked question. Raises Failure 400 with every parameter that is wrong."""
    found, problems = read_parameters(raw, context, skip=PAGING)
    if problems:
        raise failure_of(problems)
    if any("\x00" in str(value) for one in found for value in (*one.values, one.field, one.detail)):
        raise Failure("QueryParameterException", 400, "A parameter has a NUL character")
    try:
        return asked(found, context)
    except Unanswerable as error:
        raise Failure("QueryParameterException", 400, f"{error.name}: {error.en} · {error.vi}") from error


def answer_query(
    call: Call, raw: Mapping[str, Any], *, name: str = SIMPLE, also: Q | None = None, scope: str = ""
) -> HttpResponse:
    """A page of the events that answer a query. ``also`` narrows it by the address, which ``scope`` names."""
    question = question_of(raw, call.extensions)
    key = scope + orjson.dumps(raw, option=orjson.OPT_SORT_KEYS).decode() + name
    position, left = read_token(call, key)
    if question.count_limit is not None and left is None:
        left = question.count_limit
    limit = per_page(call) if left is None else min(per_page(call), left)
    try:
        page = find(call.viewer, question, limit=limit, position=position, extra=also)
    except TooLarge:
        raise Failure(
            "QueryTooLargeException", 413, f"More than {question.max_count} events answer this query"
        ) from None
    except TooComplex:
        raise Failure(
            "QueryTooComplexException", 413, "Too many events would have to be looked at; narrow the query"
        ) from None
    response = document(call, page.events, query=name)
    left = None if left is None else left - len(page.events)
    if page.position is not None and left != 0:
        token, until = make_token(call, key, page.position, left)
        response["Link"], response["GS1-Next-Page-Token-Expires"] = next_link(call, token), until
    return response


def document(call: Call, found: list[TraceEvent], *, query: str = SIMPLE) -> HttpResponse:
    """Events as an EPCISQueryDocument in the format that the client takes."""
    epc_format = call.epc_format if call.epc_format not in {"", "No_Preference"} else DEFAULT_FORMAT
    xml = is_xml(call.content_type)
    content = as_document(
        found,
        xml=xml,
        epc_format=epc_format,
        web_terms=call.cbv_format == "Always_Web_URI",
        query=query,
        extensions=call.extensions,
    )
    headers = {"GS1-EPC-Format": epc_format}
    if xml:
        web = call.cbv_format == "Always_Web_URI"
        headers["GS1-CBV-XML-Format"] = "Always_Web_URI" if web else "Always_URN"
    return HttpResponse(content, content_type=call.content_type, headers=headers)
