"""The signing port of the log: one way in, whatever holds the key."""

from __future__ import annotations

from xaso.kernel.sealing.keys.base import KeyHolder, KeyUnavailable
from xaso.kernel.sealing.keys.file import FileKeys
from xaso.kernel.sealing.keys.token import TokenKeys

HOLDERS: dict[str, KeyHolder] = {"file": FileKeys(), "pkcs11": TokenKeys()}

__all__ = ["HOLDERS", "KeyHolder", "KeyUnavailable", "holder_of"]


def holder_of(reference: str) -> KeyHolder:
    """Who holds a key: the word before the colon. Raises KeyUnavailable."""
    kind = reference.partition(":")[0]
    if kind not in HOLDERS:
        raise KeyUnavailable(f"Không biết nơi giữ khóa nhật ký {kind}. Dùng file hoặc pkcs11.")
    return HOLDERS[kind]
