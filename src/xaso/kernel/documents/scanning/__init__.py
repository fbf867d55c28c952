"""Looking for viruses behind one small port: ClamAV's clamd where the settings name one, nothing otherwise."""

from __future__ import annotations

from xaso.kernel.documents.config import upload_limits
from xaso.kernel.documents.scanning.base import CLEAN, NO_SCANNER, Finding, Scanner, State
from xaso.kernel.documents.scanning.clamd import Clamd

__all__ = ["CLEAN", "NO_SCANNER", "Clamd", "Finding", "Scanner", "State", "scan", "scanner"]


def scanner() -> Scanner | None:
    """The scanner that the settings name; None when there is none."""
    limits = upload_limits()
    return Clamd(limits.clamd, limits.clamd_timeout) if limits.clamd else None


def scan(content: bytes) -> Finding:
    """Look for viruses in a content. Never raises: a scanner that is away is a finding of its own."""
    found = scanner()
    return found.scan(content) if found is not None else NO_SCANNER
