"""A trial certification authority: root, issuing authority, timestamp authority, made at the first start.

It lets an installation sign from the first minute. Its keys are this installation's own, sealed at rest with
the key ring, never in the repository; its names say "dùng thử", and a real authority's roots and timestamp
address replace it by settings.
"""

from __future__ import annotations

import functools
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from xaso.kernel.base.fields import seal, unseal
from xaso.kernel.documents.config import config
from xaso.kernel.plain.moment import now

_CONTEXT = "documents.trial-authority"
# The demo tells a past month, so the authority must be older than its first start.
_BACKDATED = timedelta(days=400)
_YEAR = timedelta(days=365)
CRL_NAME = "dung-thu.crl"


@dataclass(frozen=True)
class Pair:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return as_asn1(self.certificate)


@dataclass(frozen=True)
class Authority:
    """The trial authority's three pairs."""

    root: Pair
    issuing: Pair
    timestamps: Pair

    @property
    def chain(self) -> tuple[asn1_x509.Certificate, ...]:
        return (self.issuing.asn1, self.root.asn1)


def as_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The same certificate in the form pyHanko speaks."""
    loaded: asn1_x509.Certificate = asn1_x509.Certificate.load(
        certificate.public_bytes(serialization.Encoding.DER)
    )
    return loaded


def as_pem(certificate: x509.Certificate) -> str:
    """PEM text of a certificate."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _name(common: str, organisation: str = "", title: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]))
    if title:
        parts.append(x509.NameAttribute(NameOID.TITLE, title[:64]))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common[:64]))
    return x509.Name(parts)


def _usage(**on: bool) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: on.get(name, False) for name in names})


def _certificate(
    name: x509.Name,
    public_key: rsa.RSAPublicKey,
    issuer: Pair | None,
    own_key: rsa.RSAPrivateKey | None,
    start: datetime,
    end: datetime,
    extensions: Iterable[tuple[Any, bool]],
) -> x509.Certificate:
    signer = issuer.key if issuer else own_key
    if signer is None:
        raise ValueError("an issuer or the own key must sign")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.certificate.subject if issuer else name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def _crl_place() -> x509.CRLDistributionPoints:
    address = x509.UniformResourceIdentifier(f"{config().base_url}/verify/{CRL_NAME}")
    return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])


def _make() -> dict[str, Pair]:
    start, mark = now() - _BACKDATED, secrets.token_hex(3).upper()
    root_key = rsa.generate_private_key(65537, 3072)
    issuing_key = rsa.generate_private_key(65537, 3072)
    timestamp_key = rsa.generate_private_key(65537, 3072)
    authority = _usage(key_cert_sign=True, crl_sign=True)
    root = Pair(
        _certificate(
            _name(f"Xã Số - Gốc chứng thực dùng thử {mark}"), root_key.public_key(), None, root_key,
            start, start + 25 * _YEAR,
            [(x509.BasicConstraints(ca=True, path_length=1), True), (authority, True)],
        ),
        root_key,
    )  # fmt: skip
    issuing = Pair(
        _certificate(
            _name(f"Xã Số - Cấp chứng thư dùng thử {mark}"), issuing_key.public_key(), root, None,
            start, start + 15 * _YEAR,
            [(x509.BasicConstraints(ca=True, path_length=0), True), (authority, True)],
        ),
        issuing_key,
    )  # fmt: skip
    timestamps = Pair(
        _certificate(
            _name(f"Xã Số - Dấu thời gian dùng thử {mark}"), timestamp_key.public_key(), issuing, None,
            start, start + 12 * _YEAR,
            [
                (x509.BasicConstraints(ca=False, path_length=None), True),
                (_usage(digital_signature=True), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
                (_crl_place(), False),
            ],
        ),
        timestamp_key,
    )  # fmt: skip
    return {"root": root, "issuing": issuing, "timestamps": timestamps}


def _write(folder: Path, pairs: dict[str, Pair]) -> None:
    """Write all files into a folder of their own, then rename it: of several first starts one wins."""
    waiting = folder.with_name(f"{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    waiting.mkdir(parents=True, mode=0o700)
    passphrase = secrets.token_urlsafe(32)
    contents = {"passphrase.sealed": seal(passphrase, _CONTEXT)}
    for name, pair in pairs.items():
        contents[f"{name}.pem"] = as_pem(pair.certificate).encode()
        contents[f"{name}.key"] = pair.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode()),
        )
    for file_name, content in contents.items():
        descriptor = os.open(waiting / file_name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    try:
        waiting.rename(folder)
    except OSError:  # another process was first
        shutil.rmtree(waiting)


def _load(folder: Path) -> Authority:
    passphrase = unseal((folder / "passphrase.sealed").read_bytes(), _CONTEXT).encode()
    pairs = {}
    for name in ("root", "issuing", "timestamps"):
        key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), passphrase)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{name}.key is not an RSA key")
        pairs[name] = Pair(x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes()), key)
    return Authority(**pairs)


@functools.lru_cache(maxsize=2)
def _authority(folder: Path) -> Authority:
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder, _make())
    return _load(folder)


def authority() -> Authority:
    """This installation's trial authority; made when it does not exist yet."""
    return _authority(config().keys_dir / "trial")


def issue(
    name: str,
    organisation: str,
    public_key: rsa.RSAPublicKey,
    *,
    title: str = "",
    start: datetime | None = None,
    days: int = 730,
) -> x509.Certificate:
    """A certificate for signing documents, for a person or an agency, from the trial issuing authority."""
    begin = start or now() - timedelta(days=1)
    return _certificate(
        _name(name, organisation, title), public_key, authority().issuing, None, begin, begin + timedelta(days=days),
        [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(digital_signature=True, content_commitment=True), True),
            (_crl_place(), False),
        ],
    )  # fmt: skip


def revocation_lists(revoked: Iterable[tuple[int, datetime]], number: int) -> tuple[bytes, bytes]:
    """Signed lists of the issuing authority and of the root (DER), in force for a week from now."""
    own, moment = authority(), now()
    answers = []
    for pair, entries in ((own.issuing, list(revoked)), (own.root, [])):
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(pair.certificate.subject)
            .last_update(moment - timedelta(minutes=5))
            .next_update(moment + timedelta(days=7))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(pair.key.public_key()), critical=False
            )
        )
        for serial, at in entries:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
            builder = builder.add_revoked_certificate(entry.build())
        answers.append(builder.sign(pair.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))
    return answers[0], answers[1]


def as_crl(der: bytes) -> asn1_crl.CertificateList:
    """A revocation list in the form pyHanko speaks."""
    loaded: asn1_crl.CertificateList = asn1_crl.CertificateList.load(der)
    return loaded
