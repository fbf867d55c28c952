"""Reads about messages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.messages.actions import mine
from xaso.kernel.messages.models import Message, MessageTemplate, QuietHours, Wishes
from xaso.kernel.messages.rules import in_force, loud_at
from xaso.kernel.messages.wording import CHANNELS
from xaso.kernel.people.viewer import Viewer


def inbox(viewer: Viewer) -> QuerySet[Message]:
    """The viewer's own messages, newest first."""
    return (
        Message.objects.filter(mine(viewer), in_inbox=True).select_related("template").order_by("-created_at")
    )


def unread_count(viewer: Viewer) -> int:
    """How many of them are unread."""
    return inbox(viewer).filter(read_at__isnull=True).count()


def messages_about(viewer: Viewer, record_id: UUID, right: str) -> list[Message]:
    """Messages about a record, for its page; the caller names the right that lets one see the record."""
    rows = (
        Message.objects.filter(record_id=record_id).select_related("template").prefetch_related("dispatches")
    )
    return [row for row in rows.order_by("-created_at")[:100] if viewer.can(right, row.unit_path)]


def failures(viewer: Viewer) -> QuerySet[Message]:
    """Messages that reached nobody, in the units that this operator looks after."""
    rows = Message.objects.filter(viewer.scope("messages.operate", "unit_path"), state=Message.State.FAILED)
    return rows.select_related("template").prefetch_related("dispatches").order_by("-created_at")


def open_counts(viewer: Viewer) -> dict[str, int]:
    """How many messages wait and how many failed, in the operator's units: both stand in small indexes."""
    rows = Message.objects.filter(viewer.scope("messages.operate", "unit_path"))
    return {
        "waiting": rows.filter(state=Message.State.WAITING).count(),
        "failed": rows.filter(state=Message.State.FAILED).count(),
    }


def masked_contact(message: Message) -> str:
    """Where a message went, recognisable to the one who knows it only."""
    contact: dict[str, Any] = message.contact
    parts = [mask_phone(contact["phone"])] if contact.get("phone") else []
    if contact.get("email"):
        name, _, domain = contact["email"].partition("@")
        parts.append(f"{name[:1]}***@{domain}")
    return " · ".join(parts) or "không có địa chỉ"


def wishes_of(viewer: Viewer) -> tuple[list[str], list[str]]:
    """A citizen's order of channels and those refused."""
    row = Wishes.objects.filter(person_id=viewer.person_id).first() if viewer.person_id else None
    order = [channel for channel in (row.order if row else ()) if channel in CHANNELS]
    return order + [channel for channel in CHANNELS if channel not in order], list(row.refused if row else ())


def templates_in_force() -> QuerySet[MessageTemplate]:
    """Every template's present version, by service and title."""
    return MessageTemplate.objects.filter(valid_to__isnull=True).order_by("service", "title")


def template_versions(key: str) -> QuerySet[MessageTemplate]:
    """All versions of a template, newest first."""
    return MessageTemplate.objects.filter(key=key).order_by("-version")


def quiet_rows() -> QuerySet[QuietHours]:
    """All quiet hours, newest first."""
    return QuietHours.objects.order_by("unit_path", "-valid_from")


def quiet_until(channel: str, unit_path: str, moment: datetime) -> datetime | None:
    """When the quiet hours in which ``moment`` lies end, for a channel and unit; None when it is loud now."""
    rows = [
        row
        for row in QuietHours.objects.all()
        if channel in row.channels
        and unit_path.startswith(row.unit_path)
        and in_force(moment.date(), row.valid_from, row.valid_to)
    ]
    if not rows:
        return None
    nearest = max(rows, key=lambda row: (len(row.unit_path), row.valid_from))
    loud = loud_at(moment, nearest.start, nearest.end)
    return loud if loud > moment else None
