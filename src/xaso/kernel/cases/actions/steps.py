"""Who has the case now: assignment, steps, hand-over, and sending to several units at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.cases import plans
from xaso.kernel.cases.actions.base import (
    calendar_of,
    due_after,
    last_number,
    locked,
    must_handle,
    must_run,
    open_step,
    tell,
)
from xaso.kernel.cases.models import Case, CaseStep
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now


@dataclass(frozen=True)
class Next:
    """What is to begin: a step of the plan by its key, or one given here; where and with whom."""

    step: str | PlannedStep
    unit_path: str = ""
    holder: Account | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class ParallelPart:
    """One agency of an electronic joint procedure: its work and the deadline it is given."""

    unit_path: str
    step: PlannedStep
    is_lead: bool = False
    holder: Account | None = None
    due_at: datetime | None = None


def begin(viewer: Viewer, case: Case, following: Next, *, note: str = "", number: int = 0) -> CaseStep:
    """Begin a step on a locked case that has none open; the case is then held there."""
    step = _planned(case, following.step)
    moment = now()
    row = CaseStep(
        case=case,
        number=number or last_number(case) + 1,
        key=step.key,
        title=step.title,
        kind=step.kind,
        unit_path=following.unit_path or case.holder_path,
        holder=following.holder,
        given_path=case.holder_path,
        given_by_id=viewer.account_id if viewer.is_officer else None,
        began_at=moment,
        due_at=following.due_at or _step_due(case, step, moment),
        note=note,
    )
    row.save(force_insert=True)
    case.holder_path, case.holder = row.unit_path, following.holder
    case.save(update_fields=["holder_path", "holder"])
    tell("cases.step_begun", case, viewer, step=step.key, title=step.title, to=row.unit_path)
    return row


def end(viewer: Viewer, case: Case, row: CaseStep, outcome: str, note: str = "") -> None:
    """End an open step."""
    row.ended_at, row.outcome = max(now(), row.began_at), outcome
    row.note = note or row.note
    row.save(update_fields=["ended_at", "outcome", "note"])
    tell("cases.step_done", case, viewer, step=row.key, title=row.title, outcome=outcome)


@action
def assign(
    viewer: Viewer, *, case: Case | UUID, to: Account | None, note: str = "", step: UUID | None = None
) -> Case:
    """Give the open step to an officer, or back to the whole unit with None. The same again changes nothing.

    ``step``: an open step of a parallel group, when the case itself is held elsewhere.
    """
    row = locked(case)
    must_run(row)
    part = _step(row, step)
    must_handle(viewer, row, part.unit_path)
    if to is not None and (not to.is_active or to.kind != Account.Kind.OFFICER):
        raise ActionError("Tài khoản này không nhận việc được. Chọn cán bộ khác.", "to")
    if part.holder_id == (to.pk if to else None):
        return row
    part.holder = to
    part.note = note or part.note
    part.save(update_fields=["holder", "note"])
    if part.group is None or part.is_lead:
        row.holder = to
        row.save(update_fields=["holder"])
    tell("cases.assigned", row, viewer, step=part.key, to=str(to.pk) if to else None)
    return row


@action
def start_step(viewer: Viewer, *, case: Case | UUID, following: Next, note: str = "") -> CaseStep:
    """Begin a step when none is open. The same step at the same place again answers the open one."""
    row = locked(case)
    must_run(row)
    must_handle(viewer, row)
    current = open_step(row)
    if current is not None:
        key = following.step if isinstance(following.step, str) else following.step.key
        if current.key == key and current.unit_path == (following.unit_path or current.unit_path):
            return current
        raise Conflict(f"Bước “{current.title}” chưa xong. Kết thúc bước đó trước.")
    return begin(viewer, row, following, note=note)


@action
def finish_step(
    viewer: Viewer,
    *,
    case: Case | UUID,
    step: UUID,
    outcome: str,
    note: str = "",
    following: Next | None = None,
) -> CaseStep | None:
    """End a step with its outcome and begin the next, if any; answers the next one.

    Pressed twice, the second press changes nothing and answers what the first one began. The lead's part of a
    parallel group can go on only when the others have answered.
    """
    row = locked(case)
    part = CaseStep.objects.filter(pk=step, case=row).first()
    if part is None:
        raise NotFound("Không tìm thấy bước xử lý này.")
    if part.ended_at is not None:
        if part.outcome != outcome:
            raise Conflict(f"Bước “{part.title}” đã kết thúc trước đó. Tải lại trang để xem bước hiện tại.")
        return open_step(row)
    must_run(row)
    must_handle(viewer, row, part.unit_path) if part.group else must_handle(viewer, row)
    if following is not None and part.group is not None:
        _others_answered(row, part)
    end(viewer, row, part, outcome, note)
    return begin(viewer, row, following) if following is not None else None


@action
def hand_over(
    viewer: Viewer,
    *,
    case: Case | UUID,
    to_path: str,
    following: Next | None = None,
    note: str = "",
    step: UUID | None = None,
) -> CaseStep:
    """Pass the case to another unit or office: one row of the control slip ends, the next begins there.

    The same step goes on at the new place unless ``following`` says another. ``step`` is the open step as the
    page showed it: when it has ended meanwhile, nothing is done twice.
    """
    row = locked(case)
    current = open_step(row)
    if step is not None and (current is None or current.pk != step):
        past = CaseStep.objects.filter(pk=step, case=row).first()
        if past and past.outcome == "handed_over" and current and current.unit_path == to_path:
            return current
        raise Conflict("Hồ sơ vừa được xử lý ở nơi khác. Tải lại trang để xem bước hiện tại.")
    must_run(row)
    must_handle(viewer, row)
    if not to_path:
        raise ActionError("Chọn đơn vị nhận hồ sơ.", "to_path")
    if to_path == row.holder_path and following is None:
        raise ActionError("Hồ sơ đang ở đơn vị này rồi. Chọn đơn vị khác.", "to_path")
    if current is not None:
        end(viewer, row, current, "handed_over", note)
    going = following or Next(_same(current, row))
    new = begin(viewer, row, Next(going.step, to_path, going.holder, going.due_at))
    tell("cases.handed_over", row, viewer, to=to_path, step=new.key)
    return new


@action
def send_parallel(
    viewer: Viewer, *, case: Case | UUID, parts: Sequence[ParallelPart], note: str = ""
) -> list[CaseStep]:
    """Send an electronic joint procedure to all its agencies at once, naming the lead and each one's deadline.

    The lead holds the case. (Decree 61/2018/NĐ-CP, art. 19.6 b.)
    """
    row = locked(case)
    must_run(row)
    must_handle(viewer, row)
    if len(parts) < 2 or sum(part.is_lead for part in parts) != 1:
        raise ActionError("Liên thông cần ít nhất hai cơ quan, trong đó đúng một cơ quan chủ trì.", "parts")
    if len({part.unit_path for part in parts}) != len(parts):
        raise ActionError("Mỗi cơ quan chỉ ghi một lần.", "parts")
    if CaseStep.objects.filter(case=row, ended_at__isnull=True, group__isnull=False).exists():
        raise Conflict("Hồ sơ đã được gửi liên thông và chưa nhận đủ kết quả.")
    current = open_step(row)
    if current is not None:
        end(viewer, row, current, "sent", note)
    rows = _parallel_rows(viewer, row, parts)
    CaseStep.objects.bulk_create(rows)
    lead = next(one for one in rows if one.is_lead)
    row.holder_path, row.holder = lead.unit_path, lead.holder
    row.save(update_fields=["holder_path", "holder"])
    tell("cases.sent_parallel", row, viewer, count=len(rows), lead=lead.unit_path)
    return rows


def _parallel_rows(viewer: Viewer, case: Case, parts: Sequence[ParallelPart]) -> list[CaseStep]:
    group, moment, number = uuid7(), now(), last_number(case)
    return [
        CaseStep(
            case=case,
            number=number + offset,
            key=part.step.key,
            title=part.step.title,
            kind=part.step.kind,
            unit_path=part.unit_path,
            holder=part.holder,
            given_path=case.holder_path,
            given_by_id=viewer.account_id if viewer.is_officer else None,
            began_at=moment,
            due_at=part.due_at or _step_due(case, part.step, moment),
            group=group,
            is_lead=part.is_lead,
        )
        for offset, part in enumerate(parts, 1)
    ]


def _others_answered(case: Case, part: CaseStep) -> None:
    if not part.is_lead:
        raise ActionError("Chỉ cơ quan chủ trì chuyển hồ sơ sang bước tiếp theo.")
    waiting = CaseStep.objects.filter(case=case, group=part.group, ended_at__isnull=True).exclude(pk=part.pk)
    titles = ", ".join(waiting.values_list("title", flat=True))
    if titles:
        raise ActionError(f"Chưa đủ kết quả của các cơ quan phối hợp: {titles}.")


def _step(case: Case, step: UUID | None) -> CaseStep:
    found = (
        CaseStep.objects.filter(pk=step, case=case, ended_at__isnull=True).first()
        if step
        else open_step(case)
    )
    if found is None:
        lead = CaseStep.objects.filter(case=case, ended_at__isnull=True, is_lead=True).first()
        if lead is None or step:
            raise Conflict("Hồ sơ không có bước nào đang mở. Tải lại trang.")
        return lead
    return found


def _planned(case: Case, step: str | PlannedStep) -> PlannedStep:
    if isinstance(step, PlannedStep):
        return step
    found = plans.step_of(case, step)
    if found is None:
        raise ActionError(f"Quy trình của hồ sơ này không có bước “{step}”.", "step")
    return found


def _same(current: CaseStep | None, case: Case) -> PlannedStep:
    if current is None:
        raise Conflict("Hồ sơ không có bước nào đang mở. Chọn bước tiếp theo khi bàn giao.")
    found = plans.step_of(case, current.key)
    return found or PlannedStep(current.key, current.title, current.kind)


def _step_due(case: Case, step: PlannedStep, start: datetime) -> datetime | None:
    return due_after(start, step.term, calendar_of(case)) if step.term else None
