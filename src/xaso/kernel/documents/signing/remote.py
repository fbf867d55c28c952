"""Remote signing by a provider: the key lies there, the holder confirms with a one-time code.

The contract follows the Cloud Signature Consortium API (v1: ``credentials/sendOTP``, ``credentials/authorize``,
``signatures/signHash``), which Vietnamese remote-signing providers offer in their own dialects; another dialect
is another small class here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from asn1crypto import algos
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_der_x509_certificate
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.base import KeyRef
from xaso.kernel.documents.signing.errors import (
    CertificateUnusable,
    KeyBlocked,
    SigningError,
    SigningUnavailable,
    WrongPin,
)

SHA256_OID = "2.16.840.1.101.3.4.2.1"
SHA256_RSA_OID = "1.2.840.113549.1.1.11"
_DOWN = "Nhà cung cấp ký số từ xa không trả lời. Chưa có gì được ký; thử lại sau ít phút."


def _refusal(code: str, words: str) -> SigningError:
    if code in {"invalid_otp", "otp_expired"}:
        return WrongPin(otp=True)
    if code == "credential_blocked":
        return KeyBlocked(
            "Nhà cung cấp đã khóa chứng thư vì nhập sai mã nhiều lần. Gọi tổng đài của họ để mở.", "pin"
        )
    if code == "certificate_expired":
        return CertificateUnusable("Chứng thư chữ ký số đã hết hạn. Gia hạn với nhà cung cấp rồi ký lại.")
    if code in {"invalid_token", "invalid_client", "access_denied"}:
        return SigningUnavailable(
            "Nhà cung cấp từ chối kết nối của hệ thống. Báo người quản trị kiểm tra khóa kết nối."
        )
    return SigningUnavailable(f"Nhà cung cấp ký số từ chối: {words or code}. Chưa có gì được ký.")


class ProviderClient:
    """The provider's HTTP contract. ``transport`` lets tests and the simulator stand in for the network."""

    def __init__(self, url: str, client: str, secret: str, timeout: float, transport: Any = None) -> None:
        self._http = httpx.Client(
            base_url=url + "/",
            auth=(client, secret) if client else None,
            timeout=timeout,
            transport=transport,
        )

    def ask(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST one method of the contract. Raises SigningError in the holder's words."""
        try:
            answer = self._http.post(method, json=body)
            content = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SigningUnavailable(_DOWN) from error
        if not isinstance(content, dict) or answer.status_code >= 500:
            raise SigningUnavailable(_DOWN)
        if answer.status_code != 200:
            raise _refusal(str(content.get("error", "")), str(content.get("error_description", "")))
        return content

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()


class _HashSigner(Signer):
    """A pyHanko signer whose raw signatures come from the provider, one authorised code for several."""

    def __init__(self, client: ProviderClient, key: KeyRef, permission: str) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple(key.chain)
        mechanism = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
        super().__init__(signing_cert=key.certificate, cert_registry=registry, signature_mechanism=mechanism)
        self._client, self._credential, self._permission = (
            client,
            str(key.reference["credential"]),
            permission,
        )
        public_key = load_der_x509_certificate(key.certificate.dump()).public_key()
        if not isinstance(public_key, RSAPublicKey):
            raise CertificateUnusable("Chứng thư ở nhà cung cấp phải dùng khóa RSA.")
        self._public_key = public_key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(self._public_key.key_size // 8)
        if digest_algorithm != "sha256":
            raise SigningUnavailable("Nhà cung cấp chỉ nhận ký với SHA-256.")
        answer = self._client.ask(
            "signatures/signHash",
            {
                "credentialID": self._credential,
                "SAD": self._permission,
                "hash": [base64.b64encode(hashlib.sha256(data).digest()).decode()],
                "hashAlgo": SHA256_OID,
                "signAlgo": SHA256_RSA_OID,
            },
        )
        try:
            value = base64.b64decode(answer["signatures"][0], validate=True)
            self._public_key.verify(value, data, PKCS1v15(), SHA256())
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise SigningUnavailable(_DOWN) from error
        except InvalidSignature as error:
            raise SigningUnavailable("Nhà cung cấp trả về chữ ký không đúng. Chưa có gì được ký.") from error
        return value


def _client() -> ProviderClient:
    settings = config()
    if not settings.remote_url and settings.demo:
        from xaso.kernel.documents.signing.simulator import transport  # the trial provider, in this process

        return ProviderClient("https://mo-phong.invalid/csc/v1", "", "", settings.remote_timeout, transport())
    if not settings.remote_url:
        raise SigningUnavailable("Chưa nối với nhà cung cấp ký số từ xa. Báo người quản trị.")
    return ProviderClient(
        settings.remote_url, settings.remote_client, settings.remote_secret, settings.remote_timeout
    )


class RemoteKeys:
    """The adapter of remote signing. Reference: ``credential``, the key's id at the provider."""

    otp = True

    def __init__(self, make_client: Callable[[], ProviderClient] = _client) -> None:
        self._make_client = make_client

    def challenge(self, key: KeyRef) -> str:
        """Have the provider send its one-time code to the holder's phone."""
        client = self._make_client()
        try:
            answer = client.ask("credentials/sendOTP", {"credentialID": str(key.reference["credential"])})
        finally:
            client.close()
        return str(answer.get("message") or "Đã gửi mã xác nhận tới điện thoại của người ký.")

    @contextmanager
    def unlock(self, key: KeyRef, pin: str, count: int = 1) -> Iterator[Signer]:
        """See ``KeyAdapter.unlock``; ``pin`` is the one-time code."""
        client = self._make_client()
        try:
            answer = client.ask(
                "credentials/authorize",
                {"credentialID": str(key.reference["credential"]), "numSignatures": count, "OTP": pin},
            )
            permission = answer.get("SAD")
            if not isinstance(permission, str) or not permission:
                raise SigningUnavailable(_DOWN)
            yield _HashSigner(client, key, permission)
        finally:
            client.close()
