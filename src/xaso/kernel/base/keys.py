"""The ring of secret keys, numbered, so that old ones can retire while everything runs.

The file is replaced as a whole (rename), and every process looks at its stamp before use, fifty times a second at
most: a new key is in force everywhere within that time, without a restart; old ones stay far longer than that. With
a master key (``XASO_KEK`` or ``XASO_KEK_FILE``) the file's content is itself sealed (envelope); without one it is
readable by its owner alone (mode 0600).
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

_ENVELOPE = b"xaso.key-ring"
Stamp = tuple[str, int, int, int]


@dataclass(frozen=True)
class KeyRing:
    """``active`` encrypts, every key still decrypts; ``hash_key`` makes searchable digests, older ones are still
    looked for as long as they are in ``hash_keys`` (by number)."""

    active: int
    keys: dict[int, bytes]
    hash_key: bytes
    hash_active: int = 1
    hash_keys: dict[int, bytes] | None = None

    @property
    def digest_keys(self) -> tuple[bytes, ...]:
        """The key in force first, then those of rows not yet digested anew."""
        older = self.hash_keys or {}
        return (self.hash_key, *(key for number, key in sorted(older.items()) if number != self.hash_active))


# Looking at the file costs as much as opening a value; thousands are opened in a row where a warning goes out.
LOOK_AGAIN = 0.02
_read: tuple[Stamp, KeyRing] | None = None
_looked = float("-inf")


def ring_path() -> Path:
    """Where the ring lies (``XASO_KEY_RING``)."""
    return Path(settings.XASO_KEY_RING)


def master_key() -> bytes | None:
    """The key that wraps the ring: ``XASO_KEK`` (base64, 32 bytes) or the file named by ``XASO_KEK_FILE``."""
    text = os.environ.get("XASO_KEK", "")
    file = os.environ.get("XASO_KEK_FILE", "")
    if not text and file:
        try:
            text = Path(file).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"Không đọc được khóa chủ {file}. Kiểm tra XASO_KEK_FILE.") from error
    return read_master(text) if text else None


def read_master(text: str) -> bytes:
    """A master key as written: base64 of 32 bytes."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ImproperlyConfigured("Khóa chủ (XASO_KEK) phải là 32 byte viết theo base64.")
    return key


def wrapped(body: dict[str, Any], master: bytes | None) -> bytes:
    """The ring as its file holds it: under the master key, or bare where there is none."""
    text = json.dumps(body).encode()
    if master is None:
        return text
    nonce = secrets.token_bytes(12)
    sealed = nonce + AESGCM(master).encrypt(nonce, text, _ENVELOPE)
    return json.dumps({"wrapped": base64.b64encode(sealed).decode()}).encode()


def give_to_owner(descriptor: int, folder: Path) -> None:
    """Give a fresh file to whom its folder belongs: root at the command line must not lock the services out."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.fchown(descriptor, owner.st_uid, owner.st_gid)


def _write_aside(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        give_to_owner(file.fileno(), path.parent)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return temporary


def replace_file(path: Path, content: bytes) -> None:
    """Replace a secret file as a whole: a reader sees the old content or the new one, never a half."""
    global _looked
    _looked = float("-inf")
    _write_aside(path, content).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def new_key() -> str:
    """A fresh key as the ring writes it."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _make_file(path: Path) -> None:
    """Write a fresh ring; of several processes starting at once, exactly one wins."""
    ring = {"active": 1, "keys": {"1": new_key()}, "hash_key": new_key()}
    temporary = _write_aside(path, wrapped(ring, master_key()))
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def read_body(path: Path, master: bytes | None = None) -> dict[str, Any]:
    """The ring's content, unwrapped. Raises ImproperlyConfigured with what to do."""
    try:
        body: dict[str, Any] = json.loads(path.read_text())
        if "wrapped" in body:
            master = master or master_key()
            if master is None:
                raise ImproperlyConfigured(
                    f"Vòng khóa {path} được bọc bằng khóa chủ. Đặt XASO_KEK hoặc XASO_KEK_FILE rồi chạy lại."
                )
            sealed = base64.b64decode(body["wrapped"])
            body = json.loads(AESGCM(master).decrypt(sealed[:12], sealed[12:], _ENVELOPE))
        return body
    except InvalidTag as error:
        raise ImproperlyConfigured(f"Khóa chủ không mở được vòng khóa {path}. Kiểm tra XASO_KEK.") from error
    except (ValueError, KeyError, OSError) as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ImproperlyConfigured:
    return ImproperlyConfigured(
        f"Không đọc được vòng khóa {path}. Khôi phục tệp này từ bản sao lưu; đừng tạo mới khi đã có dữ liệu."
    )


def _ring_of(path: Path) -> KeyRing:
    body = read_body(path)
    try:
        keys = {int(number): base64.b64decode(value) for number, value in body["keys"].items()}
        digests = {
            int(number): base64.b64decode(value)
            for number, value in body.get("hash_keys", {"1": body["hash_key"]}).items()
        }
        active = int(body.get("hash_active", 1))
        return KeyRing(int(body["active"]), keys, digests[active], active, digests)
    except (ValueError, KeyError) as error:
        raise _unreadable(path) from error


def _stamp(path: str) -> Stamp:
    found = os.stat(path)
    return path, found.st_mtime_ns, found.st_ino, found.st_size


def key_ring() -> KeyRing:
    """The ring from ``XASO_KEY_RING``, made on first use under the product's home; read again when it changed."""
    global _read, _looked
    known, moment = _read, time.monotonic()
    if known is not None and moment - _looked < LOOK_AGAIN:
        return known[1]
    path = settings.XASO_KEY_RING
    try:
        stamp = _stamp(path)
    except FileNotFoundError:
        _make_file(Path(path))
        stamp = _stamp(path)
    if known is None or known[0] != stamp:
        known = _read = (stamp, _ring_of(Path(path)))
    _looked = moment
    return known[1]


def _forget(setting: str, **_: Any) -> None:
    global _looked
    if setting == "XASO_KEY_RING":
        _looked = float("-inf")


setting_changed.connect(_forget, dispatch_uid="base.keys")


@contextlib.contextmanager
def changing(master: bytes | None = None) -> Iterator[dict[str, Any]]:
    """The ring's content to be changed in place; written as a whole at the end, one writer at a time.

    ``master``: wrap with this key instead of the present one.
    """
    key_ring()
    path = ring_path()
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+") as lock:
        give_to_owner(lock.fileno(), path.parent)
        fcntl.flock(lock, fcntl.LOCK_EX)
        body = read_body(path)
        yield body
        replace_file(path, wrapped(body, master or master_key()))
