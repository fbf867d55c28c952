"""Opening a case: the hot path of every submission, two statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.base.writing import built, gathered, insert_all, insert_values
from xaso.kernel.cases import plans, registry
from xaso.kernel.cases.actions.base import due_after, tell
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.models import Case, CaseStep, Pause, Status
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.clock import Calendar
from xaso.kernel.plain.moment import now

RECEIVE = PlannedStep("receive", "Tiếp nhận", CaseStep.Kind.RECEIVE)


def open_in_transaction(
    viewer: Viewer,
    *,
    type: str,
    code: str,
    title: str,
    unit_path: str,
    received_path: str,
    term: str = "",
    plan: Sequence[PlannedStep] = (),
    first: PlannedStep | None = None,
    holder_path: str = "",
    holder: Account | None = None,
    subject: Person | None = None,
    received_at: datetime | None = None,
    rule: dict[str, Any] | None = None,
    waits_for: str = "",
) -> Case:
    """As :func:`open_case`, for a caller that already is in a transaction of its own."""
    _must_open(viewer, type, received_path, unit_path)
    opened = received_at or now()
    calendar = calendar_for(unit_path.split("/", 1)[0], opened)
    facts = {
        "code": code,
        "type": type,
        "title": title,
        "unit_path": unit_path,
        "received_path": received_path,
        "holder_path": holder_path or received_path,
        "status": Status.WAITING if waits_for else Status.OPEN,
        "paused_at": opened if waits_for else None,
        "paused_for": waits_for,
        "opened_at": opened,
        "clock_from": opened,
        "due_at": due_after(opened, term, calendar) if term else None,
        "term": term,
        "rule_version": {**(rule or {}), "calendar": calendar.version},
        "plan_id": plans.keep(plan),
    }
    case = built(Case, facts, holder=holder, subject=subject)
    step = first or (plan[0] if plan else RECEIVE)
    try:
        with gathered():
            insert_all(case)
            insert_values(CaseStep, _first_step(viewer, case, step, calendar))
            if waits_for:
                pause = {"case_id": case.pk, "started_at": opened, "reason": waits_for, "stage": "reception"}
                insert_values(Pause, pause)
    except IntegrityError as error:
        if "case_code" not in str(error):
            raise
        raise Conflict(f"Mã hồ sơ {code} đã có. Lấy mã khác rồi làm lại.") from error
    data = {"type": case.type, "code": case.code, "step": step.key}
    emit("cases.opened", record=case, unit_path=case.unit_path, viewer=viewer, data=data)
    if waits_for:
        tell("cases.paused", case, viewer, reason=waits_for, stage="reception")
    return case


def _must_open(viewer: Viewer, type: str, received_path: str, unit_path: str) -> None:
    right = registry.case_type(type).handle_right
    if viewer.kind == "anonymous":
        raise Forbidden()
    if viewer.is_officer and not (viewer.can(right, received_path) or viewer.can(right, unit_path)):
        raise Forbidden()
    if not unit_path or not received_path:
        raise ActionError("Chưa rõ cơ quan có thẩm quyền hoặc nơi tiếp nhận.", "unit")


def _first_step(viewer: Viewer, case: Case, step: PlannedStep, calendar: Calendar) -> dict[str, Any]:
    return {
        "case_id": case.pk,
        "number": 1,
        "key": step.key,
        "title": step.title,
        "kind": step.kind,
        "unit_path": case.holder_path,
        "holder_id": case.holder_id,
        "given_by_id": viewer.account_id if viewer.is_officer else None,
        "began_at": case.opened_at,
        "due_at": due_after(case.opened_at, step.term, calendar) if step.term else None,
    }


open_case = action(open_in_transaction)
open_case.__doc__ = """Open a case with its first step; answers the case.

``unit_path`` is the competent authority, ``received_path`` where it was filed, ``holder_path`` who has it now
(the place of reception unless said). The due time is counted from ``received_at`` by the term and the calendar
of the competent authority's province, and both are pinned. ``rule``: what else to pin (legal basis, version).
``waits_for``: the reason of a pause that begins with the case (a fee to be paid first).
Officers need the handling right on one of the two units; what a citizen or a machine may file is the calling
service's to check. Raises Conflict for a code that exists, ActionError for a term that cannot be read.
"""
