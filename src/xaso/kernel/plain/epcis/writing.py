"""Write documents: JSON here, XML next door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from xaso.kernel.plain.epcis.context import context_for_output
from xaso.kernel.plain.epcis.document import DOCUMENT, QUERY_DOCUMENT, Event


@dataclass(frozen=True, slots=True)
class Query:
    """What an EPCISQueryDocument says of itself: the query's name and the subscription it answers, if any."""

    name: str = "SimpleEventQuery"
    subscription: str | None = None


def document_of(
    events: Iterable[Event],
    context: Mapping[str, str],
    *,
    created: datetime | str,
    query: Query | None = None,
    masters: list[dict[str, Any]] | None = None,
    head: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The JSON object of a document. ``created`` is its creation date; ``head`` adds sender, receiver and the like."""
    made = created if isinstance(created, str) else created.isoformat(timespec="milliseconds")
    document: dict[str, Any] = {
        "@context": context_for_output(context),
        "type": DOCUMENT if query is None else QUERY_DOCUMENT,
        "schemaVersion": "2.0",
        "creationDate": made,
    }
    for name, value in (head or {}).items():
        if name not in document and name not in {"epcisBody", "epcisHeader", "id"}:
            document[name] = value
    if masters:
        document["epcisHeader"] = {"epcisMasterData": {"vocabularyList": masters}}
    body: dict[str, Any] = {"eventList": list(events)}
    if query is not None:
        results: dict[str, Any] = {"queryName": query.name}
        if query.subscription is not None:
            results["subscriptionID"] = query.subscription
        body = {"queryResults": {**results, "resultsBody": body}}
    document["epcisBody"] = body
    return document


def write_json(
    events: Iterable[Event],
    context: Mapping[str, str],
    *,
    created: datetime | str,
    query: Query | None = None,
    masters: list[dict[str, Any]] | None = None,
    head: Mapping[str, Any] | None = None,
) -> bytes:
    """A document as JSON: an EPCISDocument, or an EPCISQueryDocument where ``query`` is given."""
    return orjson.dumps(
        document_of(events, context, created=created, query=query, masters=masters, head=head)
    )


def write_event_json(event: Event, context: Mapping[str, str]) -> bytes:
    """One bare event with its own context, as ``GET /events/{id}`` may give it."""
    return orjson.dumps({"@context": context_for_output(context), **event})
