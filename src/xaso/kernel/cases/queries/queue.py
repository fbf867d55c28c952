"""The work queue: few fixed views, oldest deadline first, pages by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.folding import name_contains
from xaso.kernel.cases.models import Case, CaseStep, Opinion, Status
from xaso.kernel.cases.queries import scope
from xaso.kernel.cases.queries.badges import Badge, deadline_badge
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.clock import local
from xaso.kernel.plain.moment import now

MINE, UNIT, LATE, TODAY, WAITING, DONE, ALL = "mine", "unit", "late", "today", "waiting", "done", "all"
VIEWS = {
    MINE: "Của tôi",
    UNIT: "Của đơn vị",
    LATE: "Quá hạn",
    TODAY: "Đến hạn hôm nay",
    WAITING: "Đang tạm dừng",
    DONE: "Chờ trả kết quả",
    ALL: "Tất cả",
}
COUNT_LIMIT = 2000
_SHOWN = (
    *(field.name for field in Case._meta.concrete_fields if field.name not in ("plan", "rule_version")),
    "subject__full_name",
    "holder__display_name",
)
_LATE = Q(status=Status.OPEN) | Q(status=Status.WAITING, paused_at__gt=F("due_at"))


@dataclass(frozen=True)
class QueueFilters:
    """What narrows a view: kind of case, unit subtree, key of the open step, and the words typed (code or name)."""

    type: str = ""
    unit_path: str = ""
    step: str = ""
    text: str = ""


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    case: Case
    badge: Badge
    step: CaseStep | None

    @property
    def person(self) -> str:
        """Whose matter it is."""
        return self.case.subject.full_name if self.case.subject else ""

    @property
    def given_by(self) -> str:
        """From whom it came."""
        return self.step.given_by.display_name if self.step and self.step.given_by else ""


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; ``after`` opens the next one, "" when this is the last."""

    view: str
    rows: Sequence[QueueRow]
    after: str


@dataclass(frozen=True)
class QueueCounts:
    """How many lie in each view; ``capped`` when the unit's own count stopped at the limit."""

    counts: dict[str, int]
    capped: bool

    def words(self, view: str) -> str:
        """The figure beside a view: “12”, “2000+”."""
        figure = self.counts.get(view, 0)
        return f"{figure}+" if self.capped and view != MINE else str(figure)


def work_queue(
    viewer: Viewer,
    view: str = UNIT,
    filters: QueueFilters | None = None,
    *,
    after: str = "",
    limit: int = 25,
) -> QueuePage:
    """One page of a view. Queues are ordered by deadline, the oldest first; done and all by time, newest first.

    The viewer sees what lies with the units where they hold the view right of the kind of case. Raises
    ActionError for an unknown view or a page key that cannot be read.
    """
    if view not in VIEWS:
        raise ActionError("Không có danh sách này.", "view")
    filters = filters or QueueFilters()
    found = _narrow(_view(viewer, view, filters.unit_path), filters)
    if view in (ALL, DONE):
        cases = _newest(found, view, after, limit + 1)
    else:
        cases = _by_deadline(found, after, limit + 1)
    more, cases = len(cases) > limit, cases[:limit]
    return QueuePage(view, _rows(cases), _key(view, cases[-1]) if more else "")


def queue_counts(viewer: Viewer) -> QueueCounts:
    """How many cases lie in each view that has a deadline; two statements."""
    moment = now()
    tonight = _tonight(moment)
    mine = _view(viewer, MINE, "").count() if viewer.account_id else 0
    sample = Case.objects.filter(scope.held(viewer), closed_at__isnull=True).order_by("due_at")[:COUNT_LIMIT]
    figures = sample.aggregate(
        unit=Count("pk"),
        late=Count("pk", filter=_LATE & Q(due_at__lt=moment)),
        today=Count("pk", filter=Q(status=Status.OPEN, due_at__gte=moment, due_at__lt=tonight)),
        waiting=Count("pk", filter=Q(status=Status.WAITING)),
    )
    return QueueCounts({MINE: mine, **figures}, figures["unit"] >= COUNT_LIMIT)


def opinions_waiting(viewer: Viewer, limit: int = 100) -> list[Opinion]:
    """Questions that the viewer's units have yet to answer, oldest term first."""
    wanted = scope.NOTHING
    for keys, paths in scope.groups(viewer):
        for path in paths:
            wanted |= Q(case__type__in=keys, asked_path__startswith=path)
    found = Opinion.objects.filter(wanted, answered_at__isnull=True, case__closed_at__isnull=True)
    return list(found.select_related("case", "asked_by").order_by("due_at", "pk")[:limit])


