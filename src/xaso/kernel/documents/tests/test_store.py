"""One contract for both back ends of the file store."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from xaso.kernel.documents.store.base import Damaged, Missing, Store, key_of
from xaso.kernel.documents.store.disk import DiskStore
from xaso.kernel.documents.store.s3 import S3Store


@pytest.fixture(scope="module")
def s3_url():
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"{host}:{port}"
    boto3.client(
        "s3",
        endpoint_url=f"http://{address}",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        region_name="us-east-1",
    ).create_bucket(Bucket="xaso")
    yield f"http://a:b@{address}/xaso/files"
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def store(request, tmp_path: Path) -> Store:
    if request.param == "disk":
        return DiskStore(tmp_path / "files")
    return S3Store.from_url(request.getfixturevalue("s3_url"))


def test_what_is_put_can_be_read(store: Store):
    content = "Giấy khai sinh".encode() * 1000
    sha256, size = store.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert size == len(content) == store.size(sha256)
    assert store.read(sha256) == content
    with store.open(sha256) as stream:
        assert stream.read(5) == content[:5]


def test_pieces_make_one_content(store: Store):
    pieces = [bytes([n]) * 70_000 for n in range(100)]
    sha256, size = store.put(iter(pieces))
    assert size == 7_000_000
    assert store.read(sha256) == b"".join(pieces)


def test_the_same_twice_is_kept_once(store: Store):
    assert store.put(b"mot") == store.put(b"mot")


def test_empty_content(store: Store):
    sha256, size = store.put(b"")
    assert size == 0
    assert store.read(sha256) == b""


def test_absent_content(store: Store):
    absent = hashlib.sha256(b"never put").hexdigest()
    assert store.size(absent) is None
    with pytest.raises(Missing):
        store.read(absent)
    with pytest.raises(Missing):
        store.open(absent)
    store.delete(absent)


def test_deleted_content_is_gone(store: Store):
    sha256, _ = store.put(b"xoa")
    store.delete(sha256)
    assert store.size(sha256) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "/x"])
def test_only_a_hash_is_a_name(store: Store, name: str):
    with pytest.raises(ValueError):
        store.read(name)
    with pytest.raises(ValueError):
        store.link(name, 60, "a.pdf", "application/pdf")


def test_a_failure_in_the_middle_leaves_nothing(store: Store):
    def pieces():
        yield b"half"
        raise OSError("line dropped")

    with pytest.raises(OSError):
        store.put(pieces())
    assert store.size(hashlib.sha256(b"half").hexdigest()) is None


def test_many_writers_of_the_same_content(store: Store):
    content = b"cung mot tep" * 20_000
    answers: list[tuple[str, int]] = []
    threads = [threading.Thread(target=lambda: answers.append(store.put(content))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1 and len(answers) == 6
    assert store.read(answers[0][0]) == content


def test_altered_content_is_told(store: Store):
    sha256, _ = store.put(b"that")
    if isinstance(store, DiskStore):
        path = store.folder / key_of(sha256)
        path.chmod(0o600)
        path.write_bytes(b"thay")
    elif isinstance(store, S3Store):
        store.client.put_object(Bucket=store.bucket, Key=store.prefix + key_of(sha256), Body=b"thay")
    with pytest.raises(Damaged):
        store.read(sha256)


def test_direct_links(store: Store):
    sha256, _ = store.put(b"tai ve")
    link = store.link(sha256, 300, "Giấy khai sinh.pdf", "application/pdf")
    if isinstance(store, DiskStore):
        assert link is None
        return
    assert link is not None
    assert parse_qs(urlparse(link).query)["X-Amz-Expires"] == ["300"]
    answer = httpx.get(link)
    assert answer.content == b"tai ve"
    assert answer.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''Gi%E1%BA%A5y%20khai%20sinh.pdf" in answer.headers["content-disposition"]


def test_disk_leaves_no_temporary_files(tmp_path: Path):
    store = DiskStore(tmp_path)
    store.put(b"a")
    store.put(b"a")
    assert list((tmp_path / "tmp").iterdir()) == []
