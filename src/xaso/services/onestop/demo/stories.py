"""What becomes of each demo dossier: most go their way in time, some wait, are late, are taken back or refused."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xaso.kernel.base.errors import ActionError
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock, moment
from xaso.kernel.plain.moment import now
from xaso.services.onestop import rules
from xaso.services.onestop.actions import handling, payments, reception
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.demo import endings
from xaso.services.onestop.models import Dossier, Payment

log = logging.getLogger("xaso.demo")

if TYPE_CHECKING:
    from xaso.services.onestop.demo.month import Month

# Story and weight; the youngest dossiers are kept at the beginning of their way.
STORIES = (
    ("done", 50), ("signing", 7), ("sealing", 5), ("review", 12), ("supplement", 7), ("supplemented", 4),
    ("late", 5), ("extended", 3), ("withdrawn", 3), ("refused", 3), ("stopped", 1),
)  # fmt: skip
YOUNG = (("new", 55), ("review", 25), ("unpaid", 10), ("supplement", 10))


def _draw(stories: tuple[tuple[str, int], ...], chance: random.Random) -> str:
    return chance.choices([story for story, _ in stories], [weight for _, weight in stories])[0]


def choose(number: int, of: int, chance: random.Random) -> str:
    """Which way a dossier goes; each story occurs at least once among the first ones."""
    if number >= of * 0.9:
        return _draw(YOUNG, chance)
    return STORIES[number][0] if number < len(STORIES) else _draw(STORIES, chance)


# What lies with the office when its time is over would be late: in a believable commune few are.
LYING = frozenset({"review", "signing", "sealing", "new"})
SLOW = 0.05


class Walk:
    """One dossier's way through the office; time goes on with each step and never passes the present."""

    def __init__(self, month: Month, dossier: Dossier, at: datetime) -> None:
        self.month, self.dossier, self.at = month, dossier, at
        self.present = now()
        self.slow = month.chance.random() < SLOW

    def officer(self, *logins: str) -> Viewer:
        """One of these officers at work."""
        return viewer_of(self.month.accounts[self.month.chance.choice(logins)])

    def next_step(self) -> bool:
        """Go on to the next step: a fair part of the time that is left, or slowly for a dossier that will be late."""
        due = self.dossier.case.due_at
        chance = self.month.chance
        if self.slow or due is None or due <= self.at:
            return self.later(chance.uniform(1, 5))
        calendar = calendar_for(self.dossier.unit_path.split("/", 1)[0])
        left = clock.working_time_between(self.at, due, calendar).total_seconds() / 3600
        return self.later(max(0.05, left * chance.uniform(0.04, 0.16)))

    def later(self, hours: float) -> bool:
        """Go on by working hours; False when that would lie in the future."""
        calendar = calendar_for(self.dossier.unit_path.split("/", 1)[0])
        self.at = clock.add_working_time(self.at, timedelta(hours=hours), calendar)
        return self.at < self.present

    def reload(self) -> Dossier:
        """The dossier as it stands."""
        self.dossier = Dossier.objects.select_related("case", "case__plan", "setup").get(pk=self.dossier.pk)
        return self.dossier


def play(month: Month, dossier: Dossier, story: str, at: datetime) -> None:
    """Tell one story. What the office could not do (a step that belongs to others) leaves the dossier there."""
    walk = Walk(month, dossier, at)
    if story in LYING and dossier.case.due_at is not None and dossier.case.due_at <= walk.present:
        story = "done"
    try:
        _play(walk, story)
    except ActionError as error:
        if error.status == 403:
            raise
        # The story does not fit this procedure: the dossier simply stays where it is.
        log.info("%s stays at %s: %s", dossier.code, story, error.message)


