"""Weights on the wire, from the files themselves."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "static" / "ui"

# What a citizen's page of each kind loads; each list with the modules that its scripts import.
CITIZEN_SCRIPTS = {
    "form": ["form.js"],
    "form with draft": ["form.js", "store.js", "draft.js"],
    "address page": ["form.js", "store.js", "draft.js", "combo.js"],
    "photo page": ["form.js", "store.js", "draft.js", "upload.js"],
    "card page": ["form.js", "store.js", "draft.js", "scan.js"],
}


def weight(*names: str) -> int:
    return sum(len(gzip.compress(STATIC.joinpath(name).read_bytes(), 9, mtime=0)) for name in names)


def test_the_style_sheet() -> None:
    assert weight("xaso.css") <= 12 * 1024


@pytest.mark.parametrize("kind", CITIZEN_SCRIPTS)
def test_scripts_of_citizens_pages(kind: str) -> None:
    assert weight(*CITIZEN_SCRIPTS[kind]) <= 8 * 1024


def test_a_record_page_leaves_room_for_its_words() -> None:
    """Record and tracking pages: 20 KB in three requests: the page, the sheet, the icons."""
    assert weight("xaso.css", "icons.svg") <= 15 * 1024


def test_the_fonts_of_the_desk() -> None:
    both = sum(STATIC.joinpath(f"fonts/xaso-sans-{weight}.woff2").stat().st_size for weight in (400, 600))
    assert both <= 32 * 1024


def test_nothing_comes_from_elsewhere() -> None:
    for path in [*STATIC.glob("*.js"), *STATIC.glob("*.css")]:
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert "http://" not in text and "https://" not in text and "//cdn" not in text, path.name


def test_scripts_are_module_clean() -> None:
    """No evaluated code, no inner markup from strings: the content policy forbids the one, safety the other."""
    for path in STATIC.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for word in ("eval(", "new Function", "innerHTML", "document.write", "insertAdjacentHTML"):
            assert word not in text, f"{path.name}: {word}"
