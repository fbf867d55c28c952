"""A key in a token or HSM through PKCS#11 (CKM_EDDSA). It never leaves the device."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11.exceptions import PKCS11Error

from xaso.kernel.plain.logbook.notes import Signer
from xaso.kernel.sealing.keys.base import KeyUnavailable

# A PKCS#11 module keeps one log-in a token for the whole process.
_one_at_a_time = threading.Lock()


class _TokenSigner:
    def __init__(self, private: Any, public: bytes) -> None:
        self._private, self._public = private, public

    def public(self) -> bytes:
        return self._public

    def sign(self, message: bytes) -> bytes:
        return bytes(self._private.sign(message, mechanism=pkcs11.Mechanism.EDDSA))


class TokenKeys:
    """References: ``pkcs11:module=…;token=…;key=…;pin-file=…``. The key pair is made with the vendor's tool."""

    def make(self, wanted: str) -> str:
        """The key that the setting names; it must be there and able to sign."""
        with self.open(wanted) as signer:
            signer.sign(b"xaso")
        return wanted

    @contextlib.contextmanager
    def open(self, reference: str) -> Iterator[Signer]:
        """See ``KeyHolder.open``."""
        facts = _facts(reference)
        with _one_at_a_time:
            try:
                pin = Path(facts["pin-file"]).read_text().strip()
                token: Any = pkcs11.lib(facts["module"]).get_token(token_label=facts["token"])
                session = token.open(user_pin=pin)
            except (PKCS11Error, RuntimeError, OSError, KeyError) as error:
                raise KeyUnavailable(
                    f"Không mở được thiết bị giữ khóa nhật ký ({type(error).__name__}). "
                    "Kiểm tra XASO_LOG_KEY, thiết bị và tệp PIN."
                ) from error
            try:
                yield _signer(session, facts["key"])
            except PKCS11Error as error:
                raise KeyUnavailable(
                    f"Thiết bị giữ khóa nhật ký báo lỗi ({type(error).__name__}). Cắm lại rồi thử lại."
                ) from error
            finally:
                session.close()


def _facts(reference: str) -> dict[str, str]:
    parts = (one.partition("=") for one in reference.partition(":")[2].split(";"))
    return {name: value for name, _, value in parts}


def _signer(session: Any, label: str) -> _TokenSigner:
    private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=label)
    public = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=label)
    # The point is an octet string around the 32 bytes; some devices leave the wrapping out.
    return _TokenSigner(private, bytes(public[pkcs11.Attribute.EC_POINT])[-32:])
