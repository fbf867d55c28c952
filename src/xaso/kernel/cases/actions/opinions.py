"""Opinions asked of other units, each with a term of its own (Decree 61/2018/NĐ-CP, art. 19.5)."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.cases.actions.base import (
    calendar_of,
    due_after,
    handle_right,
    locked,
    must_handle,
    must_run,
    tell,
)
from xaso.kernel.cases.models import Case, Opinion
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now


@action
def ask_opinion(viewer: Viewer, *, case: Case | UUID, asked_path: str, question: str, term: str) -> Opinion:
    """Put a question to another unit with a term. The clock of the case runs on."""
    row = locked(case)
    must_run(row)
    must_handle(viewer, row)
    if not question.strip():
        raise ActionError("Ghi nội dung cần lấy ý kiến.", "question")
    if not asked_path or asked_path == row.holder_path:
        raise ActionError("Chọn đơn vị khác để lấy ý kiến.", "asked_path")
    waiting = Opinion.objects.filter(
        case=row, asked_path=asked_path, question=question.strip(), answered_at__isnull=True
    ).first()
    if waiting is not None:
        return waiting
    moment = now()
    opinion = Opinion(
        case=row,
        asked_path=asked_path,
        asked_by_id=viewer.account_id,
        asking_path=row.holder_path,
        question=question.strip(),
        asked_at=moment,
        due_at=due_after(moment, term, calendar_of(row)),
    )
    opinion.save(force_insert=True)
    tell("cases.opinion_asked", row, viewer, opinion=str(opinion.pk), to=asked_path, due_at=opinion.due_at)
    return opinion


@action
def answer_opinion(viewer: Viewer, *, opinion: UUID, answer: str, agrees: bool | None = None) -> Opinion:
    """Answer for the unit that was asked. The same answer again changes nothing; another one is refused."""
    row = _opinion(opinion)
    case = locked(row.case_id)
    viewer.must(handle_right(case), row.asked_path)
    if not answer.strip():
        raise ActionError("Ghi nội dung trả lời.", "answer")
    if row.answered_at is not None:
        if row.answer != answer.strip():
            raise Conflict("Ý kiến này đã được trả lời.")
        return row
    row.answer, row.agrees = answer.strip(), agrees
    row.answered_at, row.answered_by_id = now(), viewer.account_id
    row.save(update_fields=["answer", "agrees", "answered_at", "answered_by"])
    late = row.due_at is not None and row.answered_at > row.due_at
    tell("cases.opinion_answered", case, viewer, opinion=str(row.pk), late=late)
    return row


@action
def report_late_opinion(viewer: Viewer, *, opinion: UUID) -> Opinion:
    """Tell the head of the one-stop desk that a unit has not answered in time; once."""
    row = _opinion(opinion)
    case = locked(row.case_id)
    must_handle(viewer, case)
    if row.answered_at is not None or row.due_at is None or row.due_at >= now():
        raise ActionError("Đơn vị được hỏi chưa quá hạn trả lời.")
    if row.late_reported_at is None:
        row.late_reported_at = now()
        row.save(update_fields=["late_reported_at"])
        tell("cases.opinion_late_reported", case, viewer, opinion=str(row.pk), to=row.asked_path)
    return row


def _opinion(pk: UUID) -> Opinion:
    row = Opinion.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("Không tìm thấy ý kiến này.")
    return row
