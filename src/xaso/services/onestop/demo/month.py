"""Three hundred dossiers in every state: the clock is set back a month and walks forward to now."""

from __future__ import annotations

import multiprocessing
import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connections

from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.documents.models import File
from xaso.kernel.documents.signing.file_key import held_open
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.clock import Calendar
from xaso.kernel.plain.moment import now, today
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.catalogue import add_cleaned, import_catalogue
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.demo import seeds, stories
from xaso.services.onestop.demo.cast import Part, cast
from xaso.services.onestop.demo.people import answers_for, papers_for
from xaso.services.onestop.models import Dossier, Procedure

DOSSIERS = 300
MANY = 100
Told = tuple[Dossier, Part]


@dataclass
class Month:
    """What the demo needs at hand while it writes."""

    viewer: Viewer
    accounts: Mapping[str, Account]
    chance: random.Random
    commune: str
    people: list[Applicant]
    present: datetime
    calendar: Calendar
    name: str
    known: list[Applicant] = field(default_factory=seeds.known_citizens)
    files: dict[str, File] = field(default_factory=dict)
    handed: dict[str, dict[str, tuple[UUID, date]]] = field(default_factory=dict)
    """What each person handed in, by number and component: the file and the day."""

    def earlier(self, who: Applicant) -> dict[str, UUID]:
        """The files of a person that have been digitised for some days."""
        handed, lately = self.handed.get(who.id_number, {}), today() - timedelta(days=3)
        return {component: file for component, (file, day) in handed.items() if day < lately}


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
    month = begin(viewer, accounts)
    made = file_all(month, cast(round(DOSSIERS * scale), month.present, month.calendar, month.chance))
    say(f"{len(made)} hồ sơ đã nộp")
    tell(month, made)
    say("Hồ sơ đã qua các bước")


def begin(viewer: Viewer, accounts: Mapping[str, Account], name: str = "demo") -> Month:
    """A month that ends now; one of another name can be told beside it, its once-keys being its own."""
    calendar = calendar_for(seeds.COMMUNE.split("/", 1)[0])
    chance = random.Random(20261121)
    return Month(viewer, accounts, chance, seeds.COMMUNE, seeds.citizens(120), now(), calendar, name)


def file_all(month: Month, parts: Sequence[Part]) -> list[Told]:
    """File every dossier at its time; a procedure that is not offered then is left out."""
    made: list[Told] = []
    first: dict[int, int] = {}
    for number, part in enumerate(parts):
        # Of every second kind the first dossier is one of a citizen who can sign in and look at it.
        kind = first.setdefault(id(part.role), number)
        place = len(first) - 1
        is_known = kind == number and place // len(month.known) % 2 == 0
        who = month.known[place % len(month.known)] if is_known else month.people[number % len(month.people)]
        with moment.frozen(part.at):
            dossier = _one(month, number, part, who)
        if dossier is not None:
            made.append((dossier, part))
    return made


def tell(month: Month, made: Sequence[Told]) -> None:
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
    with held_open():
        for dossier, part in made:
            # Not by the code, which bears the date: the same dossiers go the same ways on whichever day it is told.
            role = part.role
            month.chance = random.Random(f"{role.story}-{role.until}-{part.procedure}-{part.hours}")
            stories.play(month, dossier, part.role, part.at)


def _one(month: Month, number: int, part: Part, who: Applicant) -> Dossier | None:
    offered = setups_in_force.setups_for(part.procedure, month.commune, today())
    if not offered:
        return None
    setup, role = offered[0], part.role
    body = setups_in_force.body_of(setup)
    channel = role.channel or month.chance.choices(("counter", "online", "post"), (48, 46, 6))[0]
    if channel not in body.channels:
        channel = body.channels[0]
    way = role.way or (
        "counter" if channel == "counter" else month.chance.choice(("screen", "post", "screen"))
    )
    answers = {**answers_for(body, who, month.chance), **role.answers}
    papers = papers_for(month.viewer, body, answers, channel, month.files, month.earlier(who))
    for paper in papers:
        if paper.file_id is not None:
            month.handed.setdefault(who.id_number, {}).setdefault(paper.component, (paper.file_id, today()))
    filing = Filing(
        setup=setup,
        unit_path=month.commune,
        channel=channel,
        answers=answers,
        applicant=who,
        papers=papers,
        delivery={"way": way},
        client_key=f"{month.name}:{number}",
        facts={"identity_proven": True},
        strict=False,
    )
    dossier, _ = file_dossier(month.viewer, filing)
    return dossier
