"""Reads of asking: tasks and marks that wait, checked answers, notes of a case, one's own question by its link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.assistant.answers.checked import in_use
from xaso.services.assistant.models import CheckedAnswer, LegalTask, ReasonedNote, WrongMark
from xaso.services.assistant.queries.asking_rights import CHECK
from xaso.services.assistant.rules.likeness import best_likeness

SALT = "assistant.question"
KEPT_DAYS = 365


def tasks(viewer: Viewer, state: str = LegalTask.State.OPEN) -> QuerySet[LegalTask]:
    """Tasks of a state where the right is held, the first due on top; done ones newest first."""
    rows = LegalTask.objects.filter(viewer.scope(CHECK), state=state)
    return rows.order_by("due_on", "pk") if state == LegalTask.State.OPEN else rows.order_by("-done_at")


def task_for(viewer: Viewer, task_id: UUID) -> LegalTask:
    """One task. Raises NotFound."""
    row = LegalTask.objects.filter(viewer.scope(CHECK), pk=task_id).select_related("answer", "before").first()
    if row is None:
        raise NotFound("Không có việc này.")
    return row


def my_tasks(viewer: Viewer) -> list[LegalTask]:
    """What an officer handed over lately, with its answer."""
    if viewer.account_id is None:
        return []
    rows = LegalTask.objects.filter(asked_by=viewer.account_id).select_related("answer")
    return list(rows.order_by("-pk")[:10])


def waiting_count(viewer: Viewer) -> int:
    """How many tasks wait where the right is held."""
    return tasks(viewer).count()


def mark_count(viewer: Viewer) -> int:
    """How many marks wait."""
    return marks(viewer).count()


def late(row: LegalTask) -> bool:
    """Whether it should have been answered by now."""
    return row.state == LegalTask.State.OPEN and row.due_on < today()


def marks(viewer: Viewer, *, open_only: bool = True) -> QuerySet[WrongMark]:
    """Answers marked wrong, the longest waiting first; judged ones newest first."""
    rows = WrongMark.objects.filter(viewer.scope(CHECK)).select_related("checked")
    return (
        rows.filter(verdict="").order_by("pk") if open_only else rows.exclude(verdict="").order_by("-seen_at")
    )


def mark_for(viewer: Viewer, mark_id: UUID) -> WrongMark:
    """One mark. Raises NotFound."""
    row = (
        marks(viewer).filter(pk=mark_id).first() or marks(viewer, open_only=False).filter(pk=mark_id).first()
    )
    if row is None:
        raise NotFound("Không có mục này.")
    return row


def checked_answers(viewer: Viewer, *, ended: bool = False, text: str = "") -> list[CheckedAnswer]:
    """Checked answers of one's own offices; with words, the likest first."""
    rows = CheckedAnswer.objects.filter(viewer.scope(CHECK, "office_path"), ended_on__isnull=not ended)
    found = list(rows.order_by("-checked_on", "-pk")[:500])
    if text.strip():
        scored = [(best_likeness(text, [row.question, *row.wordings]), row) for row in found]
        found = [row for score, row in sorted(scored, key=lambda one: -one[0]) if score > 0.1]
    return found


def checked_answer(answer_id: UUID) -> CheckedAnswer:
    """One checked answer: they are for all to read. Raises NotFound."""
    row = CheckedAnswer.objects.filter(pk=answer_id).first()
    if row is None:
        raise NotFound("Không có câu trả lời này.")
    return row


def published(unit_path: str, day: date) -> list[CheckedAnswer]:
    """Checked answers that hold for a unit today, newest first."""
    return sorted(in_use(unit_path, day), key=lambda row: (row.checked_on, row.pk), reverse=True)


def notes_of(case_id: UUID) -> Sequence[ReasonedNote]:
    """Reasoned notes of a case; the database shows them to who sees the case."""
    return list(ReasonedNote.objects.filter(case_id=case_id).order_by("-pk")[:20])


@dataclass(frozen=True)
class OwnQuestion:
    """What the holder of a link may know of their question."""

    question: str
    state: str
    due_on: date
    note: str
    answer: CheckedAnswer | None


def link_of(task: LegalTask) -> str:
    """The end of the address under which the one who asked reads the answer."""
    return signing.Signer(salt=SALT).sign(task.pk.hex)


def own_question(token: str) -> OwnQuestion:
    """The question behind a link. Raises NotFound for a link that is not ours, or too old."""
    try:
        key = UUID(signing.Signer(salt=SALT).unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound("Đường dẫn không đúng. Mở lại từ trang đã lưu.") from error
    with widened("one question, for who holds its signed link"):
        row = LegalTask.objects.filter(pk=key).select_related("answer").first()
        if row is None or (today() - row.created_at.date()).days > KEPT_DAYS:
            raise NotFound("Câu hỏi này không còn được giữ.")
        return OwnQuestion(str(row.question), row.state, row.due_on, row.note, row.answer)
