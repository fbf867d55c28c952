"""Terms as short text: ``5wd`` working days, ``15d`` calendar days, ``8h`` working hours, ``same-day``.

Stages are joined with ``+`` (``10d+15d+5d``). Due times are computed by the clock of cases; here a term is
only read, shown in words and compared with the internal terms of a plan.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

HOURS_PER_DAY = 8
_ONE = re.compile(r"(?:([1-9][0-9]{0,3})(wd|d|h)|same-day)")


class Term(NamedTuple):
    """One stage: an amount and its unit. ``same-day`` is one working day with the 15:00 rule."""

    amount: int
    unit: Literal["wd", "d", "h", "same-day"]


_UNITS: dict[str, Literal["wd", "d", "h"]] = {"wd": "wd", "d": "d", "h": "h"}


def read_term(text: str) -> tuple[Term, ...]:
    """The stages of a term. ValueError with the form that is expected when it is none."""
    stages = []
    for part in text.split("+"):
        found = _ONE.fullmatch(part)
        if not found:
            raise ValueError(f"{text!r} is no term: use 5wd, 15d, 8h, same-day, or stages such as 10d+15d")
        stages.append(Term(int(found[1]), _UNITS[found[2]]) if found[2] else Term(1, "same-day"))
    return tuple(stages)


def check_term(text: str, *, staged: bool) -> str:
    """The text itself when it is a term; ValueError otherwise, or when stages are not allowed."""
    if len(read_term(text)) > 1 and not staged:
        raise ValueError(f"{text!r}: one step has one term, not stages")
    return text


def working_hours(term: Term) -> float:
    """Working hours a stage surely holds: a calendar week counts five days of eight hours."""
    if term.unit == "h":
        return float(term.amount)
    if term.unit == "d":
        weeks, rest = divmod(term.amount, 7)
        return float((weeks * 5 + max(0, rest - 2)) * HOURS_PER_DAY)
    return float(term.amount * HOURS_PER_DAY)


def term_words(text: str) -> str:
    """A term as people say it: "3 ngày làm việc", "trong ngày", "10 ngày + 15 ngày"."""
    return " + ".join(_words(stage) for stage in read_term(text))


def _words(term: Term) -> str:
    if term.unit == "same-day":
        return "trong ngày làm việc"
    return f"{term.amount} " + {"wd": "ngày làm việc", "d": "ngày", "h": "giờ làm việc"}[term.unit]
