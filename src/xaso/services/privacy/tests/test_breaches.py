"""Breaches: 72 hours from noticing, the reason of being late, reminders once each."""

from datetime import timedelta

import pytest

from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.messages.models import Message
from xaso.kernel.people.testing import officer, officer_account
from xaso.kernel.plain.moment import now
from xaso.services.privacy import actions, queries
from xaso.services.privacy.tests.conftest import COMMUNE

pytestmark = pytest.mark.django_db
FACTS = {"title": "Mất máy tính", "story": "Mất trên đường", "data_kinds": "Bản quét", "must_notify": True}


def test_the_clock_the_notice_and_the_end():
    leader = officer("leader", COMMUNE)
    row = actions.record_breach(
        leader, unit_path=COMMUNE, noticed_at=now() - timedelta(hours=10), facts=FACTS
    )
    assert row.due_at - row.noticed_at == timedelta(hours=72)
    with pytest.raises(Conflict):
        actions.close_breach(leader, breach_id=row.pk)
    with pytest.raises(ActionError, match="lý do chậm"):
        actions.notify_breach(leader, breach_id=row.pk, number="12/UBND", at=row.due_at + timedelta(hours=1))
    actions.notify_breach(leader, breach_id=row.pk, number="12/UBND", at=now())
    actions.tell_people(leader, breach_id=row.pk)
    actions.close_breach(leader, breach_id=row.pk)
    with pytest.raises(Conflict):
        actions.record_breach(leader, unit_path=COMMUNE, noticed_at=now(), facts=FACTS, breach_id=row.pk)


def test_only_those_who_handle_breaches_of_the_unit():
    row = actions.record_breach(officer("leader", COMMUNE), unit_path=COMMUNE, noticed_at=now(), facts=FACTS)
    with pytest.raises(Forbidden):
        actions.record_breach(
            officer("specialist", COMMUNE), unit_path=COMMUNE, noticed_at=now(), facts=FACTS
        )
    assert list(queries.breaches(officer("leader", "15/02680/"))) == []
    assert list(queries.breaches(officer("leader", COMMUNE))) == [row]


def test_each_reminder_goes_once_to_those_of_the_unit():
    here, beside = officer_account("leader", COMMUNE), officer_account("leader", "15/02680/")
    actions.record_breach(
        officer("leader", COMMUNE), unit_path=COMMUNE, noticed_at=now() - timedelta(hours=60), facts=FACTS
    )
    from xaso.services.privacy.actions.breaches import remind_of_breaches

    for _ in range(2):
        remind_of_breaches()
    sent = Message.objects.filter(template__key="privacy.breach_reminder")
    assert sent.filter(account=here).count() == 1
    assert not sent.filter(account=beside).exists()
