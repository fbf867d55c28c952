"""Namespaces of a document: prefixes, extension keys with their namespace, and the way back."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

# What GS1's own JSON-LD context declares; a document need not repeat it.
BUILT_IN: dict[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
STANDARD_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_KNOWN_CONTEXT = re.compile(
    r"https?://(ref\.gs1\.org/standards/epcis/([0-9.]+/)?|gs1\.github\.io/EPCIS/)epcis-context\.jsonld"
)
# The master data namespace is written with and without its last colon; without it is what XML has.
_MDA = "urn:epcglobal:cbv:mda"
_SCHEMES = frozenset({"http", "https", "urn", "ni", "geo", "mailto", "tel", "data", "did", "info"})


def is_standard(address: str) -> bool:
    """Whether an address of a context is GS1's own, of whatever release."""
    return _KNOWN_CONTEXT.fullmatch(address) is not None


def read_context(raw: object) -> dict[str, str]:
    """Prefixes declared by a JSON-LD ``@context`` (address, object, or a list of both); nothing is fetched."""
    found: dict[str, str] = {}
    for part in raw if isinstance(raw, list) else [raw]:
        if not isinstance(part, Mapping):
            continue
        for prefix, target in part.items():
            address = target.get("@id") if isinstance(target, Mapping) else target
            if isinstance(address, str) and not prefix.startswith("@"):
                found[prefix] = address
    return found


def namespace_of(prefix: str, context: Mapping[str, str]) -> str | None:
    """The namespace of a prefix, declared or built in; None where it is neither."""
    found = context.get(prefix)
    return BUILT_IN.get(prefix) if found is None else found


def same_namespace(namespace: str) -> str:
    """One spelling for a namespace that has two."""
    return _MDA if namespace == _MDA + ":" else namespace


class Names:
    """Extension keys of one document: ``ext:lot`` to ``{https://…/}lot``; remembers what it has answered."""

    __slots__ = ("_context", "_full", "_values")

    def __init__(self, context: Mapping[str, str]) -> None:
        self._context = context
        self._full: dict[str, str] = {}
        self._values: dict[str, str] = {}

    def full(self, key: str) -> str:
        """``{namespace}name`` of a shortened or whole address; a key with no namespace stays as it is."""
        found = self._full.get(key)
        if found is None:
            found = self._full[key] = self._make(key)
        return found

    def _make(self, key: str) -> str:
        if key[:1] in "@#":
            return key
        prefix, colon, local = key.partition(":")
        if not colon:
            whole = self._context.get(key)
            return key if whole is None else _split(whole)
        namespace = namespace_of(prefix, self._context)
        if namespace is not None and not local.startswith("//"):
            return f"{{{same_namespace(namespace)}}}{local}"
        return _split(key)

    def value(self, text: str) -> str:
        """A value written short (``gs1:Temperature``) as its whole address; anything else stays as it is."""
        prefix, colon, local = text.partition(":")
        if not colon or local.startswith("//"):
            return text
        namespace = namespace_of(prefix, self._context)
        return text if namespace is None else namespace + local

    def is_declared(self, key: str) -> bool:
        """Whether a key with a colon is understood: declared prefix, or a whole address."""
        prefix, _, local = key.partition(":")
        return local.startswith("//") or namespace_of(prefix, self._context) is not None or prefix in _SCHEMES


_MOST_KEPT = 5_000
_kept: tuple[dict[str, str], Names] = ({}, Names({}))


def names_of(context: Mapping[str, str] | Names) -> Names:
    """The names of a context; those of the last one are kept, since a document's events come one after another."""
    global _kept  # one immutable pair, put in its place whole: safe without a lock
    if isinstance(context, Names):
        return context
    known, names = _kept
    if known != context or len(names._full) > _MOST_KEPT:
        known = dict(context)
        names = Names(known)
        _kept = (known, names)
    return names


def _split(address: str) -> str:
    """A whole address as namespace and name, cut behind its last ``#``, ``/`` or ``:``."""
    cut = max(address.rfind("#"), address.rfind("/"), address.rfind(":")) + 1
    return f"{{{same_namespace(address[:cut])}}}{address[cut:]}" if 0 < cut < len(address) else address


class Shortener:
    """The way back: ``{namespace}name`` to ``prefix:name``; gives unknown namespaces prefixes of its own."""

    def __init__(self, prefixes: MutableMapping[str, str]) -> None:
        self._prefixes = prefixes
        self._by_namespace = {same_namespace(space): prefix for prefix, space in BUILT_IN.items()}
        self._by_namespace |= {same_namespace(space): prefix for prefix, space in prefixes.items()}

    def short(self, key: str) -> str:
        """The shortened key."""
        if not key.startswith("{"):
            return key
        namespace, _, local = key[1:].partition("}")
        prefix = self._by_namespace.get(namespace)
        if prefix is None:
            prefix = self.fresh(namespace)
        return f"{prefix}:{local}"

    def fresh(self, namespace: str, wish: str = "") -> str:
        """Declare a namespace under the wished prefix, or under a free one."""
        known = self._by_namespace.get(same_namespace(namespace))
        if known is not None:
            return known
        number = 1
        prefix = wish
        while not prefix or prefix in BUILT_IN or self._prefixes.get(prefix, namespace) != namespace:
            prefix = f"ns{number}"
            number += 1
        self._prefixes[prefix] = namespace
        self._by_namespace[same_namespace(namespace)] = prefix
        return prefix


def context_for_output(context: Mapping[str, str]) -> list[Any]:
    """The ``@context`` of a written document: GS1's address and the document's own prefixes."""
    own = {prefix: space for prefix, space in context.items() if BUILT_IN.get(prefix) != space}
    return [STANDARD_CONTEXT, own] if own else [STANDARD_CONTEXT]
