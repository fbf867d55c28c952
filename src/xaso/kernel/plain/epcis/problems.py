"""What is wrong with a document or a request, in the standard's words (EPCIS 2.0, REST binding, problem details)."""

from __future__ import annotations

from dataclasses import dataclass

# Types of the standard's problem details with the status each is answered with.
VALIDATION = "epcisException:ValidationException"
QUERY_PARAMETER = "epcisException:QueryParameterException"
TOO_LARGE = "epcisException:CaptureLimitExceededException"
MEDIA_TYPE = "epcisException:UnsupportedMediaTypeException"
EXISTS = "epcisException:ResourceAlreadyExistsException"
STATUS: dict[str, int] = {
    VALIDATION: 400,
    QUERY_PARAMETER: 400,
    "epcisException:SubscriptionControlsException": 400,
    "epcisException:SecurityException": 403,
    "epcisException:NoSuchNameException": 404,
    "epcisException:NoSuchResourceException": 404,
    "epcisException:NoSuchSubscriptionException": 404,
    "epcisException:NotAcceptableException": 406,
    EXISTS: 409,
    TOO_LARGE: 413,
    "epcisException:QueryTooLargeException": 413,
    "epcisException:QueryTooComplexException": 413,
    "epcisException:URITooLongException": 414,
    MEDIA_TYPE: 415,
    "epcisException:ImplementationException": 500,
    "epcisException:NotImplementedException": 501,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    ``pointer`` is the JSON pointer inside the event (or inside the document, where ``event`` is None), ``vi`` and
    ``en`` say what is wrong and what to do, ``type`` is the standard's problem type, ``layer`` which check found it:
    syntax, schema, vocabulary or meaning. ``event`` counts the document's events from 0.
    """

    pointer: str
    vi: str
    en: str
    type: str = VALIDATION
    event: int | None = None
    layer: str = "schema"

    @property
    def status(self) -> int:
        """The HTTP status of this type."""
        return STATUS[self.type]

    @property
    def document_pointer(self) -> str:
        """The pointer from the document's root, for an EPCISDocument."""
        return self.pointer if self.event is None else f"/epcisBody/eventList/{self.event}{self.pointer}"

    def details(self) -> dict[str, object]:
        """The body of a problem answer (RFC 7807)."""
        title = "Document is not valid" if self.type == VALIDATION else self.en
        return {
            "type": self.type,
            "title": title,
            "status": self.status,
            "detail": f"{self.en} · {self.vi}",
            "instance": self.document_pointer,
        }


class ReadError(ValueError):
    """A document that cannot be read at all: broken, forbidden constructs, too large, wrong kind."""

    def __init__(self, vi: str, en: str, type: str = VALIDATION, pointer: str = "") -> None:
        super().__init__(en)
        self.problem = Problem(pointer, vi, en, type, layer="syntax")


def pointer(*parts: str | int) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
