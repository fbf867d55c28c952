"""The repository: nothing can be read without the key, nothing altered or removed without being seen."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from xaso.site.keeping import config
from xaso.site.keeping.crypt import make_recovery_file, read_recovery_file
from xaso.site.keeping.files import DiskFiles, keep_files, put_back
from xaso.site.keeping.places import Folder, place_of
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.repository import PIECE, Repository


@pytest.fixture
def place(tmp_path):
    return Folder(tmp_path / "repository")


@pytest.fixture
def key(tmp_path):
    return make_recovery_file(tmp_path / "keys" / "backup.key")


@pytest.fixture
def repository(place, key):
    return Repository.open(place, recovery=key, create=True)


def manifest(repository, *, at, base=False, content=b""):
    parts = repository.keep_stream([content])[0]
    nothing = repository.keep_json([])
    facts = {"at": at, "new_files": nothing, "secrets": nothing, "wal": [{"name": "1", "parts": parts}]}
    facts["base"] = {"index": repository.keep_json([{"name": "a", "parts": parts}])} if base else None
    return repository.add_manifest(facts)


def test_content_comes_back_and_equal_content_is_kept_once(repository, place):
    content = bytes(range(256)) * 8192  # two pieces, equal ones
    assert len(content) == 2 * PIECE
    parts, digest, size = repository.keep_stream([content[:100], content[100:]])
    assert size == len(content)
    assert len({part[0] for part in parts}) == 1
    assert b"".join(repository.stream(parts)) == content
    assert len(list(place.names("pieces"))) == 1
    assert len(digest) == 64


def test_what_lies_there_tells_nothing(repository, place):
    repository.keep("Nguyễn Văn An, 015090001234".encode() * 50)
    (name,) = place.names("pieces")
    assert "Nguyễn".encode() not in place.get(name)
    assert b"015090001234" not in place.get(name)


def test_a_changed_piece_is_found(repository, place):
    name = repository.keep(b"kept as it is")
    where = f"pieces/{name[:2]}/{name}"
    damaged = bytearray(place.get(where))
    damaged[-1] ^= 1
    place.put(where, bytes(damaged))
    with pytest.raises(KeepingProblem, match="hỏng"):
        repository.fetch(name)


def test_a_piece_under_another_name_is_found(repository, place):
    one, two = repository.keep(b"one"), repository.keep(b"two")
    place.put(f"pieces/{one[:2]}/{one}", place.get(f"pieces/{two[:2]}/{two}"))
    with pytest.raises(KeepingProblem):
        repository.fetch(one)


def test_manifests_form_a_chain(repository, place):
    for hour in range(4):
        manifest(repository, at=f"2026-11-21T0{hour}:00:00+00:00", base=hour == 0)
    assert len(repository.manifests()) == 4
    second = place.get("manifests/00000002")
    place.delete("manifests/00000002")
    with pytest.raises(KeepingProblem, match="đứt"):
        repository.manifests()
    place.put("manifests/00000002", second)
    place.put("manifests/00000003", second)  # an old one in place of a new one
    with pytest.raises(KeepingProblem, match="thay đổi"):
        repository.manifests()


def test_only_the_key_or_the_passphrase_opens_it(place, tmp_path, key):
    Repository.open(place, recovery=key, passphrase="con trâu trắng", create=True).keep(b"x")
    assert Repository.open(place, recovery=None, passphrase="con trâu trắng").keys.master
    other = make_recovery_file(tmp_path / "other.key")
    assert other != key
    with pytest.raises(KeepingProblem, match="không mở được"):
        Repository.open(place, recovery=other)
    with pytest.raises(KeepingProblem, match="không mở được"):
        Repository.open(place, recovery=None, passphrase="con trâu đen")


def test_a_key_typed_from_paper_is_read(tmp_path, key):
    text = (tmp_path / "keys" / "backup.key").read_text()
    typed = tmp_path / "typed.key"
    typed.write_text(text[:30] + "\n" + text[30:45].lower() + "  " + text[45:])
    assert read_recovery_file(typed) == key
    typed.write_text(text[:-4])
    with pytest.raises(KeepingProblem, match="--key"):
        read_recovery_file(typed)


def test_old_backups_go_and_shared_pieces_stay(repository, place):
    shared, alone = b"s" * 100, b"a" * 100
    manifest(repository, at="2026-10-01T00:00:00+00:00", base=True, content=alone)
    manifest(repository, at="2026-10-02T00:00:00+00:00", content=shared)
    manifest(repository, at="2026-11-01T00:00:00+00:00", base=True, content=shared)
    manifest(repository, at="2026-11-02T00:00:00+00:00", content=b"new")
    removed, spare = repository.prune("2026-11-01T12:00:00+00:00")
    assert removed == 2
    assert spare >= 1
    assert [one["number"] for one in repository.manifests()] == [3, 4]
    assert repository.verify()[0] == 2
    assert repository.keys.name(alone) not in {one.rpartition("/")[2] for one in place.names("pieces")}
    # Nothing older than the wanted moment goes when it is needed to reach that moment.
    assert repository.prune("2026-11-20T00:00:00+00:00")[0] == 0


def test_two_writers_do_not_meet(place, repository):
    with place.lock(), pytest.raises(KeepingProblem, match="đang chạy"):
        with Folder(place.folder).lock():
            pass


def test_a_repository_that_cannot_be_made_is_told_in_a_sentence(tmp_path):
    (tmp_path / "disk").write_text("not mounted")
    place = Folder(tmp_path / "disk" / "repository")
    with pytest.raises(KeepingProblem, match="install -d -o xaso"):
        place.put("one", b"1")
    with pytest.raises(KeepingProblem, match="install -d -o xaso"), place.lock():
        pass


def test_damaged_files_are_not_taken_for_good(repository, tmp_path):
    files = DiskFiles(tmp_path / "files")
    good, bad = hashlib.sha256(b"good").hexdigest(), hashlib.sha256(b"bad").hexdigest()
    files.write(good, iter([b"good"]))
    files.write(bad, iter([b"rotten"]))
    entries, damaged = keep_files(repository, files, set())
    assert [one["sha256"] for one in entries] == [good]
    assert damaged == [bad]
    again = DiskFiles(tmp_path / "again")
    assert put_back(repository, entries, again) == 1
    assert b"".join(again.read(good)) == b"good"


def test_the_same_in_a_bucket(key, monkeypatch):
    import boto3
    from moto import mock_aws

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="luu")
        place = place_of("s3://luu/xa")
        with place.lock():
            repository = Repository.open(place, recovery=key, create=True)
            manifest(repository, at="2026-11-21T00:00:00+00:00", base=True, content=b"kept")
            with pytest.raises(KeepingProblem, match="đang chạy"), place_of("s3://luu/xa").lock():
                pass
        opened = Repository.open(place_of("s3://luu/xa"), recovery=key)
        assert opened.verify()[0] == 1
        with pytest.raises(KeepingProblem, match="thiếu"):
            place.get("nothing")


def test_every_secret_is_taken_and_the_recovery_key_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("XASO_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/xaso")
    monkeypatch.delenv("XASO_KEY_RING", raising=False)
    for name in ("data.json", "session.key", "log/1.pem", "backup.key"):
        path = tmp_path / "keys" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    extra = tmp_path / "xaso.env"
    extra.write_text("A=1")
    monkeypatch.setenv("XASO_BACKUP_ALSO", str(extra))
    names = [name for name, _ in config.sources().secrets]
    assert names == [f"also{extra}", "keys/data.json", "keys/log/1.pem", "keys/session.key"]
    known = config.sources()
    (tmp_path / "keys" / "log" / "salt.key").write_text("made while the database is copied")
    assert "keys/log/salt.key" in [name for name, _ in known.secrets_now()]
    monkeypatch.setenv("XASO_BACKUP_ALSO", str(Path("/no/such/file")))
    with pytest.raises(KeepingProblem, match="XASO_BACKUP_ALSO"):
        config.sources()
