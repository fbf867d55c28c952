"""Reads the long hexadecimal strings of a PDF in one go: pyHanko reads them letter by letter.

Each signature stands in its PDF as some thirty thousand such letters, read again at each further signature, check and
download. Whatever is not plain letters and an end is left to the original, with its patience and its errors.
"""

from __future__ import annotations

import binascii
import functools
import os
import re
from typing import Any

from pyhanko.pdf_utils import generic

_PLAIN = re.compile(rb"[0-9A-Fa-f]*")
_AT_ONCE = 8192


def _mended(original: Any) -> Any:
    @functools.wraps(original)
    def read(stream: Any) -> Any:
        start = stream.tell()
        stream.seek(1, os.SEEK_CUR)
        parts: list[bytes] = []
        while part := stream.read(_AT_ONCE):
            end = part.find(b">")
            parts.append(part if end < 0 else part[:end])
            if end >= 0 or not _PLAIN.fullmatch(part):
                break
        digits = b"".join(parts)
        if not part or not _PLAIN.fullmatch(digits):
            stream.seek(start)
            return original(stream)
        stream.seek(start + len(digits) + 2)
        return generic.pdf_string(binascii.unhexlify(digits + b"0" * (len(digits) % 2)))

    read.is_mended = True  # type: ignore[attr-defined]
    return read


def mend() -> None:
    """Put the quicker reading in place, once."""
    if not getattr(generic.read_hex_string_from_stream, "is_mended", False):
        generic.read_hex_string_from_stream = _mended(generic.read_hex_string_from_stream)


mend()
