"""What people say and what they mean: fillers, abbreviations, equal words, everyday phrases, life events.

Data files written for the product, read once. Also the small mending of typed words that needs no index.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from xaso.kernel.plain.text import search_text
from xaso.services.onestop.catalogue.source import load_json

_TELEX = re.compile(r"(aa|ee|oo|dd)|([aou])w|w")
_TELEX_TONE = re.compile(r"[sfrxj](?=[a-z]{0,2}$)")


@dataclass(frozen=True, slots=True)
class LifeEvent:
    key: str
    title: str
    codes: tuple[str, ...]
    fields: frozenset[str]
    words: tuple[str, ...]

    def holds(self, code: str, field: str, folded_name: str) -> bool:
        """Whether a procedure belongs here: by its code, its field, or words of its folded name."""
        if code in self.codes or field in self.fields:
            return True
        return any(f" {word} " in f" {folded_name} " for word in self.words)


@lru_cache(maxsize=1)
def life_events() -> tuple[LifeEvent, ...]:
    """Life events in the order of the page."""
    return tuple(
        LifeEvent(
            row["key"],
            row["title"],
            tuple(row["codes"]),
            frozenset(row.get("fields", ())),
            tuple(row.get("words", ())),
        )
        for row in load_json("life-events.json")["events"]
    )


@dataclass(frozen=True, slots=True)
class Sayings:
    """Everyday words: fillers to drop, abbreviations, equal words, and phrases that mean procedures."""

    fillers: frozenset[str]
    abbreviations: Mapping[str, str]
    equals: Mapping[str, str]
    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    spoken: frozenset[str]  # every word of the phrases
    starting: Mapping[str, tuple[tuple[str, ...], ...]]  # phrases by their first word


@lru_cache(maxsize=1)
def sayings() -> Sayings:
    data = load_json("synonyms.json")
    phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
    for row in data["phrases"]:
        for said in row["say"]:
            phrases.setdefault(tuple(search_text(said).split()), tuple(row["codes"]))
    starting: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for phrase in phrases:
        starting[phrase[0]].append(phrase)
    return Sayings(
        frozenset(data["fillers"]),
        {search_text(short): search_text(full) for short, full in data["abbreviations"].items()},
        {search_text(left): search_text(right) for left, right in data["equals"]},
        phrases,
        frozenset(word for phrase in phrases for word in phrase),
        {word: tuple(found) for word, found in starting.items()},
    )


def found_in(phrase: tuple[str, ...], line: list[str]) -> bool:
    """Whether all words of a phrase stand close together in a line: in order with gaps of two words at most, or,
    for three words and more, in any order in a window hardly longer than the phrase."""
    if len(phrase) == 1:
        return phrase[0] in line
    at = -1
    for word in phrase:
        window = line[at + 1 : at + 4] if at >= 0 else line
        if word not in window:
            break
        at = (at + 1 if at >= 0 else 0) + window.index(word)
    else:
        return True
    size = len(phrase) + 2
    wanted = set(phrase)
    return len(phrase) > 2 and any(wanted <= set(line[at : at + size]) for at in range(len(line)))


def without_telex(word: str) -> str:
    """ "dduowcj" to "duoc": the keys of Telex typed without an input method."""
    plain = _TELEX.sub(lambda match: (match[1] or match[2] or "")[:1], word)
    return _TELEX_TONE.sub("", plain)
