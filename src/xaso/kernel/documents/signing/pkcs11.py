"""Keys in a token or HSM through PKCS#11. The private key never leaves the device."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pkcs11
from pkcs11 import exceptions as p11
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import Signer

from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.base import KeyRef
from xaso.kernel.documents.signing.errors import KeyBlocked, SigningUnavailable, WrongPin

# A PKCS#11 module keeps one log-in a token for the whole process.
_one_at_a_time = threading.Lock()


@contextmanager
def _spoken() -> Iterator[None]:
    """Device errors in words for the signer."""
    try:
        yield
    except p11.PinLocked as error:
        raise KeyBlocked(
            "Thiết bị ký số đã bị khóa vì nhập sai PIN nhiều lần. Nhờ đơn vị cấp mở khóa.", "pin"
        ) from error
    except (p11.PinIncorrect, p11.PinInvalid, p11.PinLenRange) as error:
        raise WrongPin() from error
    except p11.PinExpired as error:
        raise KeyBlocked(
            "Mã PIN của thiết bị đã hết hạn. Đổi PIN bằng phần mềm của nhà cung cấp.", "pin"
        ) from error
    except (p11.NoSuchKey, p11.NoSuchToken, p11.TokenNotPresent, p11.DeviceRemoved) as error:
        raise SigningUnavailable(
            "Không thấy khóa trong thiết bị ký số. Cắm lại thiết bị rồi thử lại."
        ) from error
    except (p11.PKCS11Error, RuntimeError, OSError) as error:
        if type(error) is p11.PKCS11Error:  # pyHanko's way to say that no such token is plugged in
            raise SigningUnavailable("Không thấy thiết bị ký số này. Cắm thiết bị rồi thử lại.") from error
        raise SigningUnavailable(
            f"Thiết bị ký số báo lỗi ({type(error).__name__}). Cắm lại rồi thử lại."
        ) from error


class TokenKeys:
    """The adapter of PKCS#11 devices. Reference: ``token`` label, ``key`` label, ``module`` when not the setting's."""

    otp = False

    def challenge(self, key: KeyRef) -> str:
        """A device sends no codes."""
        return ""

    @contextmanager
    def unlock(self, key: KeyRef, pin: str, count: int = 1) -> Iterator[Signer]:
        """See ``KeyAdapter.unlock``."""
        module = str(key.reference.get("module") or config().pkcs11_module)
        if not module:
            raise SigningUnavailable(
                "Chưa cài trình điều khiển thiết bị ký số (XASO_PKCS11_MODULE). Báo người quản trị."
            )
        if not pin:
            raise WrongPin()
        with _one_at_a_time:
            with _spoken():
                session: Any = open_pkcs11_session(
                    module, token_criteria=TokenCriteria(label=str(key.reference["token"])), user_pin=pin
                )
            try:
                signer = PKCS11Signer(
                    session,
                    signing_cert=key.certificate,
                    ca_chain=set(key.chain),
                    key_label=str(key.reference["key"]),
                )
                with _spoken():
                    session.get_key(
                        object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=str(key.reference["key"])
                    )
                yield signer
            finally:
                session.close()
