"""What sort of thing a question asks for (a definition, a fine, a dossier …), of which sort a title is, and whether
an article states a fine at all."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .asking import ANY_MARK, Asked
from .words import Array, clean, pair, scan, seen

# Sort: words of questions | words of titles. One or two syllables each, without diacritics.
SORTS = {
    "definition": ("la gi|nghia la|duoc hieu|the nao|khai niem|dinh nghia", "giai thich|khai niem"),
    "fine": (
        "bi phat|muc phat|xu phat|xu ly|vi pham|phat tien|toi pham|an tu",
        "xu phat|vi pham|hanh vi|toi|xu ly|ky luat",
    ),
    "condition": ("dieu kien|co duoc|duoc khong|tieu chuan|co phai|khi nao", "dieu kien|tieu chuan|yeu cau|truong hop"),
    "dossier": ("ho so|giay to|gom nhung|can gi|tai lieu", "ho so|giay to|thanh phan|tai lieu"),
    "procedure": ("thu tuc|trinh tu|cach nao|lam sao|ra sao|nhu the|quy trinh", "trinh tu|thu tuc|quy trinh|cach"),
    "authority": ("tham quyen|co quan|ai co|nguoi nao|trach nhiem|do ai", "tham quyen|trach nhiem|nhiem vu|quyen han"),
    "term": ("thoi han|bao lau|may ngay|thoi gian|bao gio|ngay nao|thoi diem", "thoi han|thoi gian|thoi diem"),
    "amount": ("bao nhieu|muc|ty le|so luong|toi da|toi thieu", "muc|phi|luong|ty le|tro cap|gia|so luong|che do"),
    "right": ("quyen|nghia vu|duoc huong|quyen loi", "quyen|nghia vu|che do|chinh sach"),
    "forbidden": ("cam|nghiem cam|khong duoc|duoc phep", "cam|nghiem cam|khong duoc"),
    "principle": ("nguyen tac|can cu|noi dung|muc dich", "nguyen tac|can cu|noi dung|muc dich"),
    "end": ("cham dut|thu hoi|huy|dinh chi|tu choi|mat hieu", "cham dut|thu hoi|huy bo|dinh chi|tu choi|tam dinh"),
}  # fmt: skip
# Who asks with one of these for a fine is answered only by an article that states one with one of the others.
FINE_ASKED = "bị phạt|mức phạt|phạt tiền|phạt bao|phạt thế|phạt như|phạt ra|xử phạt|hình phạt|tiền phạt"
FINE_STATED = "phạt tiền|phạt tù|phạt cảnh|phạt tử|phạt trục"


@lru_cache(1)
def _cues() -> tuple[list[Array], Array, Array]:
    """Question cues (hashes, by sort), the 24-bit cues of titles in order, and of which sorts each is."""
    asked: list[Array] = []
    titles = [(_short(cue), at) for at, (_, said) in enumerate(SORTS.values()) for cue in said.split("|")]
    for questions, _ in SORTS.values():
        asked.append(np.array([_hash(cue) for cue in questions.split("|")], dtype=np.uint64))
    cues = np.unique(np.array([cue for cue, _ in titles], dtype=np.uint64))
    sorts = np.zeros((len(cues), len(SORTS)), dtype=np.int64)
    for cue, at in titles:
        sorts[np.searchsorted(cues, np.uint64(cue)), at] = 1
    return asked, cues, sorts


def _hash(cue: str) -> int:
    word = scan(cue).word
    return int(word[0]) if len(word) == 1 else int(pair(word[:1], word[1:])[0])


def _short(cue: str) -> int:
    """The 24 upper bits of each syllable, the second (0 for none) below the first."""
    word = [int(one) >> 40 for one in scan(cue).word.tolist()]
    return (word[0] << 24) | (word[1] if len(word) > 1 else 0)


def measure(asked: Asked, own: Array, starts: Array, lengths: Array) -> dict[str, Array]:
    """Whether a title is of the asked sort, whether it is of another, and whether the question names a sort at all."""
    questions, cues, sorts = _cues()
    said = np.concatenate([asked.words[: asked.own], asked.pairs[: asked.own_pairs]])
    wanted = np.zeros(len(SORTS), dtype=bool)
    for at, hashes in enumerate(questions):
        wanted[at] = bool(np.isin(hashes, said).any())
    count = len(lengths)
    size = lengths[:, 0]
    first = starts.reshape(-1, 5)[:, 0]
    owner = np.repeat(np.arange(count), size)
    at = np.repeat(first, size) + np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    code = (own[at] >> np.uint32(8)).astype(np.uint64)
    follows = np.zeros_like(code)
    if len(code):
        follows[:-1] = np.where(owner[1:] == owner[:-1], code[1:], 0)
    is_of = np.zeros((count, len(SORTS)), dtype=bool)
    for keys in (code << np.uint64(24), code << np.uint64(24) | follows):
        place = np.minimum(np.searchsorted(cues, keys), len(cues) - 1)
        hit = np.flatnonzero(cues[place] == keys)
        which, sort = np.nonzero(sorts[place[hit]])
        is_of[owner[hit[which]], sort] = True
    fits = (is_of & wanted).sum(axis=1)
    return {
        "sort_fits": fits.astype(float),
        "sort_other": (is_of & ~wanted).sum(axis=1).astype(float),
        "sort_asked": np.full(count, float(wanted.sum())),
        "sort_definition": (is_of[:, 0] & wanted[0]).astype(float) - (is_of[:, 0] & ~wanted[0]),
        "sort_fine": (is_of[:, 1] & wanted[1]).astype(float) - (is_of[:, 1] & ~wanted[1]),
    }


def fine_missing(asked: Asked, own: Array, lengths: Array) -> Array:
    """1 for each candidate that states no fine although the question asks for one."""
    count = len(lengths)
    if not _asks_fine(asked):
        return np.zeros(count)
    left, right = _stated()
    code = own >> np.uint32(1)
    at = np.flatnonzero(code[:-1] == left)
    at = at[np.isin(code[at + 1], right)]
    states = np.zeros(count, dtype=bool)
    states[np.searchsorted(np.cumsum(lengths.sum(axis=1)), at, side="right")] = True
    return (~states).astype(float)


def _asks_fine(asked: Asked) -> bool:
    """Whether one of the cues stands in the question; diacritics count where it has them (bị phát hiện is no fine)."""
    words, marks = _fine_asked()
    left, right = asked.left[: asked.own_pairs], asked.right[: asked.own_pairs]
    for word, mark in zip(words, marks, strict=True):
        same = (asked.words[left] == word[0]) & (asked.words[right] == word[1])
        for place, meant in ((left, mark[0]), (right, mark[1])):
            same &= (asked.marks[place] == ANY_MARK) | (asked.marks[place] == meant)
        if same.any():
            return True
    return False


@lru_cache(1)
def _fine_asked() -> tuple[list[Array], list[Array]]:
    tokens = [scan(clean(cue)) for cue in FINE_ASKED.split("|")]
    return [one.word for one in tokens], [one.mark for one in tokens]


@lru_cache(1)
def _stated() -> tuple[np.uint32, Array]:
    """The first syllable of all cues and the second ones, as an article's own list has them without its line bit."""
    tokens = [scan(clean(cue)) for cue in FINE_STATED.split("|")]
    codes = np.array([seen(one.word, one.mark, np.zeros(2, np.uint8)) >> np.uint32(1) for one in tokens])
    return codes[0, 0], codes[:, 1]
