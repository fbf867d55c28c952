"""The words of events: our own terms beside those of the standard, and what each is called in plain words.

The standard (CBV 2.0) has no word for planting or spraying, so the diary uses terms of our own namespace. What
they mean stands for everybody at /trace/ns/ as a JSON-LD vocabulary.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

from xaso.services.trace.naming import NAMESPACE, PREFIX

_FILE = Path(__file__).parent / "data" / "words.toml"
_CBV = "https://ref.gs1.org/cbv/"
_URN = "urn:epcglobal:cbv:"
_KINDS = {"BizStep": "step", "Disp": "disposition", "bizstep": "step", "disp": "disposition"}


@functools.cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """The tables of words: step and disposition of the standard, own steps, own facts."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def step(term: str) -> str:
    """A step of our own as events carry it ("harvesting" gives "xaso:harvesting"), or one of the standard as it is."""
    return f"{PREFIX}:{term}" if term in words()["own"] else term


def step_uri(term: str) -> str:
    """The canonical address of a step: ours below our namespace, the standard's below GS1's."""
    return f"{NAMESPACE}{term}" if term in words()["own"] else f"{_CBV}BizStep-{term}"


def context() -> dict[str, str]:
    """The prefixes that our events declare."""
    return {PREFIX: NAMESPACE}


def _found(uri: str) -> tuple[str, str]:
    """(table, term) of a word in any of its spellings; the term alone when the table is not told."""
    if uri.startswith(NAMESPACE):
        return "own", uri[len(NAMESPACE) :]
    if uri.startswith(f"{PREFIX}:"):
        return "own", uri[len(PREFIX) + 1 :]
    if uri.startswith(_CBV):
        kind, _, term = uri[len(_CBV) :].partition("-")
        return _KINDS.get(kind, ""), term
    if uri.startswith(_URN):
        kind, _, term = uri[len(_URN) :].partition(":")
        return _KINDS.get(kind, ""), term
    return "", uri


@functools.lru_cache(maxsize=1000)
def label_of(uri: str, lang: str = "vi") -> str:
    """Plain words for a business step, disposition or term of ours, in "vi" or "en".

    Takes every spelling: bare ("shipping"), web address, URN, CURIE. What is unknown is answered by its last part,
    so that a page always has something to show.
    """
    table, term = _found(uri.strip())
    for name in (table,) if table else ("step", "disposition", "own", "fact"):
        found = words().get(name, {}).get(term) or (words()["fact"].get(term) if name == "own" else None)
        if found:
            return found.get(lang) or found["vi"]
    plain = term.rsplit("/", 1)[-1].rsplit("#", 1)[-1].rsplit(":", 1)[-1]
    return plain.replace("_", " ").replace("-", " ").strip().capitalize() or "Không rõ"


def json_ld() -> dict[str, Any]:
    """The vocabulary of our terms as JSON-LD (SKOS), for machines that follow the namespace."""
    graph: list[dict[str, Any]] = []
    for term, told in words()["own"].items():
        graph.append(
            {
                "@id": f"{NAMESPACE}{term}",
                "@type": "skos:Concept",
                "prefLabel": {"vi": told["vi"], "en": told["en"]},
                "definition": {"vi": told["said"]},
                "broadMatch": {"@id": f"{_CBV}BizStep-{told['of']}"},
            }
        )
    for term, told in words()["fact"].items():
        graph.append(
            {
                "@id": f"{NAMESPACE}{term}",
                "@type": "rdf:Property",
                "prefLabel": {"vi": told["vi"], "en": told["en"]},
            }
        )
    return {
        "@context": {
            "skos": "http://www.w3.org/2004/02/skos/core#",
            "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            "prefLabel": {"@id": "skos:prefLabel", "@container": "@language"},
            "definition": {"@id": "skos:definition", "@container": "@language"},
            "broadMatch": "skos:broadMatch",
        },
        "@id": NAMESPACE,
        "@graph": graph,
    }
