"""The shipped rows of law: added once, what an administrator changed since stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

from xaso.services.privacy.models import RequestTerm, RetentionRule

FILE = Path(__file__).parent / "data" / "law.toml"


def seed(**_: object) -> None:
    """After each migrate."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for facts in rows["term"]:
        key = {"kind": facts["kind"], "valid_from": facts["valid_from"]}
        RequestTerm.objects.get_or_create(**key, defaults=facts)
    for facts in rows["retention"]:
        key = {"category": facts["category"], "valid_from": facts["valid_from"]}
        RetentionRule.objects.get_or_create(**key, defaults=facts)
