"""What of a model's answer may be shown: sentences made of whole phrases of the law, in its order, and nothing else.

A sentence passes when it carries a quote found letter by letter in the passage it names, and itself consists of
phrases of that quote (cut at its punctuation), in their order, joined by a few words without meaning of their own.
No phrase that limits the others ("trừ", "không", "nếu", ...) may be left out of a sentence of the law that is used.
So figures, numbers of documents, subjects and negations are those of the law, or the sentence is removed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from xaso.kernel.plain.text import nfc

MOST_SENTENCES, MOST_LETTERS, SHORTEST = 6, 700, 12
FRAME = frozenset(
    "theo quy định tại của và thì là như sau vậy đồng thời cụ thể trong này ông bà về việc hỏi nêu rằng".split()
)
GUARDS = frozenset("trừ không chưa nếu khi cấm chỉ ngoại hạn trường ít tối quá trước".split())
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*%?|[^\W\d_]+|[^\w\s]", re.UNICODE)
_WORD = re.compile(r"[\w]")
_ENDS = {".", ";", "\n"}
_FOREIGN = re.compile(
    r"[<>{}\[\]|`\\^]|https?:|www\.|\S@\S|[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)


@dataclass(frozen=True)
class Passage:
    """What the model was shown: a key, where it stands, and its words."""

    key: str
    citation: str
    text: str


@dataclass(frozen=True)
class Sentence:
    """A sentence that may be shown, with the quote that bears it."""

    text: str
    quote: str
    passage: str


@dataclass(frozen=True)
class Verified:
    """What is left, and what was removed with the reason."""

    sentences: tuple[Sentence, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass
class _Phrase:
    words: list[str]
    sentence: int
    guard: bool = field(default=False)


def read_reply(text: str) -> list[dict[str, str]]:
    """The rows of ``{"sentences": [{"text", "quote", "source"}]}``; raises ValueError for anything else."""
    stripped = text.strip()
    if stripped.startswith("```"):
        stripped = re.sub(r"^```\w*\s*|\s*```$", "", stripped)
    content = json.loads(stripped)
    rows = content.get("sentences") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no sentences")
    return [
        {name: nfc(str(row.get(name) or "")) for name in ("text", "quote", "source")}
        for row in rows[:50]
        if isinstance(row, dict)
    ]


def verify(reply: str, passages: Sequence[Passage]) -> Verified:
    """Keep what the passages bear. Never raises: a reply that cannot be read leaves nothing."""
    try:
        rows = read_reply(reply)
    except (ValueError, RecursionError, AttributeError):
        return Verified(dropped=("trả lời không đọc được",))
    known = {one.key: one for one in passages}
    kept: list[Sentence] = []
    dropped: list[str] = []
    for row in rows:
        why = refused(row["text"].strip(), row["quote"], known.get(row["source"]))
        if why or len(kept) >= MOST_SENTENCES:
            dropped.append(why or "quá nhiều câu")
        else:
            kept.append(Sentence(row["text"].strip(), row["quote"], row["source"]))
    return Verified(tuple(kept), tuple(dropped))


def refused(text: str, quote: str, passage: Passage | None) -> str:
    """Why a sentence may not be shown; empty when it may."""
    if passage is None:
        return "không nói lấy từ đoạn nào"
    if not text or len(text) > MOST_LETTERS:
        return "câu rỗng hoặc quá dài"
    if len(quote.strip()) < SHORTEST or quote not in passage.text:
        return "trích dẫn không có nguyên văn trong điều luật"
    if not _on_borders(quote, passage.text):
        return "trích dẫn cắt giữa chừng"
    if _FOREIGN.search(text):
        return "có ký tự hoặc đường dẫn lạ"
    return _not_borne(_without_citation(text, passage.citation), _whole_sentences(quote, passage.text))


def _on_borders(quote: str, text: str) -> bool:
    """Whether it begins and ends between words."""
    at = text.find(quote)
    before, after = text[at - 1 : at], text[at + len(quote) : at + len(quote) + 1]
    return not (_WORD.match(before) and _WORD.match(quote[:1])) and not (
        _WORD.match(after) and _WORD.match(quote[-1:])
    )


def _whole_sentences(quote: str, text: str) -> str:
    """The quote widened to whole sentences of the law: an exception behind its end still counts."""
    at = text.find(quote)
    start = max(text.rfind("\n", 0, at), text.rfind(";", 0, at), text.rfind(". ", 0, at)) + 1
    ends = [
        one
        for one in (text.find(mark, at + len(quote.rstrip(" .;\n"))) for mark in (";", ".\n", ". ", "\n"))
        if one >= 0
    ]
    return text[start : min(ends) + 1] if ends else text[start:]


def _without_citation(text: str, citation: str) -> str:
    """Its own citation may stand in a sentence, at the beginning or the end."""
    lowered, wanted = text.lower(), citation.lower()
    at = lowered.find(wanted) if wanted else -1
    return text if at < 0 else f"{text[:at]} , {text[at + len(wanted) :]}"


def phrases(text: str) -> list[_Phrase]:
    """The law's words in phrases, each with the sentence it belongs to and whether it limits others."""
    found: list[_Phrase] = []
    words: list[str] = []
    sentence = 0

    def close() -> None:
        if words:
            found.append(_Phrase(list(words), sentence, bool(GUARDS & set(words))))
            words.clear()

    for line in text.split("\n"):
        for token in _TOKEN.findall(line.lower()):
            if _WORD.match(token):
                words.append(token)
                continue
            close()
            sentence += token in _ENDS
        close()
        sentence += 1
    return found


def _not_borne(text: str, law: str) -> str:
    """Why the words of a sentence are not those of the law; empty when they are."""
    said = [token for token in _TOKEN.findall(text.lower()) if _WORD.match(token)]
    there = phrases(law)
    used = _matched(said, there)
    if used is None:
        return "có lời không phải của điều luật"
    if sum(len(there[number].words) for number in used) < 3:
        return "không nói gì của điều luật"
    touched = {there[number].sentence for number in used}
    for number, phrase in enumerate(there):
        if phrase.guard and phrase.sentence in touched and number not in used:
            return "bỏ mất điều kiện, ngoại lệ của điều luật"
    return ""


def _matched(said: Sequence[str], there: Sequence[_Phrase]) -> set[int] | None:
    """The phrases a sentence is made of, in their order; None when it holds anything but them and the frame."""
    used: set[int] = set()
    at = number = 0
    while at < len(said):
        place = next(
            (
                one
                for one in range(number, len(there))
                if there[one].words == list(said[at : at + len(there[one].words)])
            ),
            None,
        )
        if place is not None:
            used.add(place)
            at += len(there[place].words)
            number = place + 1
        elif said[at] in FRAME:
            at += 1
        else:
            return None
    return used
