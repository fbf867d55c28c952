"""/queries: named queries, their events, and tokens of pages given back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse

from xaso.kernel.plain.epcis.context import context_for_output, read_context
from xaso.kernel.plain.moment import now
from xaso.services.trace.actions.store import end_query, end_token, keep_query
from xaso.services.trace.models import NamedQuery
from xaso.services.trace.rest.answers import Failure, answer
from xaso.services.trace.rest.entrance import Call, absolute
from xaso.services.trace.rest.events import answer_query, json_body, parameters_of, question_of
from xaso.services.trace.rest.tokens import LIFE, make_token, next_link, per_page, read_token, token_digest

_NAME = re.compile(r"[\w.~-]{1,200}")


def create(call: Call) -> HttpResponse:
    """POST /queries: ``{"name": …, "query": {…}}``."""
    if not call.request.headers.get("Content-Type", "").partition(";")[0].strip().endswith("json"):
        raise Failure("UnsupportedMediaTypeException", 415, "A query is sent as application/json")
    body = json_body(call)
    name, query = body.get("name"), body.get("query")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Failure(
            "ValidationException", 400, "name has 1 to 200 letters, digits, dots, dashes or underscores"
        )
    if not isinstance(query, dict):
        raise Failure("ValidationException", 400, "query must be an object of query parameters")
    context = {
        **call.extensions,
        **read_context(body.get("@context")),
        **read_context(query.pop("@context", None)),
    }
    question_of(query, context)
    kept = keep_query(call.viewer, unit_path=call.unit_path, name=name, query=query, context=context)
    if kept is None:
        raise Failure("ResourceAlreadyExistsException", 409, f"There is a query named {name} already")
    where = absolute(f"/queries/{quote(name, safe='')}")
    return answer(shown(kept), call.content_type, root="EPCISQuery", status=201, headers={"Location": where})


def listing(call: Call) -> HttpResponse:
    """GET /queries: the client's own."""
    rows = _own(call).order_by("pk")
    position, _ = read_token(call, "queries")
    if position is not None:
        rows = rows.filter(pk__gt=UUID(position[0]))
    limit = per_page(call)
    found = list(rows[: limit + 1])
    response = answer([shown(one) for one in found[:limit]], call.content_type, root="EPCISQueries")
    if len(found) > limit:
        token, until = make_token(call, "queries", [str(found[limit - 1].pk)], None)
        response["Link"], response["GS1-Next-Page-Token-Expires"] = next_link(call, token), until
    return response


def definition(call: Call, name: str) -> HttpResponse:
    """GET /queries/{queryName}."""
    return answer(shown(named(call, name)), call.content_type, root="EPCISQuery")


def remove(call: Call, name: str) -> HttpResponse:
    """DELETE /queries/{queryName}: its subscriptions end with it."""
    end_query(call.viewer, query=named(call, name))
    return HttpResponse(status=204)


def events(call: Call, name: str) -> HttpResponse:
    """GET /queries/{queryName}/events: the kept query, narrowed by what stands in the address."""
    query = named(call, name)
    if call.request.headers.get("Upgrade", "").lower() == "websocket":
        raise Failure(
            "ImplementationException", 501, "WebSocket connections are answered by the streaming process"
        )
    call.extensions = {**query.context, **call.extensions}
    raw = {**query.query, **parameters_of(call)}
    return answer_query(call, raw, name=query.name)


def release(call: Call, token: str) -> HttpResponse:
    """DELETE /nextPageToken/{token}."""
    digest = token_digest(token)
    if digest is None:
        raise Failure("NoSuchNameException", 404)
    end_token(call.viewer, digest=digest, until=now() + timedelta(seconds=LIFE))
    return HttpResponse(status=204)


def named(call: Call, name: str) -> NamedQuery:
    """A query of the client's own. Raises Failure 404."""
    found: NamedQuery | None = None if "\x00" in name else _own(call).filter(name=name).first()
    if found is None:
        raise Failure("NoSuchNameException", 404)
    return found


def _own(call: Call) -> Any:
    return NamedQuery.objects.filter(account_id=call.viewer.own_account, ended_at__isnull=True)


def shown(one: NamedQuery) -> dict[str, Any]:
    """A named query as the standard tells it."""
    told: dict[str, Any] = {
        "name": one.name,
        "createdAt": one.created_at.isoformat(timespec="milliseconds"),
        "query": one.query,
    }
    return {"@context": context_for_output(one.context), **told} if one.context else told
