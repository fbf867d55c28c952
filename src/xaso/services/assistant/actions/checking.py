"""The legal officer's work: a task becomes a checked answer, marks are judged, answers end when their law changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.law import citations
from xaso.kernel.plain.moment import now, today
from xaso.services.assistant.actions.asking import _task
from xaso.services.assistant.answers.reading import named, quote_for, still_stands
from xaso.services.assistant.models import CheckedAnswer, LegalTask, WrongMark
from xaso.services.assistant.queries.asking_rights import CHECK, seat_of

MOST_QUOTES = 6


def task_at_desk(viewer: Viewer, task_id: UUID) -> LegalTask:
    """A task to work on, locked. Raises NotFound, Forbidden."""
    row = LegalTask.objects.select_for_update().filter(pk=task_id).first()
    if row is None:
        raise NotFound("Không có việc này.")
    viewer.must(CHECK, row.unit_path)
    return row


def quotes_of(bases: str, question: str, day: date) -> list[dict[str, Any]]:
    """The quotes behind lines of citations ("khoản 2 Điều 5 Nghị định 61/2018/NĐ-CP"), one a line.

    Raises ActionError at ``bases`` for a line that names nothing of the corpus, or something not in force.
    """
    found: list[dict[str, Any]] = []
    for line in filter(None, (one.strip() for one in bases.splitlines())):
        there = named(line, day)
        if not there:
            hint = "" if citations(line) else " Viết như: khoản 2 Điều 5 Nghị định 61/2018/NĐ-CP."
            raise ActionError(f"Không có “{line[:80]}” trong kho văn bản.{hint}", "bases")
        for one in there:
            quote = quote_for(question, one.article, day, clause=one.clause, point=one.point)
            if not quote.validity.good:
                raise ActionError(f"{quote.citation}: {quote.validity.words}", "bases")
            found.append(quote.kept)
    if not found:
        raise ActionError("Ghi ít nhất một căn cứ: điều, khoản, điểm của văn bản.", "bases")
    return found[:MOST_QUOTES]


@action
def check_answer(
    viewer: Viewer,
    *,
    office_path: str,
    question: str,
    answer: str,
    bases: str,
    wordings: Sequence[str] = (),
    valid_to: date | None = None,
) -> CheckedAnswer:
    """Write an answer that one stands for by name and date. Raises Forbidden, ActionError by field."""
    viewer.must(CHECK, office_path)
    question, answer = " ".join(question.split()), answer.strip()
    if len(question) < 10:
        raise ActionError("Viết câu hỏi rõ hơn, không ghi tên người hỏi.", "question")
    if len(answer) < 10:
        raise ActionError("Viết câu trả lời.", "answer")
    if valid_to is not None and valid_to < today():
        raise ActionError("Ngày thôi dùng phải từ hôm nay trở đi.", "valid_to")
    row = CheckedAnswer(
        unit_path=seat_of(office_path),
        office_path=office_path,
        question=question[:600],
        wordings=[one[:600] for one in dict.fromkeys(" ".join(w.split()) for w in wordings) if one][:10],
        answer=answer[:6000],
        quotes=quotes_of(bases, question, today()),
        checked_by=viewer.account_id,
        by_name=viewer.name,
        by_title=viewer.title,
        checked_on=today(),
        valid_to=valid_to,
    )
    row.save(force_insert=True)
    emit("assistant.answer_checked", record=row, unit_path=office_path, viewer=viewer)
    return row


@action
def answer_task(viewer: Viewer, *, task_id: UUID, **facts: Any) -> CheckedAnswer:
    """Answer a task with a checked answer; the words of the task are one more wording of the question.

    Raises as ``check_answer``; Conflict when it is done already.
    """
    task = task_at_desk(viewer, task_id)
    _must_be_open(task)
    row = check_answer(viewer, office_path=task.unit_path, **facts)
    if task.before is not None and task.before.ended_on is None:
        _end(viewer, task.before, "Có câu trả lời mới")
    task.state, task.answer, task.done_by, task.done_at = (
        LegalTask.State.ANSWERED,
        row,
        viewer.account_id,
        now(),
    )
    task.save(update_fields=["state", "answer", "done_by", "done_at"])
    emit("assistant.task_answered", record=task, unit_path=task.unit_path, viewer=viewer)
    return row


@action
def drop_task(viewer: Viewer, *, task_id: UUID, note: str) -> LegalTask:
    """Close a task without an answer; the one who asked is told why."""
    task = task_at_desk(viewer, task_id)
    _must_be_open(task)
    if len(note.strip()) < 5:
        raise ActionError("Ghi vì sao không trả lời, người hỏi sẽ đọc.", "note")
    task.state, task.note = LegalTask.State.DROPPED, note.strip()[:500]
    task.done_by, task.done_at = viewer.account_id, now()
    task.save(update_fields=["state", "note", "done_by", "done_at"])
    emit("assistant.task_dropped", record=task, unit_path=task.unit_path, viewer=viewer)
    return task


def _must_be_open(task: LegalTask) -> None:
    if task.state != LegalTask.State.OPEN:
        raise Conflict("Việc này đã có người làm xong.")


@action
def end_answer(viewer: Viewer, *, answer_id: UUID, why: str) -> CheckedAnswer:
    """Stop using a checked answer. Raises NotFound, Forbidden, ActionError without a reason."""
    row = CheckedAnswer.objects.select_for_update().filter(pk=answer_id, ended_on__isnull=True).first()
    if row is None:
        raise NotFound("Không có câu trả lời này, hoặc đã thôi dùng.")
    viewer.must(CHECK, row.office_path)
    if len(why.strip()) < 5:
        raise ActionError("Ghi vì sao thôi dùng.", "why")
    _end(viewer, row, why.strip())
    return row


def _end(viewer: Viewer, row: CheckedAnswer, why: str) -> None:
    row.ended_on, row.ended_why = today(), why[:300]
    row.save(update_fields=["ended_on", "ended_why"])
    emit("assistant.answer_ended", record=row, unit_path=row.office_path, viewer=viewer)


@action
def end_changed(viewer: Viewer) -> int:
    """End checked answers whose law stands no more or whose day has passed; each goes back to its legal officer."""
    ended = 0
    for row in CheckedAnswer.objects.select_for_update().filter(ended_on__isnull=True).order_by("pk"):
        past = row.valid_to is not None and row.valid_to < today()
        why = "Hết ngày dùng đã đặt" if past else still_stands(row.quotes, today())
        if not why:
            continue
        _end(viewer, row, why)
        _task(viewer, LegalTask.Origin.ENDED, row.question, row.office_path, today(), before=row)
        ended += 1
    return ended


def end_changed_daily() -> None:
    """Once a night: found answers are checked against the law at each reading besides."""
    end_changed(Viewer.system())


@action
def judge_mark(viewer: Viewer, *, mark_id: UUID, verdict: str, note: str = "") -> WrongMark:
    """Say whether an answer marked wrong was wrong. A good mark becomes a task for a checked answer.

    Raises NotFound, Forbidden, Conflict when judged already, ActionError without a verdict.
    """
    row = WrongMark.objects.select_for_update(of=("self",)).filter(pk=mark_id).first()
    if row is None:
        raise NotFound("Không có mục này.")
    viewer.must(CHECK, row.unit_path)
    if row.verdict:
        raise Conflict("Mục này đã có kết luận.")
    if verdict not in {WrongMark.Verdict.RIGHT, WrongMark.Verdict.UNFOUNDED}:
        raise ActionError("Chọn kết luận.", "verdict")
    row.verdict, row.note = verdict, note.strip()[:500]
    row.seen_by, row.seen_at = viewer.account_id, now()
    row.save(update_fields=["verdict", "note", "seen_by", "seen_at"])
    emit(
        "assistant.mark_judged", record=row, unit_path=row.unit_path, viewer=viewer, data={"verdict": verdict}
    )
    if verdict == WrongMark.Verdict.RIGHT:
        known = row.checked
        if known is not None and known.ended_on is None and viewer.can(CHECK, known.office_path):
            _end(viewer, known, "Bị báo sai và đã xác nhận")
        _task(viewer, LegalTask.Origin.OFFICER, str(row.question), row.unit_path, today(), before=row.checked)
    return row
