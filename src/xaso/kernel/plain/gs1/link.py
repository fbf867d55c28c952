"""GS1 Digital Link addresses: parse, build, canonical form (GS1 Digital Link: URI Syntax, current rules).

What older texts allow is off by default: words such as "gtin" instead of identifiers are no keys, and a GTIN
has 14 digits in the path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from xaso.kernel.plain.gs1.elements import Gs1Error, check_associations, check_value
from xaso.kernel.plain.gs1.keys import is_for_one_shop
from xaso.kernel.plain.gs1.table import Entry, paths, table

CANONICAL = "https://id.gs1.org"
_ALLOWED = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_BAD_IN_DOMAIN = re.compile(r"[_~?#@!$&'()*+,;=%]")
_SCHEME = re.compile(r"(https://|http://|HTTPS://|HTTP://)")


@dataclass(frozen=True, slots=True)
class Link:
    """A parsed address: the stem before the key, elements of the path in order, attributes, other parameters."""

    stem: str
    path: dict[str, str]
    attributes: dict[str, str] = field(default_factory=dict)
    other: tuple[str, ...] = ()

    @property
    def elements(self) -> dict[str, str]:
        """Path and attributes together, the key first."""
        return {**self.path, **self.attributes}

    @property
    def key(self) -> tuple[str, str]:
        """The primary key: identifier and value."""
        return next(iter(self.path.items()))

    @property
    def canonical(self) -> str:
        """On ``id.gs1.org``, no stem, attributes by identifier, nothing that is not GS1's."""
        return _write(CANONICAL, self.path, self.attributes)


def parse(uri: str, *, short_gtin: bool = False, public: bool = False) -> Link:
    """Read an address. Raises Gs1Error with the reason.

    ``short_gtin`` takes a GTIN of 8, 12 or 13 digits in the path; ``public`` refuses numbers that are only for use
    inside one shop (prefixes 02, 04, 20-29), which nobody was issued.
    """
    if not _ALLOWED.fullmatch(uri):
        raise Gs1Error("the address holds a letter that must be written as %XX")
    match = _SCHEME.match(uri)
    if match is None:
        raise Gs1Error("the address does not begin with https:// or http://")
    domain, slash, rest = uri[match.end() :].partition("/")
    if not domain or not slash:
        raise Gs1Error("the address has no domain or no path")
    if _BAD_IN_DOMAIN.search(domain):
        raise Gs1Error("the domain holds a letter that no domain has")
    whole_path, _, query = rest.partition("#")[0].partition("?")
    parts = whole_path.split("/")
    begin = _where_the_key_is(parts)
    path = _read_path(parts[begin:], short_gtin)
    attributes, other = _read_query(query)
    _check(path, attributes)
    if public:
        refuse_numbers_of_one_shop({**path, **attributes})
    stem = "/".join([match[1].lower() + domain, *parts[:begin]])
    return Link(stem, path, attributes, other)


def _where_the_key_is(parts: list[str]) -> int:
    """Index of the rightmost primary key, reached from the end over pairs of identifier and value."""
    place = len(parts) - 2
    while place >= 0:
        entry = table().get(parts[place])
        if entry is None:
            break
        if entry.is_key:
            return place
        place -= 2
    raise Gs1Error("the path holds no GS1 key with its value")


