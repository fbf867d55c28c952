"""The authority of an installation of many machines: it vouches for our own nodes and for nobody else.

Its key stays on the machine where it was made (better: on a stick in a safe); nodes get their own certificate and
key and the authority's certificate. A node trusts this one authority only, no list of public ones.
"""

from __future__ import annotations

import ipaddress
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from xaso.kernel.plain.moment import now

CA, CERTIFICATE, KEY = "ca.pem", "cert.pem", "key.pem"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
CA_YEARS, NODE_DAYS = 10, 400


class BadName(ValueError):
    """What was given is no name of a machine."""


def make(folder: Path, nodes: list[str], *, days: int = NODE_DAYS) -> list[Path]:
    """The authority below ``folder`` when there is none yet, and a folder with new certificate and key a node.

    A node is ``name`` or ``name,other-name,address``: every name by which others call it. Raises BadName.
    """
    wanted = [_names(node) for node in nodes]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, key = _authority(folder)
    return [_node(folder / names[0], names, authority, key, days) for names in wanted]


def _names(node: str) -> list[str]:
    names = [one.strip() for one in node.split(",") if one.strip()]
    if (
        not names
        or not all(_NAME.fullmatch(one) or _address(one) for one in names)
        or names[0] == "authority"
    ):
        raise BadName(f"'{node}' không phải tên máy. Viết như web-1 hoặc web-1,xaso-web,10.0.0.5")
    return names


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    place = folder / "authority"
    if (place / KEY).exists():
        key = serialization.load_pem_private_key((place / KEY).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise BadName(f"{place / KEY} không phải khóa do lệnh này tạo")
        return x509.load_pem_x509_certificate((place / CA).read_bytes()), key
    key, moment = ec.generate_private_key(ec.SECP256R1()), now()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Xa So inner authority {moment:%Y-%m-%d}")])
    builder = _begun(name, name, key, moment, timedelta(days=CA_YEARS * 365))
    made = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).add_extension(
        x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True
    )
    certificate = made.sign(key, hashes.SHA256())
    place.mkdir(mode=0o700, exist_ok=True)
    _write(place / KEY, _pem(key))
    _write(place / CA, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return certificate, key


def _node(
    place: Path, names: list[str], authority: x509.Certificate, by: ec.EllipticCurvePrivateKey, days: int
) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    others: list[x509.GeneralName] = []
    for one in names:
        found = _address(one)
        others.append(x509.IPAddress(found) if found else x509.DNSName(one))
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        _begun(subject, authority.subject, key, now(), timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .sign(by, hashes.SHA256())
    )
    place.mkdir(mode=0o700, exist_ok=True)
    _write(place / KEY, _pem(key))
    _write(place / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM), mode=0o644)
    _write(place / CA, authority.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return place


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, moment: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=5))
        .not_valid_after(moment + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
    fresh.replace(path)


def ends(folder: Path) -> datetime:
    """When the certificate of this node ends."""
    return x509.load_pem_x509_certificate((folder / CERTIFICATE).read_bytes()).not_valid_after_utc
