"""A question about the applicant in the world of the matrix: handed over, marked wrong, noted in the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from xaso.kernel.cases.models import Case
from xaso.kernel.plain.moment import today
from xaso.services.assistant.models import Asked, CheckedAnswer, LegalTask, ReasonedNote, WrongMark
from xaso.services.assistant.queries.asking import link_of

PUBLIC, DESK, API = "/assistant/", "/desk/assistant/", "/api/v1/assistant/"
_LAW = "/assistant/van-ban/<str:slug>/"
SHOWN_TO_ALL = {
    **dict.fromkeys(
        (_LAW, f"{_LAW}akn.xml", f"{_LAW}<str:article>/", f"{_LAW}<str:article>/so-sanh/"),
        "the law itself, for all to read",
    ),
    "/assistant/tra-loi/<uuid:answer_id>/": "checked answers are for all to read; nothing of a person is in them",
    "/desk/assistant/da-kiem/<uuid:answer_id>/": "the same, at the desk",
    "/assistant/cau-hoi/<str:token>/": "the question behind its own signed link: whoever holds the link sent it",
    "/api/v1/assistant/questions/{token}": "the question behind its own signed token",
}


@dataclass
class Asking:
    """What parameters of the addresses stand for, and rows that no stranger may see."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_question(commune: str, case_id: UUID, code: str, name: str) -> Asking:
    """An officer asked about the applicant's case; the answer was noted in it, and somebody marked it wrong."""
    case = Case.objects.get(pk=case_id)
    checked = CheckedAnswer.objects.create(
        unit_path=commune,
        office_path=commune,
        question="Đất vườn có được xây nhà không?",
        answer="Phải chuyển mục đích sử dụng trước.",
        by_name="Cán bộ pháp chế",
        checked_on=today(),
    )
    task = LegalTask.objects.create(
        unit_path=commune,
        origin=LegalTask.Origin.OFFICER,
        question=f"{name} xây nhà trên đất vườn có được không",
        day=date(2026, 1, 1),
        case_code=code,
        due_on=today(),
    )
    linked = LegalTask.objects.create(
        unit_path=commune,
        origin=LegalTask.Origin.CITIZEN,
        question="Đất vườn có được xây nhà không",
        day=today(),
        due_on=today(),
    )
    mark = WrongMark.objects.create(unit_path=commune, question=f"Nhà của {name}", why="wrong", words=name)
    note = ReasonedNote.objects.create(
        case=case, unit_path=commune, question=f"Nhà của {name}", words=name, day=today(), by_name="Cán bộ"
    )
    asked = Asked.objects.create(unit_path=commune, channel="case", words=f"nhà của {name}", kind="found")
    fills = {
        (f"{PUBLIC}tra-loi/", "answer_id"): checked.pk,
        (f"{PUBLIC}cau-hoi/", "token"): link_of(linked),
        (f"{DESK}viec/", "task_id"): task.pk,
        (f"{DESK}da-kiem/", "answer_id"): checked.pk,
        (f"{DESK}bao-sai/", "mark_id"): mark.pk,
        (f"{API}questions/", "token"): link_of(linked),
    }
    rows = [
        (LegalTask, models.Q(pk=task.pk)),
        (WrongMark, models.Q(pk=mark.pk)),
        (ReasonedNote, models.Q(pk=note.pk)),
        (Asked, models.Q(pk=asked.pk)),
    ]
    return Asking(fills, rows)
