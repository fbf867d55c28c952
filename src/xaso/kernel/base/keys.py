"""The ring of secret keys: data encryption keys with numbers, so that old ones can retire without downtime."""

from __future__ import annotations

import base64
import functools
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class KeyRing:
    """``active`` encrypts; every key still decrypts; ``hash_key`` makes searchable digests."""

    active: int
    keys: dict[int, bytes]
    hash_key: bytes


def _make_file(path: Path) -> None:
    """Write a fresh ring; of several processes starting at once, exactly one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    ring = {
        "active": 1,
        "keys": {"1": base64.b64encode(secrets.token_bytes(32)).decode()},
        "hash_key": base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    temporary = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(ring, file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


@functools.cache
def key_ring() -> KeyRing:
    """The ring from ``XASO_KEY_RING`` (a JSON file), made on first use under the product's home."""
    path = Path(settings.XASO_KEY_RING)
    if not path.exists():
        _make_file(path)
    try:
        raw = json.loads(path.read_text())
        keys = {int(number): base64.b64decode(value) for number, value in raw["keys"].items()}
        return KeyRing(int(raw["active"]), keys, base64.b64decode(raw["hash_key"]))
    except (ValueError, KeyError, OSError) as error:
        raise ImproperlyConfigured(
            f"Không đọc được vòng khóa {path}. Khôi phục tệp này từ bản sao lưu; đừng tạo mới khi đã có dữ liệu."
        ) from error
