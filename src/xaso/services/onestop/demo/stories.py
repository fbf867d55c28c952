"""What becomes of each demo dossier: most go their way in time, some wait, are late, are taken back or refused."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from xaso.kernel.base.errors import ActionError
from xaso.kernel.cases import actions as cases
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock, moment
from xaso.services.onestop.actions import handling, payments, reception
from xaso.services.onestop.actions.base import open_step
from xaso.services.onestop.demo import endings
from xaso.services.onestop.demo.cast import Role
from xaso.services.onestop.demo.seeds import COMMUNE, PROVINCE
from xaso.services.onestop.models import Dossier, Payment

if TYPE_CHECKING:
    from xaso.services.onestop.demo.month import Month

log = logging.getLogger("xaso.demo")

# A part of the working time that is left until the goal, for each step: those who lie somewhere come there soon.
IN_GOOD_TIME, ON_THE_WAY = (0.04, 0.16), (0.12, 0.3)
TO_THE_END = frozenset({"handed", "ready", "denied"})


class Walk:
    """One dossier's way through the office; time goes on with each step and never passes the present."""

    def __init__(self, month: Month, dossier: Dossier, role: Role, at: datetime) -> None:
        self.month, self.dossier, self.role, self.at = month, dossier, role, at
        # Among those that still wait for a signature only the deputy's own bear the deputy's name: what waits for the
        # head on one day waits for the head on every day.
        by_chance = month.chance.random() < 0.15 and role.until != "sign"
        self.deputy = by_chance or role.story == "deputy"

    def officer(self, *logins: str) -> Viewer:
        """One of these officers at work."""
        return viewer_of(self.month.accounts[self.month.chance.choice(logins)])

    def go_on(self, share: tuple[float, float] | None = None) -> datetime:
        """Go on by a part of the working time to the goal, which never passes the present."""
        present, due = self.month.present, self.dossier.case.due_at
        goal, usual = present, ON_THE_WAY
        if self.role.story in TO_THE_END and due is not None and due > self.at:
            goal, usual = min(due, present), IN_GOOD_TIME
        left = clock.working_time_between(self.at, goal, self.month.calendar)
        return self.later(left * self.month.chance.uniform(*(share or usual)))

    def later(self, by: timedelta) -> datetime:
        """Go on by working time, to just before the present at most."""
        calendar = self.month.calendar
        most = clock.working_time_between(self.at, self.month.present, calendar) * 0.9
        self.at = clock.add_working_time(self.at, min(by, most), calendar)
        return self.at

    def reload(self) -> Dossier:
        """The dossier as it stands."""
        self.dossier = Dossier.objects.select_related("case", "case__plan", "setup").get(pk=self.dossier.pk)
        return self.dossier


def play(month: Month, dossier: Dossier, role: Role, at: datetime) -> None:
    """Tell one story. What the office could not do (a step that belongs to others) leaves the dossier there."""
    walk = Walk(month, dossier, role, at)
    try:
        _play(walk)
    except ActionError as error:
        if error.status == 403:
            raise
        # The story does not fit this procedure: the dossier simply stays where it is.
        log.warning("%s stays at %s: %s", dossier.code, role.story, error.message)


def _play(walk: Walk) -> None:
    story, until = walk.role.story, walk.role.until
    if story == "unpaid":
        return
    _pay(walk)
    if story in AT_THE_DESK:
        with moment.frozen(walk.go_on()):
            AT_THE_DESK[story](walk, walk.officer("motcua", "motcua2"))
        return
    if until == "receive":
        return
    with moment.frozen(walk.go_on((0.03, 0.1))):
        reception.accept_dossier(walk.officer("motcua", "motcua2"), dossier_id=walk.dossier.pk)
    if not endings.walk_to(walk, until):
        endings.after(walk)
    elif story in WHERE_IT_LIES:
        WHERE_IT_LIES[story](walk)


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
                walk.reload()  # the clock begins with the payment
            else:
                payments.take_cash(walk.officer("motcua"), payment_id=payment.pk)


# ---- at the desk ------------------------------------------------------------------------------------------------


