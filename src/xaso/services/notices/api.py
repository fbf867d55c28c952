"""Messages for other systems: approved templates, live, team and test keys, jobs, statuses, call-backs."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Header, Query, Router
from pydantic import AfterValidator, BaseModel

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.base.once import once
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.messages.models import MailingTemplate
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth, viewer_for_token
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.plain.text import storable
from xaso.services.notices import callbacks
from xaso.services.notices.actions import outside as actions
from xaso.services.notices.models import ApiJob, ApiMessage
from xaso.services.notices.queries import outside as queries

router = Router()
PAGE = 100
Channel = Literal["sms", "zalo", "email"]


Text = Annotated[str, AfterValidator(storable)]


class AnyKey(MachineAuth):
    """A live, team or test key. Each request counts against the client's bucket: 429 when it is empty."""

    def __init__(self) -> None:
        super().__init__("")

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """401 without a good token, 403 without any of the three scopes, 429 over the limit."""
        found = viewer_for_token(token)
        if found is None:
            return None
        scope = next((one for one in queries.SCOPES if one in found[0].scopes), "")
        if not scope:
            raise Forbidden("Hệ thống gọi chưa được cấp phạm vi gửi tin.")
        viewer = MachineAuth(scope).authenticate(request, token)
        if viewer is not None:
            actions.spend_request(viewer)
        return viewer


KEY = AnyKey()
ONCE = Header("", alias="Idempotency-Key", max_length=200)


class MessageIn(BaseModel):
    """A message to send: an approved template, a channel, an address, and what fills the text."""

    template: Text = Field(max_length=80, examples=["notices.lich_tiem"])
    channel: Channel
    to: Text = Field(max_length=200, examples=["0912345678"])
    name: Text = Field("", max_length=150)
    data: dict[Annotated[Text, Field(max_length=60)], Annotated[Text, Field(max_length=1000)]] = Field(
        default_factory=dict, max_length=40
    )
    reference: Text = Field("", max_length=100)


class MessageOut(BaseModel):
    """A message and what became of it."""

    id: UUID
    template: str
    template_version: int
    channel: str
    key: str
    status: str
    reason: str
    reference: str
    body: str
    created_at: str
    completed_at: str | None


def shown(row: ApiMessage) -> MessageOut:
    """The outward form of a message."""
    return MessageOut(
        id=row.pk,
        template=row.template.key,
        template_version=row.template.version,
        channel=row.channel,
        key=row.key_kind,
        status=row.status,
        reason=row.error,
        reference=row.reference,
        body=str(row.body),
        created_at=row.created_at.astimezone(VIETNAM).isoformat(),
        completed_at=row.done_at.astimezone(VIETNAM).isoformat() if row.done_at else None,
    )


def _once(viewer: Viewer, what: str, key: str, content: Any, make: Any) -> tuple[str, bool]:
    """The id of what was made; the same key of the same client answers the first. Raises Conflict."""
    if not key:
        return str(make()), True
    digest = hashlib.sha256(key.encode()).hexdigest()
    found, fresh = once(
        f"notices.{what}", f"{viewer.account_id}:{digest}", lambda: str(make()), content=content
    )
    return str(found), fresh


@router.post("/messages", auth=KEY, response={201: MessageOut, 200: MessageOut})
def send(
    request: HttpRequest,
    body: MessageIn,
    idempotency_key: Text = ONCE,
) -> tuple[int, MessageOut]:
    """Send one message. The same ``Idempotency-Key`` answers the same message (200); other content with it is 409."""
    viewer = viewer_in(request)
    made, fresh = _once(
        viewer,
        "message",
        idempotency_key,
        body.model_dump(),
        lambda: actions.send_message(viewer, **body.model_dump()).pk,
    )
    return (201 if fresh else 200), shown(queries.message_of(viewer, UUID(made)))


class MessagesOut(BaseModel):
    """A page of messages, newest first; ``next`` is the ``before`` of the next page, empty at the end."""

    messages: list[MessageOut]
    next: str


@router.get("/messages", auth=KEY, response=MessagesOut)
def listed(
    request: HttpRequest,
    status: Annotated[Text, Query(max_length=20)] = "",
    reference: Annotated[Text, Query(max_length=100)] = "",
    before: UUID | None = None,
) -> MessagesOut:
    """One's own messages, of a status or a reference."""
    rows = queries.messages_of(viewer_in(request)).order_by("-pk")
    if status:
        rows = rows.filter(status=status)
    if reference:
        rows = rows.filter(reference=reference)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    more = str(found[PAGE - 1].pk) if len(found) > PAGE else ""
    return MessagesOut(messages=[shown(row) for row in found[:PAGE]], next=more)


