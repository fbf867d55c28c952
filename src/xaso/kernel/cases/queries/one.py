"""One case: finding it, its timeline, its control slip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases.models import Case, CaseStep, Extension, Opinion, Pause
from xaso.kernel.cases.queries import scope
from xaso.kernel.events.models import Event
from xaso.kernel.events.registry import sentence_of
from xaso.kernel.people.queries import mandate_words, names_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock
from xaso.kernel.units.models import Unit

# What the person whose case it is may read of the log; officers' names are not among it.
FOR_THE_PERSON = frozenset(
    f"cases.{name}"
    for name in (
        "opened",
        "handed_over",
        "paused",
        "resumed",
        "restarted",
        "extended",
        "apologised",
        "done",
        "refused",
        "withdrawn",
        "stopped",
        "returned",
    )
)


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline."""

    at: datetime
    name: str
    sentence: str
    who: str
    title: str
    data: dict[str, Any]


@dataclass(frozen=True)
class SlipRow:
    """One row of the control slip: who gave, who received, when, and whether the step kept its time."""

    number: int
    title: str
    giver: str
    giver_unit: str
    receiver: str
    receiver_unit: str
    at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    result: str
    note: str


def case_for(viewer: Viewer, ref: UUID | str) -> Case:
    """The case with this id or code, when the viewer may see it; NotFound otherwise, whatever the reason.

    Officers see a case with the view right of its kind on the competent unit, the unit that holds it, the place
    of reception, or any unit that had a step or was asked; citizens see their own.
    """
    found = Case.objects.select_related("subject", "holder", "plan")
    pk = ref if isinstance(ref, UUID) else _uuid(ref)
    case = found.filter(pk=pk).first() if pk else found.filter(code=ref).first()
    if case is None or not scope.sees(viewer, case):
        raise NotFound("Không tìm thấy hồ sơ này, hoặc hồ sơ không thuộc phạm vi của tài khoản.")
    return case


def cases_of(viewer: Viewer, person_id: UUID, limit: int = 50) -> list[Case]:
    """A person's cases that the viewer may see, newest first."""
    found = Case.objects.filter(subject_id=person_id)
    if viewer.kind == "citizen":
        found = found.filter(subject_id=viewer.person_id)
    elif viewer.kind != "system":
        found = found.filter(scope.touched(viewer))
    return list(found.order_by("-opened_at")[:limit])


def timeline(viewer: Viewer, case: Case, also: Iterable[UUID] = ()) -> list[TimelineEntry]:
    """What happened, newest first; ``also`` adds other records of the same matter (papers, payments).

    A citizen gets the lines meant for the person and no officer's name.
    """
    case = _checked(viewer, case)
    events = Event.objects.filter(record_id__in=[case.pk, *also]).order_by("-seq")[:500]
    if viewer.kind not in ("officer", "system"):
        events = [event for event in events if event.name in FOR_THE_PERSON]  # type: ignore[assignment]
        names: dict[UUID, tuple[str, str]] = {}
    else:
        events = list(events)  # type: ignore[assignment]
        names = names_of({event.actor_id for event in events if event.actor_id})
    lines = []
    for event in events:
        who, title = names.get(event.actor_id, ("", "")) if event.actor_id else ("", "")
        # A citizen reads what was done, not by whose mandate.
        by = mandate_words(event.data) if who else ""
        lines.append(TimelineEntry(event.at, event.name, f"{sentence_of(event)}{by}", who, title, event.data))
    return lines


def control_slip(viewer: Viewer, case: Case) -> list[SlipRow]:
    """The control slip (phiếu kiểm soát quá trình giải quyết hồ sơ), row by row in the order of hand-over."""
    case = _checked(viewer, case)
    steps = list(CaseStep.objects.filter(case=case).select_related("holder", "given_by").order_by("number"))
    names = unit_names({step.unit_path for step in steps} | {step.given_path for step in steps})
    return [
        SlipRow(
            number=step.number,
            title=step.title,
            giver=step.given_by.display_name if step.given_by else "",
            giver_unit=names.get(step.given_path, ""),
            receiver=step.holder.display_name if step.holder else "",
            receiver_unit=names.get(step.unit_path, step.unit_path),
            at=step.began_at,
            due_at=step.due_at,
            ended_at=step.ended_at,
            result=_result(step),
            note=step.note,
        )
        for step in steps
    ]


def open_steps(viewer: Viewer, case: Case) -> list[CaseStep]:
    """The steps that are open now: one, or those of a parallel group with the lead first."""
    case = _checked(viewer, case)
    found = CaseStep.objects.filter(case=case, ended_at__isnull=True)
    return list(found.select_related("holder", "given_by").order_by("-is_lead", "number"))


def pauses_of(viewer: Viewer, case: Case) -> list[Pause]:
    """Every pause, oldest first."""
    return list(Pause.objects.filter(case=_checked(viewer, case)).order_by("started_at"))


def opinions_of(viewer: Viewer, case: Case) -> list[Opinion]:
    """Every question put to other units, oldest first."""
    found = Opinion.objects.filter(case=_checked(viewer, case))
    return list(found.select_related("asked_by", "answered_by").order_by("asked_at"))


def extensions_of(viewer: Viewer, case: Case) -> list[Extension]:
    """Every apology, oldest first."""
    return list(Extension.objects.filter(case=_checked(viewer, case)).order_by("created_at"))


def due_explained(viewer: Viewer, case: Case) -> tuple[str, ...]:
    """The sentences behind the deadline: term, days off with their basis, pauses, what is unconfirmed."""
    from xaso.kernel.cases.actions.base import calendar_of

    case = _checked(viewer, case)
    if not case.term:
        return ("Hồ sơ này không có thời hạn.",)
    ended = [(p.started_at, p.ended_at) for p in Pause.objects.filter(case=case) if p.ended_at]
    answer = clock.due(
        case.clock_from, case.term, calendar_of(case), [clock.Pause(start, end) for start, end in ended]
    )
    moved = Extension.objects.filter(case=case, moves_due=True).first()
    return (
        answer.lines
        if moved is None
        else (*answer.lines, f"Hẹn lại đến {clock.moment_words(moved.new_due_at)}.")
    )


def unit_names(paths: Iterable[str]) -> dict[str, str]:
    """Full names of units by path."""
    return dict(
        Unit.objects.filter(path__in=[path for path in paths if path]).values_list("path", "full_name")
    )


def _checked(viewer: Viewer, case: Case) -> Case:
    if not scope.sees(viewer, case):
        raise NotFound("Không tìm thấy hồ sơ này, hoặc hồ sơ không thuộc phạm vi của tài khoản.")
    return case


def _result(step: CaseStep) -> str:
    if step.ended_at is None:
        return "Đang xử lý"
    if step.due_at is None:
        return ""
    if step.ended_at > step.due_at:
        return "Quá hạn"
    return "Trước hạn" if clock.local(step.ended_at).date() < clock.local(step.due_at).date() else "Đúng hạn"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
