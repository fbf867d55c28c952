"""Where a repository lies: a folder (a mounted disk, NFS) or a bucket of an S3 object store."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlparse

from .problems import KeepingProblem

_LOCK_SECONDS = 12 * 3600
_BUSY = "Một lần sao lưu khác đang chạy trên kho này. Chờ nó xong rồi chạy lại."
_NO_ENTRY = (
    "Không ghi được vào kho sao lưu {0} ({1}). Kiểm tra ổ đĩa đã gắn, rồi tạo thư mục cho tài khoản chạy phần mềm:"
    " install -d -o xaso -g xaso -m 700 {0}"
)


class Place(Protocol):
    """Names to bytes; a name is written whole or not at all."""

    def put(self, name: str, content: bytes) -> None: ...
    def get(self, name: str) -> bytes: ...
    def names(self, prefix: str) -> Iterator[str]: ...
    def delete(self, name: str) -> None: ...
    def lock(self) -> contextlib.AbstractContextManager[None]: ...


class Folder:
    """A folder; each write is synced and renamed into place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __str__(self) -> str:
        return str(self.folder)

    def put(self, name: str, content: bytes) -> None:
        """Durable before it returns."""
        path = self.folder / name
        self._make(path.parent)
        temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise KeepingProblem(_NO_ENTRY.format(self.folder, error.strerror)) from error

    def get(self, name: str) -> bytes:
        """KeepingProblem when there is none."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError as error:
            raise KeepingProblem(f"Kho sao lưu {self.folder} thiếu {name}.") from error

    def names(self, prefix: str) -> Iterator[str]:
        """All names below a prefix, sorted; what an interrupted write left behind is passed over."""
        for path in sorted((self.folder / prefix).rglob("*")):
            if path.is_file() and not path.name.endswith(".tmp"):
                yield str(path.relative_to(self.folder))

    def delete(self, name: str) -> None:
        """No error when it is gone already."""
        (self.folder / name).unlink(missing_ok=True)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time; a killed one leaves no lock behind."""
        self._make(self.folder)
        with open(self.folder / "lock", "w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KeepingProblem(_BUSY) from None
            yield


class Bucket:
    """A bucket: ``s3://KEY:SECRET@host:port/bucket/prefix?region=R&scheme=http``.

    Without key, secret and host the usual AWS variables apply, with their own endpoint.
    """

    def __init__(self, address: str) -> None:
        import boto3
        from botocore.config import Config

        parts = urlparse(address)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        options: dict[str, Any] = {"region_name": query.get("region", "us-east-1")}
        if parts.username:
            self.bucket, _, prefix = parts.path.strip("/").partition("/")
            host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
            options["endpoint_url"] = f"{query.get('scheme', 'https')}://{host}"
            options["aws_access_key_id"] = unquote(parts.username)
            options["aws_secret_access_key"] = unquote(parts.password or "")
        else:
            self.bucket, prefix = parts.netloc, parts.path.strip("/")
        if not self.bucket:
            raise KeepingProblem(
                "Địa chỉ kho S3 phải có dạng s3://KHÓA:BÍ_MẬT@máy:cổng/thùng/thư-mục?region=vùng"
            )
        self.prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"max_attempts": 5, "mode": "standard"},
        )
        self.client = boto3.client("s3", config=config, **options)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}"

    def put(self, name: str, content: bytes) -> None:
        """Durable as the object store promises it."""
        self.client.put_object(Bucket=self.bucket, Key=self.prefix + name, Body=content)

    def get(self, name: str) -> bytes:
        """KeepingProblem when there is none."""
        try:
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"].read()
        except self.client.exceptions.NoSuchKey as error:
            raise KeepingProblem(f"Kho sao lưu {self} thiếu {name}.") from error
        return body

    def names(self, prefix: str) -> Iterator[str]:
        """All names below a prefix, sorted."""
        pages = self.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.bucket, Prefix=f"{self.prefix}{prefix}/"):
            for one in page.get("Contents", []):
                yield str(one["Key"])[len(self.prefix) :]

    def delete(self, name: str) -> None:
        """No error when it is gone already."""
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """One writer at a time, by an object that only one can make; a lock of a dead writer ends by its age."""
        from botocore.exceptions import ClientError

        key, mine = self.prefix + "lock", json.dumps({"at": time.time(), "by": secrets.token_hex(8)}).encode()
        with contextlib.suppress(self.client.exceptions.NoSuchKey, ValueError):
            held = json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
            if time.time() - held["at"] < _LOCK_SECONDS:
                raise KeepingProblem(
                    f"{_BUSY} Nếu chắc chắn không có, xóa đối tượng '{key}' trong thùng {self.bucket}."
                )
            self.client.delete_object(Bucket=self.bucket, Key=key)
        try:
            self.client.put_object(Bucket=self.bucket, Key=key, Body=mine, IfNoneMatch="*")
        except ClientError as error:
            raise KeepingProblem(_BUSY) from error
        try:
            yield
        finally:
            self.client.delete_object(Bucket=self.bucket, Key=key)


def place_of(address: str) -> Place:
    """The place an address names: a folder, or ``s3://…``."""
    if address.startswith("s3://"):
        return Bucket(address)
    return Folder(Path(address).expanduser().absolute())
