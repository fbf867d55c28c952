"""Read an address as people write it, of either list, and say where it lies today. Pure.

The text is cut into pieces; each way to read the pieces (from the right: province, district, commune, the rest)
has a cost, and the cheapest reading is taken. Nothing is guessed silently: ties and parts are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from xaso.kernel.plain.text import clean, fold, sort_key
from xaso.kernel.units.dataset import TODAY_FROM, Node
from xaso.kernel.units.gazetteer import NO_SCOPE, Gazetteer, Target, has_marks, name_key, split_kind
from xaso.kernel.units.words import COMMUNE_KINDS, DISTRICT_KINDS, KIND_WORDS, in_sentence

MISSING = {"province": 2.0, "district": 1.5, "commune": 3.0}
NOT_WRITTEN = 0.3  # the text ends above this level
SKIPPED_PIECE, LOST_UNIT, WRONG_DISTRICT = 3.0, 4.0, 2.6
DISLIKED_LIST = 1.0
TIE = 0.05
CERTAIN = 2.5
_COUNTRY = {"viet nam", "vietnam", "vn", "cong hoa xa hoi chu nghia viet nam"}
_SPELLED_KINDS = {sort_key(kind) for kinds in KIND_WORDS.values() for kind in kinds if " " not in kind} | {
    sort_key("thành"),
    sort_key("thị"),
    sort_key("đặc"),
}


@dataclass(frozen=True)
class Reading:
    """One way to understand the text: the smallest unit found, what stands before it, and how far-fetched it is."""

    node: Node
    rest: str
    cost: float
    has_commune: bool


@dataclass(frozen=True)
class Resolution:
    """Where an address or code lies today.

    ``found`` is the unit the text names (of either list), ``today`` the units of today: one, or several when it
    was split or only a district is known. ``others`` are other units the text may mean just as well.
    """

    text: str
    found: Node | None = None
    rest: str = ""
    today: tuple[Target, ...] = ()
    others: tuple[Node, ...] = ()
    exact: bool = False
    sentence: str = ""
    notes: tuple[str, ...] = field(default=())

    @property
    def is_old(self) -> bool:
        """Whether the text names a unit of the list that ended on 30/06/2025."""
        return self.found is not None and self.found.is_old

    @property
    def partly(self) -> bool:
        """Whether the old unit was split, so that a person must choose."""
        return any(target.partly for target in self.today) or len(self.today) > 1

    @property
    def unit_path(self) -> str | None:
        """The one commune of today, when there is no doubt."""
        if len(self.today) == 1 and not self.others and self.today[0].node.level == "commune":
            return self.today[0].node.path
        return None


class Reader:
    """Reads addresses with one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._dashed = {
            name_key(node.name) for node in gazetteer.nodes.values() if "-" in node.name or "–" in node.name
        }

    def resolve(self, text: str, on_date: date | None = None) -> Resolution:
        """Where the address or the code lies today. Never raises; ``found`` is None when nothing fits.

        ``on_date`` is the day the address was written: before 01/07/2025 only the old lists are read, later
        today's are preferred.
        """
        text = clean(text)[:500]
        if re.fullmatch(r"\d{2}|\d{3}|\d{5}", text):
            return self._by_code(text, on_date)
        readings = self._readings(text, on_date)
        if not readings:
            return Resolution(text, sentence=_NOT_FOUND)
        best = readings[0]
        same = [r for r in readings[1:] if r.cost - best.cost < TIE and r.node.path != best.node.path]
        return self._answer(text, best, tuple(dict.fromkeys(r.node.path for r in same)), readings)

    def _by_code(self, code: str, on_date: date | None) -> Resolution:
        level = {2: "province", 3: "district", 5: "commune"}[len(code)]
        found = [node for node in self.gazetteer.nodes.values() if node.level == level and node.code == code]
        if on_date is not None:
            found = [node for node in found if node.is_old == (on_date < TODAY_FROM)] or found
        found.sort(key=lambda node: not node.is_old)
        if not found:
            return Resolution(code, sentence=f"Không có đơn vị nào mang mã {code}. Kiểm tra lại mã.")
        # The same digits may name another area today: both are told unless the date decided.
        told = " ".join(
            f"Mã {code} {'đến hết 30/06/2025' if node.is_old else 'từ 01/07/2025'}: {self.sentence(node)}"
            for node in found
        )
        best = found[0]
        return Resolution(
            code, best, "", tuple(self.gazetteer.today_of(best)), tuple(found[1:]), len(found) == 1, told
        )

    def _answer(
        self, text: str, best: Reading, others: tuple[str, ...], readings: list[Reading]
    ) -> Resolution:
        nodes = tuple(self.gazetteer.nodes[path] for path in others)[:10]
        today = tuple(self.gazetteer.today_of(best.node))
        notes = []
        if not best.node.is_old:
            old = next(
                (r for r in readings if r.node.is_old and r.cost - best.cost < 0.5 and r.has_commune), None
            )
            if old and best.has_commune and name_key(old.node.name) == name_key(best.node.name):
                notes.append("Nếu địa chỉ ghi trước ngày 01/07/2025: " + self.sentence(old.node))
                nodes = tuple(node for node in nodes if node.path != old.node.path)
        exact = best.cost < CERTAIN and not nodes
        if nodes:
            told = "; ".join(self._told(node) for node in (best.node, *nodes[:5]))
            more = "" if len(others) <= 5 else "; …"
            sentence = f"Có {len(others) + 1} đơn vị khớp: {told}{more}. Ghi thêm tên huyện, tỉnh."
        else:
            sentence = ("" if exact else "Gần đúng nhất: ") + self.sentence(best.node)
        return Resolution(text, best.node, best.rest, today, nodes, exact, sentence, tuple(notes))

    def _told(self, node: Node) -> str:
        return in_sentence(self.gazetteer.address_of(node)) + (" (cũ)" if node.is_old else "")

    def sentence(self, node: Node) -> str:
        """The sentence for the person who asked."""
        above = self.gazetteer.above(node)
        today = self.gazetteer.today_of(node)
        if self.gazetteer.lives(node):
            return f"{self.gazetteer.address_of(node)} là đơn vị hành chính hiện nay."
        lies = f" ({', '.join(in_sentence(unit.full_name) for unit in above)})" if above else ""
        name = f"{node.full_name} cũ{lies}"
        if not today:
            return f"{name} chưa có trong bảng chuyển đổi: hỏi Ủy ban nhân dân nơi ở."
        if node.level == "province":
            return f"{name} nay thuộc {in_sentence(today[0].node.full_name)}."
        if len(today) == 1:
            return f"{name} nay thuộc {in_sentence(self.gazetteer.address_of(today[0].node))}."
        provinces = {self.gazetteer.province_of(target.node).path for target in today}
        if len(provinces) == 1:
            tail = ", " + in_sentence(self.gazetteer.province_of(today[0].node).full_name)
            names = [in_sentence(target.node.full_name) for target in today]
        else:
            tail, names = "", [in_sentence(self.gazetteer.address_of(target.node)) for target in today]
        if node.level == "district":
            return f"{name} không còn; địa bàn nay thuộc các đơn vị: {', '.join(names)}{tail}. Cho biết tên xã cũ."
        return f"{name} nay một phần thuộc {', một phần thuộc '.join(names)}{tail}: chọn theo nơi ở."

    def _readings(self, text: str, on_date: date | None) -> list[Reading]:
        """All readings, cheapest first; typing errors are allowed for only when the plain readings are poor."""
        pieces, uncut = self._pieces(text), self._pieces(text, cut=False)
        splits = [pieces, *([uncut] if uncut != pieces else []), *self._tail_splits(pieces)]
        splits += [longer for split in (pieces, uncut) for longer in self._province_cut(split)]
        found = self._read_all(splits, on_date, has_marks(text))
        if not found or found[0].cost >= CERTAIN:
            found = sorted(
                [*self._read_all(splits, on_date, has_marks(text), typos=True), *found], key=lambda r: r.cost
            )
        return found

    def _read_all(
        self, splits: list[list[str]], on_date: date | None, marked: bool, typos: bool = False
    ) -> list[Reading]:
        found: dict[tuple[str, str], Reading] = {}
        for pieces in splits:
            for old in (False, True):
                if on_date is not None and not old and on_date < TODAY_FROM:
                    continue
                dislike = DISLIKED_LIST if old and on_date is not None and on_date >= TODAY_FROM else 0.0
                for reading in self._read(pieces, old, marked, typos):
                    cost = reading.cost + dislike + (0.0 if not old else 0.01)
                    kept = found.get((reading.node.path, ""))
                    if kept is None or cost < kept.cost:
                        found[reading.node.path, ""] = Reading(
                            reading.node, reading.rest, cost, reading.has_commune
                        )
        return sorted(found.values(), key=lambda reading: reading.cost)

    def _read(self, pieces: list[str], old: bool, marked: bool, typos: bool) -> Iterator[Reading]:
        levels = ("province", "district", "commune") if old else ("province", "commune")
        split = [split_kind(piece) for piece in pieces]
        whole = [((), piece) for piece in pieces]

        def walk(at: int, depth: int, scope: str, node: Node | None, cost: float) -> Iterator[Reading]:
            if cost > 9:
                return
            if depth == len(levels) or at < 0:
                if node is not None:
                    rest = pieces[: at + 1]
                    missing = sum(MISSING[level] if rest else NOT_WRITTEN for level in levels[depth:])
                    lost = sum(LOST_UNIT for kinds, _ in split[: at + 1] if set(kinds) & _LISTED_KINDS)
                    yield Reading(node, ", ".join(rest), cost + missing + lost, node.level == "commune")
                return
            level = levels[depth]
            readings = [split[at]] if split[at][0] == () else [split[at], whole[at]]
            for kinds, name in readings:
                hits = self.gazetteer.match(
                    name, kinds, old=old, level=level, scope=scope, marked=marked, typos=typos
                )
                for hit in hits[:8]:
                    yield from walk(at - 1, depth + 1, hit.node.path, hit.node, cost + hit.cost)
            yield from walk(at, depth + 1, scope, node, cost + MISSING[level])
            if level == "district" and at > 0 and set(split[at][0]) & _DISTRICT_KINDS:
                yield from walk(at - 1, depth + 1, scope, node, cost + WRONG_DISTRICT)
            if node is None and depth == 0 and at > 0 and at == len(pieces) - 1:
                yield from walk(at - 1, depth, scope, node, cost + SKIPPED_PIECE)

        yield from walk(len(pieces) - 1, 0, NO_SCOPE, None, 0.0)

    def _pieces(self, text: str, *, cut: bool = True) -> list[str]:
        """Cut at commas and dashes, and (``cut``) before each word that is a kind."""
        found: list[str] = []
        for piece in re.split(r"[,;|\n/]+(?!\d)", text):
            for part in self._undash(piece):
                found.extend(_cut_at_kinds(part) if cut else [part])
        found = [piece.strip(" .") for piece in found if piece.strip(" .")]
        while found and fold(found[-1]) in _COUNTRY:
            found.pop()
        return found[-8:]

    def _undash(self, piece: str) -> list[str]:
        """Cut at dashes, unless the dash belongs to a name (Bà Rịa - Vũng Tàu)."""
        if not re.search(r"\s[-–—]\s", piece):
            return [piece]
        key = name_key(piece)
        if any(key.endswith(name) for name in self._dashed):
            pattern = r"\s[-–—]\s"
            parts = re.split(pattern, piece)
            return [*parts[:-2], f"{parts[-2]} - {parts[-1]}"]
        return re.split(r"\s[-–—]\s", piece)

    def _province_cut(self, pieces: list[str]) -> Iterator[list[str]]:
        """ "TP Vinh Nghệ An" → "TP Vinh", "Nghệ An"."""
        words = pieces[-1].split() if pieces else []
        for count in range(1, min(4, len(words) - 1) + 1):
            head, tail = words[:-count], " ".join(words[-count:])
            if _kind_at(head, 0) == len(head):
                continue
            if any(self.gazetteer.match(tail, (), old=old, level="province") for old in (False, True)):
                yield [*pieces[:-1], " ".join(head), tail]

    def _tail_splits(self, pieces: list[str]) -> Iterator[list[str]]:
        """Ways to cut a text without kinds and commas ("Cao Thượng Ba Bể Bắc Kạn") into units, from the right."""
        if any(split_kind(piece)[0] for piece in pieces) or not any(" " in piece for piece in pieces):
            return
        words = " ".join(pieces).split()[-14:]
        for a in range(1, min(5, len(words) - 1) + 1):
            province, left = " ".join(words[-a:]), words[:-a]
            if not any(
                self.gazetteer.match(province, (), old=old, level="province") for old in (False, True)
            ):
                continue
            for b in range(1, min(4, len(left)) + 1):
                nearer, further = " ".join(left[-b:]), left[:-b]
                yield [*_joined(further), nearer, province]
                for c in range(1, min(4, len(further)) + 1):
                    yield [*_joined(further[:-c]), " ".join(further[-c:]), nearer, province]


