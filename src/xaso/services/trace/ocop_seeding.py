"""The shipped sets of OCOP criteria: added once; what a province entered since stays."""

from __future__ import annotations

import json
from pathlib import Path

from xaso.services.trace.models import OcopCriterion, OcopGroup, OcopVersion

FILE = Path(__file__).parent / "data" / "ocop" / "criteria.json"


def seed(**_: object) -> None:
    """After each migrate."""
    for facts in json.loads(FILE.read_text(encoding="utf-8"))["versions"]:
        groups, criteria = facts.pop("groups"), facts.pop("criteria")
        version, made = OcopVersion.objects.get_or_create(key=facts["key"], defaults=facts)
        if not made:
            continue
        kept: dict[str, OcopGroup] = {}
        for row in groups:
            parent = kept.get(row.pop("parent"))
            kept[row["code"]] = OcopGroup.objects.create(version=version, parent=parent, **row)
        OcopCriterion.objects.bulk_create(
            [OcopCriterion(version=version, order=place, **row) for place, row in enumerate(criteria, 1)]
        )
