"""The enveloped XML signature of a message: made and checked with signxml; only what was signed is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature as BadSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConfiguration,
    SignatureMethod,
    XMLSigner,
    XMLVerifier,
)
from signxml.exceptions import SignXMLException

from xaso.kernel.plain.cap.checking import read_root, time_problems
from xaso.kernel.plain.cap.message import Message
from xaso.kernel.plain.cap.problems import Problem, Refused
from xaso.kernel.plain.cap.reading import parse

DS = "http://www.w3.org/2000/09/xmldsig#"
METHODS = frozenset(
    {
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


def sign(data: bytes, key_pem: bytes, certificate_pem: bytes) -> bytes:
    """The message with an enveloped signature (SHA-256, exclusive canonical XML) and its certificate.

    The key is ECDSA or RSA. Raises Refused for XML that cannot be read, ValueError for a key that does not fit.
    """
    key = serialization.load_pem_private_key(key_pem, None)
    certificate = x509.load_pem_x509_certificate(certificate_pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise ValueError("Khóa ký phải là ECDSA hoặc RSA.")
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    der = serialization.Encoding.DER
    if key.public_key().public_bytes(der, spki) != certificate.public_key().public_bytes(der, spki):
        raise ValueError("Khóa ký không thuộc chứng thư này.")
    method = (
        SignatureMethod.ECDSA_SHA256
        if isinstance(key, ec.EllipticCurvePrivateKey)
        else SignatureMethod.RSA_SHA256
    )
    signer = XMLSigner(
        signature_algorithm=method,
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(parse(data), key=key, cert=[certificate])
    return bytes(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))


def take(data: bytes, trusted: Iterable[str | bytes], at: datetime, *, unsigned: bool = False) -> Message:
    """A message from somebody else, fit to be acted on. Raises Refused with code and reason.

    ``trusted``: certificates (PEM) of the sender, or of authorities that issued the sender's. ``unsigned`` lets a
    message without signature pass, for a source that is known not to sign; a wrong signature is refused always.
    """
    root = parse(data)
    signed = root.findall(f".//{{{DS}}}Signature")
    if not signed and unsigned:
        message = read_root(root)
    else:
        message = read_root(verified(data, trusted, at))
    problems = time_problems(message, at)
    if problems:
        raise Refused(*problems)
    return message


def verified(data: bytes, trusted: Iterable[str | bytes], at: datetime) -> Any:
    """The element that a trusted certificate signed, parsed anew. Raises Refused with code signature or untrusted."""
    root = parse(data)
    certificate = _embedded(root)
    _trust(certificate, [_load(one) for one in trusted], at)
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        ignore_ambiguous_key_info=True,
        verification_time=at,
    )
    try:
        result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=config)
    except (SignXMLException, BadSignature, ValueError, KeyError, TypeError, etree.LxmlError) as error:
        raise Refused(
            Problem("signature", "Chữ ký không khớp: bản tin đã bị sửa hoặc ký bằng khóa khác.")
        ) from error
    if isinstance(result, list) or result.signed_xml is None or result.signed_xml.tag != root.tag:
        raise Refused(Problem("signature", "Chữ ký không phủ toàn bộ bản tin."))
    return parse(bytes(result.signed_data))


def _embedded(root: Any) -> x509.Certificate:
    signatures = root.findall(f".//{{{DS}}}Signature")
    if not signatures:
        raise Refused(Problem("signature", "Bản tin chưa ký, nguồn này phải ký."))
    if len(signatures) > 1 or signatures[0].getparent() is not root:
        raise Refused(Problem("signature", "Bản tin phải có đúng một chữ ký, đặt ngay trong phần tử gốc."))
    found = signatures[0].find(f".//{{{DS}}}X509Certificate")
    if found is None or not (found.text or "").strip():
        raise Refused(Problem("signature", "Chữ ký không kèm chứng thư."))
    body = "".join((found.text or "").split())
    return _load(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")


def _load(pem: str | bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode() if isinstance(pem, str) else pem)
    except ValueError as error:
        raise Refused(Problem("signature", "Không đọc được chứng thư.")) from error


def _trust(certificate: x509.Certificate, trusted: list[x509.Certificate], at: datetime) -> None:
    if not any(_stands_for(one, certificate) for one in trusted):
        name = certificate.subject.rfc4514_string()[:120]
        raise Refused(Problem("untrusted", f"Chứng thư “{name}” không có trong danh sách nguồn được tin."))
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise Refused(Problem("untrusted", "Chứng thư của nơi gửi chưa hoặc không còn hiệu lực."))


def _stands_for(one: x509.Certificate, certificate: x509.Certificate) -> bool:
    if one == certificate:
        return True
    try:
        constraints = one.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False
    if not constraints.ca:
        return False
    try:
        certificate.verify_directly_issued_by(one)
    except (ValueError, TypeError, BadSignature):
        return False
    return True
