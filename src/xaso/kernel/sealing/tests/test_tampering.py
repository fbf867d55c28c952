"""Ten ways to alter the past as the database's superuser, each found."""

import pytest

from xaso.kernel.plain.logbook.export import read_export, write_export
from xaso.kernel.plain.logbook.findings import read_memory
from xaso.kernel.plain.logbook.verify import check
from xaso.kernel.sealing import cli, logkeys, sealer
from xaso.kernel.sealing.reading import lines
from xaso.kernel.sealing.testing import TAMPERINGS, history, say, tamper, unlocked

pytestmark = pytest.mark.django_db

# What is found, by the kind of the finding.
FOUND = {
    "edit": "root",
    "delete": "deleted",
    "insert": "inserted",
    "reorder": "root",
    "back-date": "changed",
    "swap two": "changed",
    "change a signed file": "file",
    "rewrite a tree head": "head",
    "truncate the tail": "truncated",
    "fork for one viewer": "fork",
}


@pytest.fixture
def witnessed(files, tmp_path):
    """A log with four days of history and a witness that saw its newest head."""
    history(files, each=8)
    copy, state = tmp_path / "log.jsonl", tmp_path / "witness.json"
    write_export(copy, lines())
    assert cli.main(["witness", "--export", str(copy), "--state", str(state)]) == 0
    return state


def test_an_honest_log_is_found_to_be_right(witnessed, files):
    report = check(lines(), memory=read_memory(witnessed), files=files)
    assert report.findings == []
    assert (report.leaves, report.heads, report.files) == (4 * 3 * 9, 12, 12)


@pytest.mark.parametrize("one", TAMPERINGS, ids=lambda one: one.key)
def test_tampering_is_found(one, witnessed, files):
    tamper(one, files)
    alone = check(lines(), files=files)
    assert FOUND[one.key] in check(lines(), files=files, memory=read_memory(witnessed)).kinds()
    if one.found_by == "verify":
        assert FOUND[one.key] in alone.kinds()
    else:
        assert alone.good, "the log by itself shows no fault: only who remembers it can tell"


@pytest.mark.parametrize("one", TAMPERINGS, ids=lambda one: one.key)
def test_the_command_says_so(one, witnessed, files, tmp_path, capsys):
    tamper(one, files)
    copy = tmp_path / "after.jsonl.gz"
    assert cli.main(["export", str(copy)]) == 0
    words = ["verify", str(copy), "--witness", str(witnessed), "--files", str(files)]
    assert cli.main(words) == 2
    assert "KHÔNG ĐÚNG" in capsys.readouterr().out


@pytest.mark.parametrize("one", [t for t in TAMPERINGS if t.found_by == "witness"], ids=lambda one: one.key)
def test_the_witness_raises_the_alarm(one, witnessed, files, tmp_path, capsys):
    tamper(one, files)
    copy = tmp_path / "after.jsonl"
    write_export(copy, lines())
    before = read_memory(witnessed).newest
    assert cli.main(["witness", "--export", str(copy), "--state", str(witnessed)]) == 2
    assert "BÁO ĐỘNG" in capsys.readouterr().err
    after = read_memory(witnessed)
    assert after.newest == before, "what was remembered is the proof and stays"
    assert len(after.alarms) == 1


def test_an_event_inserted_before_the_sealer_runs_is_found_afterwards_too(witnessed, files):
    tamper(next(one for one in TAMPERINGS if one.key == "insert"), files)
    assert sealer.seal().leaves == 1
    assert check(lines()).kinds() == {"backdated"}


def test_a_change_of_key_is_no_finding_and_a_foreign_key_is(witnessed):
    logkeys.rotate()
    say()
    sealer.seal()
    assert check(lines(), memory=read_memory(witnessed)).good
    with unlocked() as cursor:
        cursor.execute(
            "UPDATE sealing_logkey SET statement = (SELECT statement FROM sealing_logkey WHERE number = 1)"
            " WHERE number = 2"
        )
    assert {"key", "head"} <= check(lines()).kinds()


def test_a_lost_leaf_and_a_lost_head_are_named(witnessed):
    with unlocked() as cursor:
        cursor.execute("DELETE FROM sealing_leaf WHERE index IN (30, 31)")
        cursor.execute("DELETE FROM sealing_treehead WHERE number = 11")
    report = check(lines())
    assert {"lost", "head"} <= report.kinds()
    assert any("30 đến 31" in one.sentence for one in report.findings)


@pytest.mark.parametrize("cut", [1, 5])
def test_a_copy_cut_short_is_refused(witnessed, tmp_path, cut):
    copy = tmp_path / "log.jsonl"
    kept = copy.read_text().splitlines(keepends=True)
    copy.write_text("".join(kept[:-cut]))
    assert cli.main(["verify", str(copy)]) == 1
    copy.write_text("".join([*kept[:4], *kept[5:]]))
    assert cli.main(["verify", str(copy)]) == 1
    copy.write_text("".join(kept))
    assert cli.main(["verify", str(copy)]) == 0
    assert sum(line["kind"] == "leaf" for line in read_export(copy)) == 4 * 3 * 9
