"""The signing port and its adapters; signatures inside PDF files."""

from __future__ import annotations

from xaso.kernel.documents.signing import asn1_lengths as asn1_lengths
from xaso.kernel.documents.signing import hex_strings as hex_strings
from xaso.kernel.documents.signing.base import KeyAdapter, KeyRef
from xaso.kernel.documents.signing.errors import SigningError
from xaso.kernel.documents.signing.file_key import FileKeys

FILE, TOKEN, REMOTE = "file", "pkcs11", "remote"

__all__ = ["FILE", "REMOTE", "TOKEN", "KeyAdapter", "KeyRef", "SigningError", "adapter"]


def adapter(name: str) -> KeyAdapter:
    """The adapter by its name; raises SigningError for an unknown one."""
    if name == FILE:
        return FileKeys()
    if name == TOKEN:
        from xaso.kernel.documents.signing.pkcs11 import TokenKeys  # loads a native module; only when used

        return TokenKeys()
    if name == REMOTE:
        from xaso.kernel.documents.signing.remote import RemoteKeys

        return RemoteKeys()
    raise SigningError("Loại khóa ký này chưa được hỗ trợ.")
