"""Keys and ciphers of a backup repository.

One random master secret belongs to a repository. It is stored there wrapped: once by the recovery key (a file that the
operator also keeps away from the server), once by a passphrase when one was set. From the master come a key for the
names of pieces, a key for their content, and the Ed25519 key that signs the manifests.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .problems import KeepingProblem

_HEAD = "XASO-RECOVERY-KEY-1 "
_SCRYPT = {"n": 1 << 15, "r": 8, "p": 1}


def _derive(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"xaso backup " + purpose.encode()).derive(
        secret
    )


@dataclass(frozen=True)
class Keys:
    """What one repository is read and written with."""

    master: bytes

    def name(self, content: bytes) -> str:
        """Name of a piece: the same content has the same name, and the name tells nothing without the key."""
        return hmac.new(_derive(self.master, "names"), content, hashlib.sha256).hexdigest()

    def seal_piece(self, name: str, content: bytes) -> bytes:
        """Compressed and encrypted. Each piece has a key of its own, made from its name: one nonce is enough."""
        cipher = AESGCM(_derive(self.master, f"piece {name}"))
        return cipher.encrypt(bytes(12), zlib.compress(content, 1), name.encode())

    def open_piece(self, name: str, sealed: bytes) -> bytes:
        """The content, proven to be what its name says. KeepingProblem when it is damaged or foreign."""
        try:
            packed = AESGCM(_derive(self.master, f"piece {name}")).decrypt(bytes(12), sealed, name.encode())
            content = zlib.decompress(packed)
        except (InvalidTag, zlib.error) as error:
            raise KeepingProblem(f"Mảnh {name[:12]}… trong kho sao lưu đã hỏng hoặc bị thay đổi.") from error
        if not hmac.compare_digest(self.name(content), name):
            raise KeepingProblem(f"Mảnh {name[:12]}… trong kho sao lưu không đúng nội dung của nó.")
        return content

    def seal_manifest(self, facts: dict[str, Any], place: str) -> bytes:
        """A signed and encrypted manifest; ``place`` binds it to where it lies."""
        body = json.dumps(facts, ensure_ascii=False, sort_keys=True).encode()
        signature = self._signer().sign(place.encode() + b"\0" + body)
        nonce = secrets.token_bytes(12)
        packed = zlib.compress(signature + body, 6)
        return nonce + AESGCM(_derive(self.master, "manifests")).encrypt(nonce, packed, place.encode())

    def open_manifest(self, sealed: bytes, place: str) -> dict[str, Any]:
        """The facts of a manifest whose signature holds. KeepingProblem otherwise."""
        try:
            cipher = AESGCM(_derive(self.master, "manifests"))
            plain = zlib.decompress(cipher.decrypt(sealed[:12], sealed[12:], place.encode()))
            self._signer().public_key().verify(plain[:64], place.encode() + b"\0" + plain[64:])
        except (InvalidTag, InvalidSignature, zlib.error, ValueError) as error:
            raise KeepingProblem(
                f"Bản kê {place} trong kho sao lưu đã bị thay đổi hoặc không do khóa này ký."
            ) from error
        facts: dict[str, Any] = json.loads(plain[64:])
        return facts

    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(_derive(self.master, "signature"))


def make_recovery_file(path: Path) -> bytes:
    """The recovery key in ``path``; made at first use with mode 0600. Never overwritten."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = _HEAD + base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=") + "\n"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    return read_recovery_file(path)


def read_recovery_file(path: Path) -> bytes:
    """The key in a recovery file; spaces and line ends do not matter (it may have been typed from paper)."""
    try:
        text = "".join(path.read_text().split())
        head = _HEAD.strip()
        if not text.startswith(head):
            raise ValueError
        body = text[len(head) :].upper()
        key = base64.b32decode(body + "=" * (-len(body) % 8))
        if len(key) != 32:
            raise ValueError
    except (OSError, ValueError) as error:
        raise KeepingProblem(
            f"Không đọc được khóa khôi phục {path}. Lấy bản cất giữ ngoài máy chủ rồi chỉ đường dẫn bằng --key."
        ) from error
    return key


def _passphrase_key(passphrase: str, slot: dict[str, Any]) -> bytes:
    salt = base64.b64decode(slot["salt"])
    cost = {name: int(slot[name]) for name in ("n", "r", "p")}
    return hashlib.scrypt(passphrase.encode(), salt=salt, dklen=32, maxmem=1 << 27, **cost)


def wrap(master: bytes, *, recovery: bytes | None, passphrase: str = "") -> list[dict[str, Any]]:
    """The master secret, once for each way in."""
    slots: list[dict[str, Any]] = []
    if recovery is not None:
        slots.append({"kind": "file", **_wrapped(_derive(recovery, "wrap"), master)})
    if passphrase:
        slot = {"kind": "passphrase", "salt": base64.b64encode(secrets.token_bytes(16)).decode(), **_SCRYPT}
        slots.append({**slot, **_wrapped(_passphrase_key(passphrase, slot), master)})
    return slots


def _wrapped(key: bytes, master: bytes) -> dict[str, str]:
    nonce = secrets.token_bytes(12)
    return {"wrapped": base64.b64encode(nonce + AESGCM(key).encrypt(nonce, master, b"xaso master")).decode()}


def unwrap(slots: list[dict[str, Any]], *, recovery: bytes | None, passphrase: str = "") -> Keys:
    """The keys, by whichever way in fits. KeepingProblem when none does."""
    for slot in slots:
        if slot["kind"] == "file" and recovery is not None:
            key = _derive(recovery, "wrap")
        elif slot["kind"] == "passphrase" and passphrase:
            key = _passphrase_key(passphrase, slot)
        else:
            continue
        sealed = base64.b64decode(slot["wrapped"])
        try:
            return Keys(AESGCM(key).decrypt(sealed[:12], sealed[12:], b"xaso master"))
        except InvalidTag:
            continue
    raise KeepingProblem(
        "Khóa khôi phục hoặc mật khẩu này không mở được kho sao lưu. Chỉ đúng tệp khóa bằng --key, "
        "hoặc đặt XASO_BACKUP_PASSPHRASE."
    )
