"""Files in any S3-compatible object store, by the same keys as on disk."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, quote, unquote, urlparse

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured

from xaso.kernel.documents.store.base import CHUNK, Missing, checked, in_pieces, key_of

_IN_MEMORY = 4 << 20
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_THERE_ALREADY = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


class S3Store:
    """A ``Store`` in a bucket. ``put`` is put-if-absent, so that two writers cannot disturb each other."""

    def __init__(self, client: Any, bucket: str, prefix: str = "") -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix.strip("/") + "/" if prefix.strip("/") else ""

    @classmethod
    def from_url(cls, url: str) -> S3Store:
        """Read ``https://KEY:SECRET@host:port/bucket/prefix?region=R``; http for a test server."""
        parts = urlparse(url)
        bucket, _, prefix = parts.path.strip("/").partition("/")
        if parts.scheme not in {"http", "https"} or not parts.hostname or not bucket:
            raise ImproperlyConfigured(
                "XASO_S3_URL phải có dạng https://KHÓA:BÍ_MẬT@máy:cổng/thùng?region=vùng."
            )
        host = parts.hostname + (f":{parts.port}" if parts.port else "")
        client = boto3.client(
            "s3",
            endpoint_url=f"{parts.scheme}://{host}",
            aws_access_key_id=unquote(parts.username or ""),
            aws_secret_access_key=unquote(parts.password or ""),
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            config=BotoConfig(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"max_attempts": 4, "mode": "standard"},
                connect_timeout=5,
                read_timeout=60,
            ),
        )
        return cls(client, bucket, prefix)

    def _key(self, sha256: str) -> str:
        return self.prefix + key_of(sha256)

    def put(self, pieces: bytes | Iterable[bytes]) -> tuple[str, int]:
        """See ``Store.put``."""
        digest, size = hashlib.sha256(), 0
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            for piece in in_pieces(pieces):
                digest.update(piece)
                size += len(piece)
                spool.write(piece)
            sha256 = digest.hexdigest()
            if self.size(sha256) != size:
                spool.seek(0)
                try:
                    self.client.put_object(
                        Bucket=self.bucket,
                        Key=self._key(sha256),
                        Body=spool,
                        ContentLength=size,
                        IfNoneMatch="*",
                    )
                except ClientError as error:
                    if _code(error) not in _THERE_ALREADY:
                        raise
        return sha256, size

    def read(self, sha256: str) -> bytes:
        """See ``Store.read``."""
        with self.open(sha256) as stream:
            return checked(sha256, b"".join(iter(lambda: stream.read(CHUNK), b"")))

    def open(self, sha256: str) -> BinaryIO:
        """See ``Store.open``."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=self._key(sha256))
        except ClientError as error:
            if _code(error) in _ABSENT:
                raise Missing(sha256) from error
            raise
        return cast(BinaryIO, answer["Body"])

    def size(self, sha256: str) -> int | None:
        """See ``Store.size``."""
        try:
            return int(self.client.head_object(Bucket=self.bucket, Key=self._key(sha256))["ContentLength"])
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise

    def delete(self, sha256: str) -> None:
        """See ``Store.delete``."""
        self.client.delete_object(Bucket=self.bucket, Key=self._key(sha256))

    def link(self, sha256: str, seconds: int, name: str, media_type: str) -> str | None:
        """A presigned GET that downloads under a readable name."""
        address: str = self.client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self.bucket,
                "Key": self._key(sha256),
                "ResponseContentType": media_type,
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name)}",
            },
            ExpiresIn=seconds,
        )
        return address
