"""Tables of the cases area: the official calendar, cases and everything that happens to one."""

from xaso.kernel.cases.models.calendar import OfficialDay, WorkingHours
from xaso.kernel.cases.models.case import Case, CaseStep, Extension, Opinion, Pause, Plan, Status
from xaso.kernel.cases.models.involvement import CaseUnit

__all__ = [
    "Case",
    "CaseStep",
    "CaseUnit",
    "Extension",
    "OfficialDay",
    "Opinion",
    "Pause",
    "Plan",
    "Status",
    "WorkingHours",
]
