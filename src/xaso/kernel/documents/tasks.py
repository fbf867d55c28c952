"""Housekeeping of the documents area. Safe to repeat."""

from __future__ import annotations

from xaso.kernel.documents.actions.quarantine import rescan_waiting
from xaso.kernel.documents.actions.uploads import forget_uploads
from xaso.kernel.documents.limits import forget_attempts


def clean_up() -> None:
    """Drop expired uploads and old tries at the public verification."""
    forget_uploads()
    forget_attempts()


def rescan() -> None:
    """Look at files that came while the virus scanner was away."""
    rescan_waiting()
