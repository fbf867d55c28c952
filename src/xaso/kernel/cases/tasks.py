"""Background work of the cases area."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.cases.models import Case
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.tasks import task

_BATCH = 500


@task("cases.recalculate_province")
def recalculate_province(unit_path: str, reason: str, account_id: str = "") -> None:
    """Count the deadlines of the running cases of a subtree again; repeatable, each case in its own transaction."""
    from xaso.kernel.base.errors import Conflict
    from xaso.kernel.cases.actions.clock import recalculate_due

    viewer = Viewer(
        kind="officer" if account_id else "system",
        account_id=UUID(account_id) if account_id else None,
        grants=(Grant("recalculate", unit_path, frozenset({"cases.calendar"})),),
    )
    last = None
    while True:
        found = Case.objects.filter(unit_path__startswith=unit_path, closed_at__isnull=True).exclude(term="")
        if last is not None:
            found = found.filter(pk__gt=last)
        batch = list(found.order_by("pk").values_list("pk", flat=True)[:_BATCH])
        for pk in batch:
            try:
                recalculate_due(viewer, case=pk, reason=reason)
            except Conflict:
                continue  # closed in the meantime
        if len(batch) < _BATCH:
            return
        last = batch[-1]
