"""How signing can fail, each in words the signer can act on."""

from __future__ import annotations

from xaso.kernel.base.errors import ActionError, Conflict


class SigningError(ActionError):
    """Signing did not happen; nothing was changed."""


class WrongPin(SigningError):
    """The PIN or one-time code is wrong; ``left`` tries remain, when that is known."""

    def __init__(self, left: int | None = None, *, otp: bool = False) -> None:
        what = "Mã xác nhận (OTP)" if otp else "Mã PIN"
        more = f" Còn {left} lần thử." if left is not None else ""
        super().__init__(f"{what} chưa đúng. Nhập lại.{more}", "pin")
        self.left = left


class KeyBlocked(SigningError):
    """Too many wrong tries; the key waits or must be unblocked by its provider."""


class CertificateUnusable(SigningError):
    """The certificate is not yet valid, expired, revoked, or not for signing."""


class SigningUnavailable(SigningError):
    """The device, provider or timestamp authority does not answer; trying again later may work."""

    status = 503


class OutOfOrder(Conflict):
    """A step that may only follow another: the seal comes after the leader's signature."""
