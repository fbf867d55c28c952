"""A breach from noticing to closing; the 72 hours, the notice, the reminders."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account, RoleRight
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.services.privacy import rules
from xaso.services.privacy.models import Breach
from xaso.services.privacy.queries import BREACHES, waiting_breaches

FACTS = ("title", "story", "data_kinds", "people_count", "harm", "measures", "happened_at", "must_notify")


@action
def record_breach(
    viewer: Viewer,
    *,
    unit_path: str,
    noticed_at: datetime,
    facts: dict[str, Any],
    breach_id: UUID | None = None,
) -> Breach:
    """Write down a violation, or what is known of it now; the 72 hours run from when it was noticed."""
    viewer.must(BREACHES, unit_path)
    if noticed_at > now():
        raise ActionError("Lúc phát hiện không thể ở tương lai.", "noticed_at")
    row = (
        _locked(viewer, breach_id)
        if breach_id
        else Breach(unit_path=unit_path, legal_basis=rules.NOTIFY_BASIS)
    )
    row.noticed_at, row.due_at = noticed_at, rules.notify_by(noticed_at)
    for name in FACTS:
        if name in facts:
            value = facts[name]
            setattr(row, name, nfc(value) if isinstance(value, str) else value)
    row.save()
    emit(
        "privacy.breach_recorded",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"again": bool(breach_id)},
    )
    return row


def _locked(viewer: Viewer, breach_id: UUID) -> Breach:
    row = Breach.objects.select_for_update().filter(viewer.scope(BREACHES), pk=breach_id).first()
    if row is None:
        raise NotFound("Không tìm thấy vi phạm này.")
    if row.closed_at is not None:
        raise Conflict("Vi phạm này đã khép lại, không sửa được nữa.")
    return row


@action
def notify_breach(
    viewer: Viewer, *, breach_id: UUID, number: str, at: datetime, late_reason: str = ""
) -> Breach:
    """The specialised authority was told, by which paper; after the 72 hours the reason of being late is needed."""
    row = _locked(viewer, breach_id)
    if not number.strip():
        raise ActionError("Nhập số văn bản đã gửi.", "number")
    if at > row.due_at and not late_reason.strip():
        raise ActionError("Đã quá 72 giờ. Ghi lý do chậm, luật yêu cầu nêu trong thông báo.", "late_reason")
    row.notified_at, row.notice_number, row.late_reason = at, nfc(number).strip()[:60], nfc(late_reason)[:400]
    row.save(update_fields=["notified_at", "notice_number", "late_reason"])
    data = {"in_time": at <= row.due_at}
    emit("privacy.breach_notified", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    return row


@action
def tell_people(viewer: Viewer, *, breach_id: UUID) -> Breach:
    """The people concerned were told."""
    row = _locked(viewer, breach_id)
    row.people_told_at = row.people_told_at or now()
    row.save(update_fields=["people_told_at"])
    emit("privacy.breach_told", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def close_breach(viewer: Viewer, *, breach_id: UUID) -> Breach:
    """Everything owed is done. Raises Conflict while the notice is still owed."""
    row = _locked(viewer, breach_id)
    if row.must_notify and row.notified_at is None:
        raise Conflict("Chưa thông báo cơ quan chuyên trách nên chưa khép lại được.")
    row.closed_at = now()
    row.save(update_fields=["closed_at"])
    emit("privacy.breach_closed", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


def remind_of_breaches() -> None:
    """The job: who handles breaches in a unit is reminded before the 72 hours are over, and when they are."""
    for row in waiting_breaches(now()):
        _remind(Viewer.system(), row=row)


@action
def _remind(viewer: Viewer, *, row: Breach) -> None:
    """Tell those who handle breaches of the unit, once for each reminder whose time has come."""
    due = rules.reminders_due(row.due_at, now(), row.reminded)
    if not due:
        return
    left = rules.hours_left(row.due_at, now())
    words = f"còn {left} giờ" if left >= 0 else "đã quá hạn"
    roles = RoleRight.objects.filter(right=BREACHES).values_list("role_id", flat=True)
    people = Account.objects.filter(
        is_active=True, grants__role_id__in=list(roles), grants__valid_to__isnull=True
    ).distinct()
    for account in people:
        if not any(row.unit_path.startswith(grant.unit_path) for grant in account.grants.all()):
            continue
        send(
            viewer,
            "privacy.breach_reminder",
            to=account,
            data={"title": row.title, "due": stamp(row.due_at), "left": words},
            record=row,
            unit_path=row.unit_path,
            link=f"/desk/privacy/vi-pham/{row.pk}/",
            key=str(min(due)),
            urgent=True,
        )
    row.reminded = [*row.reminded, *due]
    row.save(update_fields=["reminded"])
