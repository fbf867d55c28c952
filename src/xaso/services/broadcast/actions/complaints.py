"""Complaints about loudspeakers: anybody writes, the officers of the station answer, contacts are forgotten."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound, TooMany
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.broadcast.models import Cluster, Station
from xaso.services.broadcast.models.complaints import Complaint

OPERATE = "broadcast.station"
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
AT_MOST_IN_AN_HOUR = 60
CONTACT_DAYS = 90


@action
def complain(
    viewer: Viewer,
    *,
    station: Station,
    cluster: Cluster | None,
    matter: str,
    text: str = "",
    contact: str = "",
) -> Complaint:
    """Keep what somebody tells about a loudspeaker; answers the row with its code. Raises ActionError, TooMany."""
    if matter not in Complaint.Matter.values:
        raise ActionError("Chọn loa bị làm sao", field="matter")
    if cluster is None and not text.strip():
        raise ActionError("Chọn loa ở trên, hoặc tả chỗ đặt loa", field="text")
    if cluster is not None and cluster.station_id != station.pk:
        raise ActionError("Chọn loa của đài này", field="cluster")
    with widened("how many complaints a station got within the hour"):
        lately = Complaint.objects.filter(station=station, created_at__gte=now() - timedelta(hours=1)).count()
    if lately >= AT_MOST_IN_AN_HOUR:
        raise TooMany(
            "Đài đang nhận rất nhiều phản ánh. Chờ một giờ rồi gửi lại, hoặc gọi Ủy ban nhân dân xã."
        )
    row = Complaint(
        station=station,
        cluster=cluster,
        unit_path=cluster.unit_path if cluster else station.unit_path,
        code="".join(secrets.choice(LETTERS) for _ in range(8)),
        matter=matter,
        text=nfc(text).strip()[:2000],
        contact=nfc(contact).strip()[:60] or None,
    )
    row.save(force_insert=True)
    emit(
        "broadcast.complained", record=row, unit_path=row.unit_path, viewer=viewer,
        data={"code": row.code, "matter": row.matter},
    )  # fmt: skip
    return row


@action
def answer_complaint(viewer: Viewer, *, complaint_id: UUID, answer: str) -> Complaint:
    """Write down what was done, once. Raises NotFound, Forbidden, Conflict, ActionError."""
    row = Complaint.objects.select_for_update().filter(pk=complaint_id).first()
    if row is None:
        raise NotFound("Không có phản ánh này.")
    viewer.must(OPERATE, row.unit_path)
    if not answer.strip():
        raise ActionError("Nhập việc đã làm", field="answer")
    if row.state == Complaint.State.ANSWERED:
        raise Conflict("Phản ánh này đã có câu trả lời.")
    row.answer, row.state, row.answered_at = nfc(answer).strip(), Complaint.State.ANSWERED, now()
    row.answered_by, row.answered_by_name = viewer.account_id, viewer.name
    row.save(update_fields=["answer", "state", "answered_at", "answered_by", "answered_by_name"])
    emit(
        "broadcast.complaint_answered", record=row, unit_path=row.unit_path, viewer=viewer,
        data={"code": row.code},
    )  # fmt: skip
    return row


@action
def forget_contacts(viewer: Viewer) -> int:
    """Forget how to reach those who wrote long ago; answers how many."""
    old = Complaint.objects.filter(created_at__lt=now() - timedelta(days=CONTACT_DAYS), contact__isnull=False)
    return old.update(contact=None)


def forget_contacts_daily() -> None:
    """The job of each night."""
    with transaction.atomic():
        forget_contacts(Viewer.system())
