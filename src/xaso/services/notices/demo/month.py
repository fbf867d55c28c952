"""What the demo needs at hand, and how its messages travel: the gateways' part is played by the demo itself."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.messages import mass_finishing, mass_noting
from xaso.kernel.messages.mass_noting import Note
from xaso.kernel.messages.models import Receiver, Sending
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.text import sort_key
from xaso.kernel.units.models import Level, Unit
from xaso.services.notices.actions import notices as actions
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.notices import look_ahead

FAMILIES = ("Tẩn", "Lý", "Chảo", "Phàn", "Sùng", "Vàng", "Giàng", "Lù", "Hoàng", "Má", "Lò", "Nùng")
MEN = ("A Páo", "A Chớ", "Láo Tả", "Văn Sinh", "A Dơ", "Seo Lử", "A Vảng", "Văn Thanh")
WOMEN = ("Thị Mẩy", "Thị Dua", "Mẩy Pham", "Thị Sy", "Thị Chấu", "Thị Xuân", "Mẩy Lai", "Thị Lan")
PER_HAMLET = 9
WHY_NOT = "Thuê bao không liên lạc được"


@dataclass
class Month:
    """Who is there, and the present that the month ends at."""

    system: Viewer
    accounts: Mapping[str, Account]
    commune: Unit
    hamlets: list[Unit]
    chance: random.Random
    present: datetime
    people: int = 0

    def viewer(self, login: str) -> Viewer:
        """An officer or a head of a hamlet."""
        return viewer_of(self.accounts[login])

    def head_of(self, hamlet: Unit) -> Viewer:
        """Who leads a hamlet."""
        return self.viewer(f"truongthon{self.hamlets.index(hamlet) + 1}")

    def ago(self, *, days: float = 0, hours: float = 0) -> AbstractContextManager[datetime]:
        """The clock so long before the present, in the office's hours."""
        at = self.present - timedelta(days=days, hours=hours)
        if days >= 1:
            at = at.replace(hour=8 + self.chance.randrange(2), minute=self.chance.randrange(60))
        return moment.frozen(at)

    def send(self, facts: Mapping[str, Any], *, second: str = "pct") -> Notice:
        """Written and sent by the clerk; a second person agrees where the rule asks for one."""
        clerk = self.viewer("vanthu")
        row = actions.write_notice(clerk, unit_path=self.commune.path, facts=facts)
        count = look_ahead(clerk, row).count
        row = actions.send_notice(clerk, notice_id=row.pk, seen=count)
        if row.state == Notice.State.WAITING and second:
            row = actions.approve_notice(self.viewer(second), notice_id=row.pk, seen=count)
        return row


def begin(viewer: Viewer, accounts: Mapping[str, Account], chance: random.Random) -> Month:
    """The commune of the officers, its hamlets, and households in them with telephones (some without)."""
    commune = Unit.objects.get(path=accounts["vanthu"].unit_path)
    heads = [
        accounts[f"truongthon{number}"].unit_path
        for number in range(1, 14)
        if f"truongthon{number}" in accounts
    ]
    units = {
        unit.path: unit for unit in Unit.objects.filter(path__startswith=commune.path, level=Level.HAMLET)
    }
    hamlets = [units[path] for path in heads if path in units]
    month = Month(viewer, accounts, commune, hamlets, chance, moment.now())
    with moment.frozen(month.present - timedelta(days=40)):
        month.people = _households(month)
    return month


def _households(month: Month) -> int:
    rows = []
    for place, hamlet in enumerate(month.hamlets):
        for number in range(PER_HAMLET):
            female = (place + number) % 2 == 0
            given = (WOMEN if female else MEN)[(place * 3 + number) % 8]
            name = f"{FAMILIES[(place * 5 + number * 7) % 12]} {given}"
            reached = (place * PER_HAMLET + number) % 11 != 5
            phone = f"09{10 + place:02d}{number:02d}{(place * 37 + number * 113) % 10000:04d}"
            rows.append(
                Person(
                    full_name=name,
                    sort_key=sort_key(name),
                    sex="female" if female else "male",
                    birth_date=str(1948 + (place * 7 + number * 9) % 55),
                    unit_path=hamlet.path,
                    contact={"phone": phone} if reached else {},
                )
            )
    Person.objects.bulk_create(rows)
    for login, account in month.accounts.items():
        if login.startswith("truongthon") and account.person_id is None:
            number = int(login.removeprefix("truongthon"))
            account.person = Person.objects.create(
                full_name=account.display_name,
                sort_key=sort_key(account.display_name),
                unit_path=account.unit_path,
                contact={"phone": f"0986{number:02d}{number * 617 % 10000:04d}"},
            )
            account.save(update_fields=["person"])
    return len(rows) + len(month.hamlets)


def mailing_of(notice: Notice) -> UUID:
    """The mailing of a notice that was sent."""
    if notice.mailing_id is None:
        raise ValueError(notice.code)
    return notice.mailing_id


def deliver(notice: Notice, *, lost: Sequence[str] = (), read: int = 3) -> None:
    """The gateways take every message and report: those of ``lost`` hamlets fail on the first channel."""
    while True:
        waiting = Sending.objects.filter(mailing_id=mailing_of(notice), state=Sending.State.QUEUED)
        rows = list(waiting.select_related("receiver"))
        if not rows:
            break
        waiting.update(state=Sending.State.SENDING, attempts=1)
        mass_noting.write(
            [_note(row, row.receiver.unit_path in lost and row.receiver.rung == 0) for row in rows]
        )
        for number, row in enumerate(rows):
            if row.receiver.unit_path in lost and row.receiver.rung == 0:
                continue
            state = (
                Sending.State.READ if read and number % read == 0 and row.channel != "sms" else "delivered"
            )
            mass_noting.note_receipt(
                Viewer.system(), sending_id=row.pk, provider_id="", channel=row.channel, state=str(state)
            )
    mass_finishing.finish(Viewer.system())


def _note(row: Sending, fails: bool) -> Note:
    if fails:
        return Note(row.pk, Sending.State.FAILED, code="99", reason=WHY_NOT)
    price = {"sms": 500, "zalo": 200}.get(row.channel, 0)
    return Note(
        row.pk,
        Sending.State.SENT,
        provider_id=f"demo-{row.pk.hex[-10:]}",
        parts=int(row.channel == "sms"),
        price=price,
    )


def time_goes_on(notice: Notice, *, times: int = 3) -> None:
    """Nobody pressed "đã nhận": the next channel, and at last the list of those to call."""
    for _ in range(times):
        at = (
            Receiver.objects.filter(mailing_id=mailing_of(notice), next_at__isnull=False)
            .order_by("-next_at")
            .first()
        )
        if at is None or at.next_at is None:
            return
        with moment.frozen(at.next_at + timedelta(seconds=1)):
            mass_noting.time_passed(["sms", "email", "inbox", "push"])
            deliver(notice, read=0)


def receivers(notice: Notice) -> dict[UUID | None, Receiver]:
    """Receivers of a notice by account."""
    return {one.account_id: one for one in Receiver.objects.filter(mailing_id=mailing_of(notice))}
