"""Reading setups: a JSON document from the database, or the shipped TOML files with their shared blocks.

A shipped file may put ``{ use = "person", p = "father", who = "cha" }`` where a list has an item; the items of
that block take its place with ``{p}`` and ``{who}`` filled in. ``drop`` leaves out items or questions by key,
``set`` changes some, ``when`` adds a condition to each. What is stored and pinned is always the expanded document.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from xaso.services.onestop.eforms.schema import Setup

SETUPS = resources.files("xaso.services.onestop") / "setups"
_CONTROLS = frozenset({"use", "drop", "set", "when"})
_PLACE = re.compile(r"\{([a-z_]+)\}")
_CONDITION_OF = {"pages": "ask_when", "draft": "ask_when", "fields": "ask_when"}


class SetupError(ValueError):
    """A setup document that cannot be read; the message names the file and the place."""


def load_setup(document: str | bytes | Mapping[str, Any]) -> Setup:
    """A setup from its stored JSON document. pydantic's ValidationError (a ValueError) when it is not one."""
    if isinstance(document, str | bytes):
        return Setup.model_validate_json(document)
    return Setup.model_validate(document)


def dump_setup(setup: Setup) -> str:
    """The JSON document to store: without what is left at its default, so that versions compare well."""
    return setup.model_dump_json(by_alias=True, exclude_defaults=True)


@lru_cache(maxsize=1)
def shipped_setups() -> tuple[Setup, ...]:
    """All setups that ship with the product, by procedure, variant and first day. SetupError when one is broken."""
    blocks = _blocks()
    found = [_read_file(entry, blocks) for entry in _files() if not entry.name.startswith("_")]
    return tuple(sorted(found, key=lambda setup: (setup.procedure, setup.variant, setup.valid_from)))


def setup_on(
    procedure: str, day: date, variant: str | None = None, setups: Iterable[Setup] | None = None
) -> Setup | None:
    """The setup in force for a dossier of that procedure received on that day; None when there is none."""
    fitting = [
        setup
        for setup in (shipped_setups() if setups is None else setups)
        if setup.procedure == procedure and setup.covers(day) and variant in {None, setup.variant}
    ]
    return max(fitting, key=lambda setup: setup.valid_from, default=None)


def expand(document: Mapping[str, Any], blocks: Mapping[str, Any]) -> dict[str, Any]:
    """A shipped document with every ``use`` replaced by the items of its block."""
    return {name: _expand(name, value, blocks) for name, value in document.items()}


def shared_blocks() -> dict[str, Any]:
    """The blocks that shipped files share, for `expand`; the form editor offers them too."""
    return _blocks()


def _files() -> list[Traversable]:
    return sorted(
        (entry for entry in SETUPS.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name
    )


def _read_file(entry: Traversable, blocks: Mapping[str, Any]) -> Setup:
    try:
        return Setup.model_validate(expand(tomllib.loads(entry.read_text(encoding="utf-8")), blocks))
    except ValueError as error:
        raise SetupError(f"{entry.name}: {error}") from error


def _blocks() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in _files():
        if entry.name.startswith("_"):
            try:
                found.update(tomllib.loads(entry.read_text(encoding="utf-8")))
            except tomllib.TOMLDecodeError as error:
                raise SetupError(f"{entry.name}: {error}") from error
    return found


def _expand(name: str, value: Any, blocks: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _expand(key, part, blocks) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    items: list[Any] = []
    for part in value:
        if isinstance(part, dict) and "use" in part:
            items.extend(_block_items(name, part, blocks))
        else:
            items.append(_expand(name, part, blocks))
    return items


def _block_items(name: str, call: Mapping[str, Any], blocks: Mapping[str, Any]) -> list[Any]:
    block = blocks.get(call["use"])
    if block is None:
        raise SetupError(f"{name}: there is no block {call['use']!r}")
    params = {
        **block.get("defaults", {}),
        **{key: value for key, value in call.items() if key not in _CONTROLS},
    }
    unknown = set(params) - set(block.get("params", ())) - set(block.get("defaults", {}))
    if unknown or set(block.get("params", ())) - set(params):
        raise SetupError(
            f"{name}: block {call['use']!r} takes {sorted(block.get('params', ()))}, got {sorted(params)}"
        )
    items = _expand(name, _fill(block["items"], params), blocks)
    drop, changes = set(call.get("drop", ())), dict(call.get("set", {}))
    kept = [_adjusted(item, drop, changes) for item in items if item.get("key") not in drop]
    if changes:
        raise SetupError(f"{name}: block {call['use']!r} has no {sorted(changes)} to set")
    if "when" in call:
        kept = [_with_condition(item, _CONDITION_OF.get(name, "when"), call["when"]) for item in kept]
    return [item for item in kept if item.get("fields", True)]


def _fill(value: Any, params: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        return _PLACE.sub(lambda found: str(params.get(found[1], found[0])), value)
    if isinstance(value, list):
        return [_fill(part, params) for part in value]
    if isinstance(value, dict):
        return {_fill(key, params): _fill(part, params) for key, part in value.items()}
    return value


def _adjusted(item: Any, drop: set[str], changes: dict[str, Any]) -> dict[str, Any]:
    """An item without dropped questions and with its changes; used-up changes leave ``changes``."""
    adjusted = dict(item)
    if "fields" in adjusted:
        adjusted["fields"] = [
            _adjusted(part, drop, changes) for part in adjusted["fields"] if part.get("key") not in drop
        ]
    if adjusted.get("key") in changes:
        adjusted.update(changes.pop(adjusted["key"]))
    return adjusted


def _with_condition(item: dict[str, Any], name: str, condition: Any) -> dict[str, Any]:
    own = item.get(name)
    return {**item, name: condition if own is None else {"all": [condition, own]}}
