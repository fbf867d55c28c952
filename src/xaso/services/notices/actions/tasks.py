"""A directive as work of hamlets: given, reported from the phone, accepted or returned, chased when overdue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound
from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.documents.models import File
from xaso.kernel.events import emit
from xaso.kernel.messages.actions import send
from xaso.kernel.people.models import Account, RoleGrant
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import clock
from xaso.kernel.plain.formats import stamp
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.plain.text import clean, nfc
from xaso.kernel.units.models import Level, Unit
from xaso.services.notices import rules
from xaso.services.notices.models import HamletTask, Notice, TaskReport
from xaso.services.notices.queries.rights import HEAD, TASKS

ROLE = "hamlet_head"
_State = HamletTask.State
LIVE = (_State.OPEN, _State.RETURNED)
CHASE_EVERY, MOST_CHASES = timedelta(hours=24), 5


def heads_of(hamlet_paths: Iterable[str]) -> dict[str, Account]:
    """Who leads which hamlet now, by its path: the one whose role began last."""
    moment = now()
    rows = RoleGrant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=moment),
        role_id=ROLE,
        valid_from__lte=moment,
        unit_path__in=list(hamlet_paths),
        account__is_active=True,
    )
    return {
        row.unit_path: row.account for row in rows.select_related("account__person").order_by("valid_from")
    }


def hamlets_in(paths: Iterable[str]) -> list[Unit]:
    """The hamlets of an audience: themselves, and those below a commune or province."""
    wanted = Q(pk__in=[])
    for path in paths:
        wanted |= Q(path__startswith=path)
    return list(Unit.objects.on().filter(wanted, level=Level.HAMLET).order_by("sort_key", "path"))


def due_of(term: str, unit_path: str, begins: datetime | None = None) -> datetime:
    """When a term of the working calendar ends. Raises ActionError for a term that cannot be read."""
    try:
        found = clock.due(
            (begins or now()).astimezone(VIETNAM), term, calendar_for(unit_path.split("/", 1)[0])
        )
    except ValueError as problem:
        raise ActionError(str(problem), "task_term") from problem
    return found.at


def give_tasks(viewer: Viewer, notice: Notice, hamlets: list[Unit], begins: datetime) -> list[HamletTask]:
    """One task for each hamlet of a directive; giving them again adds only what is missing. Inside an action."""
    known = set(notice.tasks.values_list("hamlet_path", flat=True))
    heads = heads_of(unit.path for unit in hamlets)
    due_at = due_of(notice.task_term, notice.unit_path, begins)
    return [
        _give(
            viewer,
            HamletTask(
                notice=notice,
                unit_path=notice.unit_path,
                hamlet_path=unit.path,
                title=notice.task_title,
                detail=notice.body,
                asks=notice.task_asks,
                figure_label=notice.task_figure,
                owner=heads.get(unit.path),
                given_by=viewer.account_id or notice.submitted_by,
                due_at=due_at,
            ),
        )
        for unit in hamlets
        if unit.path not in known
    ]


def _give(viewer: Viewer, task: HamletTask) -> HamletTask:
    task.save(force_insert=True)
    emit(
        "notices.task_given",
        record=task,
        unit_path=task.hamlet_path,
        viewer=viewer,
        data={"notice": str(task.notice_id or "")},
    )
    _tell(viewer, task, "notices.task_given", key="given")
    return task


@action
def give_task(
    viewer: Viewer,
    *,
    unit_path: str,
    hamlet_path: str,
    title: str,
    detail: str,
    asks: list[str],
    figure_label: str = "",
    term: str = "3wd",
    reply_id: UUID | None = None,
) -> HamletTask:
    """Give one hamlet something to do, out of a reply or by itself. Raises ActionErrors by field."""
    viewer.must(TASKS, unit_path)
    wrong: dict[str, list[str]] = {}
    if not clean(title):
        wrong["title"] = ["Ghi việc phải làm"]
    if not hamlet_path.startswith(unit_path) or not hamlets_in([hamlet_path]):
        wrong["hamlet"] = ["Chọn thôn, bản của đơn vị mình"]
    if not asks or set(asks) - set(rules.ASKS):
        wrong["asks"] = ["Chọn ít nhất một thứ phải báo cáo"]
    if wrong:
        raise ActionErrors(wrong)
    return _give(
        viewer,
        HamletTask(
            unit_path=unit_path,
            hamlet_path=hamlet_path,
            title=clean(title)[:200],
            detail=nfc(detail).strip(),
            asks=list(asks),
            figure_label=clean(figure_label)[:120],
            owner=heads_of([hamlet_path]).get(hamlet_path),
            given_by=viewer.account_id,
            due_at=due_of(term, unit_path),
            reply_id=reply_id,
        ),
    )


def _locked(viewer: Viewer, right: str, field: str, task_id: UUID) -> HamletTask:
    rows = HamletTask.objects.select_for_update(of=("self",)).select_related("owner__person", "notice")
    task = rows.filter(viewer.scope(right, field), pk=task_id).first()
    if task is None:
        raise NotFound("Không tìm thấy việc này.")
    return task


@action
def report_task(
    viewer: Viewer,
    *,
    task_id: UUID,
    text: str = "",
    figure: Decimal | None = None,
    photo: File | None = None,
) -> TaskReport:
    """The head of a hamlet reports what was done. Raises ActionErrors for what the task asks and is missing."""
    task = _locked(viewer, HEAD, "hamlet_path", task_id)
    if task.state in {_State.ACCEPTED, _State.CANCELLED}:
        raise Conflict("Việc này đã khép lại, không phải báo cáo nữa.")
    wrong: dict[str, list[str]] = {}
    if "text" in task.asks and not text.strip():
        wrong["text"] = ["Viết đã làm gì, một hai câu"]
    if "figure" in task.asks and figure is None:
        wrong["figure"] = [f"Nhập {task.figure_label[:1].lower()}{task.figure_label[1:]}"]
    if "photo" in task.asks and photo is None:
        wrong["photo"] = ["Chọn một ảnh chụp"]
    if wrong:
        raise ActionErrors(wrong)
    report = TaskReport.objects.create(
        task=task,
        unit_path=task.unit_path,
        hamlet_path=task.hamlet_path,
        text=nfc(text).strip()[:4000],
        figure=figure,
        photo=photo,
        by=viewer.account_id,
        by_name=viewer.name[:150],
    )
    task.state, task.reported_at = _State.REPORTED, now()
    task.save(update_fields=["state", "reported_at"])
    emit("notices.task_reported", record=task, unit_path=task.hamlet_path, viewer=viewer)
    return report


def _decide(viewer: Viewer, task_id: UUID, verdict: str, note: str) -> HamletTask:
    task = _locked(viewer, TASKS, "unit_path", task_id)
    report = task.reports.order_by("-created_at").first()
    if task.state != _State.REPORTED or report is None:
        raise Conflict("Không có báo cáo nào đang chờ xem.")
    report.verdict, report.verdict_note = verdict, clean(note)[:500]
    report.verdict_by, report.verdict_at = viewer.account_id, now()
    report.save(update_fields=["verdict", "verdict_note", "verdict_by", "verdict_at"])
    return task


@action
def accept_report(viewer: Viewer, *, task_id: UUID, note: str = "") -> HamletTask:
    """The officer finds the report good: the task is done."""
    task = _decide(viewer, task_id, TaskReport.Verdict.ACCEPTED, note)
    task.state, task.ended_at = _State.ACCEPTED, now()
    task.save(update_fields=["state", "ended_at"])
    emit("notices.task_accepted", record=task, unit_path=task.hamlet_path, viewer=viewer)
    return task


@action
def return_report(viewer: Viewer, *, task_id: UUID, note: str) -> HamletTask:
    """The officer sends the report back, saying what is missing. Raises ActionError without words."""
    if not note.strip():
        raise ActionError("Ghi rõ còn thiếu gì để thôn làm lại.", "note")
    task = _decide(viewer, task_id, TaskReport.Verdict.RETURNED, note)
    task.state = _State.RETURNED
    task.save(update_fields=["state"])
    emit("notices.task_returned", record=task, unit_path=task.hamlet_path, viewer=viewer)
    _tell(
        viewer,
        task,
        "notices.task_returned",
        key=f"returned:{task.reports.count()}",
        more={"note": clean(note)},
    )
    return task


@action
def cancel_task(viewer: Viewer, *, task_id: UUID) -> HamletTask:
    """The task is no longer wanted."""
    task = _locked(viewer, TASKS, "unit_path", task_id)
    if task.state in {_State.ACCEPTED, _State.CANCELLED}:
        raise Conflict("Việc này đã khép lại.")
    task.state, task.ended_at = _State.CANCELLED, now()
    task.save(update_fields=["state", "ended_at"])
    emit("notices.task_cancelled", record=task, unit_path=task.hamlet_path, viewer=viewer)
    return task


def _tell(
    viewer: Viewer, task: HamletTask, template: str, *, key: str, more: dict[str, str] | None = None
) -> None:
    """Write to the owner; a hamlet without a head gets nothing, and its task shows that nobody owns it."""
    owner = task.owner
    if owner is None:
        return
    person = owner.person
    phone = str((person.contact or {}).get("phone", "")) if person is not None else ""
    send(
        viewer,
        template,
        to=owner,
        data={"title": task.title, "due": stamp(task.due_at), **(more or {})},
        record=task,
        unit_path=task.unit_path,
        link=reverse("notices_desk:head_task", args=[task.pk]),
        contact={"phone": phone},
        key=key,
    )


@action
def chase_task(viewer: Viewer, *, task_id: UUID) -> bool:
    """Remind the owner of an overdue task, once a day and five times at most; answers whether it did."""
    task = HamletTask.objects.select_for_update(of=("self",)).select_related("owner__person").get(pk=task_id)
    moment = now()
    lately = task.chased_at is not None and moment - task.chased_at < CHASE_EVERY
    if task.state not in LIVE or task.due_at > moment or lately or task.chased >= MOST_CHASES:
        return False
    task.chased, task.chased_at = task.chased + 1, moment
    task.save(update_fields=["chased", "chased_at"])
    _tell(viewer, task, "notices.task_overdue", key=f"overdue:{task.chased}")
    emit(
        "notices.task_chased",
        record=task,
        unit_path=task.hamlet_path,
        viewer=viewer,
        data={"time": task.chased},
    )
    return True


def chase_overdue() -> None:
    """The job: every overdue task whose owner was not reminded for a day."""
    moment = now()
    rows = HamletTask.objects.filter(
        Q(chased_at__isnull=True) | Q(chased_at__lte=moment - CHASE_EVERY),
        state__in=LIVE,
        due_at__lt=moment,
        chased__lt=MOST_CHASES,
    )
    for key in list(rows.values_list("pk", flat=True)[:2000]):
        chase_task(Viewer.system(), task_id=key)