def _play(walk: Walk, story: str) -> None:
    if story != "unpaid":
        _pay(walk)
    if story in {"new", "unpaid"} or not walk.next_step():
        return
    desk = walk.officer("motcua", "motcua2")
    with moment.frozen(walk.at):
        if story == "refused":
            reception.refuse_dossier(
                desk,
                dossier_id=walk.dossier.pk,
                reason="Không thuộc thẩm quyền của xã; đã hướng dẫn nơi nộp đúng.",
            )
            return
        if story == "supplement" and walk.month.chance.random() < 0.5:
            _ask(walk, desk)
            return
        reception.accept_dossier(desk, dossier_id=walk.dossier.pk)
    _handle(walk, story)


def _pay(walk: Walk) -> None:
    for payment in Payment.objects.filter(dossier=walk.dossier, state=Payment.State.DUE):
        with moment.frozen(walk.at + timedelta(minutes=4)):
            if walk.dossier.channel == Dossier.Channel.ONLINE:
                payments.confirm_transfer(
                    walk.month.viewer,
                    reference=payment.reference,
                    amount=payment.amount,
                    bank_id=f"demo-{payment.reference}",
                )
            else:
                payments.take_cash(walk.officer("motcua"), payment_id=payment.pk)


def _ask(walk: Walk, viewer: Viewer) -> None:
    paper = walk.dossier.papers.filter(ended_at__isnull=True).first()
    items = (
        [{"component": paper.component, "name": paper.name, "note": "Ảnh mờ, chụp lại đủ bốn góc"}]
        if paper
        else []
    )
    reception.ask_supplement(
        viewer,
        dossier_id=walk.dossier.pk,
        items=items,
        reason="Giấy tờ chưa đọc rõ hoặc còn thiếu một trang.",
    )


def _handle(walk: Walk, story: str) -> None:
    chance = walk.month.chance
    if story == "withdrawn":
        if walk.later(chance.uniform(1, 6)):
            with moment.frozen(walk.at):
                reception.withdraw_dossier(
                    walk.officer("motcua"), dossier_id=walk.dossier.pk, reason="Người nộp xin rút để làm lại."
                )
        return
    if story == "stopped":
        if walk.later(chance.uniform(2, 6)):
            with moment.frozen(walk.at):
                reception.stop_dossier(
                    walk.officer("lanhdao"),
                    dossier_id=walk.dossier.pk,
                    reason="Người nộp đề nghị dừng giải quyết.",
                )
        return
    if story in {"supplement", "supplemented"}:
        _supplement(walk, story)
        if story == "supplement":
            return
    if story == "extended":
        _extend(walk)
        return
    if story in {"review", "late"}:
        # A late one lies where it is until its deadline has passed.
        return
    endings.to_the_end(walk, story)


def _supplement(walk: Walk, story: str) -> None:
    step = open_step(walk.reload())
    if step is None or not walk.later(walk.month.chance.uniform(0.5, 3)):
        return
    with moment.frozen(walk.at):
        _ask(walk, endings.specialist_of(walk, step.unit_path))
    if story == "supplemented" and walk.later(walk.month.chance.uniform(2, 10)):
        with moment.frozen(walk.at):
            reception.answer_supplement(
                walk.officer("motcua"), dossier_id=walk.dossier.pk, papers=[], note="Đã nộp lại bản rõ."
            )


def _extend(walk: Walk) -> None:
    dossier = walk.reload()
    due = dossier.case.due_at
    if due is None or dossier.status in rules.ENDED:
        return
    asked = due - timedelta(days=2)
    if asked <= walk.at or asked >= walk.present:
        return
    calendar = calendar_for(dossier.unit_path.split("/", 1)[0])
    new_due = calendar.closing(clock.local(clock.add_working_time(due, timedelta(hours=24), calendar)).date())
    with moment.frozen(asked):
        handling.apologise(
            walk.officer("lanhdao"),
            dossier_id=dossier.pk,
            new_due_at=new_due,
            reason="Chờ ý kiến của cơ quan phối hợp, chưa kịp thẩm tra thực địa do mưa lũ.",
        )
