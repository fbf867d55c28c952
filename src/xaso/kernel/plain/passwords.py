"""Whether a password is too easily guessed: length, known breaches (offline), and an estimate of guesses.

The estimate knows Vietnamese habits ("matkhau", names of communes, "ubnd", years) besides the patterns of zxcvbn.
No rule about kinds of letters and no forced change after some weeks: both make people choose worse ones.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
import mmap
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

LEAST_LETTERS = 12
MOST_LETTERS = 200
LEAST_GUESSES_LOG10 = 10.0  # zxcvbn's highest score begins here
MOST_HABITS = 4
WIDTH = 6  # bytes kept of each digest: one false alarm in a billion for a hundred thousand entries
CARRIED = Path(__file__).parent / "data" / "known-passwords.bin"

# What people in offices make passwords of, without marks; from our own reading of habits, not from anybody's leak.
HABITS = (
    "matkhau matkhaumoi mk admin quantri quantrivien canbo congchuc vienchuc vanthu lanhdao chutich phochutich"
    " bithu motcua tuphap hotich diachinh taichinh ketoan congan quansu ubnd hdnd uyban uybannhandan dichvucong"
    " hanhchinh hanhchinhcong vneid vnpt viettel zalo xaso chuyendoiso xa phuong huyen tinh thon ban vietnam"
    " emyeuanh anhyeuem yeuem yeuanh iloveyou giadinh hanhphuc thanhcong maimai congai contrai mevaba bome"
    " matkhau123 abc123 abcd1234 qwerty asdfgh zxcvbn 123456 123456789 1234567890 123qwe 1q2w3e4r"
).split()
_NO_MARKS = str.maketrans({"đ": "d", "Đ": "D"})


def plain_letters(text: str) -> str:
    """Small letters without marks, as people type them in passwords."""
    apart = unicodedata.normalize("NFD", text.translate(_NO_MARKS))
    return "".join(one for one in apart if not unicodedata.combining(one)).lower()


def words_about(*texts: str) -> list[str]:
    """Words of names and titles, alone and joined, that a guesser would try for this person."""
    found: list[str] = []
    for text in texts:
        parts = ["".join(c for c in one if c.isalnum()) for one in plain_letters(text).split()]
        parts = [one for one in parts if one]
        found += parts
        found += ["".join(parts[start:]) for start in range(len(parts))]
        found.append("".join(one[0] for one in parts))
    return [one for one in dict.fromkeys(found) if len(one) > 1]


class Known:
    """A file of sorted, cut SHA-256 digests of passwords in small letters; asked by halving, never read whole."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        size = path.stat().st_size
        self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        self._count = size // WIDTH

    def __len__(self) -> int:
        return self._count

    def __contains__(self, password: object) -> bool:
        wanted = digest(str(password))
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            found = self._map[middle * WIDTH : (middle + 1) * WIDTH]
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return False


def digest(password: str) -> bytes:
    """What is kept of a known password."""
    return hashlib.sha256(plain_letters(password).encode()).digest()[:WIDTH]


def write_known(passwords: Iterable[str], path: Path) -> int:
    """Write a file that `Known` reads; answers how many entries it holds."""
    digests = sorted({digest(one) for one in passwords if one})
    path.write_bytes(b"".join(digests))
    return len(digests)


@lru_cache(maxsize=4)
def _known(path: str) -> Known:
    return Known(Path(path))


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    """Joined names of provinces and communes, without marks."""
    folder = Path(__file__).parent.parent / "units" / "data"
    names: set[str] = set()
    for file in ("today-provinces.csv.gz", "today-communes.csv.gz"):
        with gzip.open(folder / file, "rt", encoding="utf-8") as lines:
            names |= {"".join(plain_letters(row["name"]).split()) for row in csv.DictReader(lines)}
    return tuple(sorted(one for one in names if len(one) > 3))


def guesses_log10(password: str, about: Iterable[str] = ()) -> float:
    """How many guesses a clever guesser needs, as a power of ten."""
    from zxcvbn import zxcvbn

    hints = [*about, *HABITS, *_places()]
    return min(
        math.log10(max(1, float(zxcvbn(text[:72], hints)["guesses"])))
        for text in {password, plain_letters(password)}
    )


def is_habit(password: str, about: Iterable[str] = ()) -> bool:
    """Whether a password is only names and usual words in a row, with figures and signs around them."""
    letters = "".join(one for one in plain_letters(password) if one.isalpha())
    words = {*HABITS, *_places(), *(one for one in about if one.isalpha())}
    reach: dict[int, int] = {0: 0}  # after so many letters: how few words
    for start in range(len(letters)):
        if start not in reach or reach[start] >= MOST_HABITS:
            continue
        for end in range(start + 2, len(letters) + 1):
            if letters[start:end] in words:
                reach[end] = min(reach.get(end, MOST_HABITS), reach[start] + 1)
    return len(letters) in reach


def problem_of(password: str, *, about: Iterable[str] = (), more: str = "") -> str:
    """What is wrong with a new password, as a sentence that says what to do; "" for a good one.

    ``about``: words that belong to the person (see `words_about`); ``more``: a further file of known passwords.
    """
    if len(password) < LEAST_LETTERS:
        return f"Mật khẩu mới dài từ {LEAST_LETTERS} ký tự, ví dụ bốn từ ghép lại."
    if len(password) > MOST_LETTERS:
        return f"Mật khẩu mới dài nhất {MOST_LETTERS} ký tự."
    for path in (str(CARRIED), more):
        if path and password in _known(path):
            return (
                "Mật khẩu này có trong danh sách đã bị lộ. Chọn mật khẩu khác, ví dụ bốn từ không liên quan."
            )
    about = list(about)
    if is_habit(password, about) or guesses_log10(password, about) < LEAST_GUESSES_LOG10:
        return "Mật khẩu này dễ đoán: ghép từ tên, đơn vị, năm hay dãy phím quen. Chọn bốn từ không liên quan đến nhau."
    return ""
