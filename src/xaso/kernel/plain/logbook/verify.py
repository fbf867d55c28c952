"""The check of a whole log, leaf by leaf, in memory that does not grow with it.

The lines come from an export or from the database itself (both have the form of ``export``). Nothing that the
server claims is taken for granted: leaves are hashed anew from their events, roots are built anew from the
leaves, each head's signature is checked against the chain of keys, and a witness's memory against the roots.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from xaso.kernel.plain.logbook.export import BadExport, Line
from xaso.kernel.plain.logbook.findings import Memory, Report, told
from xaso.kernel.plain.logbook.keychain import Keychain
from xaso.kernel.plain.logbook.leaves import Entry, entry_from, leaf_of
from xaso.kernel.plain.logbook.notes import BadNote, Head, fingerprint, read_head, read_note, read_stamp
from xaso.kernel.plain.merkle import Frontier

# An event may reach the log so much later than the moment it bears: a transaction that took long to commit.
LATEST = timedelta(hours=1)
_MISSING_KEPT = 10_000


def check(lines: Iterable[Line], *, memory: Memory | None = None, files: Path | None = None) -> Report:
    """Check a log. ``memory``: what a witness saw of it before. ``files``: the folder of the signed files."""
    checker = Checker(memory, files)
    for line in lines:
        checker.take(line)
    return checker.finish()


class Checker:
    """Takes the lines of a log one by one."""

    def __init__(self, memory: Memory | None = None, files: Path | None = None) -> None:
        self.report = Report()
        self.keys = Keychain()
        self._frontier = Frontier()
        self._head: Head | None = None
        self._number = 0
        self._root_bad = False
        self._memory = memory
        self._remembered = sorted(memory.seen) if memory else []
        self._files = FileCheck(files, self.report) if files else None
        self._reads = {
            "log": self._log,
            "key": self._key,
            "leaf": self._leaf,
            "head": self._take_head,
            "waiting": self._waiting,
        }

    def take(self, line: Line) -> None:
        """One line. Raises BadExport when it is no line of a log."""
        read = self._reads.get(line["kind"])
        if read is None:
            raise BadExport(f"Không hiểu dòng loại {line['kind']}.")
        try:
            read(line)
        except (KeyError, TypeError, ValueError) as error:
            raise BadExport(f"Một dòng loại {line['kind']} không đúng mẫu ({error}).") from error

    def _log(self, line: Line) -> None:
        self.report.origin = str(line["origin"])
        if self._memory and self._memory.origin != self.report.origin:
            self.report.add(
                "fork", f"Đây là nhật ký của {self.report.origin}, không phải {self._memory.origin}."
            )

    def _key(self, line: Line) -> None:
        trouble = self.keys.add(str(line["statement"]), self.report.origin)
        if trouble:
            self.report.add("key", trouble)
        elif len(self.keys.statements) == 1:
            self.report.first_key = self.keys.statements[0].public
            if self._memory and self._memory.first_key != self.report.first_key:
                self.report.add(
                    "fork",
                    f"Khóa đầu tiên {fingerprint(self.report.first_key)} khác khóa mà bên chứng kiến đã biết "
                    f"({fingerprint(self._memory.first_key)}): nhật ký đã bị làm lại.",
                )

    def _leaf(self, line: Line) -> None:
        index, kept = int(line["index"]), bytes.fromhex(line["hash"])
        if index != self._frontier.size:
            self.report.add(
                "lost",
                f"Nhật ký mất mục {self._frontier.size}"
                + (f" đến {index - 1}." if index - 1 > self._frontier.size else "."),
            )
            # Without them no later root can come out; the leaves themselves are still checked.
            self._frontier, self._root_bad = Frontier(index, [b"\0" * 32] * index.bit_count()), True
        self._frontier.append(kept)
        self.report.leaves += 1
        self._compare_with_witness()
        if line["event"] is None:
            self.report.add("deleted", f"Mục {index}: sự kiện {line['seq']} đã bị xóa khỏi cơ sở dữ liệu.")
            return
        entry = entry_from(line["event"])
        if leaf_of(entry, bytes.fromhex(line["secret"])) != kept:
            self.report.add(
                "changed",
                f"Mục {index}: sự kiện {line['seq']} ({entry.name}) không còn như lúc ghi vào nhật ký.",
            )
        elif self._head is not None and read_stamp(entry.at) < self._head.at - LATEST:
            self.report.add(
                "backdated",
                f"Mục {index}: sự kiện {entry.seq} ({entry.name}) ghi lúc {told(read_stamp(entry.at))} nhưng chưa có "
                f"khi ký đầu nhật ký số {self._number} lúc {told(self._head.at)}: chèn thêm hoặc ghi lùi ngày.",
            )
        if self._files:
            self._files.take(entry)

    def _take_head(self, line: Line) -> None:
        number = int(line["number"])
        if number != self._number + 1:
            self.report.add("head", f"Mất đầu nhật ký số {self._number + 1} (tiếp theo là số {number}).")
        self._number = number
        self.report.heads += 1
        try:
            note = read_note(str(line["note"]))
            head = read_head(note.text)
            same = (head.size, head.root.hex(), head.at) == (
                line["size"],
                line["root"],
                read_stamp(line["at"]),
            )
        except BadNote:
            self.report.add("head", f"Đầu nhật ký số {number} không đọc được.")
            return
        trouble = self.keys.judge(note, head, self.report.origin)
        if trouble or not same:
            why = trouble or "nội dung đã ký khác với dòng trong cơ sở dữ liệu"
            self.report.add("head", f"Đầu nhật ký số {number} ({told(head.at)}): {why}.")
            return
        self._fit(number, head)
        self._head = head
        self.report.newest = note.written()

    def _fit(self, number: int, head: Head) -> None:
        """The signed head against the leaves so far and the head before it."""
        before = self._head
        if before and (head.size < before.size or head.at < before.at):
            self.report.add("head", f"Đầu nhật ký số {number} lùi lại so với đầu trước: thứ tự đã bị xáo.")
        if head.size > self._frontier.size:
            self.report.add(
                "truncated",
                f"Đầu nhật ký số {number} ký cho {head.size} mục nhưng chỉ còn {self._frontier.size} mục: "
                "phần cuối đã bị cắt.",
            )
        elif head.size < self._frontier.size or self._frontier.root() != head.root:
            if not self._root_bad:
                since = before.size if before else 0
                self.report.add(
                    "root",
                    f"Đầu nhật ký số {number}: gốc tính lại khác gốc đã ký lúc {told(head.at)}; "
                    f"trong các mục {since} đến {head.size - 1} có mục bị sửa, chèn hoặc đổi chỗ.",
                )
            self._root_bad = True

    def _compare_with_witness(self) -> None:
        while self._remembered and self._remembered[0][0] <= self._frontier.size:
            size, root = self._remembered.pop(0)
            if size == self._frontier.size and root != self._frontier.root():
                self.report.add(
                    "fork",
                    f"Với {size} mục đầu, bên chứng kiến đã thấy gốc {root.hex()[:16]}…, bản này cho gốc "
                    f"{self._frontier.root().hex()[:16]}…: hai bản nhật ký khác nhau đã được đưa ra.",
                )

    def _waiting(self, line: Line) -> None:
        entry = entry_from(line["event"])
        self.report.waiting += 1
        if self._head is not None and read_stamp(entry.at) < self._head.at - LATEST:
            self.report.add(
                "inserted",
                f"Sự kiện {entry.seq} ({entry.name}) ghi lúc {told(read_stamp(entry.at))}, trước đầu nhật ký số "
                f"{self._number}, nhưng nhật ký không có: chèn thêm hoặc ghi lùi ngày.",
            )

    def finish(self) -> Report:
        """All lines are in: the answer."""
        if self._remembered:
            size = self._remembered[-1][0]
            self.report.add(
                "truncated",
                f"Bên chứng kiến đã thấy nhật ký có {size} mục, bản này chỉ có {self._frontier.size} mục: "
                "phần cuối đã bị cắt.",
            )
        if self._files:
            self._files.finish()
        return self.report


class FileCheck:
    """The files that events name by their hash, in a folder laid out by hash (ab/cd/abcd…)."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder
        self._report = report
        self._missing: dict[str, str] = {}
        self._erased: set[str] = set()

    def take(self, entry: Entry) -> None:
        """Check what one event names: ``sha256`` (a text or a list); ``erased_sha256`` was erased by right."""
        if "sha256" not in entry.data:  # in erased_sha256 too
            return
        facts = json.loads(entry.data)
        self._erased.update(_texts(facts.get("erased_sha256")))
        for sha256 in _texts(facts.get("sha256")):
            self._report.files += 1
            self._look_at(sha256, entry)

    def _look_at(self, sha256: str, entry: Entry) -> None:
        path = self._folder / sha256[:2] / sha256[2:4] / sha256
        try:
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            if len(self._missing) < _MISSING_KEPT:
                self._missing[sha256] = f"Sự kiện {entry.seq} ({entry.name}): tệp {sha256[:16]}… không còn."
            return
        if found != sha256:
            self._report.add(
                "file",
                f"Sự kiện {entry.seq} ({entry.name}): tệp {sha256[:16]}… đã bị sửa, nay có mã băm {found[:16]}….",
            )

    def finish(self) -> None:
        """What is missing and was not erased by right."""
        for sha256, sentence in self._missing.items():
            if sha256 not in self._erased:
                self._report.add("file", sentence)


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str) and len(one) == 64]
    return [value] if isinstance(value, str) and len(value) == 64 else []


def age_of(report: Report, now: datetime) -> timedelta | None:
    """How old the newest head is."""
    return now - read_head(read_note(report.newest).text).at if report.newest else None
