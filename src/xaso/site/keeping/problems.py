"""The one exception of this part; its text is a sentence for the operator that says what to do."""

from __future__ import annotations


class KeepingProblem(Exception):
    """A backup, restore, drill or standby cannot go on; the text says why and what to do."""
