"""When a mailing is over, when the next thing is due, and when addresses are forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from xaso.kernel.base.fields import seal
from xaso.kernel.events import emit
from xaso.kernel.messages.mass_filling import CONTEXT
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

KEEP_ADDRESSES = timedelta(days=180)

_OVER = """
SELECT m.id FROM messages_mailing m WHERE m.state = 'running'
AND NOT EXISTS (SELECT 1 FROM messages_sending s WHERE s.mailing_id = m.id
  AND s.state IN ('queued', 'retry', 'sending', 'unsure'))
AND NOT EXISTS (SELECT 1 FROM messages_receiver r WHERE r.mailing_id = m.id AND r.next_at IS NOT NULL)
FOR UPDATE OF m SKIP LOCKED
"""
_NEXT = """
SELECT least(
  (SELECT min(s.next_at) FROM messages_sending s JOIN messages_mailing m ON m.id = s.mailing_id
    WHERE m.state = 'running' AND s.state IN ('queued', 'retry', 'sending', 'unsure')
    AND NOT (m.waits ? s.channel)),
  (SELECT min((one.value ->> 'until')::timestamptz) FROM messages_mailing m, jsonb_each(m.waits) AS one
    WHERE m.state = 'running'),
  (SELECT min(r.next_at) FROM messages_receiver r JOIN messages_mailing m ON m.id = r.mailing_id
    WHERE m.state = 'running' AND r.next_at IS NOT NULL),
  (SELECT min(at) FROM messages_mailing WHERE state = 'scheduled'))
"""


@transaction.atomic
def finish(viewer: Viewer) -> int:
    """Mailings in which nothing more will happen are over; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER)
        over = [row[0] for row in cursor.fetchall()]
    for mailing in Mailing.objects.filter(pk__in=over):
        mailing.state, mailing.finished_at, mailing.waits = Mailing.State.FINISHED, now(), {}
        mailing.save(update_fields=["state", "finished_at", "waits"])
        data = {"mailing_id": str(mailing.pk), "receivers": mailing.receivers_count, "drill": mailing.drill}
        emit(
            "messages.mailing_finished", record=mailing, unit_path=mailing.unit_path, viewer=viewer, data=data
        )
    return len(over)


def next_due() -> datetime | None:
    """When the workers have something to do again; None when nothing waits."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        found: datetime | None = cursor.fetchone()[0]
    return found


def forget_addresses(limit: int = 20) -> int:
    """Names and addresses of mailings that ended long ago are blanked; figures stay. Answers how many mailings."""
    old = Mailing.objects.filter(finished_at__lt=now() - KEEP_ADDRESSES, erased_at__isnull=True)
    count = 0
    for mailing in old.order_by("finished_at")[:limit]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messages_receiver SET facts = %s, call_note = '' WHERE mailing_id = %s",
                [seal("{}", CONTEXT), mailing.pk],
            )
            Mailing.objects.filter(pk=mailing.pk).update(erased_at=now())
        count += 1
    return count


def scheduled_forgetting() -> None:
    """``forget_addresses`` for the schedule."""
    forget_addresses()
