"""One backup: the base when it is due, the log since the last time, new files, keys; then the signed manifest."""

from __future__ import annotations

import shutil
import socket
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from xaso.kernel.plain.moment import now

from . import cluster as pg
from .cluster import Base, Cluster
from .config import Sources
from .files import files_of, keep_files
from .marks import mark
from .problems import KeepingProblem
from .repository import PIECE, Manifest, Repository

_SMALL = 64 * 1024
Say = Callable[[str], None]


@dataclass(frozen=True)
class Done:
    """What one backup did."""

    manifest: Manifest
    place: str
    new_bytes: int
    damaged: tuple[str, ...]


def back_up(
    repository: Repository,
    cluster: Cluster,
    sources: Sources,
    spool: Path,
    *,
    database: str,
    full: bool = False,
    base_hours: int = 24,
    say: Say = lambda _: None,
) -> Done:
    """Take a backup of a running system. Incremental: only what the repository does not hold yet is written.

    ``spool`` is a folder of this machine where WAL lies until it is in the repository. Raises KeepingProblem.
    """
    with repository.place.lock():
        begun = now()
        manifests = repository.manifests()
        system = _system(cluster)
        fresh_slot = pg.ensure_slot(cluster)
        if fresh_slot:
            shutil.rmtree(spool, ignore_errors=True)
        chain = current_chain(manifests)
        is_due = not chain or datetime.fromisoformat(chain[0]["at"]) < begun - timedelta(hours=base_hours)
        foreign = bool(chain) and chain[0]["system"] != system
        wal = _keep_wal(repository, cluster, spool)
        base = None
        if full or fresh_slot or is_due or foreign or not follows(chain, wal):
            say("Đang chép cơ sở dữ liệu…")
            base, chain = _keep_base(repository, cluster), []
        say("Đang ghi dấu các bảng…")
        point = mark(cluster)
        wal = list({one["name"]: one for one in [*wal, *_keep_wal(repository, cluster, spool)]}.values())
        # After the mark: files are stored before the rows that name them, so none of those is missing.
        say("Đang chép tệp mới…")
        known = known_files(repository, chain)
        entries, damaged = keep_files(repository, files_of(sources), set(known))
        manifest: Manifest = {
            "at": point.at,
            "begun": begun.isoformat(),
            "host": socket.gethostname(),
            "database": database,
            "system": system,
            "major": cluster.programs.major,
            "programs": cluster.programs.kind,
            "base": base,
            "wal": wal,
            "mark": point.facts(),
            "new_files": repository.keep_json(entries),
            "files": len(known) + len(entries),
            "secrets": repository.keep_json(_keep_secrets(repository, sources)),
            "damaged": damaged,
        }
        place = repository.add_manifest(manifest)
        _clear_spool(spool, wal)
        return Done(manifest, place, repository.new_bytes, tuple(damaged))


def current_chain(manifests: list[Manifest]) -> list[Manifest]:
    """The newest base and all that follows it."""
    bases = [number for number, one in enumerate(manifests) if one.get("base")]
    return manifests[bases[-1] :] if bases else []


def segments(chain: list[Manifest]) -> dict[str, dict[str, Any]]:
    """All log segments of a chain by name; a whole one takes the place of its unfinished beginning."""
    found: dict[str, dict[str, Any]] = {}
    for one in chain:
        for segment in one["wal"]:
            found[segment["name"]] = segment
    return found


def follows(chain: list[Manifest], wal: list[dict[str, Any]]) -> bool:
    """Whether freshly received segments go on where the chain ends (not so when the spool was lost)."""
    before = sorted(name for name in segments(chain) if not name.endswith(".history"))
    after = sorted(one["name"] for one in wal if not one["name"].endswith(".history"))
    return bool(before) and bool(after) and after[0] in {before[-1], next_segment(before[-1])}


def next_segment(name: str, size: int = 16 << 20) -> str:
    """Name of the segment after this one, of the same timeline (segments of 16 MB, PostgreSQL's default)."""
    each = (1 << 32) // size
    number = int(name[8:16], 16) * each + int(name[16:24], 16) + 1
    return f"{name[:8]}{number // each:08X}{number % each:08X}"


