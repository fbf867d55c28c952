"""Who may read and write what: the list in Mosquitto's own form (user, topic, pattern), judged as it judges."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from xaso.broker.tree import matches

READ, WRITE = "read", "write"


class Rules:
    """The rules of one file. Nothing written down means nothing allowed."""

    def __init__(self, text: str) -> None:
        self._users: dict[str, list[tuple[str, str]]] = {}
        self._patterns: list[tuple[str, str]] = []
        self._kept: dict[tuple[str, str, str], bool] = {}
        user = ""
        for number, line in enumerate(text.splitlines(), start=1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "user" and len(words) == 2:
                user = words[1]
            elif words[0] in ("topic", "pattern") and len(words) in (2, 3):
                way = words[1] if len(words) == 3 else "readwrite"
                if way not in (READ, WRITE, "readwrite"):
                    raise ValueError(f"line {number}: '{way}' is no way of access")
                row = (way, words[-1])
                if words[0] == "pattern":
                    self._patterns.append(row)
                else:
                    self._users.setdefault(user, []).append(row)
            else:
                raise ValueError(f"line {number} is not understood: {line}")

    def may(self, who: str, way: str, topic: str) -> bool:
        """Whether somebody may write a topic, or read what a filter asks for."""
        asked = (who, way, topic)
        known = self._kept.get(asked)
        if known is None:
            if len(self._kept) > 50_000:
                self._kept.clear()
            known = self._kept[asked] = self._judge(who, way, topic)
        return known

    def _judge(self, who: str, way: str, topic: str) -> bool:
        if not who or set(who) & set("+#/"):
            return False  # a name with these would widen a pattern
        rows = [*self._users.get(who, ()), *((kind, one.replace("%u", who)) for kind, one in self._patterns)]
        fits = _covers if way == READ else matches
        return any(kind in (way, "readwrite") and fits(name, topic) for kind, name in rows)


def _covers(rule: str, asked: str) -> bool:
    """Whether everything a filter asks for lies within a rule."""
    rules, levels = rule.split("/"), asked.split("/")
    for number, one in enumerate(rules):
        if one == "#":
            return True
        if number >= len(levels) or levels[number] == "#":
            return False
        if one != "+" and one != levels[number]:
            return False
    return len(rules) == len(levels)


class Files:
    """Rules and revocations in a folder; read again when they change. A file that cannot be read changes nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rules = Rules("")
        self.revoked: set[int] = set()
        self._marks: dict[str, tuple[int, int]] = {}

    def look(self) -> bool:
        """Reads what changed; whether anything did. ValueError or OSError leave what was in force."""
        changed = False
        for name in ("acl", "crl.pem"):
            path = self.folder / name
            try:
                facts = path.stat()
            except FileNotFoundError:
                continue
            mark = (facts.st_mtime_ns, facts.st_size)
            if self._marks.get(name) == mark:
                continue
            content = path.read_bytes()
            if name == "acl":
                self.rules = Rules(content.decode())
            else:
                self.revoked = {one.serial_number for one in x509.load_pem_x509_crl(content)}
            self._marks[name] = mark
            changed = True
        return changed
