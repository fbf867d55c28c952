"""Keys in PKCS#12 files under the product's key folder, opened by the holder's PIN. For trial and small offices.

The file's passphrase is random; a key made from the PIN (scrypt) and the installation's key ring seals it, so
a stolen file is worthless without the ring, and the ring without the PIN costs time for each guess. Wrong
tries are counted in a file of their own: a rolled-back database transaction must not give the tries back.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.base.keys import key_ring, replace_file
from xaso.kernel.documents.config import config
from xaso.kernel.documents.signing.authority import issue
from xaso.kernel.documents.signing.base import BITS, KeyRef
from xaso.kernel.documents.signing.errors import KeyBlocked, SigningUnavailable, WrongPin
from xaso.kernel.plain.ids import uuid7

MAX_TRIES = 5
BLOCK_SECONDS = 15 * 60
_SCRYPT: dict[str, Any] = {"n": 2**14, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 << 20}


_held: ContextVar[dict[str, tuple[str, Signer]] | None] = ContextVar("held", default=None)


@contextmanager
def held_open() -> Iterator[None]:
    """Within, a key once opened stays open for the same PIN: for a process that writes many papers of its own.

    Never around the requests of people: who leaves the desk would leave the key open.
    """
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def _folder() -> Path:
    return config().keys_dir / "signers"


def _pin_key(pin: str, salt: bytes, key_id: str, number: int) -> bytes:
    peppered = keyed_hash(f"{key_id}\x00{pin}", "documents.pin", number).encode()
    return hashlib.scrypt(peppered, salt=salt, **_SCRYPT)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _lock(pin: str, key_id: str, passphrase: bytes) -> bytes:
    """The passphrase of a key, locked with its PIN and the house's digest key in force."""
    salt, nonce, number = secrets.token_bytes(16), os.urandom(12), key_ring().hash_active
    sealed = AESGCM(_pin_key(pin, salt, key_id, number)).encrypt(nonce, passphrase, key_id.encode())
    facts = {"salt": salt.hex(), "nonce": nonce.hex(), "sealed": sealed.hex(), "key": number}
    return json.dumps(facts).encode()


def locks_under_older_keys() -> int:
    """How many keys wait for their holder's PIN before an older digest key may go."""
    active = key_ring().hash_active
    return sum(json.loads(path.read_text()).get("key", 1) != active for path in _folder().glob("*.json"))


def check_new_pin(pin: str) -> None:
    """Raise ActionError for a PIN that is no PIN: 6 to 12 digits, not all the same."""
    if not (pin.isdigit() and pin.isascii() and 6 <= len(pin) <= 12):
        raise ActionError("Mã PIN gồm 6 đến 12 chữ số.", "pin")
    if len(set(pin)) == 1:
        raise ActionError("Mã PIN không được gồm một chữ số lặp lại. Chọn mã khác.", "pin")


def make_key() -> rsa.RSAPrivateKey:
    """A new signing key."""
    return rsa.generate_private_key(65537, BITS)


def save_key(key: rsa.RSAPrivateKey, certificate: x509.Certificate, pin: str) -> dict[str, Any]:
    """Keep a key and its certificate in a new PKCS#12 file; answer the reference for its ``KeyRef``."""
    check_new_pin(pin)
    key_id, passphrase = str(uuid7()), secrets.token_bytes(32)
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = pkcs12.serialize_key_and_certificates(
        None, key, certificate, None, serialization.BestAvailableEncryption(passphrase.hex().encode())
    )
    _write(folder / f"{key_id}.p12", store)
    _write(folder / f"{key_id}.json", _lock(pin, key_id, passphrase))
    return {"file": key_id}


def new_key(
    name: str, organisation: str, pin: str, *, title: str = "", days: int = 730, start: Any = None
) -> tuple[dict[str, Any], x509.Certificate]:
    """Make a key with a certificate of the trial authority; answer (reference, certificate)."""
    key = make_key()
    certificate = issue(name, organisation, key.public_key(), title=title, days=days, start=start)
    return save_key(key, certificate, pin), certificate


