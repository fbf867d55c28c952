"""Two versions of a text side by side: what stayed, what was changed in which words, what came, what went."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from xaso.kernel.plain.law.structure import parts_of

SAME, CHANGED, ADDED, REMOVED = "same", "changed", "added", "removed"
_TOKEN = re.compile(r"\s+|[^\W_]+|[^\w\s]|_")
_ALIKE = 0.35


@dataclass(frozen=True)
class Piece:
    """A stretch of words: ``kind`` is same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One paragraph of the two: ``label`` tells the clause or point ("khoản 2", "điểm a khoản 2") where it is one."""

    kind: str
    label: str
    old: tuple[Piece, ...]
    new: tuple[Piece, ...]

    @property
    def old_text(self) -> str:
        """The old words."""
        return "".join(piece.text for piece in self.old)

    @property
    def new_text(self) -> str:
        """The new words."""
        return "".join(piece.text for piece in self.new)


def compared(old: str, new: str) -> list[Change]:
    """Paragraph by paragraph, then word by word inside those that are alike."""
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[Change] = []
    matcher = SequenceMatcher(None, [text for _, text in before], [text for _, text in after], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += [
                Change(SAME, label, (Piece(SAME, text),), (Piece(SAME, text),)) for label, text in before[a:b]
            ]
        else:
            found += _paired(before[a:b], after[c:d])
    return found


def _paragraphs(text: str) -> list[tuple[str, str]]:
    """Lines with the clause or point they begin."""
    labels = {}
    for part in parts_of(text):
        words = [f"điểm {part.point}" if part.point else "", f"khoản {part.clause}" if part.clause else ""]
        labels[part.start] = " ".join(word for word in words if word)
    found, at = [], 0
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped:
            found.append((labels.get(at + line.find(stripped[0]), ""), stripped))
        at += len(line) + 1
    return found


def _paired(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> list[Change]:
    """Lines of the same label, or alike enough, stand beside each other."""
    found: list[Change] = []
    rest = list(after)
    for label, text in before:
        at = _partner(label, text, rest)
        if at is None:
            found.append(Change(REMOVED, label, (Piece(REMOVED, text),), ()))
            continue
        found += [Change(ADDED, one, (), (Piece(ADDED, line),)) for one, line in rest[:at]]
        found.append(_words(label or rest[at][0], text, rest[at][1]))
        rest = rest[at + 1 :]
    found += [Change(ADDED, label, (), (Piece(ADDED, text),)) for label, text in rest]
    return found


def _partner(label: str, text: str, rest: list[tuple[str, str]]) -> int | None:
    words = text.split()
    for at, (other, line) in enumerate(rest):
        if label and label == other:
            return at
        if not label and not other and SequenceMatcher(None, words, line.split()).ratio() >= _ALIKE:
            return at
    return None


def _words(label: str, old: str, new: str) -> Change:
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            left.append(Piece(SAME, "".join(a[i:j])))
            right.append(Piece(SAME, "".join(b[k:m])))
            continue
        if j > i:
            left.append(Piece(REMOVED, "".join(a[i:j])))
        if m > k:
            right.append(Piece(ADDED, "".join(b[k:m])))
    return Change(CHANGED, label, tuple(left), tuple(right))
