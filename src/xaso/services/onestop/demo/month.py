"""Three hundred dossiers in every state: the clock is set back a month and walks forward to now."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, connections

from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import now, today
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.catalogue import add_cleaned, import_catalogue
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.demo import seeds, stories
from xaso.services.onestop.demo.people import answers_for, papers_for
from xaso.services.onestop.models import Dossier, Procedure

DOSSIERS = 300
DAYS = 30
# What people come for, by weight: certified copies and civil status first, then building and business.
WANTED = (
    ("2.000815", 26), ("1.001193", 20), ("1.004873", 14), ("2.000635", 10), ("1.000894", 8), ("1.000656", 6),
    ("1.013225", 8), ("1.001612", 7), ("2.000884", 5), ("1.004859", 4), ("1.004746", 2), ("2.000720", 3),
)  # fmt: skip


MANY = 100
Told = tuple[Dossier, str, datetime]


@dataclass
class Month:
    """What the demo needs at hand while it writes."""

    viewer: Viewer
    accounts: Mapping[str, Account]
    chance: random.Random
    commune: str
    people: list[Applicant]


def fill(
    viewer: Viewer, *, accounts: Mapping[str, Account], scale: float = 1.0, say: Callable[[str], None] = print
) -> None:
    """Catalogue, electronic procedures, rates, keys, dossiers; what is there already stays as it is."""
    if not Procedure.objects.filter(versions__isnull=False).exists():
        import_catalogue(viewer)
        add_cleaned(viewer)
        say("Danh mục thủ tục")
    load_shipped(viewer)
    seeds.make_money(viewer)
    seeds.make_keys(viewer, accounts)
    say("Thủ tục điện tử, mức phí, khóa ký dùng thử")
    if Dossier.objects.filter(client_key__startswith="demo:").exists():
        return
    wanted = max(12, round(DOSSIERS * scale))
    month = Month(viewer, accounts, random.Random(20261121), seeds.COMMUNE, seeds.citizens(120))
    start = now() - timedelta(days=DAYS)
    made: list[Told] = []
    for number in range(wanted):
        at = _moment(start, number / wanted, month.chance)
        with moment.frozen(at):
            dossier = _one(month, number)
        if dossier is not None:
            made.append((dossier, stories.choose(number, wanted, month.chance), at))
    say(f"{len(made)} hồ sơ đã nộp")
    _tell(month, made)
    say("Hồ sơ đã qua các bước")


def _tell(month: Month, made: Sequence[Told]) -> None:
    """Tell the stories, on all cores when there are many: signing is what takes the time."""
    hands = min(os.cpu_count() or 1, 4) if len(made) >= MANY and hasattr(os, "fork") else 1
    if hands == 1:
        _tell_part(month, made)
        return
    connections.close_all()
    ways = multiprocessing.get_context("fork")
    helpers = [ways.Process(target=_tell_part, args=(month, made[part::hands])) for part in range(hands)]
    for helper in helpers:
        helper.start()
    for helper in helpers:
        helper.join()
    if any(helper.exitcode for helper in helpers):
        raise RuntimeError("a part of the demo month could not be told; the reason is above")


def _tell_part(month: Month, made: Sequence[Told]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    for number, (dossier, story, at) in enumerate(made):
        month.chance = random.Random(f"{dossier.code}-{number}")
        stories.play(month, dossier, story, at)


def _moment(start: datetime, part: float, chance: random.Random) -> datetime:
    """A working hour of a working day, in step with the month; never in the future."""
    at = start + timedelta(days=DAYS * part)
    at = at.replace(
        hour=chance.choice((7, 8, 8, 9, 9, 10, 13, 14, 14, 15, 16)), minute=chance.randint(31, 59)
    )
    while at.weekday() > 4:
        at -= timedelta(days=1)
    return min(at, now() - timedelta(minutes=chance.randint(20, 200)))


def _one(month: Month, number: int) -> Dossier | None:
    codes = [code for code, _ in WANTED if setups_in_force.setups_for(code, month.commune, today())]
    weights = [weight for code, weight in WANTED if code in codes]
    if not codes:
        return None
    code = month.chance.choices(codes, weights)[0]
    setup = setups_in_force.setups_for(code, month.commune, today())[0]
    body = setups_in_force.body_of(setup)
    who = month.people[number % len(month.people)]
    channel = month.chance.choices(("counter", "online", "post"), (48, 46, 6))[0]
    if channel not in body.channels:
        channel = body.channels[0]
    answers = answers_for(body, who, month.chance)
    filing = Filing(
        setup=setup,
        unit_path=month.commune,
        channel=channel,
        answers=answers,
        applicant=who,
        papers=papers_for(month.viewer, body, answers, channel),
        delivery={
            "way": "counter" if channel == "counter" else month.chance.choice(("screen", "post", "screen"))
        },
        client_key=f"demo:{number}",
        facts={"identity_proven": True},
        strict=False,
    )
    dossier, _ = file_dossier(month.viewer, filing)
    return dossier
