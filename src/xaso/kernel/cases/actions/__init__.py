"""Every write on a case and on the calendar: right, change, event, in one transaction."""

from xaso.kernel.cases.actions.calendar import (
    change_day,
    change_hours,
    end_day,
    end_hours,
    recalculate_unit,
)
from xaso.kernel.cases.actions.clock import (
    can_still_extend,
    extend_with_apology,
    pause_case,
    recalculate_due,
    restart_clock,
    resume_case,
)
from xaso.kernel.cases.actions.closing import close_case, mark_returned, stop_case
from xaso.kernel.cases.actions.opening import RECEIVE, open_case, open_in_transaction
from xaso.kernel.cases.actions.opinions import answer_opinion, ask_opinion, report_late_opinion
from xaso.kernel.cases.actions.steps import (
    Next,
    ParallelPart,
    assign,
    finish_step,
    hand_over,
    send_parallel,
    start_step,
)

__all__ = [
    "RECEIVE",
    "Next",
    "ParallelPart",
    "answer_opinion",
    "ask_opinion",
    "assign",
    "can_still_extend",
    "change_day",
    "change_hours",
    "close_case",
    "end_day",
    "end_hours",
    "extend_with_apology",
    "finish_step",
    "hand_over",
    "mark_returned",
    "open_case",
    "open_in_transaction",
    "pause_case",
    "recalculate_due",
    "recalculate_unit",
    "report_late_opinion",
    "restart_clock",
    "resume_case",
    "send_parallel",
    "start_step",
    "stop_case",
]
