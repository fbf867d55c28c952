"""The drill: restore the last backup, compare all of it, rehearse a disaster. Unrestored, a backup is a hope."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

from xaso.kernel.base.keys import read_body

from . import log_check
from .backup import back_up, known_files
from .cluster import OPTIONS, of_server
from .config import Sources
from .crypt import Keys
from .files import DiskFiles
from .marks import beat, fingerprint, fingerprints
from .places import Folder
from .problems import KeepingProblem
from .repository import Manifest, Repository
from .restore import Restored, restore

Say = Callable[[str], None]


@dataclass
class Report:
    """What the drill found, line by line."""

    lines: list[tuple[bool, str]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, ok: bool, words: str) -> None:
        """One finding."""
        self.lines.append((ok, words))

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return bool(self.lines) and all(ok for ok, _ in self.lines)

    @property
    def words(self) -> str:
        """One sentence for the operator's page."""
        bad = [words for ok, words in self.lines if not ok]
        if bad:
            return f"Diễn tập thấy {len(bad)} điều sai: " + "; ".join(bad)[:600]
        return (
            f"Khôi phục được bản sao lưu {self.facts.get('backup_at', '')[:16]}Z, khớp {len(self.lines)} mục."
        )


def drill(
    repository: Repository, *, rehearse: bool = True, scratch: Path | None = None, say: Say = lambda _: None
) -> Report:
    """Restore the last backup into a scratch place, compare it with its manifest, then undo a wrong bulk update.

    Nothing of the living system is touched; the scratch place is removed.
    """
    report, begun = Report(), time.monotonic()
    folder = scratch or Path(tempfile.mkdtemp(prefix="xaso-drill-"))
    folder.chmod(0o755)
    restored: Restored | None = None
    try:
        restored = restore(repository, folder / "system", to_mark=True, throwaway=True, say=say)
        last = restored.chain[-1]
        report.facts = {"backup_at": last["at"], "manifest": last["place"], "files": restored.files}
        report.facts["restore_seconds"] = round(time.monotonic() - begun, 1)
        report.add(
            True, f"Dựng lại hệ thống từ {last['place']} và {len(restored.chain)} bản kê, chữ ký đúng."
        )
        say("Đang so từng bảng…")
        _compare_tables(restored, last, report)
        say("Đang so từng tệp và khóa…")
        _compare_files(repository, restored, last, report)
        _compare_secrets(repository, restored, last, report)
        if restored.server.ask("select to_regclass('sealing_treehead') is not null", name=last["database"]):
            say("Đang kiểm nhật ký niêm phong…")
            for ok, words in log_check.check(restored.server.admin_url(last["database"]), restored.home):
                report.add(ok, words)
        if rehearse:
            say("Đang diễn tập sửa sai hàng loạt rồi khôi phục về trước đó…")
            _rehearse(restored, last["database"], folder, report)
    except KeepingProblem as problem:
        report.add(False, str(problem))
    finally:
        if restored is not None:
            restored.server.lay_down()
        shutil.rmtree(folder, ignore_errors=True)
    report.facts["seconds"] = round(time.monotonic() - begun, 1)
    return report


def _compare_tables(restored: Restored, manifest: Manifest, report: Report) -> None:
    wanted = manifest["mark"]["tables"]
    if wanted is None:
        report.add(False, "Lúc sao lưu hệ thống quá bận, không ghi được dấu các bảng. Chạy lại sao lưu.")
        return
    found = fingerprints(restored.server.admin_url(manifest["database"]))
    wrong = sorted(name for name in set(wanted) | set(found) if wanted.get(name) != found.get(name))
    rows = sum(int(one[0]) for one in found.values())
    report.facts |= {"tables": len(found), "rows": rows}
    if wrong:
        report.add(False, f"{len(wrong)} bảng khác bản gốc: {', '.join(wrong[:8])}")
    else:
        report.add(True, f"{len(found)} bảng, {rows} dòng: số dòng và băm nội dung đều khớp bản gốc.")


def _compare_files(repository: Repository, restored: Restored, manifest: Manifest, report: Report) -> None:
    store, wrong = DiskFiles(restored.home / "files"), 0
    names = set(store.all())
    for sha256 in names:
        digest = hashlib.sha256()
        for piece in store.read(sha256):
            digest.update(piece)
        wrong += digest.hexdigest() != sha256
    listed = set(known_files(repository, restored.chain))
    if wrong or names != listed or len(listed) != manifest["files"]:
        report.add(False, f"Tệp: {wrong} sai băm, thiếu {len(listed - names)}, thừa {len(names - listed)}.")
    else:
        report.add(True, f"{len(names)} tệp: đủ, đúng băm SHA-256.")
    if manifest["damaged"]:
        report.add(
            False, f"{len(manifest['damaged'])} tệp đã hỏng trên máy gốc: {manifest['damaged'][0][:12]}…"
        )
    named = _hashes_in_database(restored, manifest)
    if named is not None:
        lacking = named - names
        words = f"Cơ sở dữ liệu nêu {len(named)} tệp, thiếu {len(lacking)}."
        report.add(not lacking, words if not lacking else f"{words} Ví dụ {sorted(lacking)[0][:12]}…")


