"""The demo's month: every state is there, and a second run does nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from xaso.kernel.messages.models import MailingTemplate, Receiver, Reply
from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain import moment
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import a_commune, a_hamlet
from xaso.services.notices.demo import fill
from xaso.services.notices.models import ApiMessage, HamletTask, Notice
from xaso.services.notices.tests.world import SYSTEM


def _accounts(commune: Unit) -> dict[str, Account]:
    accounts = {
        "vanthu": officer_account("clerk", commune.path, name="Phàn Thị Hoa"),
        "pct": officer_account("leader", commune.path, name="Giàng Thị Dung"),
    }
    for number in range(1, 14):
        hamlet = a_hamlet(commune, f"Thôn thử {number}")
        accounts[f"truongthon{number}"] = officer_account(
            "hamlet_head", hamlet.path, name=f"Trưởng thôn {number}"
        )
    return accounts


def test_a_month_is_told_once(db: Any) -> None:
    commune = a_commune("15/02728/")
    with moment.frozen("2025-08-01T08:00"):
        accounts = _accounts(commune)
    said: list[str] = []
    fill(SYSTEM, accounts=accounts, say=said.append)
    fill(SYSTEM, accounts=accounts, say=said.append)
    assert len(said) == 1
    states = Counter(Notice.objects.values_list("state", flat=True))
    assert states == {"sent": 6, "waiting": 1, "refused": 1, "draft": 1}
    works = Counter(HamletTask.objects.values_list("state", flat=True))
    assert works["accepted"] == 8
    assert works["returned"] == 1
    assert works["open"] > 10
    assert HamletTask.objects.filter(chased__gt=0).count() == 3
    assert Receiver.objects.filter(to_call=True).exists()
    assert Receiver.objects.filter(state="acknowledged").count() > 15
    assert Reply.objects.filter(handled_at__isnull=True).count() == 3
    assert set(ApiMessage.objects.values_list("key_kind", flat=True)) == {"test"}
    assert Counter(MailingTemplate.objects.values_list("state", flat=True)) == {"approved": 2, "submitted": 1}
