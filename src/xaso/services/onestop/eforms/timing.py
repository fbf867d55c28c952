"""Rules between dates: not in the future, not before another date, old enough on a day."""

from __future__ import annotations

from typing import Any

from xaso.services.onestop.eforms.conditions import Answers, Given
from xaso.services.onestop.eforms.dates import parts_of
from xaso.services.onestop.eforms.schema import Kind, Question
from xaso.services.onestop.eforms.words import date_text


def time_problem(question: Question, value: Any, known: Answers, given: Given) -> str:
    """What to do when a date breaks its rules; empty when it keeps them. Partial dates get the benefit of doubt."""
    if question.kind is not Kind.DATE:
        return ""
    today = given.today.isoformat()
    if question.not_future and _compare(value, today) > 0:
        return f"Nhập ngày không sau hôm nay ({date_text(today)})"
    if question.not_past and _compare(value, today) < 0:
        return f"Nhập ngày từ hôm nay ({date_text(today)}) trở đi"
    start = known.get(question.not_before) if question.not_before else None
    if isinstance(start, str) and _compare(value, start) < 0:
        return f"Nhập ngày không trước {date_text(start)}"
    end = known.get(question.not_after) if question.not_after else None
    if isinstance(end, str) and _compare(value, end) > 0:
        return f"Nhập ngày không sau {date_text(end)}"
    return ""


def _compare(one: str, other: str) -> int:
    """-1, 0 or 1 on the parts both dates know, so that 1985 is neither before nor after 12/03/1985."""
    left, right = parts_of(one), parts_of(other)
    if left is None or right is None:
        return 0
    for mine, theirs in zip(left, right, strict=True):
        if mine is None or theirs is None:
            return 0
        if mine != theirs:
            return 1 if mine > theirs else -1
    return 0
