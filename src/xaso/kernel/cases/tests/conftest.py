"""Every test here has the trial kind of case, and reads the calendar afresh."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from xaso.kernel.base.manifest import CaseType
from xaso.kernel.cases import calendars, plans, registry
from xaso.kernel.cases.testing import TRIAL, declare_trial


@pytest.fixture
def trial(db: None) -> Iterator[CaseType]:
    calendars.forget()
    plans.forget()
    yield declare_trial()
    registry._types.pop(TRIAL.key, None)
    calendars.forget()
    plans.forget()