@dataclass
class _Tries:
    """The counter of wrong PINs of one key, in a locked file."""

    path: Path

    @contextmanager
    def held(self) -> Iterator[dict[str, float]]:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            text = file.read()
            state: dict[str, float] = json.loads(text) if text else {"wrong": 0, "until": 0}
            before = dict(state)
            try:
                yield state
            finally:
                if state != before:
                    file.seek(0)
                    file.truncate()
                    json.dump(state, file)
                    file.flush()
                    os.fsync(file.fileno())


def _open_passphrase(key_id: str, pin: str) -> bytes:
    folder = _folder()
    try:
        lock = json.loads((folder / f"{key_id}.json").read_text())
    except FileNotFoundError as error:
        raise SigningUnavailable(
            "Không tìm thấy tệp khóa ký trên máy chủ. Báo người quản trị khôi phục."
        ) from error
    with _Tries(folder / f"{key_id}.tries").held() as state:
        if state["until"] > time.time():
            minutes = int((state["until"] - time.time()) // 60) + 1
            raise KeyBlocked(
                f"Nhập sai mã PIN nhiều lần nên khóa ký tạm khóa. Thử lại sau {minutes} phút.", "pin"
            )
        try:
            pin_key = _pin_key(pin, bytes.fromhex(lock["salt"]), key_id, lock.get("key", 1))
            passphrase = AESGCM(pin_key).decrypt(
                bytes.fromhex(lock["nonce"]), bytes.fromhex(lock["sealed"]), key_id.encode()
            )
        except InvalidTag as error:
            state["wrong"] += 1
            left = int(MAX_TRIES - state["wrong"])
            if left <= 0:
                state.update(wrong=0, until=time.time() + BLOCK_SECONDS)
                raise KeyBlocked(
                    f"Nhập sai mã PIN {MAX_TRIES} lần nên khóa ký tạm khóa {BLOCK_SECONDS // 60} phút.", "pin"
                ) from error
            raise WrongPin(left) from error
        state.update(wrong=0, until=0)
    if lock.get("key", 1) != key_ring().hash_active:
        # The house's digest key was replaced: only now, with the PIN at hand, can the lock follow.
        replace_file(folder / f"{key_id}.json", _lock(pin, key_id, passphrase))
    return passphrase


class _OpenedSigner(SimpleSigner):
    """Signs with the key as it was opened. pyHanko reads the key anew for each signature, and looks whether its
    primes are primes: a quarter of a second for 3072 bits, for a key that was looked at when the file was opened.
    """

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """See ``SimpleSigner.sign_raw``."""
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm)
        if mechanism["algorithm"].native != f"{digest_algorithm}_rsa":
            return super().sign_raw(data, digest_algorithm)
        key = serialization.load_der_private_key(
            self.signing_key.dump(), password=None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, rsa.RSAPrivateKey):
            return super().sign_raw(data, digest_algorithm)
        return key.sign(data, PKCS1v15(), get_pyca_cryptography_hash(digest_algorithm))


class FileKeys:
    """The adapter of PKCS#12 files."""

    otp = False

    def challenge(self, key: KeyRef) -> str:
        """A file sends no codes."""
        return ""

    @contextmanager
    def unlock(self, key: KeyRef, pin: str, count: int = 1) -> Iterator[Signer]:
        """See ``KeyAdapter.unlock``."""
        key_id, held = str(key.reference["file"]), _held.get()
        if held is not None and key_id in held and hmac.compare_digest(held[key_id][0], pin):
            yield held[key_id][1]
            return
        signer = _open(key, key_id, pin)
        if held is not None:
            held[key_id] = (pin, signer)
        yield signer


def _open(key: KeyRef, key_id: str, pin: str) -> Signer:
    passphrase = _open_passphrase(key_id, pin)
    content = (_folder() / f"{key_id}.p12").read_bytes()
    opened = SimpleSigner.load_pkcs12_data(
        content, other_certs=key.chain, passphrase=passphrase.hex().encode()
    )
    if opened is None:
        raise SigningUnavailable("Tệp khóa ký bị hỏng. Báo người quản trị khôi phục từ bản sao lưu.")
    return _OpenedSigner(
        signing_key=opened.signing_key,
        signing_cert=opened.signing_cert,
        cert_registry=opened.cert_registry,
    )
