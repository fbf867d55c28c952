"""Mends a slip of asn1crypto 1.5: a length whose last byte happens to be 0x80 is taken for an endless one.

Such a structure is then encoded anew, and so is all below it, twice on each level: of one signature in a few
hundred, whose certificate or timestamp has just that length, the encoding takes minutes. Only a header of two
bytes can really be endless; for any other the header is reckoned again, which costs nothing.
"""

from __future__ import annotations

from typing import Any

from asn1crypto import core

_ENDLESS = 2


def _mended(original: Any) -> Any:
    def dump(self: Any, force: bool = False) -> bytes:
        header = self._header
        if not force and header is not None and len(header) > _ENDLESS and header[-1:] == b"\x80":
            self._header = None
        encoded: bytes = original(self, force)
        return encoded

    dump.is_mended = True  # type: ignore[attr-defined]
    return dump


def mend() -> None:
    """Put the mended encoding in place, once."""
    for kind in (core.Sequence, core.SequenceOf, core.Choice):
        if not getattr(kind.dump, "is_mended", False):
            kind.dump = _mended(kind.dump)


mend()
