"""Certificates of loudspeakers: the device makes its own key and asks; the authority of the station vouches."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_DAYS, SERVER_DAYS, DEVICE_DAYS = 3650, 825, 825


class BadRequest(ValueError):
    """A request for a certificate that is not granted; the reason is for the person at the device."""


@dataclass(frozen=True)
class Authority:
    """A certificate and key that vouch for others; both in PEM."""

    certificate: bytes
    key: bytes


def new_key() -> bytes:
    """A new private key (P-256) in PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_authority(title: str, moment: datetime) -> Authority:
    """A new authority."""
    pem = new_key()
    key = _private(pem)
    name = _name(title)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = (
        _begun(name, name, key.public_key(), moment, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(made.public_bytes(serialization.Encoding.PEM), pem)


def request(key: bytes, name: str) -> bytes:
    """What a device sends: a request, signed with its own key, in PEM."""
    asked = x509.CertificateSigningRequestBuilder().subject_name(_name(name))
    return asked.sign(_private(key), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def grant(authority: Authority, csr: bytes, *, cluster: str, commune: str, moment: datetime) -> bytes:
    """A certificate for a device. The name in it is ours, whatever the request says. BadRequest with the reason."""
    try:
        asked = x509.load_pem_x509_csr(csr)
        valid = asked.is_signature_valid
    except (ValueError, TypeError, InvalidSignature) as error:
        raise BadRequest("Yêu cầu cấp chứng thư không đọc được") from error
    public = asked.public_key()
    if not valid or not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
        raise BadRequest("Yêu cầu phải tự ký bằng khóa P-256 của thiết bị")
    return _leaf(authority, public, _name(cluster, commune), moment, DEVICE_DAYS, client=True)


def server_certificate(
    authority: Authority, key: bytes, names: Iterable[str], *, moment: datetime, client: bool = False
) -> bytes:
    """A certificate for the broker (all names by which it is called) or, ``client``, for the station's own client."""
    wanted = list(names)
    return _leaf(
        authority,
        _private(key).public_key(),
        _name(wanted[0]),
        moment,
        SERVER_DAYS,
        client=client,
        names=wanted,
    )


def revocations(authority: Authority, serials: Iterable[int], *, moment: datetime) -> bytes:
    """The list of certificates that no longer count, in PEM, as Mosquitto's ``crlfile`` reads it."""
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(moment - timedelta(minutes=5))
        .next_update(moment + timedelta(days=CA_DAYS))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment).build()
        builder = builder.add_revoked_certificate(entry)
    made = builder.sign(_private(authority.key), hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM)


def revoked_serials(crl: bytes) -> set[int]:
    """The serial numbers in such a list."""
    return {one.serial_number for one in x509.load_pem_x509_crl(crl)}


def serial_of(certificate: bytes) -> int:
    """The serial number of a certificate in PEM."""
    return x509.load_pem_x509_certificate(certificate).serial_number


def ends(certificate: bytes) -> datetime:
    """When a certificate in PEM ends."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def name_in(certificate: bytes) -> str:
    """The name a certificate in PEM is for."""
    found = x509.load_pem_x509_certificate(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _leaf(
    authority: Authority,
    public: ec.EllipticCurvePublicKey,
    subject: x509.Name,
    moment: datetime,
    days: int,
    *,
    client: bool,
    names: Iterable[str] = (),
) -> bytes:
    issuer, key = x509.load_pem_x509_certificate(authority.certificate), _private(authority.key)
    use = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
    builder = (
        _begun(subject, issuer.subject, public, moment, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
    )
    others = [_general(name) for name in names]
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, moment: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=2))  # a device whose clock is behind must still get in
        .not_valid_after(moment + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(name: str, commune: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if commune:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, commune))
    return x509.Name(parts)


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadRequest("Khóa không phải P-256")
    return key
