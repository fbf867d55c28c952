"""An Ed25519 key in a file that only its owner reads: a log's, or a witness's."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


class KeyUnavailable(RuntimeError):
    """The key cannot be used; the Vietnamese sentence says what to do."""


class FileSigner:
    """A private key in memory."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def public(self) -> bytes:
        """See ``notes.Signer``."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        """See ``notes.Signer``."""
        return self._key.sign(message)


def write_secret(path: Path, content: bytes) -> bool:
    """Write a file that only we read, durable, and never over another; False when it was there already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    return True


def new_key_file(path: Path) -> FileSigner:
    """Make a key in a new file; a file that is there already is read instead."""
    key = Ed25519PrivateKey.generate()
    write_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return read_key_file(path)


def read_key_file(path: Path) -> FileSigner:
    """Read a key's file. Raises KeyUnavailable."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyUnavailable(
            f"Không đọc được khóa nhật ký {path}. Khôi phục tệp này từ bản sao lưu hoặc kiểm tra quyền đọc."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnavailable(f"Khóa nhật ký {path} không phải khóa Ed25519.")
    return FileSigner(key)
