"""One signature of a PDF, judged: integrity, later changes, time, certificate."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from asn1crypto import crl as asn1_crl
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel

from xaso.kernel.documents.models import Signature
from xaso.kernel.documents.signing.base import common_name
from xaso.kernel.documents.signing.pdf import timestamp_of, value_digest
from xaso.kernel.documents.signing.trust import Trust
from xaso.kernel.documents.verify.certificates import revocation_of
from xaso.kernel.documents.verify.report import SignatureReport
from xaso.kernel.plain.moment import VIETNAM

# Forbidden changes are an answer here, not a fault to log with a traceback.
logging.getLogger("pyhanko.sign.diff_analysis").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)


def embedded_lists(reader: PdfFileReader) -> list[asn1_crl.CertificateList]:
    """Revocation lists that travel in the PDF (PAdES B-LT)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
        return [asn1_crl.CertificateList.load(stream.get_object().data) for stream in store.crls]
    except Exception:  # an absent or damaged store holds nothing for us; the signature is judged without it
        return []


def _status(embedded: Any, trust: Trust, at: datetime, now: datetime) -> PdfSignatureStatus:
    return validate_pdf_signature(
        embedded, signer_validation_context=trust.context(at), ts_validation_context=trust.context(now)
    )


def _changes(status: PdfSignatureStatus) -> str:
    if status.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return "none"
    if status.coverage != SignatureCoverageLevel.ENTIRE_REVISION or not status.docmdp_ok:
        return "forbidden"
    level = status.modification_level
    if level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}:
        return "none"
    return "allowed" if level == ModificationLevel.FORM_FILLING else "forbidden"


def _certificate(status: PdfSignatureStatus, revocation: str, at: datetime) -> str:
    certificate = status.signing_cert
    if revocation == "revoked":
        return "revoked"
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        return "expired"
    return "good" if status.trusted else "untrusted"


def _padding_is_zero(embedded: Any) -> bool:
    """Nothing may hide after the signature, in the space reserved for it."""
    contents = bytes(embedded.sig_object["/Contents"])
    length, header = contents[1], 2
    if length & 0x80:
        header += length & 0x7F
        length = int.from_bytes(contents[2:header], "big")
    return not any(contents[header + length :])


def ends_with_timestamp(content: bytes, reader: PdfFileReader, trust: Trust, now: datetime) -> bool:
    """Whether what was appended last is a trusted document timestamp and its proofs (PAdES B-LTA, renewed)."""
    try:
        stamps = reader.embedded_timestamp_signatures
        if not stamps or not content.rstrip().endswith(b"%%EOF"):
            return False
        status = validate_pdf_timestamp(stamps[-1], trust.context(now))
        proofs_only = status.modification_level in {ModificationLevel.NONE, ModificationLevel.LTA_UPDATES}
        whole = status.coverage in {
            SignatureCoverageLevel.ENTIRE_FILE,
            SignatureCoverageLevel.ENTIRE_REVISION,
        }
        return bool(status.intact and status.valid and status.trusted and whole and proofs_only)
    except Exception:  # a stamp that cannot be read proves nothing
        return False


def broken(field: str, value: str = "") -> SignatureReport:
    """A signature that cannot even be read."""
    return SignatureReport(
        field=field,
        signer="Không đọc được",
        organisation="",
        issuer="",
        serial="",
        signed_at=None,
        time_proven=False,
        time_authority="",
        intact=False,
        whole_file=False,
        changes="unknown",
        certificate="unknown",
        revocation="unknown",
        known=False,
        value_sha256=value,
    )


def judge(
    embedded: Any, trust: Trust, lists: list[asn1_crl.CertificateList], now: datetime
) -> SignatureReport:
    """Judge one signature. Whatever goes wrong while reading it speaks against it, never for it."""
    field = str(embedded.field_name or "")
    value = ""
    try:
        value = value_digest(embedded)
        claimed = timestamp_of(embedded)
        status = _status(embedded, trust, claimed or now, now)
        stamp = status.timestamp_validity
        proven = bool(stamp and stamp.valid and stamp.intact and stamp.trusted)
        at = claimed if proven and claimed else now
        if not proven and claimed:
            status = _status(embedded, trust, now, now)
        path = list(status.validation_path.iter_certs(include_root=True)) if status.validation_path else []
        revocation = revocation_of(path, lists, at)
        certificate = status.signing_cert
        own = Signature.objects.filter(value_sha256=value).first()
        organisation = certificate.subject.native.get("organization_name", "")
        return SignatureReport(
            field=field,
            signer=common_name(certificate.subject),
            organisation=organisation if isinstance(organisation, str) else ", ".join(organisation),
            issuer=common_name(certificate.issuer),
            serial=f"{certificate.serial_number:X}",
            signed_at=(claimed or embedded.self_reported_timestamp or now).astimezone(VIETNAM),
            time_proven=proven,
            time_authority=common_name(stamp.signing_cert.subject) if stamp else "",
            intact=bool(status.intact and status.valid and _padding_is_zero(embedded)),
            whole_file=status.coverage == SignatureCoverageLevel.ENTIRE_FILE,
            changes=_changes(status),
            certificate=_certificate(status, revocation, at),
            revocation=revocation,
            known=own is not None,
            role=own.get_role_display() if own else "",
            value_sha256=value,
        )
    except Exception:  # hostile input may break any parser; the answer is then "not intact"
        return broken(field, value)
