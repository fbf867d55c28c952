"""Contrast of every pair of colours that meet on a screen, computed from the style sheet, in both themes."""

from __future__ import annotations

import re

import pytest

from xaso.kernel.ui.testing import SHEET

TEXT, EDGE = 4.5, 3.0
ON_GROUNDS = ["ink", "muted", "act", "act-hover", "visited", "danger", "warn", "good"]
PAIRS = [
    *[(colour, ground, TEXT) for colour in ON_GROUNDS for ground in ("page", "ground", "card")],
    ("act-ink", "act", TEXT),
    ("act-ink", "act-hover", TEXT),
    ("band-ink", "band", TEXT),
    ("gold", "band", TEXT),
    ("danger", "danger-bg", TEXT),
    ("warn", "warn-bg", TEXT),
    ("good", "good-bg", TEXT),
    ("info", "info-bg", TEXT),
    ("act", "info-bg", TEXT),
    *[("ink", f"{kind}-bg", TEXT) for kind in ("danger", "warn", "good", "info")],
    *[("muted", f"{kind}-bg", TEXT) for kind in ("danger", "warn", "good", "info")],
    *[("edge", ground, EDGE) for ground in ("page", "ground", "card")],
    *[(f"chart{n}", ground, EDGE) for n in range(1, 6) for ground in ("page", "card")],
    ("focus", "focus-ink", EDGE),
]


def tokens(theme: str) -> dict[str, str]:
    """The colours of a theme; the dark ones stand over the light ones, as in the browser."""
    text = SHEET.read_text(encoding="utf-8")
    light = re.search(r":root \{(.*?)\n\}", text, re.S)
    dark = re.search(r':root\[data-theme="dark"\] \{(.*?)\n\}', text, re.S)
    assert light and dark
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light[1]))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark[1]))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0b4f8a", "#ffffff") == pytest.approx(8.4, abs=0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("colour", "ground", "least"), PAIRS)
def test_pairs_that_meet(theme: str, colour: str, ground: str, least: float) -> None:
    found = tokens(theme)
    assert contrast(found[colour], found[ground]) >= least


def test_the_two_places_of_the_dark_theme_say_the_same() -> None:
    text = SHEET.read_text(encoding="utf-8")
    by_device = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\n\} \}', text, re.S)
    by_choice = re.search(r':root\[data-theme="dark"\] \{(.*?)\n\}', text, re.S)
    assert by_device and by_choice
    assert by_device[1].split() == by_choice[1].split()


def test_colours_are_used_through_tokens_only() -> None:
    text = SHEET.read_text(encoding="utf-8")
    rules = text[text.index("/* ---- base ---- */") : text.index("/* ---- print ---- */")]
    loose = set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) - {"#fff", "#1b1f24", "#6f120d", "#8f1a14"}
    assert not loose, "white plates, the skip link and the band may; others use a token"
