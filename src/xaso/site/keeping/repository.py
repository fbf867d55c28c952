"""The repository: encrypted pieces known by their content, and signed manifests that say what a backup holds.

Layout: ``repository.json`` (format, wrapped keys), ``pieces/ab/<name>``, ``manifests/<number>``. A piece is written
once and shared by all backups that hold the same bytes; so each backup is incremental, and an interrupted one goes on
where it was. A manifest is written last: without it a backup does not exist.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from .crypt import Keys, unwrap, wrap
from .places import Place
from .problems import KeepingProblem

PIECE = 1 << 20
FORMAT = 1
Manifest = dict[str, Any]
Parts = list[list[Any]]  # [[piece, offset, length], …]


class Repository:
    """One repository, open for reading and writing."""

    def __init__(self, place: Place, keys: Keys) -> None:
        self.place = place
        self.keys = keys
        self.new_bytes = 0
        self._known: set[str] | None = None
        self._cached: tuple[str, bytes] = ("", b"")

    # -- opening -----------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls, place: Place, *, recovery: bytes | None, passphrase: str = "", create: bool = False
    ) -> Repository:
        """Open it by the recovery key or the passphrase; ``create`` makes a new one in an empty place."""
        try:
            facts = json.loads(place.get("repository.json"))
        except KeepingProblem:
            if not create:
                raise KeepingProblem(f"Không có kho sao lưu nào ở {place}. Kiểm tra lại đường dẫn.") from None
            slots = wrap(secrets.token_bytes(32), recovery=recovery, passphrase=passphrase)
            if not slots:
                raise KeepingProblem(
                    "Cần khóa khôi phục (--key) hoặc XASO_BACKUP_PASSPHRASE để mã hóa."
                ) from None
            facts = {"format": FORMAT, "slots": slots}
            place.put("repository.json", json.dumps(facts, indent=1).encode())
        if facts.get("format") != FORMAT:
            raise KeepingProblem(f"Kho sao lưu ở {place} có định dạng lạ. Dùng đúng phiên bản phần mềm.")
        return cls(place, unwrap(facts["slots"], recovery=recovery, passphrase=passphrase))

    # -- pieces ------------------------------------------------------------------------------------------

    def keep(self, content: bytes) -> str:
        """Store one piece unless it is there already; answers its name."""
        name = self.keys.name(content)
        if name not in self._names():
            sealed = self.keys.seal_piece(name, content)
            self.place.put(_where(name), sealed)
            self._names().add(name)
            self.new_bytes += len(sealed)
        return name

    def fetch(self, name: str) -> bytes:
        """One piece, proven to be intact; the last one is remembered, for small files share a piece."""
        if self._cached[0] != name:
            self._cached = (name, self.keys.open_piece(name, self.place.get(_where(name))))
        return self._cached[1]

    def keep_stream(self, pieces: Iterable[bytes]) -> tuple[Parts, str, int]:
        """Store content of any length; answers its parts, SHA-256 and size."""
        digest, size, parts = hashlib.sha256(), 0, []
        for piece in _regular(pieces):
            digest.update(piece)
            size += len(piece)
            parts.append([self.keep(piece), 0, len(piece)])
        return parts, digest.hexdigest(), size

    def stream(self, parts: Parts) -> Iterator[bytes]:
        """Content by its parts."""
        for name, offset, length in parts:
            yield self.fetch(name)[offset : offset + length]

    def keep_json(self, facts: Any) -> Parts:
        """Store a list or table that is too long for the manifest itself."""
        return self.keep_stream([json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()])[0]

    def fetch_json(self, parts: Parts) -> Any:
        """What ``keep_json`` stored."""
        return json.loads(b"".join(self.stream(parts)))

    def _names(self) -> set[str]:
        if self._known is None:
            self._known = {one.rpartition("/")[2] for one in self.place.names("pieces")}
        return self._known

    # -- manifests ---------------------------------------------------------------------------------------

    def manifests(self) -> list[Manifest]:
        """All manifests, oldest first. KeepingProblem when one was altered, or one in the middle is missing."""
        found: list[Manifest] = []
        before = None
        for place in self.place.names("manifests"):
            sealed = self.place.get(place)
            facts = self.keys.open_manifest(sealed, place)
            if before is not None and facts["before"] != before:
                raise KeepingProblem(
                    f"Chuỗi bản kê sao lưu bị đứt trước {place}: có bản kê đã bị xóa hoặc thay."
                )
            before = hashlib.sha256(sealed).hexdigest()
            found.append({**facts, "place": place})
        return found

    def add_manifest(self, facts: Manifest) -> str:
        """Sign and store the next manifest; the backup exists from now on."""
        places = list(self.place.names("manifests"))
        number = int(places[-1].rpartition("/")[2]) + 1 if places else 1
        before = hashlib.sha256(self.place.get(places[-1])).hexdigest() if places else ""
        place = f"manifests/{number:08d}"
        self.place.put(place, self.keys.seal_manifest({**facts, "number": number, "before": before}, place))
        return place

    # -- care --------------------------------------------------------------------------------------------

    def pieces_of(self, manifest: Manifest) -> set[str]:
        """Every piece a manifest needs."""
        names: set[str] = set()
        lists = [manifest["new_files"], manifest["secrets"]]
        if manifest.get("base"):
            lists.append(manifest["base"]["index"])
        for parts in lists:
            names |= {part[0] for part in parts}
            for entry in self.fetch_json(parts):
                names |= {part[0] for part in entry["parts"]}
        for segment in manifest["wal"]:
            names |= {part[0] for part in segment["parts"]}
        return names

    def verify(self) -> tuple[int, int]:
        """Read every piece that any backup needs and prove it; answers (backups, pieces)."""
        manifests = self.manifests()
        needed: set[str] = set().union(*(self.pieces_of(one) for one in manifests))
        for name in sorted(needed):
            self.fetch(name)
        return len(manifests), len(needed)

    def prune(self, keep_from: str) -> tuple[int, int]:
        """Forget backups that are not needed to restore any moment since ``keep_from`` (ISO time).

        The newest base before that moment stays, with all that follows it. Answers (manifests, pieces) removed.
        """
        manifests = self.manifests()
        bases = [i for i, one in enumerate(manifests) if one.get("base")]
        older = [i for i in bases if manifests[i]["at"] <= keep_from]
        first = older[-1] if older else (bases[0] if bases else 0)
        for one in manifests[:first]:
            self.place.delete(one["place"])
        needed: set[str] = set().union(*(self.pieces_of(one) for one in manifests[first:]))
        spare = self._names() - needed
        for name in spare:
            self.place.delete(_where(name))
        self._names().difference_update(spare)
        return first, len(spare)


def _where(name: str) -> str:
    return f"pieces/{name[:2]}/{name}"


def _regular(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size, so that equal stretches of two backups are equal pieces."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)
