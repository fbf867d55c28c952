"""What is in the repository, to walk through: event types, EPCs, steps, places, dispositions, and their events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse

from xaso.kernel.plain.epcis import canonical_id, compacted, term, translate
from xaso.kernel.plain.epcis.context import Names, Shortener
from xaso.services.trace.models import EventThing, Thing, TraceWord
from xaso.services.trace.rest.answers import Failure, answer, collection
from xaso.services.trace.rest.entrance import Call, Handler
from xaso.services.trace.rest.events import answer_query, parameters_of
from xaso.services.trace.rest.tokens import make_token, next_link, per_page, read_token
from xaso.services.trace.store.asking import marked, with_things
from xaso.services.trace.store.finding import RIGHT, visible
from xaso.services.trace.store.marks import mark
from xaso.services.trace.store.rendering import DEFAULT_FORMAT, prefix_length

TOP = (
    "events",
    "eventTypes",
    "epcs",
    "bizSteps",
    "bizLocations",
    "readPoints",
    "dispositions",
    "capture",
    "queries",
)
EVENT_TYPES = (
    "AggregationEvent",
    "AssociationEvent",
    "ObjectEvent",
    "TransactionEvent",
    "TransformationEvent",
)


@dataclass(frozen=True)
class Kind:
    """A kind of word: how it is kept, by which parameter its events are asked for, how a value is read and shown."""

    word: TraceWord.Kind
    parameter: str
    read: Callable[[str, dict[str, str]], str]
    field: str = ""


def _type(value: str, prefixes: dict[str, str]) -> str:
    return value if value in EVENT_TYPES else Names(prefixes).full(value)


KINDS = {
    "eventTypes": Kind(TraceWord.Kind.TYPE, "eventType", _type, "type"),
    "bizSteps": Kind(
        TraceWord.Kind.STEP, "EQ_bizStep", lambda value, names: term("bizStep", value, names), "bizStep"
    ),
    "dispositions": Kind(
        TraceWord.Kind.DISPOSITION,
        "EQ_disposition",
        lambda value, names: term("disposition", value, names),
        "disposition",
    ),
    "bizLocations": Kind(
        TraceWord.Kind.BIZ_LOCATION, "EQ_bizLocation", lambda value, names: canonical_id(value)
    ),
    "readPoints": Kind(TraceWord.Kind.READ_POINT, "EQ_readPoint", lambda value, names: canonical_id(value)),
}


def root(call: Call) -> HttpResponse:
    """GET /: the kinds of resources."""
    return answer(collection(TOP), call.content_type)


def listing(name: str) -> Handler:
    """GET of a list of words in use."""
    kind = KINDS[name]

    def words(call: Call) -> HttpResponse:
        rows = _words(call, kind)
        return _page(
            call, name, rows.values_list("value", flat=True).distinct().order_by("value"), "value", kind
        )

    return words


def one(name: str) -> Handler:
    """GET of one word: what can be asked of it."""
    kind = KINDS[name]

    def word(call: Call, value: str) -> HttpResponse:
        _known(call, kind, value)
        return answer(collection(["events"]), call.content_type)

    return word


def events_of(name: str) -> Handler:
    """GET of the events that have the word; the query in the address narrows them."""
    kind = KINDS[name]

    def found(call: Call, value: str) -> HttpResponse:
        asked = _known(call, kind, value)
        raw = parameters_of(call)
        also = {
            "eventType": Q(type_name=asked),
            "EQ_bizStep": Q(biz_step=asked),
            "EQ_disposition": marked(mark("disposition", asked)),
            "EQ_bizLocation": marked(mark("bizLocation", asked)),
            "EQ_readPoint": marked(mark("readPoint", asked)),
        }[kind.parameter]
        return answer_query(call, raw, also=also, scope=f"{name}:{asked}")

    return found


def _words(call: Call, kind: Kind) -> QuerySet[TraceWord]:
    return TraceWord.objects.filter(call.viewer.scope(RIGHT), kind=kind.word)


def _known(call: Call, kind: Kind, value: str) -> str:
    """The canonical word that the address means. Raises Failure 404 for one that no event has."""
    if "\x00" in value:
        raise Failure("NoSuchNameException", 404)
    asked = kind.read(value, call.extensions)
    standard = kind.word == TraceWord.Kind.TYPE and asked in EVENT_TYPES
    if not standard and not _words(call, kind).filter(value=asked).exists():
        raise Failure("NoSuchNameException", 404)
    return asked


def epcs(call: Call) -> HttpResponse:
    """GET /epcs: identifiers of things and classes that events speak of."""
    seen = EventThing.objects.filter(thing=OuterRef("pk"), event__in=visible(call.viewer).values("pk"))
    rows = Thing.objects.filter(Exists(seen)).order_by("uri").values_list("uri", flat=True)
    return _page(call, "epcs", rows, "uri", None)


def epc(call: Call, value: str) -> HttpResponse:
    """GET /epcs/{epc}."""
    if not visible(call.viewer).filter(_with_thing(value)).exists():
        raise Failure("NoSuchNameException", 404)
    return answer(collection(["events"]), call.content_type)


def events_of_epc(call: Call, value: str) -> HttpResponse:
    """GET /epcs/{epc}/events: whatever part the thing plays."""
    also = _with_thing(value)
    if not visible(call.viewer).filter(also).exists():
        raise Failure("NoSuchNameException", 404)
    return answer_query(call, parameters_of(call), also=also, scope=f"epcs:{canonical_id(value)}")


def _with_thing(value: str) -> Q:
    if "\x00" in value:
        raise Failure("NoSuchNameException", 404)
    return with_things(Q(uri=canonical_id(value)))


def _page(call: Call, name: str, rows: Any, column: str, kind: Kind | None) -> HttpResponse:
    position, _ = read_token(call, name)
    if position is not None:
        rows = rows.filter(**{f"{column}__gt": position[0]})
    limit = per_page(call)
    found = list(rows[: limit + 1])
    prefixes = dict(call.extensions)
    members = [_shown(call, kind, value, prefixes) for value in found[:limit]]
    response = answer(collection(members, prefixes), call.content_type)
    if len(found) > limit:
        token, until = make_token(call, name, [found[limit - 1]], None)
        response["Link"], response["GS1-Next-Page-Token-Expires"] = next_link(call, token), until
    return response


def _shown(call: Call, kind: Kind | None, value: str, prefixes: dict[str, str]) -> str:
    """A word as the client reads it: bare where it is the standard's, else by the prefixes that the client declared."""
    if kind is None or not kind.field:
        return _identifier(call, value)
    if kind.field == "type":
        return Shortener(prefixes).short(value) if value.startswith("{") else value
    short = str(compacted({"type": "ObjectEvent", kind.field: value}, {})[kind.field])
    for prefix, space in call.extensions.items():
        if short.startswith(space):
            return f"{prefix}:{short[len(space) :]}"
    return short


def _identifier(call: Call, value: str) -> str:
    wanted = call.epc_format if call.epc_format not in {"", "No_Preference"} else DEFAULT_FORMAT
    translated = translate({"parentID": value}, wanted, prefix_length)
    return str(translated["parentID"])
