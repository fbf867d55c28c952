"""A stand-in for a remote-signing provider: same contract, same refusals, keys of the trial authority.

What it does is decided by the one-time code and the credential, so that every path can be tried by hand:
code 000000 is wrong, 999999 never answers in time, 888888 breaks; credentials ending in ``-blocked`` or
``-expired`` are refused for that reason.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from django.core import signing

from xaso.kernel.base.fields import keyed_hash, seal, unseal
from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.authority import issue

_SALT = "xaso.remote-signing-simulator"
_SECONDS = 300
_PURPOSE = "documents.simulator"
SLOW_SECONDS = 40.0


class Refused(Exception):
    """An answer other than success: (status, error code, words)."""


def otp_of(credential: str, moment: float | None = None) -> str:
    """The code that the simulated provider "sends" now; it lasts five minutes."""
    window = int((moment if moment is not None else time.time()) // _SECONDS)
    return f"{int(keyed_hash(f'{credential}|{window}', _PURPOSE)[:12], 16) % 700_000 + 100_000}"


def make_credential(name: str, organisation: str, credential: str) -> x509.Certificate:
    """Give the simulated provider a key for somebody; answer the certificate."""
    folder = config().keys_dir / "provider-simulator"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(65537, 2048)
    certificate = issue(name, organisation, key.public_key())
    store = pkcs12.serialize_key_and_certificates(None, key, certificate, None, NoEncryption())
    path = folder / f"{hashlib.sha256(credential.encode()).hexdigest()}.sealed"
    path.write_bytes(seal(base64.b64encode(store).decode(), _PURPOSE))
    path.chmod(0o600)
    return certificate


def sealed_files() -> list[tuple[Path, str]]:
    """The provider's files with the purpose they are sealed for: they follow a change of the house's key."""
    folder = config().keys_dir / "provider-simulator"
    return [(path, _PURPOSE) for path in sorted(folder.glob("*.sealed"))]


def _key(credential: str) -> rsa.RSAPrivateKey:
    path = (
        config().keys_dir / "provider-simulator" / f"{hashlib.sha256(credential.encode()).hexdigest()}.sealed"
    )
    if not path.exists():
        raise Refused(400, "invalid_request", "Invalid parameter credentialID")
    key, _, _ = pkcs12.load_key_and_certificates(base64.b64decode(unseal(path.read_bytes(), _PURPOSE)), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Refused(500, "server_error", "")
    return key


def _check_credential(credential: str) -> None:
    if credential.endswith("-blocked"):
        raise Refused(400, "credential_blocked", "Credential is blocked")
    if credential.endswith("-expired"):
        raise Refused(400, "certificate_expired", "Signing certificate expired")
    _key(credential)


def _authorize(body: dict[str, Any]) -> dict[str, Any]:
    credential, code = str(body.get("credentialID", "")), str(body.get("OTP", ""))
    if code == "999999":
        time.sleep(SLOW_SECONDS)
    if code == "888888":
        raise Refused(500, "server_error", "")
    _check_credential(credential)
    good = {otp_of(credential), otp_of(credential, time.time() - _SECONDS)}
    if not any(hmac.compare_digest(code, one) for one in good):
        raise Refused(400, "invalid_otp", "The OTP is not valid")
    permission = {"credential": credential, "count": int(body.get("numSignatures", 1))}
    return {"SAD": signing.dumps(permission, salt=_SALT), "expiresIn": _SECONDS}


def _sign_hash(body: dict[str, Any]) -> dict[str, Any]:
    credential = str(body.get("credentialID", ""))
    try:
        permission = signing.loads(str(body.get("SAD", "")), salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature as error:
        raise Refused(400, "invalid_request", "Invalid parameter SAD") from error
    digests = body.get("hash") or []
    if permission["credential"] != credential or not 1 <= len(digests) <= permission["count"]:
        raise Refused(400, "invalid_request", "Hash is not authorized by the SAD")
    key = _key(credential)
    made = [key.sign(base64.b64decode(one), PKCS1v15(), Prehashed(SHA256())) for one in digests]
    return {"signatures": [base64.b64encode(one).decode() for one in made]}


def _send_otp(body: dict[str, Any]) -> dict[str, Any]:
    credential = str(body.get("credentialID", ""))
    _check_credential(credential)
    return {"message": f"Mô phỏng: mã xác nhận là {otp_of(credential)} (có hiệu lực 5 phút)."}


_METHODS = {
    "credentials/sendOTP": _send_otp,
    "credentials/authorize": _authorize,
    "signatures/signHash": _sign_hash,
}


def answer(method: str, content: bytes) -> tuple[int, dict[str, Any]]:
    """Answer one call of the contract: (status, body)."""
    try:
        body = json.loads(content)
        if method not in _METHODS or not isinstance(body, dict):
            raise Refused(404, "invalid_request", "Unknown method")
        return 200, _METHODS[method](body)
    except Refused as refusal:
        status, code, words = refusal.args
        return int(status), {"error": code, "error_description": words}
    except (ValueError, TypeError, KeyError):
        return 400, {"error": "invalid_request", "error_description": "Malformed body"}


def transport() -> httpx.MockTransport:
    """The simulator without a network, for tests and one-process trials. A slow answer becomes a time-out."""

    def handle(request: httpx.Request) -> httpx.Response:
        if b'"OTP":"999999"' in request.content.replace(b" ", b""):
            raise httpx.ReadTimeout("simulated", request=request)
        status, body = answer("/".join(request.url.path.split("/")[-2:]), request.content)
        return httpx.Response(status, json=body)

    return httpx.MockTransport(handle)
