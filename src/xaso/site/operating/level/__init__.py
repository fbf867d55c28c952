"""The file of the information-security level (hồ sơ cấp độ), made from what is really configured.

Nothing in it is written by hand: each "met" is the answer of a look at this installation at this moment.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from xaso.kernel.documents.typeset.engine import typeset
from xaso.kernel.plain.moment import now
from xaso.site.operating.advice import advice
from xaso.site.operating.level import looks

HERE = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def requirements() -> dict[str, Any]:
    """The carried rows: levels and what each asks, with their legal basis."""
    return tomllib.loads((HERE / "requirements.toml").read_text())


def level_facts() -> dict[str, Any]:
    """Everything that the file says, as data: general, scale, parts, level and why, measures, what is to be done."""
    rules = requirements()
    people = looks.people()
    level = next(row for row in rules["level"] if people >= row["people"])
    measures = []
    for row in rules["row"]:
        met, found = looks.LOOKS[row["look"]]()
        measures.append({"group": row["group"], "asks": row["asks"], "found": found, "met": met})
    missing = [f"{row['asks']}: {row['found']}" for row in measures if not row["met"]]
    return {
        "system": looks.system_name(),
        "agency": looks.system_name(),
        "made_on": f"{now():%d/%m/%Y}",
        "version": looks.version(),
        "unconfirmed": rules["unconfirmed"],
        "legal_basis": rules["legal_basis"],
        "general": looks.general(),
        "scale": looks.scale(people),
        "parts": looks.parts(),
        "level": level["number"],
        "why": f"{level['when']} (hiện có {people:n} người trong hệ thống).",
        "measures": measures,
        "todo": missing + [one.text for one in advice()],
    }


def level_file() -> bytes:
    """The file as PDF."""
    return typeset((HERE / "level.typ").read_text(), level_facts(), archival=True, fields=False)