def known_files(repository: Repository, chain: list[Manifest]) -> dict[str, dict[str, Any]]:
    """Every file that a chain of backups holds, by its hash."""
    return {entry["sha256"]: entry for one in chain for entry in repository.fetch_json(one["new_files"])}


def _system(cluster: Cluster) -> str:
    with cluster.connect() as link:
        row = link.execute("select system_identifier::text from pg_control_system()").fetchone()
    return str(row[0]) if row else ""


# -- the base -------------------------------------------------------------------------------------------------


class _Bundle:
    """Small files share a piece: a cluster has hundreds of tables of one page, and each piece costs a sync."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.content = bytearray()
        self.waiting: list[dict[str, Any]] = []

    def add(self, entry: dict[str, Any], content: bytes) -> None:
        entry["parts"] = [["", len(self.content), len(content)]] if content else []
        self.content += content
        self.waiting.append(entry)
        if len(self.content) >= PIECE:
            self.flush()

    def flush(self) -> None:
        if self.content:
            name = self.repository.keep(bytes(self.content))
            for entry in self.waiting:
                for part in entry["parts"]:
                    part[0] = name
        self.content, self.waiting = bytearray(), []


def _keep_base(repository: Repository, cluster: Cluster) -> dict[str, Any]:
    base, bundle, index = Base(), _Bundle(repository), []
    for member, content in pg.read_base(cluster, base):
        entry: dict[str, Any] = {"name": member.name, "mode": member.mode, "parts": []}
        index.append(entry)
        if content is None:
            entry["folder"] = member.isdir()
            if not member.isdir():
                raise KeepingProblem(
                    f"{member.name} không nằm trong thư mục dữ liệu (tablespace). Chuyển về rồi sao lưu lại."
                )
        elif member.size < _SMALL:
            bundle.add(entry, content.read())
        else:
            entry["parts"] = repository.keep_stream(_read(content, member))[0]
    bundle.flush()
    return {
        "start": base.start,
        "end": base.end,
        "timeline": base.timeline,
        "index": repository.keep_json(index),
    }


def _read(content: IO[bytes], member: tarfile.TarInfo) -> Any:
    left = member.size
    while left:
        piece = content.read(min(PIECE, left))
        left -= len(piece)
        yield piece


# -- the log, the keys ----------------------------------------------------------------------------------------


def _keep_wal(repository: Repository, cluster: Cluster, spool: Path) -> list[dict[str, Any]]:
    """All segments up to now; the unfinished one too, marked as such: the next backup replaces it."""
    with cluster.connect() as link:
        row = link.execute("select pg_current_wal_flush_lsn()::text").fetchone()
    pg.receive_wal(cluster, spool, up_to=str(row[0]) if row else "0/0")
    kept = []
    for path in sorted(spool.iterdir()):
        name = path.name.removesuffix(".partial")
        with path.open("rb") as file:
            parts, digest, size = repository.keep_stream(iter(lambda: file.read(PIECE), b""))
        kept.append({"name": name, "partial": path.suffix == ".partial", "sha256": digest, "size": size})
        kept[-1]["parts"] = parts
    return kept


def _clear_spool(spool: Path, kept: list[dict[str, Any]]) -> None:
    """What is in the repository need not stay here; the unfinished segment and the last one mark where to go on."""
    whole = sorted(one["name"] for one in kept if not one["partial"])
    for name in whole[:-1] if not any(one["partial"] for one in kept) else whole:
        if not name.endswith(".history"):
            (spool / name).unlink(missing_ok=True)


def _keep_secrets(repository: Repository, sources: Sources) -> list[dict[str, Any]]:
    # After the mark, like files: keys are made before the rows that need them.
    found = []
    for name, path in sources.secrets_now():
        content = path.read_bytes()
        parts, digest, _ = repository.keep_stream([content])
        found.append({"name": name, "sha256": digest, "parts": parts})
    return found
