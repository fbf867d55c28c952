"""Slowing down those who guess codes or send many files, by hashed network address."""

from __future__ import annotations

from datetime import timedelta

from xaso.kernel.base.errors import TooMany
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.documents.models import CheckAttempt
from xaso.kernel.plain.moment import now

WINDOW = timedelta(minutes=10)
KEPT = timedelta(hours=1)
WRONG_CODE, PDF, TIMESTAMP, UPLOAD = "code", "pdf", "tsa", "upload"
# A commune office shares one address: generous for people, useless for guessing 55 random bits.
LIMITS = {WRONG_CODE: 30, PDF: 40, TIMESTAMP: 300, UPLOAD: 120}


def _hash(address: str) -> str:
    return keyed_hash(address, "documents-check")


def must_not_be_too_many(address: str, kind: str) -> None:
    """Raise TooMany when this address tried too often lately."""
    recent = CheckAttempt.objects.filter(address_hash=_hash(address), kind=kind, at__gte=now() - WINDOW)
    if recent.count() >= LIMITS[kind]:
        what = "Gửi quá nhiều tệp" if kind == UPLOAD else "Kiểm tra quá nhiều lần"
        raise TooMany(f"{what} từ một nơi. Chờ 10 phút rồi thử lại.")


def note_attempt(address: str, kind: str) -> None:
    """Count a try."""
    CheckAttempt.objects.create(address_hash=_hash(address), kind=kind)


def forget_attempts() -> None:
    """Drop what is older than an hour; run by the clean-up job."""
    CheckAttempt.objects.filter(at__lt=now() - KEPT).delete()
