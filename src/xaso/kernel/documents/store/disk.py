"""Files on this machine: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from xaso.kernel.documents.store.base import Missing, checked, in_pieces, key_of


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # some network file systems cannot sync a folder; the file itself is safe
        pass
    finally:
        os.close(descriptor)


class DiskStore:
    """A ``Store`` in a folder. Temporary files lie in the same file system, so that rename is atomic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, sha256: str) -> Path:
        return self.folder / key_of(sha256)

    def put(self, pieces: bytes | Iterable[bytes]) -> tuple[str, int]:
        """See ``Store.put``."""
        waiting = self.folder / "tmp"
        waiting.mkdir(parents=True, exist_ok=True)
        temporary = waiting / secrets.token_hex(16)
        digest, size = hashlib.sha256(), 0
        try:
            with temporary.open("xb") as file:
                for piece in in_pieces(pieces):
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            path = self._path(digest.hexdigest())
            if not (path.exists() and path.stat().st_size == size):
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary.chmod(0o440)
                temporary.replace(path)
                _sync_folder(path.parent)
                _sync_folder(path.parent.parent)
        finally:
            temporary.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def read(self, sha256: str) -> bytes:
        """See ``Store.read``."""
        with self.open(sha256) as file:
            return checked(sha256, file.read())

    def open(self, sha256: str) -> BinaryIO:
        """See ``Store.open``."""
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise Missing(sha256) from error

    def size(self, sha256: str) -> int | None:
        """See ``Store.size``."""
        try:
            return self._path(sha256).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        """See ``Store.delete``."""
        self._path(sha256).unlink(missing_ok=True)

    def link(self, sha256: str, seconds: int, name: str, media_type: str) -> str | None:
        """The product serves files on disk itself."""
        key_of(sha256)
        return None
