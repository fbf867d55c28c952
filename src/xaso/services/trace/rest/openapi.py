"""The description of the interface (OpenAPI 3.0), made from what the code takes: paths, parameters, answers."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from xaso.kernel.people.doors import public
from xaso.kernel.plain.epcis import FORMATS
from xaso.kernel.plain.epcis import parameters as p
from xaso.services.trace.rest.answers import TITLES
from xaso.services.trace.rest.entrance import BASE, CBV_FORMATS
from xaso.services.trace.rest.resources import EVENT_TYPES, TOP
from xaso.services.trace.store.schedules import FIELDS

Json = dict[str, Any]
_MEDIA = ("application/json", "application/xml")
_PROBLEMS = {
    400: "ValidationException, QueryParameterException, SubscriptionControlsException",
    401: "SecurityException",
    403: "SecurityException",
    404: "NoSuchNameException",
    406: "NotAcceptableException",
    409: "ResourceAlreadyExistsException",
    413: "CaptureLimitExceededException, QueryTooLargeException, QueryTooComplexException",
    414: "URITooLongException",
    415: "UnsupportedMediaTypeException",
    500: "ImplementationException",
    501: "ImplementationException",
}
_ALWAYS = (400, 401, 403, 406, 414, 500)
_KINDS: dict[str, Json] = {
    p.TIME: {"type": "string", "format": "date-time"},
    p.NUMBER: {"type": "number"},
    p.NUMBERS: {"type": "array", "items": {"type": "number"}},
    p.INTEGER: {"type": "integer", "minimum": 1, "maximum": 10**9},
    p.BOOLEAN: {"type": "boolean"},
    p.PRESENT: {},
}
_WORDS: Json = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}


@public
@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """GET /epcis/v2/openapi.json."""
    return JsonResponse(openapi(), headers={"Cache-Control": "public, max-age=3600"})


@functools.cache
def openapi() -> Json:
    """The whole description."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Xã Số: GS1 EPCIS 2.0",
            "version": "2.0",
            "description": "Kho sự kiện truy xuất theo GS1 EPCIS 2.0. Families of query parameters (EQ_ILMD_…,"
            " GE_value_CEL, EXISTS_INNER_…) are taken wherever the fixed ones are; their prefixes are declared by"
            " GS1-Extensions.",
        },
        "servers": [{"url": f"{settings.XASO_BASE_URL}{BASE}"}],
        "security": [{"client": []}],
        "paths": {**_capture(), **_events(), **_resources(), **_queries(), **_subscriptions()},
        "components": {
            "securitySchemes": {"client": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(
    summary: str, ok: int, body: Json | None = None, *, also: tuple[int, ...] = (), **more: Any
) -> Json:
    """An operation with its good answer and every problem it may answer."""
    good: Json = {
        "description": summary,
        "headers": {"GS1-EPCIS-Version": _header(), "GS1-CBV-Version": _header()},
    }
    if body is not None:
        good["content"] = {media: {"schema": body} if media.endswith("json") else {} for media in _MEDIA}
    responses = {str(ok): good} | {str(status): _problem(status) for status in sorted({*_ALWAYS, *also})}
    parameters = [*more.pop("parameters", ()), *_headers()]
    return {"summary": summary, "parameters": parameters, "responses": responses, **more}


def _discovery() -> Json:
    headers = {
        name: _header() for name in ("Allow", "GS1-EPCIS-Min", "GS1-EPCIS-Max", "GS1-CBV-Min", "GS1-CBV-Max")
    }
    return {
        "summary": "What this address takes and speaks",
        "security": [],
        "responses": {"204": {"description": "In the headers", "headers": headers}},
    }


def _problem(status: int) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    content = {"application/problem+json": {"schema": schema}, "application/problem+xml": {}}
    return {"description": _PROBLEMS[status], "content": content}


def _header(schema: Json | None = None) -> Json:
    return {"schema": schema or {"type": "string"}}


def _headers() -> list[Json]:
    version = {"type": "string", "pattern": r"^\d+(\.\d+){0,2}$"}
    named: dict[str, Json] = {
        "GS1-EPCIS-Version": version,
        "GS1-EPCIS-Min": version,
        "GS1-EPCIS-Max": version,
        "GS1-CBV-Version": version,
        "GS1-EPC-Format": {"type": "string", "enum": list(FORMATS)},
        "GS1-CBV-XML-Format": {"type": "string", "enum": list(CBV_FORMATS)},
        "GS1-Extensions": {
            "type": "string",
            "pattern": r"^[A-Za-z][A-Za-z0-9_.-]*=[a-z]+:[!-+.-~]+(,[A-Za-z][A-Za-z0-9_.-]*=[a-z]+:[!-+.-~]+)*$",
        },
    }
    return [{"name": name, "in": "header", "schema": schema} for name, schema in named.items()]


def _path(name: str, example: str) -> Json:
    schema = {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema, "example": example}


def _paging() -> list[Json]:
    return [
        {
            "name": "perPage",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 10**9, "default": 30},
        },
        {"name": "nextPageToken", "in": "query", "schema": {"type": "string"}},
    ]


def _parameters() -> list[Json]:
    """The fixed parameters of the simple event query."""
    found = []
    for name, spec in p.FIXED.items():
        one: Json = {"name": name, "in": "query", "schema": _KINDS.get(spec.kind, _WORDS)}
        if spec.options:
            words = {"type": "string", "enum": list(spec.options)}
            one["schema"] = words if name == "orderDirection" else {**_WORDS, "items": words}
        if one["schema"].get("type") == "array":
            one |= {"style": "pipeDelimited", "explode": False}
        found.append(one)
    return found


def _list(summary: str, body: Json, *extra: Json, also: tuple[int, ...] = ()) -> Json:
    made = _operation(summary, 200, body, also=also, parameters=[*extra, *_paging()])
    made["responses"]["200"]["headers"] |= {"Link": _header(), "GS1-Next-Page-Token-Expires": _header()}
    return made


def _events_list(summary: str, *extra: Json, also: tuple[int, ...] = (413, 415)) -> Json:
    found = _list(
        summary, {"$ref": "#/components/schemas/EPCISQueryDocument"}, *extra, *_parameters(), also=also
    )
    found["responses"]["200"]["headers"]["GS1-EPC-Format"] = _header()
    return found


def _sent(schema: Json) -> Json:
    content = {
        "application/json": {"schema": schema},
        "application/ld+json": {"schema": schema},
        "application/xml": {},
    }
    return {"required": True, "content": content}


def _capture() -> Json:
    behaviour = {
        "name": "GS1-Capture-Error-Behaviour",
        "in": "header",
        "schema": {"type": "string", "enum": ["rollback", "proceed"], "default": "rollback"},
    }
    job = {"$ref": "#/components/schemas/CaptureJob"}
    begin = _operation(
        "Take a document in; a job stores its events",
        202,
        also=(413, 415),
        parameters=[behaviour],
        requestBody=_sent({"$ref": "#/components/schemas/EPCISDocument"}),
    )
    begin["responses"]["202"]["headers"]["Location"] = _header()
    key = _path("captureID", "019a0b5e-7c00-7000-8000-000000000000")
    return {
        "/": {
            "get": _operation("The kinds of resources", 200, _collection({"enum": list(TOP)})),
            "options": _discovery(),
        },
        "/capture": {
            "post": begin,
            "get": _list("The client's own captures, the latest first", {"type": "array", "items": job}),
            "options": _discovery(),
        },
        "/capture/{captureID}": {
            "parameters": [key],
            "get": _operation("A capture", 200, job, also=(404,)),
            "options": _discovery(),
        },
    }


def _events() -> Json:
    one = _operation(
        "Store one event",
        201,
        {"$ref": "#/components/schemas/Event"},
        also=(409, 413, 415),
        requestBody=_sent({"$ref": "#/components/schemas/Event"}),
    )
    one["responses"]["201"]["headers"]["Location"] = _header()
    document = {"$ref": "#/components/schemas/EPCISQueryDocument"}
    return {
        "/events": {"get": _events_list("Events that answer a query"), "post": one, "options": _discovery()},
        "/events/{eventID}": {
            "parameters": [_path("eventID", "urn:uuid:019a0b5e-7c00-7000-8000-000000000000")],
            "get": _operation("An event and what was declared of it", 200, document, also=(404,)),
            "options": _discovery(),
        },
    }


def _resources() -> Json:
    found: Json = {}
    for name, value, example in (
        ("eventTypes", "eventType", EVENT_TYPES[2]),
        ("epcs", "epc", "https://id.gs1.org/01/08930000000002/21/1"),
        ("bizSteps", "bizStep", "shipping"),
        ("bizLocations", "bizLocation", "https://id.gs1.org/414/8930000000001"),
        ("readPoints", "readPoint", "https://id.gs1.org/414/8930000000001"),
        ("dispositions", "disposition", "in_transit"),
    ):
        key = [_path(value, example)]
        found[f"/{name}"] = {"get": _list(f"{name} in use", _collection({})), "options": _discovery()}
        found[f"/{name}/{{{value}}}"] = {
            "parameters": key,
            "get": _operation("What can be asked of it", 200, _collection({"enum": ["events"]}), also=(404,)),
            "options": _discovery(),
        }
        found[f"/{name}/{{{value}}}/events"] = {
            "parameters": key,
            "get": _events_list("Its events", also=(404, 413, 415)),
            "options": _discovery(),
        }
    return found


def _queries() -> Json:
    query = {"$ref": "#/components/schemas/NamedQuery"}
    name = [_path("queryName", "xuat-kho")]
    made = _operation("Keep a query under a name", 201, query, also=(409, 415), requestBody=_json(query))
    made["responses"]["201"]["headers"]["Location"] = _header()
    token = _path("token", "x")
    return {
        "/queries": {
            "get": _list("The client's own named queries", {"type": "array", "items": query}),
            "post": made,
            "options": _discovery(),
        },
        "/queries/{queryName}": {
            "parameters": name,
            "get": _operation("A named query", 200, query, also=(404,)),
            "delete": _operation("End a query and its subscriptions", 204, also=(404,)),
            "options": _discovery(),
        },
        "/queries/{queryName}/events": {
            "parameters": name,
            "get": _events_list(
                "Its events; with an upgrade to WebSocket a stream of them", also=(404, 413, 415, 501)
            ),
            "options": _discovery(),
        },
        "/nextPageToken/{token}": {
            "parameters": [token],
            "delete": _operation("Give the token of a page back", 204, also=(404,)),
            "options": _discovery(),
        },
    }


def _subscriptions() -> Json:
    one = {"$ref": "#/components/schemas/Subscription"}
    made = _operation(
        "Send the events of a query by themselves",
        201,
        one,
        also=(404, 415),
        requestBody=_json({"$ref": "#/components/schemas/SubscriptionWish"}),
    )
    made["responses"]["201"]["headers"]["Location"] = _header()
    name = _path("queryName", "xuat-kho")
    key = _path("subscriptionID", "019a0b5e-7c00-7000-8000-000000000000")
    return {
        "/queries/{queryName}/subscriptions": {
            "parameters": [name],
            "get": _list("Open subscriptions", {"type": "array", "items": one}, also=(404,)),
            "post": made,
            "options": _discovery(),
        },
        "/queries/{queryName}/subscriptions/{subscriptionID}": {
            "parameters": [name, key],
            "get": _operation("A subscription", 200, one, also=(404,)),
            "delete": _operation("End a subscription", 204, also=(404,)),
            "options": _discovery(),
        },
    }


def _json(schema: Json) -> Json:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _collection(items: Json) -> Json:
    properties: Json = {
        "@context": {},
        "type": {"type": "string", "enum": ["Collection"]},
        "member": {"type": "array", "items": {"type": "string", **items}},
    }
    return _object(list(properties), **properties)


def _object(required: list[str], **properties: Json) -> Json:
    return {"type": "object", "required": required, "properties": properties}


def _schemas() -> Json:
    text: Json = {"type": "string"}
    time: Json = {"type": "string", "format": "date-time"}
    truth: Json = {"type": "boolean"}
    anything: Json = {"type": "object"}
    name = {"type": "string", "pattern": r"^[A-Za-z0-9_.~-]{1,200}$"}
    types = {"type": "string", "enum": [f"epcisException:{one}" for one in TITLES]}
    fields = dict.fromkeys(FIELDS, text)
    schedule = {"type": "object", "properties": fields, "minProperties": 1, "additionalProperties": False}
    return {
        "Problem": _object(
            ["type", "title"],
            type=types, title=text, status={"type": "integer"}, detail=text, instance=text,
            errors={"type": "array", "items": anything},
        ),
        "EPCISDocument": _object(
            ["@context", "type", "schemaVersion", "creationDate", "epcisBody"],
            **{
                "@context": {}, "type": {"type": "string", "enum": ["EPCISDocument", "EPCISQueryDocument"]},
                "schemaVersion": {"type": "string", "enum": ["2.0"]}, "creationDate": time, "epcisBody": anything,
            },
        ),
        "EPCISQueryDocument": _object(
            ["@context", "type", "epcisBody"],
            **{
                "@context": {}, "type": {"type": "string", "enum": ["EPCISQueryDocument"]}, "schemaVersion": text,
                "creationDate": time, "epcisBody": _object(["queryResults"], queryResults=anything),
            },
        ),
        "Event": _object(
            ["@context", "type", "eventTime", "eventTimeZoneOffset"],
            **{"@context": {}, "type": text, "eventTime": time, "eventTimeZoneOffset": text},
        ),
        "CaptureJob": _object(
            ["captureID", "createdAt", "running", "success", "captureErrorBehaviour", "errors"],
            captureID=text, createdAt=time, finishedAt=time, running=truth, success=truth,
            captureErrorBehaviour={"type": "string", "enum": ["rollback", "proceed"]},
            errors={"type": "array", "items": {"$ref": "#/components/schemas/Problem"}},
        ),
        "NamedQuery": _object(["name", "query"], name=name, query=anything, createdAt=time),
        "Subscription": _object(
            ["subscriptionID", "queryName", "dest", "createdAt"],
            subscriptionID=text, queryName=text, dest=text, createdAt=time, reportIfEmpty=truth, stream=truth,
            schedule=schedule, initialRecordTime=time, lastNotifiedAt=time,
        ),
        "SubscriptionWish": {
            **_object(
                ["dest"],
                dest={"type": "string", "minLength": 1, "maxLength": 400}, signatureToken={**text, "maxLength": 400},
                reportIfEmpty=truth, stream={"type": "boolean", "enum": [True]}, schedule=schedule,
                initialRecordTime=time,
            ),
            "oneOf": [{"required": ["stream"]}, {"required": ["schedule"]}],
        },
    }  # fmt: skip
