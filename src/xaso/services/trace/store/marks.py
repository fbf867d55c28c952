"""Digests by which events are found: for each thing an event says, one number.

A mark is made from a place in the event and, for equality, the value there. Events and questions make them here, so
that they agree. With 63 bits two different facts do not meet in the life of a province.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from xaso.kernel.plain.epcis import canonical_id
from xaso.kernel.plain.epcis.parameters import loose

# Where extension fields may stand: the event itself, master data of instances, error declaration, places, sensors.
TOP, ILMD, ERROR, READ_POINT, BIZ_LOCATION = "x", "m", "e", "r", "b"
ELEMENT, METADATA, REPORT = "s", "sm", "sr"
INNER = "i"
_LISTS = {
    "bizTransactionList": ("bizTransaction", "btx"),
    "sourceList": ("source", "src"),
    "destinationList": ("destination", "dst"),
}
_ADDRESSES = frozenset(
    "deviceID deviceMetadata rawData dataProcessingMethod bizRules microorganism chemicalSubstance"
    " uriValue coordinateReferenceSystem".split()
)


@lru_cache(maxsize=200_000)
def mark(*parts: str) -> int:
    """The number of a place and a value, always the same for the same words."""
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def marks_of(body: dict[str, Any]) -> list[int]:
    """The marks of an event in its expanded form, each once."""
    found = set(_of_lists(body))
    found.update(_of_places(body))
    for name, value in body.items():
        if name[0] == "{":
            found.update(_extension(TOP, name, value))
    for name, value in body.get("ilmd", {}).items():
        found.update(_extension(ILMD, name, value))
    if "errorDeclaration" in body:
        found.update(_of_error(body["errorDeclaration"]))
    if "sensorElementList" in body:
        found.add(mark("sensors"))
        for element in body["sensorElementList"]:
            found.update(_of_element(element))
    return sorted(found)


def _of_lists(body: dict[str, Any]) -> Iterator[int]:
    for name, (value, short) in _LISTS.items():
        for row in body.get(name, ()):
            yield mark(short, row.get("type", ""), canonical_id(row[value]))
    for verb, states in body.get("persistentDisposition", {}).items():
        for state in states:
            yield mark("pd", verb, state)


def _of_places(body: dict[str, Any]) -> Iterator[int]:
    if "disposition" in body:
        yield mark("disposition", body["disposition"])
    for name, where in (("readPoint", READ_POINT), ("bizLocation", BIZ_LOCATION)):
        place = body.get(name)
        if place is None:
            continue
        if "id" in place:
            yield mark(name, canonical_id(place["id"]))
        for key, value in place.items():
            if key[0] == "{":
                yield from _extension(where, key, value)


def _of_error(declaration: dict[str, Any]) -> Iterator[int]:
    for one in declaration.get("correctiveEventIDs", ()):
        yield mark("corrective", one)
    for key, value in declaration.items():
        if key[0] == "{":
            yield from _extension(ERROR, key, value)


def _of_element(element: dict[str, Any]) -> Iterator[int]:
    yield from _fields(element.get("sensorMetadata", {}), METADATA)
    for report in element.get("sensorReport", ()):
        yield from _fields(report, REPORT)
    for key, value in element.items():
        if key[0] == "{":
            yield from _extension(ELEMENT, key, value)


def _fields(holder: dict[str, Any], where: str) -> Iterator[int]:
    """Named fields by presence and, where they are words, by value; what is measured is compared, not looked up."""
    for key, value in holder.items():
        if key[0] == "{":
            yield from _extension(where, key, value)
            continue
        yield mark("sensor", key)
        if value.__class__ is str:
            yield mark("sensor", key, canonical_id(value) if key in _ADDRESSES else value)
        elif value.__class__ is bool:
            yield mark("sensor", key, loose(value))


def _extension(where: str, key: str, value: Any) -> Iterator[int]:
    """A field by its presence and by its values; fields inside it by the same, told apart as inner."""
    yield mark(where, key)
    if value.__class__ is dict:
        for inner, one in value.items():
            yield from _inner(where + INNER, inner, one)
    elif value.__class__ is list:
        for one in value:
            if one.__class__ is dict:
                for inner, deep in one.items():
                    yield from _inner(where + INNER, inner, deep)
            else:
                yield mark(where, key, loose(one))
    else:
        yield mark(where, key, loose(value))


def _inner(where: str, key: str, value: Any) -> Iterator[int]:
    if value.__class__ is list:
        for one in value:
            yield from _inner(where, key, one)
        return
    yield mark(where, key)
    if value.__class__ is dict:
        for inner, one in value.items():
            yield from _inner(where, inner, one)
    else:
        yield mark(where, key, loose(value))
