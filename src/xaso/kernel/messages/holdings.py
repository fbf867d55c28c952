"""What the messages area holds about one person."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.events import emit
from xaso.kernel.messages.models import Message, PushSubscription, Receiver
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

MOST = 2000
ERASED = "Nội dung đã xóa theo yêu cầu."


def about_person(person_id: UUID) -> Iterator[Holding]:
    """Every message to the person; those on their way are still running."""
    rows = Message.objects.filter(person_id=person_id).order_by("-created_at")[:MOST]
    for row in rows:
        if not row.contact and row.body == ERASED:
            continue
        yield Holding(
            "messages.message",
            str(row.pk),
            row.subject,
            row.created_at,
            {"Gửi tới": row.contact, "Nội dung": row.body, "Trạng thái": row.get_state_display()},
            erase=_eraser(row),
            group="Tin đã gửi cho tôi",
            running=row.state == Message.State.WAITING,
        )
    yield from mailings_about(person_id)


def mailings_about(person_id: UUID) -> Iterator[Holding]:
    """Every mailing that was meant for the person, and browsers that take notices for them."""
    rows = (
        Receiver.objects.filter(person_id=person_id).select_related("mailing").order_by("-created_at")[:MOST]
    )
    for row in rows:
        if not row.facts:
            continue
        yield Holding(
            "messages.mailing",
            str(row.pk),
            row.mailing.title,
            row.created_at,
            {"Gửi tới": row.facts, "Trạng thái": row.get_state_display()},
            erase=_receiver_eraser(row),
            group="Tin đã gửi cho tôi",
            running=row.mailing.state in ("approval", "scheduled", "running"),
        )
    for one in PushSubscription.objects.filter(person_id=person_id, ended_at__isnull=True):
        yield Holding(
            "messages.push",
            str(one.pk),
            "Trình duyệt nhận thông báo",
            one.created_at,
            {"Nhận tin của đơn vị": one.unit_path},
            erase=_browser_eraser(one),
            group="Tin đã gửi cho tôi",
        )


def _receiver_eraser(row: Receiver) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        row.facts, row.call_note = {}, ""
        row.save(update_fields=["facts", "call_note"])
        emit("messages.erased", record=row, unit_path=row.mailing.unit_path, viewer=viewer)
        return 1

    return erase


def _browser_eraser(row: PushSubscription) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        row.subscription, row.ended_at, row.ended_why = {}, now(), "xóa theo yêu cầu"
        row.save(update_fields=["subscription", "ended_at", "ended_why"])
        emit("messages.erased", record=row, unit_path=row.unit_path, viewer=viewer)
        return 1

    return erase


def _eraser(row: Message) -> Callable[[Viewer], int]:
    def erase(viewer: Viewer) -> int:
        row.contact, row.data, row.subject, row.body = {}, {}, "Tin đã xóa", ERASED
        row.save(update_fields=["contact", "data", "subject", "body"])
        emit("messages.erased", record=row, unit_path=row.unit_path, viewer=viewer)
        return 1

    return erase