def _read_path(parts: list[str], short_gtin: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for ai, raw in zip(parts[::2], parts[1::2], strict=True):
        value = _decode(raw, ai)
        if short_gtin and ai == "01":
            value = _padded(value)
        if ai in found:
            raise Gs1Error("stands twice", ai)
        check_value(table()[ai], value)
        found[ai] = value
    if tuple(found) not in paths():
        raise Gs1Error(f"{'/'.join(found)} is no order of a key and its qualifiers")
    return found


def _read_query(query: str) -> tuple[dict[str, str], tuple[str, ...]]:
    found: dict[str, str] = {}
    other: list[str] = []
    for pair in query.split("&"):
        ai, equals, raw = pair.partition("=")
        if not equals or not (ai.isascii() and ai.isdigit()):
            if pair:
                other.append(pair)
            continue
        entry = table().get(ai)
        if entry is None:
            raise Gs1Error("is no identifier", ai)
        if ai in found:
            raise Gs1Error("stands twice", ai)
        value = _decode(raw.replace("+", " "), ai)
        value = _padded(value) if ai == "01" else value
        check_value(entry, value)
        found[ai] = value
    return found, tuple(other)


def _padded(value: str) -> str:
    return value.zfill(14) if len(value) in {8, 12, 13} else value


def _decode(raw: str, ai: str) -> str:
    if not raw:
        raise Gs1Error("has no value", ai)
    plain = unquote_to_bytes(raw).decode("latin-1")
    if "\x00" in plain:
        raise Gs1Error("holds a letter that is not allowed", ai)
    return plain


def _check(path: Mapping[str, str], attributes: Mapping[str, str]) -> None:
    present = tuple(path)
    for ai in attributes:
        if ai in path:
            raise Gs1Error("stands twice", ai)
        if not table()[ai].attribute:
            raise Gs1Error("cannot be an attribute", ai)
        _refuse_in_query(present, ai)
    check_associations([*path, *attributes])


def _refuse_in_query(present: tuple[str, ...], ai: str) -> None:
    """A qualifier of this very key belongs in the path."""
    if any((*present[:place], ai, *present[place:]) in paths() for place in range(1, len(present) + 1)):
        raise Gs1Error("belongs in the path, not behind the question mark", ai)


def refuse_numbers_of_one_shop(elements: Mapping[str, str]) -> None:
    """Raise Gs1Error for a trade item number that is only for use inside one company."""
    for ai in ("01", "02"):
        if ai in elements and is_for_one_shop(elements[ai]):
            raise Gs1Error("is a number for use inside one shop and must not be public", ai)


def build(elements: Mapping[str, str], stem: str = CANONICAL) -> str:
    """The address of the elements: key, its qualifiers in the standard's order, the others sorted as attributes.

    The first element that can be a key is the key. Raises Gs1Error when there is none, when a value is wrong, or
    when an element can be neither qualifier nor attribute.
    """
    for ai, value in elements.items():
        if ai not in table():
            raise Gs1Error("is no identifier", ai)
        check_value(table()[ai], value)
    key = next((table()[ai] for ai in elements if table()[ai].is_key), None)
    if key is None:
        raise Gs1Error("none of the elements is a key")
    path = [key.ai, *_best_sequence(key, elements)]
    attributes = sorted(ai for ai in elements if ai not in path)
    for ai in attributes:
        if not table()[ai].attribute:
            raise Gs1Error("cannot be an attribute", ai)
    check_associations(elements)
    return _write(stem, {ai: elements[ai] for ai in path}, {ai: elements[ai] for ai in attributes})


def _write(stem: str, path: Mapping[str, str], attributes: Mapping[str, str]) -> str:
    text = stem.rstrip("/") + "".join(f"/{ai}/{quote(value, safe='')}" for ai, value in path.items())
    query = "&".join(
        f"{ai}={quote(value, safe='').replace('%20', '+')}" for ai, value in sorted(attributes.items())
    )
    return f"{text}?{query}" if query else text


def _best_sequence(key: Entry, elements: Mapping[str, str]) -> list[str]:
    """The qualifiers that are there, of the sequence which leaves least behind that cannot be an attribute."""

    def worth(one: tuple[str, ...]) -> tuple[bool, int]:
        rest = [ai for ai in elements if ai != key.ai and ai not in one]
        return all(table()[ai].attribute for ai in rest), sum(ai in elements for ai in one)

    chosen = max(key.sequences or ((),), key=worth)
    return [ai for ai in chosen if ai in elements]


def canonical(uri: str, *, short_gtin: bool = True) -> str:
    """The canonical form of an address. Raises Gs1Error."""
    return parse(uri, short_gtin=short_gtin).canonical