def _joined(words: list[str]) -> list[str]:
    return [" ".join(words)] if words else []


_DISTRICT_KINDS = set(DISTRICT_KINDS)
_LISTED_KINDS = set(COMMUNE_KINDS) | _DISTRICT_KINDS
_NOT_FOUND = (
    "Không tìm thấy đơn vị nào trong địa chỉ này."
    " Ghi theo thứ tự: thôn, xã, (huyện), tỉnh, cách nhau bằng dấu phẩy."
)


def _cut_at_kinds(piece: str) -> list[str]:
    """ "xã Cao Thượng huyện Ba Bể" → two pieces. A kind right after a kind, or at the end, belongs to the name."""
    words = piece.split()
    cuts = [0]
    at = max(1, _kind_at(words, 0))
    while at < len(words):
        length = _kind_at(words, at)
        if length and at + length < len(words) and not _all_kind(words, cuts[-1], at):
            cuts.append(at)
            at += length
        else:
            at += 1
    return [" ".join(words[start:end]) for start, end in zip(cuts, [*cuts[1:], len(words)], strict=True)]


def _kind_at(words: list[str], at: int) -> int:
    for length in (2, 1):
        head = " ".join(words[at : at + length])
        word = fold(head).replace(".", "").strip()
        if length == 1 and len(word) <= 2 and word not in ("xa", "tp", "tx", "tt") and not head.endswith("."):
            continue
        if word in KIND_WORDS:
            spelled = head.casefold().replace(".", "")
            if spelled == word or any(sort_key(spelled) == sort_key(kind) for kind in KIND_WORDS[word]):
                return length
    return 0


def _all_kind(words: list[str], start: int, end: int) -> bool:
    """Whether words[start:end] are nothing but a kind."""
    return _kind_at(words, start) == end - start
