"""Messages of other systems: read by the client that sent them, and counted for officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.messages.models import Mailing, MailingTemplate
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.models import ApiJob, ApiMessage
from xaso.services.notices.models.outside import KeyKind
from xaso.services.notices.queries.rights import APPROVE

# A client with several scopes uses the mildest: whoever tests never sends by mistake.
SCOPES = {
    "notices.api_test": KeyKind.TEST,
    "notices.api_team": KeyKind.TEAM,
    "notices.api_live": KeyKind.LIVE,
}


def kind_of(viewer: Viewer) -> KeyKind:
    """Which kind of key a client holds. Raises Forbidden for none."""
    for scope, kind in SCOPES.items():
        if viewer.can(scope):
            return kind
    raise Forbidden("Hệ thống gọi chưa được cấp phạm vi này.")


def templates_for(viewer: Viewer) -> QuerySet[MailingTemplate]:
    """Approved texts of the client's unit and of those above it."""
    path = viewer.unit_path
    above = ["", *(path[: at + 1] for at, char in enumerate(path) if char == "/")]
    rows = MailingTemplate.objects.filter(unit_path__in=above, state=MailingTemplate.State.APPROVED)
    return rows.order_by("key", "-unit_path")


def current_template(viewer: Viewer, key: str) -> MailingTemplate:
    """The version in force of a text, the nearest unit's first. Raises NotFound."""
    found = templates_for(viewer).filter(key=key).first()
    if found is None:
        raise NotFound("Không có mẫu đã duyệt mang khóa này. Lấy danh sách ở /templates.")
    return found


def messages_of(viewer: Viewer) -> QuerySet[ApiMessage]:
    """The client's own messages, newest first."""
    rows = ApiMessage.objects.filter(client_id=viewer.account_id).select_related("template")
    return rows.order_by("-created_at", "-pk")


def message_of(viewer: Viewer, message_id: UUID) -> ApiMessage:
    """One of them. Raises NotFound."""
    row = messages_of(viewer).filter(pk=message_id).first()
    if row is None:
        raise NotFound("Không có tin này.")
    return row


def job_of(viewer: Viewer, job_id: UUID) -> ApiJob:
    """One of the client's jobs. Raises NotFound."""
    row = ApiJob.objects.filter(client_id=viewer.account_id, pk=job_id).select_related("template").first()
    if row is None:
        raise NotFound("Không có đợt gửi này.")
    return row


def statuses_of(job: ApiJob) -> dict[str, int]:
    """How many messages of a job stand where; the caller let the viewer see the job."""
    rows = ApiMessage.objects.filter(job=job).values_list("status").annotate(n=Count("pk")).order_by("status")
    return dict(rows)


@dataclass(frozen=True)
class JobLine:
    """A job of another system at the desk."""

    job: ApiJob
    client: str
    waits: bool
    statuses: Sequence[tuple[str, int]]


def jobs_here(viewer: Viewer, most: int = 50) -> list[JobLine]:
    """Jobs of other systems in my units, newest first, those that wait for a person marked."""
    rows = list(
        ApiJob.objects.filter(viewer.scope(APPROVE))
        .select_related("client", "template")
        .order_by("-created_at")[:most]
    )
    waiting = set(
        Mailing.objects.filter(
            pk__in=[one.mailing_id for one in rows if one.mailing_id], state="approval"
        ).values_list("pk", flat=True)
    )
    labels = dict(ApiMessage.Status.choices)
    return [
        JobLine(
            one,
            one.client.name,
            one.mailing_id in waiting,
            [(str(labels[status]), number) for status, number in statuses_of(one).items()],
        )
        for one in rows
    ]
