"""Tasks of hamlets: the officer's table of who did what, and the hamlet's own list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.units.models import Unit
from xaso.services.notices.models import HamletTask, Notice, TaskReport
from xaso.services.notices.queries.rights import HEAD, TASKS, VIEW

_State = HamletTask.State
KINDS = {
    _State.OPEN: "warn",
    _State.REPORTED: "info",
    _State.RETURNED: "danger",
    _State.ACCEPTED: "good",
    _State.CANCELLED: "",
}


@dataclass(frozen=True)
class TaskLine:
    """A task in a table: the hamlet's name, the deadline in words, the newest report."""

    task: HamletTask
    hamlet: str
    kind: str
    due_kind: str
    due_words: str
    due_days: int
    report: TaskReport | None

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.task.state not in {_State.ACCEPTED, _State.CANCELLED}


def lines(tasks: Iterable[HamletTask]) -> list[TaskLine]:
    """Tasks with what a table shows of them; three queries for any number."""
    rows = list(tasks)
    names = unit_names({row.hamlet_path for row in rows})
    newest: dict[UUID, TaskReport] = {}
    for report in TaskReport.objects.filter(task__in=rows).order_by("created_at"):
        newest[report.task_id] = report
    moment = now().astimezone(VIETNAM)
    found = []
    for row in rows:
        left = clock.remaining(moment, row.due_at, calendar_for(row.unit_path.split("/", 1)[0]))
        found.append(
            TaskLine(
                row,
                names.get(row.hamlet_path, row.hamlet_path),
                KINDS[_State(row.state)],
                left.kind,
                left.text,
                left.days,
                newest.get(row.pk),
            )
        )
    return found


def unit_names(paths: Iterable[str]) -> dict[str, str]:
    """Full names of units by path."""
    return dict(Unit.objects.filter(path__in=list(paths)).values_list("path", "full_name"))


def tasks_here(viewer: Viewer, *, only: str = "", notice_id: UUID | None = None) -> QuerySet[HamletTask]:
    """Tasks of my units, the nearest deadline first. ``only``: open, waiting (to be looked at), late, done."""
    rows = HamletTask.objects.filter(viewer.scope(VIEW)).select_related("owner", "notice")
    if notice_id is not None:
        rows = rows.filter(notice_id=notice_id)
    if only == "open":
        rows = rows.filter(state__in=[_State.OPEN, _State.RETURNED])
    elif only == "waiting":
        rows = rows.filter(state=_State.REPORTED)
    elif only == "late":
        rows = rows.filter(state__in=[_State.OPEN, _State.RETURNED], due_at__lt=now())
    elif only == "done":
        rows = rows.filter(state=_State.ACCEPTED)
    return rows.order_by("due_at", "hamlet_path")


def counts_here(viewer: Viewer) -> dict[str, int]:
    """How many of each view there are."""
    return {name: tasks_here(viewer, only=name).count() for name in ("open", "waiting", "late", "done")}


def waiting_count(viewer: Viewer) -> int:
    """Reports that wait for an officer."""
    if not viewer.can(TASKS):
        return 0
    return HamletTask.objects.filter(viewer.scope(TASKS), state=_State.REPORTED).count()


def task_at_desk(viewer: Viewer, task_id: UUID) -> HamletTask:
    """One task for an officer. Raises NotFound."""
    rows = HamletTask.objects.filter(viewer.scope(VIEW)).select_related("owner", "notice", "reply")
    task = rows.filter(pk=task_id).first()
    if task is None:
        raise NotFound("Không tìm thấy việc này.")
    return task


def reports_of(task: HamletTask) -> list[TaskReport]:
    """What was reported, newest first; the caller let the viewer see the task."""
    return list(task.reports.select_related("photo").order_by("-created_at"))


def sum_of(tasks: Iterable[TaskLine]) -> Decimal:
    """The figures that were reported and not returned."""
    wanted = (line.report for line in tasks if line.report is not None and line.task.state != _State.RETURNED)
    return sum((report.figure for report in wanted if report.figure is not None), Decimal(0))


def progress(notice: Notice) -> dict[str, int]:
    """How many tasks of a directive stand in which state, and how many are late."""
    rows = list(notice.tasks.values_list("state", "due_at"))
    found = Counter(state for state, _ in rows)
    late = sum(1 for state, due in rows if state in {_State.OPEN, _State.RETURNED} and due < now())
    return {
        "all": len(rows),
        "done": found[_State.ACCEPTED],
        "reported": found[_State.REPORTED],
        "open": found[_State.OPEN] + found[_State.RETURNED],
        "late": late,
    }


# ---- the hamlet's own -----------------------------------------------------------------------------------------------


def my_tasks(viewer: Viewer, *, done: bool = False) -> QuerySet[HamletTask]:
    """Tasks of the hamlets I lead, the nearest deadline first; done ones newest first."""
    rows = HamletTask.objects.filter(viewer.scope(HEAD, "hamlet_path")).select_related("notice")
    ended = [_State.ACCEPTED, _State.CANCELLED]
    if done:
        return rows.filter(state__in=ended).order_by("-ended_at")
    return rows.exclude(state__in=ended).order_by("due_at")


def task_of_hamlet(viewer: Viewer, task_id: UUID) -> HamletTask:
    """One task of a hamlet I lead. Raises NotFound."""
    task = HamletTask.objects.filter(viewer.scope(HEAD, "hamlet_path"), pk=task_id).first()
    if task is None:
        raise NotFound("Không có việc này trong thôn của ông/bà.")
    return task
