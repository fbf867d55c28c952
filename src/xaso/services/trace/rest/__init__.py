"""The standard's interface under /epcis/v2/ (GS1 EPCIS 2.0, REST binding)."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path, register_converter

from xaso.services.trace.rest import capture, events, openapi, queries, resources, subscriptions
from xaso.services.trace.rest.answers import Failure
from xaso.services.trace.rest.entrance import Call, resource


class AnyConverter:
    """Whatever stands in an address, slashes and line ends too: identifiers are addresses themselves."""

    regex = r"(?s:.+)"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


register_converter(AnyConverter, "any")

CAPTURE, QUERY = "trace.capture", "trace.query"


def _nothing(call: Call, rest: str) -> HttpResponse:
    raise Failure("NoSuchNameException", 404)


_words = [
    pattern
    for name in resources.KINDS
    for pattern in (
        path(f"epcis/v2/{name}", resource(get=(QUERY, resources.listing(name)))),
        path(f"epcis/v2/{name}/<any:value>/events", resource(get=(QUERY, resources.events_of(name)))),
        path(f"epcis/v2/{name}/<any:value>", resource(get=(QUERY, resources.one(name)))),
    )
]
epcis_urls = [
    path("epcis/v2", resource(capture=True, get=(QUERY, resources.root))),
    path("epcis/v2/", resource(capture=True, get=(QUERY, resources.root))),
    path(
        "epcis/v2/capture",
        resource(capture=True, post=(CAPTURE, capture.begin), get=(CAPTURE, capture.jobs)),
    ),
    path("epcis/v2/capture/<str:capture_id>", resource(get=(CAPTURE, capture.job))),
    path("epcis/v2/events", resource(get=(QUERY, events.events), post=(CAPTURE, capture.one_event))),
    path("epcis/v2/events/<any:event_id>", resource(get=(QUERY, events.event))),
    *_words,
    path("epcis/v2/epcs", resource(get=(QUERY, resources.epcs))),
    path("epcis/v2/epcs/<any:value>/events", resource(get=(QUERY, resources.events_of_epc))),
    path("epcis/v2/epcs/<any:value>", resource(get=(QUERY, resources.epc))),
    path("epcis/v2/queries", resource(get=(QUERY, queries.listing), post=(QUERY, queries.create))),
    path("epcis/v2/queries/<str:name>/events", resource(get=(QUERY, queries.events))),
    path(
        "epcis/v2/queries/<str:name>/subscriptions",
        resource(get=(QUERY, subscriptions.listing), post=(QUERY, subscriptions.create)),
    ),
    path(
        "epcis/v2/queries/<str:name>/subscriptions/<str:subscription>",
        resource(get=(QUERY, subscriptions.details), delete=(QUERY, subscriptions.remove)),
    ),
    path(
        "epcis/v2/queries/<str:name>",
        resource(get=(QUERY, queries.definition), delete=(QUERY, queries.remove)),
    ),
    path("epcis/v2/nextPageToken/<str:token>", resource(delete=(QUERY, queries.release))),
    path("epcis/v2/openapi.json", openapi.description, name="epcis_openapi"),
    path("epcis/v2/<any:rest>", resource(get=(QUERY, _nothing))),
]
