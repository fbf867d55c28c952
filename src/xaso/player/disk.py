"""What a loudspeaker keeps on its card: who it is, its programme, audio, which commands it obeyed, its play log."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from pathlib import Path
from typing import Any

DAY = 86_400
MOST_LOG = 5000


class Disk:
    """A folder. Writing may raise OSError (the card is full); what is held in memory then goes on serving.

    ``durable``: forced to the card at once, so that a power cut loses nothing that was confirmed.
    """

    def __init__(self, home: Path, *, budget: int = 2_000_000_000, durable: bool = True) -> None:
        self.home, self.budget, self.durable = home, budget, durable
        self.audio = home / "audio"
        self.audio.mkdir(parents=True, exist_ok=True)
        self.obeyed: dict[str, float] = {}
        self.highest: dict[str, int] = {}
        self.settled: dict[str, float] = {}  # what of the programme is over: key and until
        self.log: list[dict[str, Any]] = []
        self.log_id, self.next_number = "", 1
        self._held: dict[str, Path] = {}
        self._stand_ins: dict[str, Path] = {}
        self._lines: dict[str, int] = {}
        self._load()

    def read(self, name: str) -> bytes | None:
        """The content of a file, None when there is none."""
        try:
            return (self.home / name).read_bytes()
        except OSError:
            return None

    def read_json(self, name: str) -> dict[str, Any]:
        """The object in a file; empty when there is none or it is torn."""
        try:
            found = json.loads(self.read(name) or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, content: bytes, mode: int = 0o600) -> None:
        """Replaces a file as a whole."""
        path = os.path.join(self.home, name)
        fresh = path + ".new"
        try:
            self._put(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, content, mode)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(fresh)
            raise
        os.replace(fresh, path)

    def write_json(self, name: str, values: dict[str, Any]) -> None:
        """Replaces a file by an object."""
        self.write(name, json.dumps(values, ensure_ascii=False).encode())

    def remove(self, name: str) -> None:
        """Removes a file, if it is there."""
        with contextlib.suppress(OSError):
            (self.home / name).unlink()

    def remember(self, command: str, kind: str, sequence: int, until: float) -> None:
        """From now on a command counts as obeyed; ``obey`` must follow, which writes it down."""
        self.obeyed[command] = until
        for name in (kind, ""):
            self.highest[name] = max(self.highest.get(name, 0), sequence)

    def obey(self, command: str, kind: str, sequence: int, until: float) -> None:
        """Remembers a command, so that it is obeyed once."""
        self.remember(command, kind, sequence, until)
        self._append("obeyed.jsonl", {"id": command, "kind": kind, "seq": sequence, "until": until})

    def settle(self, key: str, until: float) -> None:
        """Remembers that something of the programme is over."""
        self.settled[key] = until
        self._append("settled.jsonl", {"key": key, "until": until})

    def forget_old(self, now: float) -> None:
        """Forgets what can no longer come again: commands that have ended, programme of the days before."""
        self.obeyed = {key: until for key, until in self.obeyed.items() if until > now - 60}
        self.settled = {key: until for key, until in self.settled.items() if until > now - DAY}
        if self._lines.get("obeyed.jsonl", 0) > 2 * len(self.obeyed) + 200:
            rows = [{"id": key, "until": until} for key, until in self.obeyed.items()]
            rows += [{"kind": kind, "seq": number} for kind, number in self.highest.items()]
            self._rewrite("obeyed.jsonl", rows)
        if self._lines.get("settled.jsonl", 0) > 2 * len(self.settled) + 200:
            self._rewrite(
                "settled.jsonl", [{"key": key, "until": until} for key, until in self.settled.items()]
            )

    def note(self, entry: dict[str, Any]) -> None:
        """One more line of the play log; kept until the station confirms it."""
        entry = {"n": self.next_number, "id": str(uuid.uuid4()), **entry}
        self.next_number += 1
        self.log.append(entry)
        del self.log[:-MOST_LOG]
        self._append("log.jsonl", entry)

    def confirmed(self, log_id: str, upto: int) -> None:
        """The station holds the log up to a number."""
        if log_id != self.log_id:
            return
        self.log = [entry for entry in self.log if entry["n"] > upto]
        if self._lines.get("log.jsonl", 0) > len(self.log) + 50 or not self.log:
            self._rewrite("log.jsonl", [{"log": self.log_id, "next": self.next_number}, *self.log])

    def file_of(self, sha256: str) -> Path | None:
        """Where an audio file lies, or what stands in for it; None while it is missing."""
        return self._held.get(sha256) or self._stand_ins.get(sha256)

    def holds(self, sha256: str) -> bool:
        """Whether the file itself is here."""
        return sha256 in self._held

    def stand_in(self, sha256: str, path: Path) -> None:
        """Sounds in place of a file that could not be fetched, until it is."""
        self._stand_ins[sha256] = path

    def store_audio(self, sha256: str, content: bytes) -> bool:
        """Keeps audio whose digest is right; False when it is not. OSError when the card is full."""
        if hashlib.sha256(content).hexdigest() != sha256:
            return False
        self.write(f"audio/{sha256}", content)
        self._held[sha256] = self.audio / sha256
        return True

    def drop_audio(self, wanted: set[str], needed: int = 0) -> int:
        """Removes what nobody wants any more, oldest first, until the budget holds; answers how many bytes."""
        sizes = {name: path.stat() for name, path in self._held.items() if path.exists()}
        total, freed = sum(one.st_size for one in sizes.values()), 0
        for name, facts in sorted(sizes.items(), key=lambda pair: pair[1].st_mtime):
            if total - freed + needed <= self.budget:
                break
            if name not in wanted:
                self.remove(f"audio/{name}")
                self._held.pop(name, None)
                freed += facts.st_size
        return freed

    def free(self) -> int:
        """Bytes free on the card."""
        facts = os.statvfs(self.home)
        return facts.f_bavail * facts.f_frsize

    def _load(self) -> None:
        for path in self.audio.iterdir():
            if len(path.name) == 64:
                self._held[path.name] = path
            else:
                self.remove(f"audio/{path.name}")
        for row in self._rows("obeyed.jsonl"):
            if "id" in row:
                self.obeyed[row["id"]] = row.get("until", 0.0)
            if "seq" in row:
                for name in (row["kind"], ""):
                    self.highest[name] = max(self.highest.get(name, 0), row["seq"])
        for row in self._rows("settled.jsonl"):
            self.settled[row["key"]] = row["until"]
        for row in self._rows("log.jsonl"):
            if "log" in row:
                self.log_id, self.next_number = row["log"], row["next"]
            else:
                self.log.append(row)
                self.next_number = max(self.next_number, row["n"] + 1)
        if not self.log_id:
            self.log_id = str(uuid.uuid4())
            with contextlib.suppress(OSError):
                self._rewrite("log.jsonl", [{"log": self.log_id, "next": self.next_number}, *self.log])

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = []
        for line in (self.read(name) or b"").splitlines():
            try:
                found = json.loads(line)
            except ValueError:
                continue  # the line on which the power went
            if isinstance(found, dict):
                rows.append(found)
        self._lines[name] = len(rows)
        return rows

    def _append(self, name: str, row: dict[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=False).encode() + b"\n"
        self._put(os.path.join(self.home, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, line, 0o666)
        self._lines[name] = self._lines.get(name, 0) + 1

    def _rewrite(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.write(name, b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
        self._lines[name] = len(rows)

    def _put(self, path: str, flags: int, content: bytes, mode: int) -> None:
        # By descriptor: a buffered file for one line costs several times what the writing itself does.
        out = os.open(path, flags | getattr(os, "O_BINARY", 0), mode)
        try:
            left = memoryview(content)
            while left:
                left = left[os.write(out, left) :]
            if self.durable:
                os.fsync(out)
        finally:
            os.close(out)
