"""docs/build/asvs.md: no requirement of level 2 is missing, and whatever a row names is really there."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.house.walk import ROOT

PAGE = ROOT / "docs" / "build" / "asvs.md"
# How many requirements of levels 1 and 2 each section of ASVS 5.0.0 begins with (those of level 3 come after them).
SECTIONS = {
    "V1.1": 2, "V1.2": 9, "V1.3": 11, "V1.4": 3, "V1.5": 2, "V2.1": 3, "V2.2": 3, "V2.3": 4, "V2.4": 1, "V3.2": 2,
    "V3.3": 4, "V3.4": 6, "V3.5": 5, "V3.7": 2, "V4.1": 3, "V4.2": 1, "V4.3": 2, "V4.4": 4, "V5.1": 1, "V5.2": 3,
    "V5.3": 2, "V5.4": 3, "V6.1": 3, "V6.2": 12, "V6.3": 4, "V6.4": 4, "V6.5": 5, "V6.6": 3, "V6.8": 4, "V7.1": 3,
    "V7.2": 4, "V7.3": 2, "V7.4": 5, "V7.5": 2, "V7.6": 2, "V8.1": 2, "V8.2": 3, "V8.3": 1, "V8.4": 1, "V9.1": 3,
    "V9.2": 4, "V10.1": 2, "V10.2": 2, "V10.3": 4, "V10.4": 11, "V10.5": 5, "V10.6": 2, "V10.7": 3, "V11.1": 2,
    "V11.2": 3, "V11.3": 3, "V11.4": 4, "V11.5": 1, "V11.6": 1, "V12.1": 3, "V12.2": 2, "V12.3": 4, "V13.1": 1,
    "V13.2": 5, "V13.3": 2, "V13.4": 5, "V14.1": 2, "V14.2": 4, "V14.3": 3, "V15.1": 3, "V15.2": 3, "V15.3": 7,
    "V16.1": 1, "V16.2": 5, "V16.3": 4, "V16.4": 3, "V16.5": 3, "V17.1": 1, "V17.2": 4, "V17.3": 2,
}  # fmt: skip
STATES = {"met", "partly", "not met", "n/a"}


def rows() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


def test_no_requirement_is_missing():
    wanted = {f"{section}.{number}" for section, most in SECTIONS.items() for number in range(1, most + 1)}
    found = Counter(row[0] for row in rows())
    assert not wanted - set(found), f"say how these are met: {sorted(wanted - set(found))}"
    assert not [one for one, times in found.items() if times > 1]
    assert not set(found) - wanted, f"no such requirement of level 2: {sorted(set(found) - wanted)}"


def test_every_row_says_how():
    for row in rows():
        assert len(row) == 4 and all(row), row
        assert row[2] in STATES, row
        if row[2] == "met" and not re.search(r"`[^`]+`", row[3]):
            assert len(row[3]) > 20, f"{row[0]}: name the test, the setting or the file"


@pytest.fixture(scope="module")
def known() -> tuple[set[str], str]:
    """Names of tests in the repository, and the text of its settings."""
    tests = set()
    for folder in ("src", "tests"):
        for path in (ROOT / folder).rglob("test_*.py"):
            tests |= set(re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.M))
    sources = [*(ROOT / "src" / "xaso").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
    return tests, "\n".join(path.read_text(encoding="utf-8") for path in sources)


def test_whatever_is_named_is_there(known: tuple[set[str], str]):
    tests, settings = known
    problems = []
    for row in rows():
        for name in re.findall(r"`([^`]+)`", row[3]):
            if name.startswith("test_"):
                there = name in tests
            elif re.fullmatch(r"[A-Z][A-Z_]{5,}", name):
                there = re.search(rf"\b{name}\b", settings) is not None
            elif re.match(r"(?:src|docs|deploy|tests|tools)/|[\w-]+\.(?:toml|lock)$", name):
                there = (ROOT / name).exists()
            else:
                continue
            if not there:
                problems.append(f"{row[0]}: {name}")
    assert not problems, f"named in docs/build/asvs.md, but not there any more: {problems}"