def _hashes_in_database(restored: Restored, manifest: Manifest) -> set[str] | None:
    with psycopg.connect(restored.server.admin_url(manifest["database"]), autocommit=True) as link:
        there = link.execute("select to_regclass('documents_file') is not null").fetchone()
        if not there or not there[0]:
            return None
        return {row[0] for row in link.execute("select distinct sha256 from documents_file").fetchall()}


def _compare_secrets(repository: Repository, restored: Restored, manifest: Manifest, report: Report) -> None:
    entries, wrong = repository.fetch_json(manifest["secrets"]), []
    for entry in entries:
        content = (restored.home / entry["name"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            wrong.append(entry["name"])
    ring = restored.home / "keys" / "data.json"
    if ring.exists() and (fault := _ring_fault(ring)):
        wrong.append(f"keys/data.json ({fault})")
    report.add(not wrong, f"{len(entries)} tệp khóa: đủ, đọc được." if not wrong else f"Khóa sai: {wrong}")


def _ring_fault(ring: Path) -> str:
    """Why the restored ring opens nothing; a wrapped one is opened with the master key of this process."""
    try:
        return "" if read_body(ring).get("keys") else "vòng khóa trống"
    except ImproperlyConfigured as error:
        return str(error)


# -- the rehearsal --------------------------------------------------------------------------------------------

# From version 18 on "not null" is a constraint too.
_CANDIDATES = """
select n.nspname, c.relname, a.attname from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind = 'r' and n.nspname = 'public' and c.relname !~ '^(django|auth|procrastinate)_'
  and a.atttypid in ('text'::regtype, 'varchar'::regtype) and (a.atttypmod = -1 or a.atttypmod >= 12)
  and not exists (select 1 from pg_index i where i.indrelid = c.oid and a.attnum = any(i.indkey))
  and not exists (select 1 from pg_constraint k
    where k.conrelid = c.oid and k.contype <> 'n' and a.attnum = any(k.conkey))
order by n.nspname, c.relname, a.attnum
"""


def _rehearse(restored: Restored, database: str, folder: Path, report: Report) -> None:
    """On the restored copy: a wrong update of a whole table, found too late; back to the moment before it."""
    cluster = of_server(restored.server, database)
    repository = Repository(Folder(folder / "rehearsal"), Keys(secrets.token_bytes(32)))
    nothing = Sources(folder / "no-files", "", ())
    back_up(repository, cluster, nothing, folder / "spool", database=database)
    url = restored.server.admin_url(database)
    with psycopg.connect(url, autocommit=True, options=OPTIONS) as link:
        link.execute("set session_replication_role = replica")  # triggers refuse what this wants to do
        link.execute("set row_security = off")
        chosen = _most_rows(link)
        if chosen is None:
            report.add(False, "Không có bảng nào có dòng để diễn tập sửa sai hàng loạt.")
            return
        table, column, rows = chosen
        good = fingerprint(link, table)
        _, moment = beat(cluster)
        time.sleep(0.02)  # the moment lies between two commits, also where the clock is coarse
        link.execute(sql.SQL("update {} set {} = 'SAI'").format(table, sql.Identifier(column)))
        bad = fingerprint(link, table)
    back_up(repository, cluster, nothing, folder / "spool", database=database)
    at = datetime.fromisoformat(moment) + timedelta(milliseconds=10)
    again = restore(repository, folder / "before", at=at, throwaway=True)
    try:
        with psycopg.connect(again.server.admin_url(database), autocommit=True, options=OPTIONS) as link:
            found = fingerprint(link, table)
    finally:
        again.server.lay_down()
    name = ".".join(table._obj[1:])
    held = found == good and bad != good
    report.facts["rehearsal"] = {"table": name, "column": column, "rows": rows, "held": held}
    report.add(
        held,
        f"Diễn tập: sửa sai {rows} dòng của {name}, khôi phục về trước lúc sửa, "
        + ("mọi dòng đúng như cũ." if held else "các dòng KHÔNG như cũ."),
    )


def _most_rows(link: psycopg.Connection[Any]) -> tuple[sql.Identifier, str, int] | None:
    """The table with the most rows that has a column of free text."""
    seen: dict[tuple[str, str], str] = {}
    for schema, table, column in link.execute(_CANDIDATES).fetchall():
        seen.setdefault((schema, table), column)
    best: tuple[sql.Identifier, str, int] | None = None
    for (schema, table), column in seen.items():
        name = sql.Identifier(schema, table)
        row = link.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
        if row and row[0] > (best[2] if best else 0):
            best = (name, column, int(row[0]))
    return best