def _view(viewer: Viewer, view: str, within: str) -> QuerySet[Case]:
    moment = now()
    # The person's sealed columns stay closed: a queue shows a name only.
    cases = Case.objects.select_related("subject", "holder").only(*_SHOWN)
    if view == ALL:
        return cases.filter(scope.touched(viewer, within))
    if view == DONE:
        return cases.filter(scope.received(viewer, within), status__in=[Status.DONE, Status.REFUSED])
    running = cases.filter(closed_at__isnull=True)
    if view == MINE:
        part = CaseStep.objects.filter(
            holder_id=viewer.account_id, ended_at__isnull=True, group__isnull=False
        ).values_list("case_id", flat=True)[:500]
        parallel = list(part)
        own = Q(holder_id=viewer.account_id)
        found = running.filter(own | Q(pk__in=parallel) if parallel else own)
        return found.filter(holder_path__startswith=within) if within else found
    running = running.filter(scope.held(viewer, within))
    if view == LATE:
        return running.filter(_LATE, due_at__lt=moment)
    if view == TODAY:
        return running.filter(status=Status.OPEN, due_at__gte=moment, due_at__lt=_tonight(moment))
    if view == WAITING:
        return running.filter(status=Status.WAITING)
    return running


def _narrow(cases: QuerySet[Case], filters: QueueFilters) -> QuerySet[Case]:
    if filters.type:
        cases = cases.filter(type=filters.type)
    if filters.step:
        open_steps = CaseStep.objects.filter(key=filters.step, ended_at__isnull=True)
        cases = cases.filter(pk__in=open_steps.values("case_id"))
    if filters.text.strip():
        text = filters.text.strip()
        cases = cases.filter(Q(code__icontains=text) | name_contains("subject__full_name", text))
    return cases


def _by_deadline(cases: QuerySet[Case], after: str, limit: int) -> list[Case]:
    """Cases with a deadline in its order, then those without one in the order they came."""
    found: list[Case] = []
    due_at, pk = _read_key(after)
    if not after or due_at is not None:
        dated = cases.filter(due_at__isnull=False)
        if due_at is not None:
            # The first condition lets the index begin at the right place, the second settles equal times.
            dated = dated.filter(Q(due_at__gt=due_at) | Q(pk__gt=pk), due_at__gte=due_at)
        found = list(dated.order_by("due_at", "pk")[:limit])
        pk = None
    if len(found) < limit:
        undated = cases.filter(due_at__isnull=True)
        if pk is not None:
            undated = undated.filter(pk__gt=pk)
        found += undated.order_by("pk")[: limit - len(found)]
    return found


def _newest(cases: QuerySet[Case], view: str, after: str, limit: int) -> list[Case]:
    """Newest first: results by when they were ready, all cases by when they came in (keys are in time's order)."""
    at, pk = _read_key(after)
    if view == ALL:
        return list((cases.filter(pk__lt=pk) if pk else cases).order_by("-pk")[:limit])
    if at is not None:
        cases = cases.filter(Q(closed_at__lt=at) | Q(pk__lt=pk), closed_at__lte=at)
    return list(cases.order_by("-closed_at", "-pk")[:limit])


def _rows(cases: Sequence[Case]) -> list[QueueRow]:
    steps: dict[UUID, CaseStep] = {}
    found = CaseStep.objects.filter(case__in=[case.pk for case in cases], ended_at__isnull=True)
    found = found.select_related("given_by").defer("given_by__password", "given_by__email")
    for step in found.order_by("is_lead", "number"):
        steps[step.case_id] = step
    moment = now()
    return [QueueRow(case, deadline_badge(case, moment), steps.get(case.pk)) for case in cases]


def _key(view: str, case: Case) -> str:
    at = None if view == ALL else case.closed_at if view == DONE else case.due_at
    return f"{at.isoformat() if at else ''}~{case.pk.hex}"


def _read_key(after: str) -> tuple[datetime | None, UUID | None]:
    if not after:
        return None, None
    try:
        at, _, pk = after.partition("~")
        return (datetime.fromisoformat(at) if at else None), UUID(pk)
    except ValueError as error:
        raise ActionError("Đường dẫn trang không đúng. Mở lại danh sách.", "after") from error


def _tonight(moment: datetime) -> datetime:
    return local(moment).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
