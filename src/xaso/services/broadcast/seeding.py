"""The shipped rows of law: added once; what a unit or an administrator entered since stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

from xaso.services.broadcast.models import ApprovalRule, ClassRule, VolumeCap, Window

FILE = Path(__file__).parent / "data" / "law.toml"


def seed(**_: object) -> None:
    """After each migrate."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for facts in rows["class"]:
        ClassRule.objects.get_or_create(**_key(facts, "kind"), defaults=facts)
    for facts in rows["window"]:
        Window.objects.get_or_create(**_key(facts, "use", "starts"), defaults=facts)
    for facts in rows["cap"]:
        VolumeCap.objects.get_or_create(**_key(facts, "emergency", "starts"), defaults=facts)
    for facts in rows["approval"]:
        ApprovalRule.objects.get_or_create(**_key(facts, "what"), defaults=facts)


def _key(facts: dict[str, object], *names: str) -> dict[str, object]:
    """What tells one shipped row from another: it is for the whole country, from its day."""
    return {"unit_path": "", "valid_from": facts["valid_from"], **{name: facts[name] for name in names}}
