"""/capture: documents in, jobs out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.epcis import write_event_json, write_event_xml
from xaso.services.trace.actions.store import PROCEED, ROLLBACK, Sent, begin_capture, capture_one
from xaso.services.trace.models import CaptureJob
from xaso.services.trace.rest.answers import Failure, answer, is_xml
from xaso.services.trace.rest.entrance import Call, absolute
from xaso.services.trace.rest.tokens import make_token, next_link, per_page, read_token


def begin(call: Call) -> HttpResponse:
    """POST /capture."""
    behaviour = call.request.headers.get("GS1-Capture-Error-Behaviour", ROLLBACK.value)
    if behaviour not in {ROLLBACK.value, PROCEED.value}:
        raise Failure("ValidationException", 400, "GS1-Capture-Error-Behaviour is rollback or proceed")
    job = begin_capture(
        call.viewer,
        unit_path=call.unit_path,
        sent=sent(call),
        behaviour=behaviour,
        enterprise=call.enterprise(),
    )
    where = absolute(f"/capture/{job.pk}")
    return HttpResponse(status=202, headers={"Location": where, "GS1-Capture-Error-Behaviour": behaviour})


def sent(call: Call) -> Sent:
    """The body, read no further than it may be long. Raises Failure 413, 415."""
    content_type = call.request.headers.get("Content-Type", "")
    if not content_type:
        raise Failure("UnsupportedMediaTypeException", 415, "Send application/json or application/xml")
    most = settings.XASO_EPCIS_MAX_BYTES
    told = call.request.headers.get("Content-Length") or "0"
    if told.isdigit() and int(told) > most:
        raise _too_large()
    environ: Any = call.request.META
    chunked = "chunked" in call.request.headers.get("Transfer-Encoding", "").lower()
    stream = environ["wsgi.input"] if chunked and "wsgi.input" in environ else call.request
    parts: list[bytes] = []
    size = 0
    while size <= most:
        part = stream.read(min(1 << 20, most + 1 - size))
        if not part:
            return Sent(b"".join(parts), content_type)
        parts.append(part)
        size += len(part)
    raise _too_large()


def _too_large() -> Failure:
    most = settings.XASO_EPCIS_MAX_BYTES
    return Failure(
        "CaptureLimitExceededException",
        413,
        f"At most {most:,} bytes and {settings.XASO_EPCIS_MAX_EVENTS:,} events at once · Hãy chia thành nhiều phần.",
        {
            "GS1-EPCIS-Capture-Limit": str(settings.XASO_EPCIS_MAX_EVENTS),
            "GS1-EPCIS-Capture-File-Size-Limit": str(most),
            "Connection": "close",
        },
    )


def one_event(call: Call) -> HttpResponse:
    """POST /events: one event, stored before the answer."""
    event, context, row = capture_one(
        call.viewer, unit_path=call.unit_path, sent=sent(call), enterprise=call.enterprise()
    )
    shown = {**event, "eventID": row.event_id}
    content = (
        write_event_xml(shown, context) if is_xml(call.content_type) else write_event_json(shown, context)
    )
    where = absolute(f"/events/{quote(row.event_id, safe='')}")
    return HttpResponse(content, status=201, content_type=call.content_type, headers={"Location": where})


def jobs(call: Call) -> HttpResponse:
    """GET /capture: the client's own jobs, the latest first."""
    position, _ = read_token(call, "capture")
    rows = _own(call.viewer).order_by("-pk").defer("payload")
    limit = per_page(call)
    if position is not None:
        rows = rows.filter(pk__lt=UUID(position[0]))  # keys grow with time
    found = list(rows[: limit + 1])
    response = answer([shown_job(one) for one in found[:limit]], call.content_type, root="EPCISCaptureJobs")
    if len(found) > limit:
        token, until = make_token(call, "capture", [str(found[limit - 1].pk)], None)
        response["Link"], response["GS1-Next-Page-Token-Expires"] = next_link(call, token), until
    return response


def job(call: Call, capture_id: str) -> HttpResponse:
    """GET /capture/{captureID}."""
    try:
        key = UUID(capture_id)
    except ValueError:
        raise Failure("NoSuchNameException", 404) from None
    found = _own(call.viewer).filter(pk=key).defer("payload").first()
    if found is None:
        raise Failure("NoSuchNameException", 404)
    headers = {"GS1-Capture-Error-Behaviour": found.behaviour}
    return answer(shown_job(found), call.content_type, root="EPCISCaptureJob", headers=headers)


def _own(viewer: Viewer) -> Any:
    return CaptureJob.objects.filter(viewer.scope("trace.capture"), account_id=viewer.account_id)


def shown_job(one: CaptureJob) -> dict[str, Any]:
    """A job as the standard tells it."""
    told: dict[str, Any] = {
        "captureID": str(one.pk),
        "createdAt": one.created_at.isoformat(timespec="milliseconds"),
        "running": one.running,
        "success": one.success,
        "captureErrorBehaviour": one.behaviour,
        "errors": one.errors,
    }
    if one.finished_at is not None:
        told["finishedAt"] = one.finished_at.isoformat(timespec="milliseconds")
    return told