@router.get("/messages/{message_id}", auth=KEY, response=MessageOut)
def read(request: HttpRequest, message_id: UUID) -> MessageOut:
    """One of one's own messages."""
    return shown(queries.message_of(viewer_in(request), message_id))


class JobIn(BaseModel):
    """Many messages of one template. ``csv``: the first line names the columns; "to" is the address, "name" and
    "reference" are optional, every other column fills the text."""

    template: Text = Field(max_length=80)
    channel: Channel
    name: Text = Field("", max_length=150)
    csv: Text = Field(max_length=4_000_000, examples=["to,name,ngay\n0912345678,Giàng A Páo,22/11"])


class JobOut(BaseModel):
    """A job, and how many of its messages stand where."""

    id: UUID
    template: str
    key: str
    name: str
    count: int
    created_at: str
    statuses: dict[str, int]


def job_shown(job: ApiJob) -> JobOut:
    """The outward form of a job."""
    return JobOut(
        id=job.pk,
        template=job.template.key,
        key=job.key_kind,
        name=job.name,
        count=job.count,
        created_at=job.created_at.astimezone(VIETNAM).isoformat(),
        statuses=queries.statuses_of(job),
    )


def _rows(text: str) -> list[dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), strict=True)
        rows = [
            {str(key).strip(): str(value or "").strip() for key, value in row.items() if key is not None}
            for row in reader
        ]
    except csv.Error as error:
        raise ActionError("Không đọc được CSV: kiểm tra dấu phẩy và dấu ngoặc kép.", "csv") from error
    if not rows or "to" not in rows[0]:
        raise ActionError("Dòng đầu của CSV phải có cột “to”.", "csv")
    return rows


@router.post("/jobs", auth=KEY, response={201: JobOut, 200: JobOut})
def send_many(
    request: HttpRequest,
    body: JobIn,
    idempotency_key: Text = ONCE,
) -> tuple[int, JobOut]:
    """Send a sheet. With a bad line nothing is sent; the answer (422) names each bad line."""
    viewer = viewer_in(request)
    made, fresh = _once(
        viewer,
        "job",
        idempotency_key,
        body.model_dump(),
        lambda: (
            actions.send_job(
                viewer, template=body.template, channel=body.channel, name=body.name, rows=_rows(body.csv)
            ).pk
        ),
    )
    return (201 if fresh else 200), job_shown(queries.job_of(viewer, UUID(made)))


@router.get("/jobs/{job_id}", auth=KEY, response=JobOut)
def job(request: HttpRequest, job_id: UUID) -> JobOut:
    """One of one's own jobs."""
    return job_shown(queries.job_of(viewer_in(request), job_id))


class TemplateOut(BaseModel):
    """A text that may be used, with the names that data must fill."""

    key: str
    version: int
    title: str
    subject: str
    body: str
    sms: str
    variables: list[str]


def template_shown(row: MailingTemplate) -> TemplateOut:
    """The outward form of a template."""
    wording = Wording.from_json(row.wording)
    return TemplateOut(
        key=row.key,
        version=row.version,
        title=row.title,
        subject=wording.subject,
        body=wording.body,
        sms=wording.sms,
        variables=sorted(wording.variables),
    )


@router.get("/templates", auth=KEY, response=list[TemplateOut])
def templates(request: HttpRequest) -> list[TemplateOut]:
    """The approved texts of one's unit and of those above it."""
    return [template_shown(row) for row in queries.templates_for(viewer_in(request))]


class CallbackIn(BaseModel):
    """Where to be told of statuses: a public https address."""

    url: Text = Field(max_length=300, examples=["https://vidu.gov.vn/tin"])


class CallbackOut(BaseModel):
    """The address, and the secret by which calls are signed (Standard Webhooks); it is shown once."""

    url: str
    secret: str


@router.put("/callback", auth=KEY, response=CallbackOut)
def keep_callback(request: HttpRequest, body: CallbackIn) -> CallbackOut:
    """Be told of each change of status. Setting it again changes the secret."""
    row, secret = callbacks.keep_callback(viewer_in(request), url=body.url)
    return CallbackOut(url=row.url, secret=secret)


@router.delete("/callback", auth=KEY, response={204: None})
def end_callback(request: HttpRequest) -> tuple[int, None]:
    """Be told no more."""
    callbacks.end_callback(viewer_in(request))
    return 204, None
