"""The log's keys: the first is made at the first head, each later one is vouched for by the one before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction

from xaso.kernel.plain.logbook import notes
from xaso.kernel.plain.logbook.notes import Signer
from xaso.kernel.plain.moment import now
from xaso.kernel.sealing.keys import KeyUnavailable, holder_of
from xaso.kernel.sealing.models import LogKey, TreeHead

# Shared with the sealer: no head is signed while the key changes.
LOCK = 0x7861736F02


def origin() -> str:
    """The log's name: as its first key said, else from the address of this installation."""
    known = LogKey.objects.order_by("number").values_list("origin", flat=True).first()
    return known or f"{urlsplit(settings.XASO_BASE_URL).netloc}/log"


@contextlib.contextmanager
def signer(size: int) -> Iterator[tuple[str, Signer]]:
    """The log's name and the key in force, opened; the very first is made here."""
    row = LogKey.objects.order_by("-number").first() or _add(None, size)
    with holder_of(row.reference).open(row.reference) as held:
        if held.public() != bytes(row.public):
            raise KeyUnavailable("Khóa nhật ký tìm thấy không phải khóa đang dùng. Khôi phục đúng tệp khóa.")
        yield row.origin, held


def rotate() -> LogKey:
    """Put a new key in force, vouched for by the present one. Running sealers use it from their next head on."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        head = TreeHead.objects.order_by("-number").first()
        return _add(LogKey.objects.order_by("-number").first(), head.size if head else 0)


def _add(before: LogKey | None, size: int) -> LogKey:
    name = origin()
    wanted = settings.XASO_LOG_KEY
    reference = holder_of(wanted).make(wanted)
    if before is not None and before.reference == reference:
        raise KeyUnavailable("XASO_LOG_KEY vẫn chỉ khóa đang dùng. Đặt khóa mới rồi chạy lại.")
    with holder_of(reference).open(reference) as fresh:
        public = fresh.public()
    said = notes.KeyStatement(name, before.number + 1 if before else 1, public, size if before else 0, now())
    # One after the other: a token takes one log-in at a time.
    lines: list[notes.Line] = []
    for one in (before.reference, reference) if before else (reference,):
        with holder_of(one).open(one) as held:
            lines += notes.sign_note(name, said.text(), held).lines
    note = notes.Note(said.text(), tuple(lines))
    return LogKey.objects.create(
        number=said.number,
        origin=name,
        public=said.public,
        reference=reference,
        statement=note.written(),
        from_size=said.from_size,
        at=said.at,
    )
