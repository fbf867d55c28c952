"""The content-addressed files: what is there, what is new, and putting them back."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from .config import Sources
from .repository import PIECE, Parts, Repository


class Files(Protocol):
    """Content by SHA-256, on disk or in a bucket."""

    def all(self) -> Iterator[str]: ...
    def read(self, sha256: str) -> Iterator[bytes]: ...
    def write(self, sha256: str, pieces: Iterator[bytes]) -> None: ...


def files_of(sources: Sources) -> Files:
    """The store that the product uses."""
    return _S3Files(sources.s3) if sources.s3 else DiskFiles(sources.files)


class DiskFiles:
    """The layout of ``kernel.documents.store.disk``: ``sha256/ab/cd/<hash>``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> Iterator[str]:
        """Every hash that is there."""
        for path in sorted((self.folder / "sha256").glob("??/??/*")):
            if len(path.name) == 64:
                yield path.name

    def read(self, sha256: str) -> Iterator[bytes]:
        """The content in pieces."""
        with self._path(sha256).open("rb") as file:
            yield from _pieces(file)

    def write(self, sha256: str, pieces: Iterator[bytes]) -> None:
        """Put content back unless it is there."""
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
        with temporary.open("xb") as out:
            for piece in pieces:
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(0o440)
        temporary.replace(path)

    def _path(self, sha256: str) -> Path:
        return self.folder / "sha256" / sha256[:2] / sha256[2:4] / sha256


class _S3Files:
    """The same keys in a bucket."""

    def __init__(self, address: str) -> None:
        from xaso.kernel.documents.store.s3 import S3Store

        self.store = S3Store.from_url(address)

    def all(self) -> Iterator[str]:
        prefix = f"{self.store.prefix}sha256/"
        pages = self.store.client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self.store.bucket, Prefix=prefix):
            for one in page.get("Contents", []):
                yield str(one["Key"]).rpartition("/")[2]

    def read(self, sha256: str) -> Iterator[bytes]:
        with self.store.open(sha256) as file:
            yield from _pieces(file)

    def write(self, sha256: str, pieces: Iterator[bytes]) -> None:
        self.store.put(pieces)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def keep_files(
    repository: Repository, files: Files, known: set[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Store every file that no earlier backup has; answers (entries, hashes of files damaged at the source)."""
    entries, damaged = [], []
    for sha256 in files.all():
        if sha256 in known:
            continue
        parts, digest, size = repository.keep_stream(files.read(sha256))
        if digest != sha256:
            damaged.append(sha256)
            continue
        entries.append({"sha256": sha256, "size": size, "parts": parts})
    return entries, damaged


def put_back(repository: Repository, entries: list[dict[str, Any]], files: Files) -> int:
    """Write files back, each proven by its hash; answers how many."""
    for entry in entries:
        files.write(entry["sha256"], _proven(repository, entry["sha256"], entry["parts"]))
    return len(entries)


def _proven(repository: Repository, sha256: str, parts: Parts) -> Iterator[bytes]:
    from .problems import KeepingProblem

    digest = hashlib.sha256()
    for piece in repository.stream(parts):
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise KeepingProblem(f"Tệp {sha256[:12]}… trong kho sao lưu không đúng nội dung.")
