"""What asking leaves behind: a count, a question for the legal officer, a mark that an answer is wrong, a note."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.cases.queries import case_for
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.assistant.answers.shape import Answer
from xaso.services.assistant.models import Asked, CheckedAnswer, LegalTask, ReasonedNote, WrongMark
from xaso.services.assistant.queries.asking_rights import ASK, legal_office
from xaso.services.assistant.rules.masking import masked

DAYS_TO_ANSWER = 5
KEEP_WORDS = timedelta(days=180)
MOST_WORDS = 600


@action
def note_asked(viewer: Viewer, *, answer: Answer, channel: str, took_ms: int) -> Asked:
    """Count a question: what came of it and how long it took; its words are kept masked, its asker not at all."""
    summary = answer.summary
    row = Asked(
        unit_path=answer.unit_path,
        channel=channel,
        words=masked(answer.question)[0][:MOST_WORDS],
        kind=answer.kind,
        confidence=answer.confidence,
        topic=answer.main.topic[:200] if answer.main else "",
        article_id=answer.main.article_id if answer.main else None,
        checked_id=answer.checked.pk if answer.checked else None,
        took_ms=took_ms,
        model=summary.state,
        model_ms=summary.took_ms,
        model_letters=summary.letters,
        model_kept=len(summary.sentences),
        model_dropped=summary.dropped,
    )
    row.save(force_insert=True)
    return row


@action
def hand_over(
    viewer: Viewer, *, question: str, unit_path: str, day: date | None = None, case_code: str = ""
) -> LegalTask:
    """Give a question to the legal officer of a unit. For everybody: who asks as a citizen is not kept.

    Raises ActionError without a unit or for a question too short to be one.
    """
    if not unit_path:
        raise ActionError("Chọn xã, phường sẽ trả lời câu hỏi này.", "unit")
    if len(question.strip()) < 10:
        raise ActionError("Viết câu hỏi rõ hơn, ít nhất mười chữ cái.", "question")
    return _task(
        viewer,
        LegalTask.Origin.OFFICER if viewer.is_officer else LegalTask.Origin.CITIZEN,
        question.strip()[:2000],
        unit_path,
        day or today(),
        case_code=case_code,
        asked_by=viewer.account_id if viewer.is_officer else None,
    )


def _task(viewer: Viewer, origin: str, question: str, unit_path: str, day: date, **more: Any) -> LegalTask:
    office = legal_office(unit_path)
    row = LegalTask(
        unit_path=office,
        origin=origin,
        question=question,
        day=day,
        due_on=calendar_for(office.split("/", 1)[0]).add_working_days(today(), DAYS_TO_ANSWER),
        **more,
    )
    row.save(force_insert=True)
    emit("assistant.task_made", record=row, unit_path=office, viewer=viewer, data={"origin": origin})
    return row


@action
def mark_wrong(
    viewer: Viewer,
    *,
    question: str,
    unit_path: str,
    why: str,
    words: str = "",
    article_id: UUID | None = None,
    place: str = "",
    checked_id: UUID | None = None,
) -> WrongMark:
    """Say that an answer was wrong. For everybody. Raises ActionError without a reason or a unit."""
    if why not in WrongMark.Why.values:
        raise ActionError("Chọn câu trả lời sai ở chỗ nào.", "why")
    if not unit_path:
        raise ActionError("Chọn xã, phường sẽ xem lại câu trả lời này.", "unit")
    known = CheckedAnswer.objects.filter(pk=checked_id).first() if checked_id else None
    row = WrongMark(
        unit_path=legal_office(unit_path),
        question=question.strip()[:2000],
        article_id=article_id,
        place=place[:300],
        checked=known,
        why=why,
        words=words.strip()[:2000],
    )
    row.save(force_insert=True)
    emit("assistant.marked_wrong", record=row, unit_path=row.unit_path, viewer=viewer, data={"why": why})
    return row


@action
def save_note(viewer: Viewer, *, code: str, answer: Answer, words: str = "") -> ReasonedNote:
    """Keep an answer as a reasoned note in a case: its quotes and what the officer concludes.

    Raises Forbidden, NotFound for a case that the officer does not see, ActionError without a quote.
    """
    case = case_for(viewer, code)
    if not viewer.can(ASK):
        raise Forbidden()
    quotes = [one.kept for one in ([answer.main] if answer.main else [])]
    if answer.checked is not None:
        quotes = list(answer.checked.quotes)
    if not quotes:
        raise ActionError("Chưa có điều luật nào để ghi làm căn cứ.")
    row = ReasonedNote(
        case=case,
        unit_path=case.unit_path,
        question=answer.question,
        quotes=quotes,
        words=words.strip()[:4000],
        day=answer.day,
        written_by=viewer.account_id,
        by_name=viewer.name,
    )
    row.save(force_insert=True)
    emit(
        "assistant.note_saved",
        record=("cases.case", case.pk),
        unit_path=case.unit_path,
        viewer=viewer,
        data={"place": str(quotes[0]["citation"])[:200]},
    )
    return row


@action
def forget_words(viewer: Viewer) -> int:
    """The words of questions go after half a year; the counts stay."""
    old = Asked.objects.filter(created_at__lt=now() - KEEP_WORDS).exclude(words="")
    return old.update(words="")


def forget_words_daily() -> None:
    """Once a night."""
    forget_words(Viewer.system())
