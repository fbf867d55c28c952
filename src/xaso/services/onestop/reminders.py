"""Scheduled: warn before a deadline, remind of late dossiers each day, end what was never supplemented."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta

from django.urls import reverse

from xaso.kernel.base.errors import ActionError
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, CaseStep, Status
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account
from xaso.kernel.people.queries import officers_in
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import clock, weekday
from xaso.kernel.plain.moment import VIETNAM, now, today
from xaso.services.onestop import rules
from xaso.services.onestop.actions.filing import CASE_TYPE
from xaso.services.onestop.actions.reception import refuse_dossier, stop_dossier
from xaso.services.onestop.models import Supplement

log = logging.getLogger("xaso.onestop")
MOST_CODES = 20
MOST_PEOPLE = 10
SILENT = "Quá thời hạn bổ sung theo quy định mà chưa nhận được giấy tờ bổ sung. Nộp lại hồ sơ khi đã có đủ."


def _holders(case: Case) -> list[Account]:
    """Who is to act: the holder, else the officers of the unit that holds the case."""
    return [case.holder] if case.holder else officers_in(case.holder_path)[:MOST_PEOPLE]


def _running() -> list[Case]:
    found = Case.objects.filter(
        type=CASE_TYPE, status=Status.OPEN, closed_at__isnull=True, due_at__isnull=False
    )
    return list(
        found.select_related("holder").filter(due_at__lt=now() + timedelta(days=12)).order_by("due_at")
    )


def warn_before_deadline() -> None:
    """One working day before a deadline its holder hears of it; once for each deadline."""
    moment = now().astimezone(VIETNAM)
    reach: dict[str, datetime] = {}
    for case in _running():
        if case.due_at is None or case.due_at < moment:
            continue
        if case.province not in reach:
            reach[case.province] = _next_close(case.province, moment)
        if case.due_at > reach[case.province]:
            continue
        step = CaseStep.objects.filter(case=case, ended_at__isnull=True).order_by("-is_lead").first()
        due = case.due_at.astimezone(VIETNAM)
        for account in _holders(case):
            send(
                Viewer.system(),
                "onestop.due_soon",
                to=account,
                data={
                    "code": case.code,
                    "matter": case.title,
                    "step": step.title if step else "",
                    "due": f"{clock(due)} {weekday(due)}",
                },
                record=case,
                unit_path=case.holder_path,
                link=reverse("onestop_desk:dossier", args=[case.code]),
                key=due.isoformat(),
            )


def _next_close(province: str, moment: datetime) -> datetime:
    """The end of the next working day."""
    calendar = calendar_for(province, moment)
    day = moment.date() + timedelta(days=1)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return calendar.closing(day)


def remind_of_late() -> None:
    """Every morning each officer hears once which of their dossiers are late."""
    late: dict[Account, list[Case]] = defaultdict(list)
    moment = now()
    for case in _running():
        if case.due_at is not None and case.due_at < moment:
            for account in _holders(case):
                late[account].append(case)
    for account, held in late.items():
        codes = ", ".join(case.code for case in held[:MOST_CODES])
        more = f" và {len(held) - MOST_CODES} hồ sơ khác" if len(held) > MOST_CODES else ""
        send(
            Viewer.system(),
            "onestop.late",
            to=account,
            data={"count": str(len(held)), "codes": codes + more},
            unit_path=account.unit_path,
            link=f"{reverse('onestop_desk:queue')}?xem=late",
            key=today().isoformat(),
        )


def end_unanswered_supplements() -> None:
    """Where the law sets a time to supplement and it has passed: at reception the dossier is refused, later stopped."""
    rows = Supplement.objects.filter(
        answered_at__isnull=True, answer_by__lt=now(), dossier__status=rules.SUPPLEMENT
    )
    for row in rows.order_by("answer_by")[:500]:
        try:
            if row.stage == Supplement.Stage.RECEPTION:
                refuse_dossier(Viewer.system(), dossier_id=row.dossier_id, reason=SILENT)
            else:
                stop_dossier(Viewer.system(), dossier_id=row.dossier_id, reason=SILENT)
        except ActionError as error:
            log.warning("supplement %s stays open: %s", row.pk, error.message)
