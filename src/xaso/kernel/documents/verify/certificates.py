"""Was a certificate revoked, and when: read from lists whose signature holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509

# A list from a little before the signature still speaks for it: authorities publish daily.
_GRACE = timedelta(hours=36)


def _answer(
    serial: int, issuer: x509.Certificate, lists: Iterable[asn1_crl.CertificateList], at: datetime
) -> str:
    found = "unknown"
    for one in lists:
        try:
            loaded = x509.load_der_x509_crl(one.dump())
            if loaded.issuer != issuer.subject or not loaded.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]
                continue
        except (ValueError, TypeError):
            continue
        entry = loaded.get_revoked_certificate_by_serial_number(serial)
        if entry is not None:
            if entry.revocation_date_utc <= at:
                return "revoked"
            found = "revoked_later"
        elif found == "unknown" and loaded.last_update_utc >= at - _GRACE:
            found = "good"
    return found


def revocation_of(
    path: list[asn1_x509.Certificate], lists: Iterable[asn1_crl.CertificateList], at: datetime
) -> str:
    """good, revoked, revoked_later or unknown for a chain (root first): the worst of its certificates."""
    known = list(lists)
    answers = []
    for issuer, subject in zip(path, path[1:], strict=False):
        loaded = x509.load_der_x509_certificate(issuer.dump())
        answers.append(_answer(subject.serial_number, loaded, known, at))
    for worst in ("revoked", "unknown", "revoked_later"):
        if worst in answers:
            return worst
    return "good" if answers else "unknown"
