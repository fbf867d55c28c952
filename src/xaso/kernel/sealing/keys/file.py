"""A key in a file that only the product's own account reads. Whoever can read it can sign: see docs/build/log.md."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from xaso.kernel.plain.logbook.keyfile import new_key_file, read_key_file
from xaso.kernel.plain.logbook.notes import Signer


class FileKeys:
    """References: ``file:<name>``, a name inside ``XASO_LOG_KEYS``."""

    def make(self, wanted: str) -> str:
        """See ``KeyHolder.make``."""
        name = f"log-{secrets.token_hex(8)}.pem"
        new_key_file(Path(settings.XASO_LOG_KEYS) / name)
        return f"file:{name}"

    @contextlib.contextmanager
    def open(self, reference: str) -> Iterator[Signer]:
        """See ``KeyHolder.open``."""
        yield read_key_file(Path(settings.XASO_LOG_KEYS) / Path(reference.partition(":")[2]).name)
