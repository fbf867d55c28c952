"""A mailing is stopped, swept and written to at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from xaso.kernel.messages import mass, mass_noting
from xaso.kernel.messages.mass_models import Mailing, Receiver, Sending
from xaso.kernel.messages.mass_noting import Note
from xaso.kernel.messages.models import QuietHours
from xaso.kernel.messages.tests.mass_world import SYSTEM, begin, people
from xaso.kernel.plain.moment import now

MANY = 600
ROUNDS = 6


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What came of acts that begin together, each in a thread with a connection of its own."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            barrier.wait(10)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


def under_way() -> tuple[Mailing, list[Any]]:
    """A mailing whose every message is in flight, and their keys, the last first."""
    mailing = begin(people(*(f"0912{n:06d}" for n in range(MANY))), "sms", "email")
    rows = Sending.objects.filter(mailing=mailing)
    rows.update(state="sending", attempts=1, next_at=now() + timedelta(minutes=10))
    return mailing, list(rows.order_by("-receiver_id").values_list("pk", flat=True))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mailing_is_stopped_while_its_messages_come_back() -> None:
    QuietHours.objects.all().delete()
    for _ in range(ROUNDS):
        mailing, keys = under_way()
        ends = at_once(
            lambda pk=mailing.pk: mass.stop(SYSTEM, mailing_id=pk),
            lambda keys=keys: mass_noting.write([Note(key, "sent", provider_id="1") for key in keys]),
            lambda: mass_noting.time_passed(["sms", "email"]),
        )
        assert not [end for end in ends if isinstance(end, Exception)], ends
        mailing.refresh_from_db()
        assert mailing.state == Mailing.State.STOPPED
        assert Sending.objects.filter(mailing=mailing, state="sent").count() == MANY
        # Whoever had it already when the mailing was stopped has it; the others count as stopped.
        assert set(Receiver.objects.filter(mailing=mailing).values_list("state", flat=True)) <= {
            "sent",
            "stopped",
        }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_mailing_is_stopped_while_its_messages_fail() -> None:
    QuietHours.objects.all().delete()
    for _ in range(ROUNDS):
        mailing, keys = under_way()
        ends = at_once(
            lambda pk=mailing.pk: mass.stop(SYSTEM, mailing_id=pk),
            lambda keys=keys: mass_noting.write([Note(key, "failed", reason="Chặn") for key in keys]),
            lambda keys=keys[::-1]: mass_noting.write([Note(key, "failed", reason="Chặn") for key in keys]),
        )
        assert not [end for end in ends if isinstance(end, Exception)], ends
        assert Sending.objects.filter(mailing=mailing, state="failed").count() == MANY
        assert not Receiver.objects.filter(mailing=mailing, next_at__isnull=False).exists()
