"""The signing port: what every kind of key promises, whatever holds it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from asn1crypto import x509
from pyhanko.sign.signers import Signer

from xaso.kernel.documents.signing.errors import CertificateUnusable

# Trial keys of signers are what public authorities of Viet Nam put on a token today, so that a trial signs as fast
# and as large as the real thing; the trial authority itself has 3072 bits. Real signatures use the token's own key.
BITS = 2048


@dataclass(frozen=True)
class KeyRef:
    """A key as an adapter knows it: where it is (``reference``) and the certificate that speaks for it."""

    adapter: str
    reference: dict[str, Any]
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = field(default=())


class KeyAdapter(Protocol):
    """One way of holding keys. The private key never leaves its holder except inside this process's memory."""

    otp: bool  # whether ``pin`` is a one-time code that ``challenge`` asks the holder to receive

    def challenge(self, key: KeyRef) -> str:
        """Ask the holder's provider to send a one-time code; a Vietnamese sentence, "" when there is none.

        Raises SigningUnavailable.
        """
        ...

    def unlock(self, key: KeyRef, pin: str, count: int = 1) -> AbstractContextManager[Signer]:
        """Open the key for ``count`` signatures and close it again.

        Raises WrongPin, KeyBlocked, CertificateUnusable or SigningUnavailable, on entering or while signing.
        """
        ...


def must_be_usable(certificate: x509.Certificate, at: datetime) -> None:
    """Raise CertificateUnusable unless the certificate is in its time and made for signing documents."""
    if certificate.not_valid_before > at:
        raise CertificateUnusable("Chứng thư chữ ký số chưa đến ngày có hiệu lực. Kiểm tra đồng hồ máy chủ.")
    if certificate.not_valid_after < at:
        day = certificate.not_valid_after.astimezone(at.tzinfo).strftime("%d/%m/%Y")
        raise CertificateUnusable(f"Chứng thư chữ ký số đã hết hạn ngày {day}. Gia hạn chứng thư rồi ký lại.")
    usage = certificate.key_usage_value
    if usage is not None and not {"digital_signature", "non_repudiation"} & set(usage.native):
        raise CertificateUnusable("Chứng thư này không dùng để ký văn bản. Chọn chứng thư khác.")


def common_name(name: x509.Name) -> str:
    """The name to show for a certificate's subject or issuer."""
    native = name.native
    shown = native.get("common_name") or native.get("organization_name") or name.human_friendly
    return str(shown if isinstance(shown, str) else shown[-1])
