"""Answers of the standard's interface: problem details, collections, JSON or XML by what the client takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from lxml import etree

from xaso.kernel.plain.epcis import Problem
from xaso.kernel.plain.epcis.context import context_for_output

PROBLEM = "epcisException:"
TITLES = {
    "ValidationException": "Document is not valid",
    "QueryParameterException": "A query parameter is wrong",
    "SubscriptionControlsException": "The controls of the subscription are wrong",
    "SecurityException": "Access is not allowed",
    "NoSuchNameException": "There is no such resource",
    "NotAcceptableException": "No such representation can be given",
    "ResourceAlreadyExistsException": "The resource exists already",
    "CaptureLimitExceededException": "The capture is too large",
    "QueryTooLargeException": "The answer would be too large",
    "QueryTooComplexException": "The question is too complex",
    "URITooLongException": "The address is too long",
    "UnsupportedMediaTypeException": "This content type is not taken",
    "ImplementationException": "The server could not do this",
}
JSON_TYPES = ("application/json", "application/ld+json")
XML_TYPES = ("application/xml", "text/xml")
_EPCIS = "urn:epcglobal:epcis:xsd:2"
_BAD = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Failure(Exception):
    """What ends a request: the standard's exception, the status, and what to say."""

    def __init__(
        self, name: str, status: int, detail: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.name, self.status, self.detail = name, status, detail
        self.headers = dict(headers or {})
        self.problems: list[Problem] = []


def failure_of(problems: Sequence[Problem]) -> Failure:
    """The failure that several problems make: the first says which, all of them stand in the answer."""
    first = problems[0]
    made = Failure(first.type.partition(":")[2], first.status, f"{first.en} · {first.vi}")
    made.problems = list(problems)
    return made


def problem(request: HttpRequest, failure: Failure) -> HttpResponse:
    """Problem details (RFC 7807), as XML for who takes nothing else."""
    body: dict[str, Any] = {
        "type": PROBLEM + failure.name,
        "title": TITLES.get(failure.name, failure.name),
        "status": failure.status,
        "detail": failure.detail or TITLES.get(failure.name, failure.name),
    }
    if failure.problems:
        body["instance"] = failure.problems[0].document_pointer or "/"
        body["errors"] = [one.details() for one in failure.problems[:100]]
    if prefers_xml(request):
        root = etree.Element("problem", nsmap={None: "urn:ietf:rfc:7807"})
        _fill(root, body)
        content, kind = (
            etree.tostring(root, xml_declaration=True, encoding="UTF-8"),
            "application/problem+xml",
        )
    else:
        content, kind = orjson.dumps(body), "application/problem+json"
    return HttpResponse(content, status=failure.status, content_type=kind, headers=failure.headers)


def accepted(request: HttpRequest) -> list[tuple[float, str]]:
    """What the client takes, the most wished for first."""
    found = []
    for place, part in enumerate((request.headers.get("Accept") or "*/*").split(",")):
        media, *rest = (one.strip() for one in part.split(";"))
        weight = 1.0
        for one in rest:
            if one.startswith("q="):
                try:
                    weight = float(one[2:])
                except ValueError:
                    weight = 0.0
        if weight > 0 and media:
            found.append((-weight, place, media.lower()))
    return [(-weight, media) for weight, _, media in sorted(found)]


def prefers_xml(request: HttpRequest) -> bool:
    """Whether XML comes before JSON in what the client takes."""
    for _, media in accepted(request):
        if media in XML_TYPES or media == "application/problem+xml":
            return True
        if media in JSON_TYPES or media in {"*/*", "application/*", "application/problem+json"}:
            return False
    return False


def negotiated(request: HttpRequest) -> str:
    """The content type to answer with. Raises Failure 406 for a client that takes neither JSON nor XML."""
    for _, media in accepted(request):
        if media in {"*/*", "application/*"}:
            return JSON_TYPES[0]
        if media in JSON_TYPES or media in XML_TYPES:
            return media
        if media == "text/*":
            return "text/xml"
    raise Failure(
        "NotAcceptableException",
        406,
        "Answers are application/json, application/ld+json or application/xml · Trả lời bằng JSON hoặc XML.",
    )


def is_xml(content_type: str) -> bool:
    """Whether a negotiated content type is XML."""
    return content_type in XML_TYPES


def collection(members: Sequence[str], prefixes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON-LD collection of words or addresses."""
    return {"@context": context_for_output(prefixes or {}), "type": "Collection", "member": list(members)}


def answer(
    body: Any, content_type: str, *, root: str = "Collection", status: int = 200, headers: Any = None
) -> HttpResponse:
    """A body as JSON, or as plain XML under an element named ``root``."""
    if not is_xml(content_type):
        return HttpResponse(orjson.dumps(body), status=status, content_type=content_type, headers=headers)
    top = etree.Element(f"{{{_EPCIS}}}{root}", nsmap={"epcis": _EPCIS})
    if isinstance(body, list):
        for one in body:
            _fill(etree.SubElement(top, "item"), one)
    else:
        _fill(top, {key: value for key, value in body.items() if key != "@context"})
    content = etree.tostring(top, xml_declaration=True, encoding="UTF-8")
    return HttpResponse(content, status=status, content_type=content_type, headers=headers)


def _fill(element: etree._Element, value: Any) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            for part in one if isinstance(one, list) else (one,):
                _fill(_child(element, key), part)
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    elif value is not None:
        element.text = _BAD.sub("�", str(value))


def _child(element: etree._Element, key: str) -> etree._Element:
    """A child named by a key; a key that XML cannot name becomes an attribute of a neutral element."""
    if re.fullmatch(r"[A-Za-z_][\w.-]*", key):
        return etree.SubElement(element, key)
    made = etree.SubElement(element, "parameter")
    made.set("name", _BAD.sub("�", key))
    return made
