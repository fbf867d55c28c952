"""Whether two questions ask the same: by their words and pairs of words, without diacritics."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from xaso.kernel.plain.text import fold, nfc, search_text

SAME = 0.62
# Words that say that something is asked, not what.
_ASKING = frozenset(
    "a ai bao cho co cua duoc gi hay la lam nao nhieu nhu o sao the thi toi xin hoi ve thua vay ong ba em muon"
    " can".split()
)

# Pairs of words that any question or any title may hold: they show no likeness of what is spoken of.
_ANYWHERE = frozenset(
    "co truoc,"
    "bao nhieu,nhu the,the nao,co duoc,duoc khong,co phai,phai lam,lam gi,co can,khong duoc,co the,la bao,la gi,co bi,"
    "thi phai,thi co,bi phat,phat bao,nhieu tien,bao lau,trong bao,giai quyet,chu tich,dang ky,thu tuc,quy dinh,"
    "huong dan,truoc do,cap xa,uy ban,nhan dan,thuc hien,co quan,phap luat,muc ho,ho tro,trong truong,truong hop,"
    "doi voi,ke tu,theo quy,cua nha,nha nuoc,can giay,giay to,to gi,o xa,tai xa".split(",")
)
_CHANGES = (
    "cap lai",
    "dang ky lai",
    "dieu chinh",
    "gia han",
    "thay doi",
    "cham dut",
    "thu hoi",
    "huy",
    "cai chinh",
)


def terms(question: str) -> frozenset[str]:
    """The words that say what is asked, and their pairs."""
    words = search_text(question).split()
    told = [word for word in words if word not in _ASKING] or words
    return frozenset([*told, *(f"{one} {two}" for one, two in zip(told, told[1:], strict=False))])


def likeness(one: str, other: str) -> float:
    """0 to 1: the cosine of their terms."""
    mine, theirs = terms(one), terms(other)
    if not mine or not theirs:
        return 0.0
    return len(mine & theirs) / math.sqrt(len(mine) * len(theirs))


def best_likeness(question: str, wordings: Iterable[str]) -> float:
    """The likeness to the nearest of several wordings."""
    return max((likeness(question, one) for one in wordings), default=0.0)


def touches(question: str, text: str) -> bool:
    """Whether a text speaks of anything a question speaks of."""
    return shared(question, text) > 0 or (
        len(search_text(question).split()) < 2 and search_text(question) in search_text(text).split()
    )


def shared(question: str, text: str) -> int:
    """How many pairs of words beside each other both hold, those that stand anywhere left out.

    Typed with diacritics they are compared with them: "Lào Cai" is not "lao, cái".
    """
    bare = fold(question) == question.lower()
    mine, theirs = (_beside(search_text(one) if bare else _plain(one)) for one in (question, text))
    return sum(fold(pair) not in _ANYWHERE for pair in mine & theirs)


def changes_what_is(question: str, title: str) -> bool:
    """Whether a procedure changes or ends something, while nobody asked for that."""
    asked, told = f" {search_text(question)} ", f" {search_text(title)} "
    return any(
        f" {word} " in told and f" {'lai' if word.endswith(' lai') else word} " not in asked
        for word in _CHANGES
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", nfc(text).lower()))


def _beside(words: str) -> set[str]:
    row = words.split()
    return {f"{one} {two}" for one, two in zip(row, row[1:], strict=False)}
