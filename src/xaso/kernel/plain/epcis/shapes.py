"""The form for storing and querying: namespaces instead of prefixes, canonical CBV terms; and the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from xaso.kernel.plain.epcis import vocabulary as v
from xaso.kernel.plain.epcis.context import Shortener, names_of
from xaso.kernel.plain.epcis.document import Event, rekeyed
from xaso.kernel.plain.epcis.identifiers import canonical_id, mapped_ids

_PLAIN = {"bizStep": v.BIZ_STEP, "disposition": v.DISPOSITION}
_TYPED = {"bizTransactionList": v.TRANSACTION, "sourceList": v.PARTY, "destinationList": v.PARTY}
_REPORT = {"type": v.MEASUREMENT, "exception": v.ALERT, "component": v.COMPONENT}
# Kinds of terms by the name of the field or of the query parameter's field.
KINDS: dict[str, v.Terms] = {
    "bizStep": v.BIZ_STEP,
    "disposition": v.DISPOSITION,
    "bizTransaction": v.TRANSACTION,
    "source": v.PARTY,
    "destination": v.PARTY,
    "errorReason": v.REASON,
    "type": v.MEASUREMENT,
    "exception": v.ALERT,
    "component": v.COMPONENT,
}


def term(kind: str, value: str, context: Mapping[str, str] | None = None) -> str:
    """The canonical address of a CBV term in any spelling (``term("bizStep", "shipping")``); others expanded."""
    return names_of(context or {}).value(KINDS[kind].term(value))


def expanded(event: Event, context: Mapping[str, str], *, ids: bool = False) -> Event:
    """The event for storing and querying.

    Extension and master data keys are ``{namespace}name`` at every depth, CBV terms their canonical web addresses.
    Identifiers stay as written, so that they can be given back so; with ``ids=True`` they are canonical too.
    """
    names = names_of(context)
    found: Event = rekeyed(event, names.full)
    _change_terms(found, lambda terms, value: names.value(terms.term(value)))
    if found["type"] not in v.EVENT_TYPES:
        found["type"] = names.full(found["type"])
    return mapped_ids(found, canonical_id) if ids else found


def compacted(event: Event, prefixes: MutableMapping[str, str]) -> Event:
    """The way back: bare CBV words, ``prefix:name`` keys; a namespace without a prefix gets one in ``prefixes``.

    Terms of somebody else's stay whole addresses.
    """
    shortener = Shortener(prefixes)
    found: Event = rekeyed(event, shortener.short)
    _change_terms(found, lambda terms, value: terms.word(value))
    found["type"] = shortener.short(found["type"])
    return found


def _change_terms(event: Event, change: Callable[[v.Terms, str], str]) -> None:
    """Change every CBV term of a copied event in place."""
    for name, terms in _PLAIN.items():
        if name in event:
            event[name] = change(terms, event[name])
    for name, terms in _TYPED.items():
        for row in event.get(name, ()):
            if "type" in row:
                row["type"] = change(terms, row["type"])
    states: dict[str, list[str]] = event.get("persistentDisposition", {})
    for verb, values in states.items():
        states[verb] = [change(v.DISPOSITION, one) for one in values]
    declaration: dict[str, Any] = event.get("errorDeclaration", {})
    if "reason" in declaration:
        declaration["reason"] = change(v.REASON, declaration["reason"])
    for element in event.get("sensorElementList", ()):
        for report in element.get("sensorReport", ()):
            for name, terms in _REPORT.items():
                if name in report:
                    report[name] = change(terms, report[name])
