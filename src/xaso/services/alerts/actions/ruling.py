"""How many confirm, and whether a gauge may speak by itself: the commune decides, by a paper, from a moment on."""

from __future__ import annotations

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionErrors
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean
from xaso.services.alerts.models import WarningRule
from xaso.services.alerts.queries.reading import MANAGE


@action
def set_rule(viewer: Viewer, *, unit_path: str, people: int, auto_siren: bool, paper: str) -> WarningRule:
    """Set the rule of a unit from now on; the one before ends now. Needs the number of the commune's own paper."""
    viewer.must(MANAGE, unit_path)
    wrong: dict[str, list[str]] = {}
    if people not in {1, 2}:
        wrong["people"] = ["Một hoặc hai người."]
    if not clean(paper):
        wrong["paper"] = ["Ghi số, ngày văn bản của xã cho phép."]
    if wrong:
        raise ActionErrors(wrong)
    moment = now()
    WarningRule.objects.filter(unit_path=unit_path, valid_to__isnull=True).update(valid_to=moment)
    row = WarningRule.objects.create(
        unit_path=unit_path,
        people=people,
        auto_siren=auto_siren,
        paper=clean(paper)[:200],
        decided_by=viewer.name,
        valid_from=moment,
    )
    data = {"people": people, "auto_siren": auto_siren}
    emit("alerts.rule_set", record=row, unit_path=unit_path, viewer=viewer, data=data)
    return row
