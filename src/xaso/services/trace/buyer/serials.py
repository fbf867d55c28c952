"""The code below the scratch layer of one label, and those who try to guess it."""

from __future__ import annotations

from xaso.kernel.documents.limits import WRONG_CODE, must_not_be_too_many, note_attempt
from xaso.services.trace import labels_rules
from xaso.services.trace.models import LabelCode


def is_right(code: LabelCode, typed: str) -> bool:
    """Whether somebody typed the code of this label; case, spaces and dashes do not matter."""
    return bool(code.batch.seed) and labels_rules.scratch_fits(code.batch.seed, code.serial, typed[:40])


def must_not_guess(address: str) -> None:
    """Raises TooMany when this network tried many wrong codes lately."""
    must_not_be_too_many(f"scratch {address}", WRONG_CODE)


def note_wrong(address: str) -> None:
    """Count a wrong try."""
    note_attempt(f"scratch {address}", WRONG_CODE)
