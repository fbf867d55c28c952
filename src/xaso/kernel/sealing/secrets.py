"""The salt key of the log: it hides what the leaves are made of, so it is made once and never changed."""

from __future__ import annotations

import functools
import secrets
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from xaso.kernel.plain.logbook.keyfile import write_secret

_BYTES = 32


def salt_key() -> bytes:
    """The key, made on first use. It is not one of the ring: those are rotated, and a leaf must hash alike for ever."""
    return _read(str(Path(settings.XASO_LOG_KEYS) / "salt.key"))


@functools.cache
def _read(name: str) -> bytes:
    path = Path(name)
    if not path.exists():
        from xaso.kernel.sealing.models import Leaf

        if Leaf.objects.exists():
            raise ImproperlyConfigured(
                f"Thiếu khóa muối của nhật ký {path}. Khôi phục tệp này từ bản sao lưu; đừng tạo mới."
            )
        write_secret(path, secrets.token_bytes(_BYTES))
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise ImproperlyConfigured(f"Khóa muối của nhật ký {path} bị hỏng. Khôi phục từ bản sao lưu.")
    return key
