"""Makers of cases for tests of this area and of services: through the actions, so that history is real."""

from __future__ import annotations

from itertools import count
from typing import Any

from xaso.kernel.base.manifest import CaseType
from xaso.kernel.cases import registry
from xaso.kernel.cases.actions import open_case
from xaso.kernel.cases.models import Case
from xaso.kernel.cases.plans import PlannedStep
from xaso.kernel.people.models import RoleRight
from xaso.kernel.people.viewer import Viewer

TRIAL = CaseType("trial.matter", "Việc thử", "trial.view", "trial.handle")
OFFICERS = ("receptionist", "specialist", "leader", "clerk")
PLAN = (
    PlannedStep("receive", "Tiếp nhận", "receive", term="4h"),
    PlannedStep("review", "Thẩm định", "review", term="3wd"),
    PlannedStep("sign", "Lãnh đạo ký", "sign", term="1wd"),
    PlannedStep("return", "Trả kết quả", "return"),
)
COMMUNE, OTHER, PROVINCE = "15/04321/", "15/04322/", "15/"
DEPARTMENT = "15/04321/kt/"

_numbers = count(1)


def declare_trial() -> CaseType:
    """Register the trial kind of case and give its rights to the usual roles."""
    registry.register(TRIAL)
    wanted = [(role, right) for role in OFFICERS for right in (TRIAL.view_right, TRIAL.handle_right)]
    wanted.append(("province_viewer", TRIAL.view_right))
    RoleRight.objects.bulk_create(
        [RoleRight(role_id=role, right=right) for role, right in wanted], ignore_conflicts=True
    )
    return TRIAL


def a_case(viewer: Viewer | None = None, **changes: Any) -> Case:
    """A trial case of one commune with a term of five working days, unless said otherwise."""
    facts: dict[str, Any] = {
        "type": TRIAL.key,
        "code": f"TRIAL-{next(_numbers):06d}",
        "title": "Việc thử của một công dân",
        "unit_path": COMMUNE,
        "received_path": COMMUNE,
        "term": "5wd",
        "plan": PLAN,
        **changes,
    }
    return open_case(viewer or Viewer.system(), **facts)
