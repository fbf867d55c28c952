"""Long strings of a PDF are read quickly, and to the letter as the library reads them."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic

from xaso.kernel.documents.signing import hex_strings

quick: Any = generic.read_hex_string_from_stream
LETTERS = st.text("0123456789abcdefABCDEF", max_size=60)


def outcome(read: Any, content: bytes) -> object:
    """What was read and where the reading stopped; or the kind of refusal."""
    stream = io.BytesIO(content)
    stream.seek(2)
    try:
        value = read(stream)
    except Exception as error:
        return type(error)
    return type(value), value, stream.tell()


@given(LETTERS, st.binary(max_size=12), st.booleans())
@example("", b"", True)
@example("a" * 8191, b"> rest", False)
@example("a" * 8192, b"> rest", False)
@example("ab" * 20_000, b"", True)
@example("48656c6c6f", b"", True)
@example("48 65\n6c", b">", False)
def test_as_the_library_reads_it(letters: str, more: bytes, ends: bool) -> None:
    content = b"xx<" + letters.encode() + (b">" if ends else b"") + more
    assert outcome(quick, content) == outcome(quick.__wrapped__, content)


def test_the_quicker_reading_is_in_place_once() -> None:
    hex_strings.mend()
    assert generic.read_hex_string_from_stream is quick
    assert not hasattr(quick.__wrapped__, "is_mended")
