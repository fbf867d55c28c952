"""Parts of text messages: the limits themselves, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain.sms import sms_size, without_marks

WARNING = (
    "UBND xã Mường Hum: mưa rất to từ 18h hôm nay, nguy cơ lũ quét. "
    "Bà con ven suối sơ tán ngay. Gọi 0214 3 000."
)


@pytest.mark.parametrize(
    ("text", "parts", "unicode"),
    [
        ("", 0, False),
        ("a" * 160, 1, False),
        ("a" * 161, 2, False),
        ("a" * 306, 2, False),
        ("a" * 307, 3, False),
        ("ư" * 70, 1, True),
        ("ư" * 71, 2, True),
        ("ư" * 134, 2, True),
        ("ư" * 135, 3, True),
        ("€" * 80, 1, False),
        ("€" * 81, 2, False),
        ("a" * 152 + "€" + "a" * 152, 3, False),  # the pair of € is not cut
        ("😀" * 35, 1, True),
        ("😀" * 36, 2, True),
    ],
)
def test_limits(text: str, parts: int, unicode: bool) -> None:
    size = sms_size(text)
    assert (size.parts, size.unicode) == (parts, unicode)


def test_a_warning_costs_half_without_marks() -> None:
    assert sms_size(WARNING).parts == 2
    assert sms_size(without_marks(WARNING)).parts == 1


def test_without_marks() -> None:
    assert without_marks("Đã nhận hồ sơ “H38” – 50.000 ₫…") == 'Da nhan ho so "H38" - 50.000 d...'


@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    plain = without_marks(text)
    assert plain.isascii()
    assert without_marks(plain) == plain
    size = sms_size(text)
    assert size.parts >= 0
    assert (size.parts == 0) == (text == "")
    assert not sms_size(plain).unicode
