"""A warm standby: every acknowledged commit is on two servers; the second takes over when the first is gone."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from xaso.site.database import Server, binaries
from xaso.site.database.config import HBA

from .problems import KeepingProblem
from .server import Copy

NAME = "xaso_standby"
_FENCE = (
    "# fenced: a standby was promoted; this copy of the data is old\ndefault_transaction_read_only = on\n"
)


def primary_of(server: Server) -> Copy:
    """Our own server with the verbs needed here."""
    return Copy(server.home, sync=server.sync)


def build(primary: Copy, home: Path, *, sync: bool = True) -> Copy:
    """Copy the running primary into an empty folder, start it there as standby, make commits wait for it."""
    if not primary.status().running:
        raise KeepingProblem("Máy chủ chính chưa chạy. Chạy ./xaso db start rồi làm lại.")
    facts = primary.facts()
    programs = binaries.Binaries(Path(facts["bin"]), int(facts["major"]), str(facts["kind"]))
    standby = Copy(home, sync=sync)
    data = standby.place_data(programs)
    standby.runas.give(data)
    for secret in primary.home.glob("*password"):
        _copy_secret(secret, standby.home / secret.name)
    _let_in(primary)
    primary.ask(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = %s", NAME
    )
    # From now on the slot keeps what the standby lacks, also while it is being copied.
    primary.ask("select pg_create_physical_replication_slot(%s, true)", NAME)
    source = make_conninfo(
        host="127.0.0.1",
        port=str(facts["port"]),
        user="postgres",
        application_name=NAME,
        connect_timeout="10",
    )
    words = [f"--pgdata={data}", "--write-recovery-conf", f"--slot={NAME}", "--checkpoint=fast"]
    words += ["--wal-method=stream", f"--dbname={source}", *([] if sync else ["--no-sync"])]
    standby.run_program(programs, "pg_basebackup", *words, PGPASSWORD=primary.password())
    _forget_partner(data)
    standby.remember(programs, data)
    standby.raise_up()
    _wait(primary, "streaming", standby)
    primary.ask(f"alter system set synchronous_standby_names = 'FIRST 1 ({NAME})'")
    primary.ask("select pg_reload_conf()")
    _wait(primary, "sync", standby)
    return standby


def _copy_secret(source: Path, target: Path) -> None:
    target.touch(mode=0o600)
    target.write_text(source.read_text())


def _forget_partner(data: Path) -> None:
    """The copy took the primary's wish to wait for a standby; once promoted it would wait for itself."""
    path = data / "postgresql.auto.conf"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("synchronous_standby_names")))


def _let_in(primary: Copy) -> None:
    access = Path(primary.facts()["data"]) / "pg_hba.conf"
    if access.read_text() != HBA:
        access.write_text(HBA)
        primary.ask("select pg_reload_conf()")


def _wait(primary: Copy, wanted: str, standby: Copy, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted in state_of(primary):
            return
        time.sleep(0.05)
    raise KeepingProblem(f"Máy dự phòng không theo kịp máy chính. Nhật ký của nó:\n{standby.log_tail()}")


def state_of(primary: Copy) -> tuple[str, ...]:
    """(state, kind of following) of the standby as the primary sees it; empty when it is not connected."""
    with psycopg.connect(primary.admin_url(), autocommit=True, connect_timeout=5) as link:
        row = link.execute(
            "select state, sync_state from pg_stat_replication where application_name = %s", [NAME]
        ).fetchone()
    return tuple(str(one) for one in row) if row else ()


def lag_of(primary: Copy) -> int | None:
    """Bytes of log that the standby has not flushed yet; None when it is not connected."""
    lag: int | None = primary.ask(
        "select pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn)::bigint from pg_stat_replication"
        " where application_name = %s",
        NAME,
    )
    return lag


def let_go(primary: Copy) -> None:
    """Go on without a standby: commits wait for this machine's disk alone from now on."""
    primary.ask("alter system reset synchronous_standby_names")
    primary.ask("select pg_reload_conf()")
    primary.ask(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots"
        " where slot_name = %s and not active",
        NAME,
    )


def promote(standby: Copy, primary: Copy | None, *, force: bool = False) -> None:
    """The standby takes over. Refuses while the primary answers (two primaries would part for ever) unless forced.

    A primary whose folder is on this machine is fenced: if it comes back, it is read-only.
    """
    if primary is not None and _answers(primary) and not force:
        raise KeepingProblem(
            "Máy chính vẫn trả lời. Dừng hẳn nó trước (./xaso db stop), hoặc thêm --force nếu chắc nó đã bị cô lập."
        )
    if primary is not None:
        fence(primary)
    if standby.main_process() is None:  # it went down with the machine; what it acknowledged is on its disk
        standby.raise_up()
    if standby.ask("select pg_is_in_recovery()"):
        standby.ask("select pg_promote(true, 60)")
    standby.wait_writable(60)
    for name in ("synchronous_standby_names", "primary_conninfo", "primary_slot_name"):
        standby.ask(f"alter system reset {name}")
    standby.ask("select pg_reload_conf()")


def fence(primary: Copy) -> None:
    """Old data must not be taken for the living: started again, this server refuses to write."""
    with contextlib.suppress(OSError):
        extra = primary.home / "extra.conf"
        text = extra.read_text() if extra.exists() else ""
        if _FENCE not in text:
            extra.write_text(text + _FENCE)


def _answers(server: Copy) -> bool:
    try:
        return server.ask("select 1") == 1
    except psycopg.OperationalError:
        return False


def address(first: Copy, second: Copy, name: str) -> str:
    """One address for clients: whichever of the two may write. libpq, Django and psycopg all follow it."""
    facts = [one.facts()["port"] for one in (first, second)]
    return (
        f"postgresql://xaso:{first.password()}@127.0.0.1:{facts[0]},127.0.0.1:{facts[1]}/{name}"
        "?target_session_attrs=read-write&connect_timeout=5"
    )


def raise_known(home: Path) -> bool:
    """Start this installation's standby when it is down: after a reboot every commit would wait for it. True when done.

    A primary that was replaced (no ``standby.signal`` in its data) is left alone.
    """
    if not (home / "standby.json").exists():
        return False
    _, second = known(home)
    is_following = (Path(second.facts()["data"]) / "standby.signal").exists()
    if not is_following or second.main_process() is not None:
        return False
    second.raise_up()
    return True


def stop_known(home: Path) -> None:
    """Stop this installation's standby in an orderly way, where there is one."""
    if (home / "standby.json").exists():
        known(home)[1].lay_down()


# -- what this installation knows of its standby ---------------------------------------------------------------


def remember(home: Path, primary: Copy, standby: Copy) -> None:
    """Where the two are, for the next word of the command line."""
    text = json.dumps({"primary": str(primary.home), "standby": str(standby.home)}, indent=1)
    (home / "standby.json").write_text(text)


def known(home: Path) -> tuple[Copy, Copy]:
    """(primary, standby) of this installation."""
    try:
        facts = json.loads((home / "standby.json").read_text())
    except (OSError, ValueError):
        raise KeepingProblem("Chưa có máy dự phòng. Dựng bằng: ./xaso standby init --into THƯ_MỤC") from None
    return Copy(Path(facts["primary"])), Copy(Path(facts["standby"]))
