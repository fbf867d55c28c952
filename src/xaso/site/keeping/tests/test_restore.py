"""Backup, restore to a moment, drill: on clusters of their own."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bench.failover import rounds
from xaso.kernel.base import keys
from xaso.kernel.plain.moment import now
from xaso.site import database
from xaso.site.database import DatabaseProblem, Server
from xaso.site.database.address import take_apart
from xaso.site.keeping import records, restore
from xaso.site.keeping.backup import back_up, next_segment
from xaso.site.keeping.cluster import of_server
from xaso.site.keeping.config import Sources
from xaso.site.keeping.crypt import Keys
from xaso.site.keeping.drill import drill
from xaso.site.keeping.marks import fingerprints
from xaso.site.keeping.places import Folder
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.repository import Repository
from xaso.site.keeping.restore import parse_moment

pytestmark = pytest.mark.slow


class World:
    """A server with a table of people, a folder of files, a repository."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.server = Server(root / "living" / "postgres", sync=False)
        self.server.start()
        self.url = self.server.ensure_database("xaso")
        self.run("create table people (id bigint primary key, name text not null, unit text not null)")
        self.run("create unlogged table scratch (id int)")
        self.run("insert into people select n, 'Người ' || n, '15/' from generate_series(1, 2000) n")
        self.run("insert into scratch select 1")
        self.sources = Sources(root / "files", "", (("postgres/password", self.server.home / "password"),))
        self.keys = Keys(os.urandom(32))

    def run(self, text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as link:
            cursor = link.execute(text)  # type: ignore[call-overload]
            return cursor.fetchall() if cursor.description else []

    def put(self, content: bytes) -> str:
        name = hashlib.sha256(content).hexdigest()
        path = self.sources.files / "sha256" / name[:2] / name[2:4] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return name

    @property
    def repository(self) -> Repository:
        return Repository(Folder(self.root / "repository"), self.keys)

    def back_up(self, **more):
        spool = self.root / "spool"
        return back_up(self.repository, of_server(self.server), self.sources, spool, database="xaso", **more)


@pytest.fixture(scope="module")
def world():
    root = Path(tempfile.mkdtemp(prefix="xaso-keeping-"))
    root.chmod(0o755)
    one = World(root)
    yield one
    one.server.stop()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def into(world):
    folder = Path(tempfile.mkdtemp(prefix="into-", dir=world.root))
    folder.chmod(0o755)
    started = []
    yield (
        lambda **more: (
            started.append(restore.restore(world.repository, folder, throwaway=True, **more)) or started[-1]
        )
    )
    for one in started:
        one.server.lay_down()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_wrong_bulk_update_is_undone_by_going_back_to_the_moment_before(world, into):
    world.put(b"giay khai sinh")
    world.back_up(full=True)
    world.run("update people set name = 'Người đã sửa đúng' where id = 7")
    later = world.put(b"them sau ban day du")
    time.sleep(0.05)
    moment = now()
    time.sleep(0.05)
    good = fingerprints(world.url)
    world.run("update people set name = 'SAI', unit = ''")
    done = world.back_up()
    assert done.manifest["base"] is None
    assert fingerprints(world.url) != good
    restored = into(at=moment)
    url = restored.server.admin_url("xaso")
    assert fingerprints(url) == good
    with psycopg.connect(url) as link:
        assert link.execute("select name from people where id = 7").fetchone() == ("Người đã sửa đúng",)
    assert (
        restored.home / "files" / "sha256" / later[:2] / later[2:4] / later
    ).read_bytes() == b"them sau ban day du"
    world.run("update people set name = 'Người ' || id, unit = '15/'")


def test_marks_are_exact_while_writers_write(world, into):
    stop = threading.Event()
    written = []

    def write(writer: int) -> None:
        with psycopg.connect(world.url, autocommit=True) as link:
            while not stop.is_set():
                number = 10_000 + writer * 1_000_000 + len(written)
                with link.transaction():
                    link.execute("insert into people values (%s, 'mới', '15/')", [number])
                    link.execute("update people set unit = unit || 'x' where id = %s", [1 + number % 50])
                written.append(number)

    threads = [threading.Thread(target=write, args=(one,)) for one in range(3)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.3)
        before = len(written)
        done = world.back_up()
        time.sleep(0.2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(written) > before > 0
    assert done.manifest["mark"]["tables"] is not None
    assert set(done.manifest["mark"]["tables"]) == {"people"}
    restored = into(to_mark=True)
    assert fingerprints(restored.server.admin_url("xaso")) == done.manifest["mark"]["tables"]


def test_the_drill_passes_and_says_what_it_compared(world):
    world.back_up()
    report = drill(world.repository)
    assert report.ok, report.lines
    assert report.facts["tables"] == 1
    assert report.facts["rehearsal"]["held"] is True
    assert report.facts["rehearsal"]["rows"] >= 2000
    assert not list(Path(tempfile.gettempdir()).glob("xaso-drill-*/system/postgres/data-*/postmaster.pid"))


def test_the_drill_opens_a_ring_that_is_wrapped_by_a_master_key(world, monkeypatch):
    ring = world.root / "data.json"
    monkeypatch.setattr(world, "sources", replace(world.sources, secrets=(("keys/data.json", ring),)))
    body = {"active": 1, "keys": {"1": keys.new_key()}, "hash_key": keys.new_key()}
    first, second = keys.new_key(), keys.new_key()
    ring.write_bytes(keys.wrapped(body, keys.read_master(first)))
    world.back_up()
    for master, good in ((first, True), (second, False), ("", False)):
        monkeypatch.setenv("XASO_KEK", master)
        report = drill(world.repository, rehearse=False)
        assert report.ok is good, report.lines
        assert good or "XASO_KEK" in report.words


def test_the_drill_finds_what_is_missing_and_what_differs(world, monkeypatch):
    world.back_up()
    (victim, *_) = world.repository.fetch_json(world.repository.manifests()[0]["new_files"])
    name = victim["parts"][0][0]
    place = world.repository.place
    kept = place.get(f"pieces/{name[:2]}/{name}")
    place.delete(f"pieces/{name[:2]}/{name}")
    report = drill(world.repository, rehearse=False)
    assert not report.ok
    assert "thiếu pieces" in report.words
    place.put(f"pieces/{name[:2]}/{name}", kept)
    honest = Repository.manifests

    def other(self):
        found = honest(self)
        found[-1]["mark"]["tables"]["people"] = ["1", "2"]
        return found

    monkeypatch.setattr(Repository, "manifests", other)
    report = drill(world.repository, rehearse=False)
    assert "1 bảng khác bản gốc: people" in report.words


def test_a_lost_spool_leads_to_a_new_base(world):
    world.back_up()
    shutil.rmtree(world.root / "spool")
    for _ in range(3):  # three whole segments pass while nobody looks
        world.run(
            "insert into people select n + 50000000, repeat('x', 20), '' from generate_series(1, 10) n "
            "on conflict do nothing"
        )
        with psycopg.connect(of_server(world.server).url, autocommit=True) as link:
            link.execute("select pg_switch_wal()")
    with psycopg.connect(of_server(world.server).url, autocommit=True) as link:
        link.execute("select pg_replication_slot_advance('xaso_backup', pg_current_wal_lsn())")
    assert world.back_up().manifest["base"] is not None
    assert drill(world.repository, rehearse=False).ok


def test_times_that_cannot_be_reached_are_explained(world):
    world.back_up()
    with pytest.raises(KeepingProblem, match="chỉ đến"):
        restore.choose(world.repository.manifests(), parse_moment("2099-01-01 00:00"))
    with pytest.raises(KeepingProblem, match="trở đi"):
        restore.choose(world.repository.manifests(), parse_moment("2020-01-01 00:00"))
    with pytest.raises(KeepingProblem, match="2026-11-21 10:00"):
        parse_moment("hôm qua")
    assert parse_moment("2026-11-21 10:00").isoformat() == "2026-11-21T10:00:00+07:00"


def test_living_data_are_not_written_over(world):
    with pytest.raises(KeepingProblem, match="đã có dữ liệu"):
        restore.restore(world.repository, world.root / "living")


def test_names_of_log_segments():
    assert next_segment("000000010000000000000009") == "00000001000000000000000A"
    assert next_segment("0000000100000000000000FF") == "000000010000000100000000"


def test_no_acknowledged_write_is_lost_when_the_primary_is_killed():
    seen = rounds(2, seed=3)
    assert seen["all_synchronous"]
    assert seen["lost"] == 0, seen
    assert seen["acknowledged"] >= 80
    assert [one["round"] for one in seen["each"]] == [1, 2]


def test_an_address_may_name_two_servers(monkeypatch, tmp_path):
    facts = take_apart(
        "postgresql://xaso:p%40ss@a:5433,b/xa%20so?target_session_attrs=read-write&sslmode=require"
    )
    assert (facts["HOST"], facts["PORT"], facts["NAME"]) == ("a,b", "5433,", "xa so")
    assert (facts["USER"], facts["PASSWORD"]) == ("xaso", "p@ss")
    assert facts["OPTIONS"] == {"target_session_attrs": "read-write", "sslmode": "require"}
    assert take_apart("postgres://db.example/xaso")["PORT"] == ""
    assert take_apart("postgresql://u:p@[::1]:6000/x")["HOST"] == "::1"
    for wrong in ("mysql://a/b", "postgresql://a:port/b"):
        with pytest.raises(DatabaseProblem):
            take_apart(wrong)
    monkeypatch.delenv("XASO_PGDATA", raising=False)
    monkeypatch.setenv("XASO_HOME", str(tmp_path))
    (tmp_path / "pgdata").write_text("/srv/standby\n")
    assert database.home() == Path("/srv/standby")


@pytest.mark.django_db
def test_results_are_rows_for_the_operator(monkeypatch):
    from django.db import connection

    from xaso.site.keeping.models import KeepingRun

    assert records.last_drill() is None
    KeepingRun.objects.create(kind="drill", at=now(), ok=True, words="Khôi phục được.")
    assert records.last_drill().words == "Khôi phục được."
    assert records.last_backup() is None
    facts = connection.get_connection_params()
    url = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**facts)
    assert records.write("postgresql://nobody@127.0.0.1:9/none", "backup", True, "", {}) is False
    assert records.write(url, "backup", False, "Hỏng.", {"a": 1}) is True
    last = records.last_backup()
    assert (last.ok, last.words, last.facts) == (False, "Hỏng.", {"a": 1})
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("delete from keeping_keepingrun")
