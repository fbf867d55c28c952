"""Columns that keep personal data sealed at rest: AES-256-GCM, key number in front, column name bound in."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from xaso.kernel.base.json_text import json_text
from xaso.kernel.base.keys import key_ring

_NONCE = 12  # bytes


def seal(text: str, context: str) -> bytes:
    """Encrypt ``text``; only ``unseal`` with the same ``context`` opens it."""
    return seal_all([text], context)[0]


def seal_all(texts: Sequence[str], context: str) -> list[bytes]:
    """Encrypt each of the texts by itself, as ``seal`` does: thousands cost one call to the system for chance."""
    ring = key_ring()
    cipher, bound, number = AESGCM(ring.keys[ring.active]), context.encode(), ring.active.to_bytes(4, "big")
    chance = secrets.token_bytes(_NONCE * len(texts))
    sealed = []
    for at, text in enumerate(texts):
        nonce = chance[at * _NONCE : (at + 1) * _NONCE]
        sealed.append(number + nonce + cipher.encrypt(nonce, text.encode(), bound))
    return sealed


def unseal(blob: bytes, context: str) -> str:
    """Decrypt what ``seal`` made; raises ``cryptography.exceptions.InvalidTag`` when altered or moved."""
    blob = bytes(blob)
    number = int.from_bytes(blob[:4], "big")
    key = key_ring().keys.get(number)
    if key is None:
        raise ImproperlyConfigured(
            f"Vòng khóa không có khóa số {number}. Khôi phục tệp vòng khóa từ bản sao lưu cùng thời gian với dữ liệu."
        )
    return AESGCM(key).decrypt(blob[4:16], blob[16:], context.encode()).decode()


def _digest(key: bytes, value: str, purpose: str) -> str:
    return hmac.digest(key, f"{purpose}\x00{value}".encode(), "sha256").hex()


def keyed_hash(value: str, purpose: str, number: int | None = None) -> str:
    """A digest by which a sealed value can be found again; worthless without the house key.

    What is kept is made with the key in force; ``number`` names an older one. Look for what was kept with
    ``keyed_hashes``. Raises KeyError for a key that has retired.
    """
    ring = key_ring()
    key = ring.hash_key if number is None else (ring.hash_keys or {})[number]
    return _digest(key, value, purpose)


def keyed_hashes(value: str, purpose: str) -> list[str]:
    """The digests under which a value may have been kept: by the key in force first, then by older ones."""
    return [_digest(key, value, purpose) for key in key_ring().digest_keys]


class SealedText(models.BinaryField):  # type: ignore[type-arg]
    """Text sealed in the database, plain ``str`` in Python. Not searchable: keep a keyed hash beside it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def _check_str_default_value(self) -> list[CheckMessage]:
        """Plain text is what this column takes: Django's warning for binary columns does not apply."""
        return []

    @property
    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, bytes):
            return super().get_db_prep_value(value, connection, prepared)
        return super().get_db_prep_value(seal(self._dump(value), self._context), connection, prepared)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else self._load(unseal(value, self._context))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return self._dump(self.value_from_object(obj))

    def _dump(self, value: Any) -> str:
        return str(value)

    def _load(self, text: str) -> Any:
        return text


class SealedJSON(SealedText):
    """A JSON document sealed in the database."""

    def _dump(self, value: Any) -> str:
        return json_text(value)

    def _load(self, text: str) -> Any:
        return json.loads(text)