def _refuse(walk: Walk, desk: Viewer) -> None:
    reception.refuse_dossier(
        desk,
        dossier_id=walk.dossier.pk,
        reason="Không thuộc thẩm quyền của xã; đã hướng dẫn nơi nộp đúng.",
    )


def _withdraw(walk: Walk, desk: Viewer) -> None:
    reception.accept_dossier(desk, dossier_id=walk.dossier.pk)
    with moment.frozen(walk.go_on((0.05, 0.2))):
        reception.withdraw_dossier(desk, dossier_id=walk.dossier.pk, reason="Người nộp xin rút để làm lại.")


def _stop(walk: Walk, desk: Viewer) -> None:
    reception.accept_dossier(desk, dossier_id=walk.dossier.pk)
    with moment.frozen(walk.go_on((0.05, 0.2))):
        reception.stop_dossier(
            walk.officer("lanhdao"), dossier_id=walk.dossier.pk, reason="Người nộp đề nghị dừng giải quyết."
        )


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


AT_THE_DESK: dict[str, Callable[[Walk, Viewer], None]] = {
    "refused": _refuse,
    "withdrawn": _withdraw,
    "stopped": _stop,
    "asked_at_desk": _ask,
}


# ---- where it lies ----------------------------------------------------------------------------------------------


def _asked(walk: Walk) -> None:
    step = open_step(walk.reload())
    if step is not None:
        with moment.frozen(walk.go_on()):
            _ask(walk, endings.officer_of(walk, step))


def _answered(walk: Walk) -> None:
    _asked(walk)
    with moment.frozen(walk.go_on((0.3, 0.6))):
        reception.answer_supplement(
            walk.officer("motcua"), dossier_id=walk.dossier.pk, papers=[], note="Đã nộp lại bản rõ."
        )


def _opinion(walk: Walk) -> None:
    step = open_step(walk.reload())
    if step is None:
        return
    asked, question = (
        (f"{COMMUNE}congan-xa/", "Khu đất có vướng hành lang an toàn giao thông, phòng cháy không?")
        if walk.role.until == "review" and walk.dossier.procedure.code.startswith("1.0132")
        else (f"{PROVINCE}thue/", "Người đăng ký còn nợ thuế của hộ kinh doanh cũ không?")
    )
    with moment.frozen(walk.go_on()):
        opinion = cases.ask_opinion(
            endings.officer_of(walk, step),
            case=walk.dossier.case_id,
            asked_path=asked,
            question=question,
            term="2wd",
        )
    if walk.role.story == "opinion_given":
        with moment.frozen(walk.go_on((0.3, 0.6))):
            cases.answer_opinion(
                Viewer.system(), opinion=opinion.pk, answer="Không còn nợ thuế, không vướng mắc.", agrees=True
            )


def _drafted(walk: Walk) -> None:
    step = open_step(walk.reload())
    if step is not None:
        with moment.frozen(walk.go_on()):
            endings.draft(walk, endings.officer_of(walk, step))


def _sent_back(walk: Walk) -> None:
    step = open_step(walk.reload())
    if step is not None:
        with moment.frozen(walk.go_on()):
            handling.send_back(
                endings.signer_of(walk),
                dossier_id=walk.dossier.pk,
                step_id=step.pk,
                reason="Ghi thiếu thôn trong địa chỉ cư trú. Bổ sung rồi trình lại.",
            )


def _extend(walk: Walk) -> None:
    dossier = walk.reload()
    if dossier.case.due_at is None:
        return
    calendar = walk.month.calendar
    later = clock.add_working_time(dossier.case.due_at, timedelta(hours=24), calendar)
    with moment.frozen(walk.go_on()):
        handling.apologise(
            walk.officer("lanhdao"),
            dossier_id=dossier.pk,
            new_due_at=calendar.closing(clock.local(later).date()),
            reason="Chờ ý kiến của cơ quan phối hợp, chưa kịp thẩm tra thực địa do mưa lũ.",
        )


WHERE_IT_LIES: dict[str, Callable[[Walk], None]] = {
    "asked": _asked,
    "answered": _answered,
    "opinion": _opinion,
    "opinion_given": _opinion,
    "drafted": _drafted,
    "sent_back": _sent_back,
    "extended": _extend,
}
