"""Where a provision stands: document, article, clause, point; and how it is said in full."""

from __future__ import annotations

from dataclasses import dataclass

from xaso.kernel.plain.law.numbers import kind_of

ALPHABET = "abcdđeghiklmnopqrstuvxy"


@dataclass(frozen=True)
class Place:
    """A provision: number of the document, article, clause, point ("" where it is the whole above)."""

    number: str
    article: str
    clause: str = ""
    point: str = ""

    @property
    def said(self) -> str:
        """As a lawyer writes it: "điểm a khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"."""
        return said(self.number, article=self.article, clause=self.clause, point=self.point)


def said(
    number: str, *, kind: str = "", name: str = "", article: str = "", clause: str = "", point: str = ""
) -> str:
    """The full form, small to large; a law's name stands where there is no number."""
    words = []
    if point:
        words.append(f"điểm {point}")
    if clause:
        words.append(f"khoản {clause}")
    if article:
        words.append(f"Điều {article}" if article[:1].isdigit() else article)
    kind = kind or kind_of(number)
    if name and not number:
        words.append(f"{kind} {name}".strip())
    elif number:
        words.append(f"{kind} {name} số {number}" if name else f"{kind} số {number}".strip())
    elif kind:
        words.append(kind)
    return " ".join(word.strip() for word in words)


def label_order(label: str) -> tuple[int, str]:
    """Sorts labels as the law does: 5 < 5a < 6; a < b < c < d < đ < e."""
    digits = "".join(char for char in label if char.isdigit())
    if label[:1].isdigit():
        rest = label[len(digits) :]
        return int(digits), "".join(chr(65 + ALPHABET.find(char)) for char in rest)
    return ALPHABET.find(label[:1]), label[1:]
