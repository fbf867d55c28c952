"""Signatures inside a PDF: PAdES with timestamp, visible, appended so that earlier bytes stay as they are.

The first signature certifies the paper and permits form filling and signing only. The clerk's revision fills
number and date and carries the agency's signature, whose field locks everything. Every reader that
understands permissions (pyHanko, Acrobat) and every one that does not (poppler) finds both signatures valid.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils import content, generic, layout
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields as sig_fields
from pyhanko.sign import signers
from pyhanko.sign.general import SigningError as PyHankoSigningError
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, SigDSSPlacementPreference
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.errors import PathError

from xaso.kernel.documents.signing.base import must_be_usable
from xaso.kernel.documents.signing.errors import CertificateUnusable, SigningUnavailable
from xaso.kernel.documents.signing.timestamps import time_stamper
from xaso.kernel.documents.signing.trust import Trust

# It warns about fetching and permissions that we set on purpose; real faults are raised.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Signing:
    """One signature to make: its field, how it looks, and whether it is the one that certifies."""

    field: str
    look: bytes | None = None
    certify: bool = False
    lock: bool = False
    reason: str = ""
    location: str = ""
    texts: Mapping[str, tuple[str, bytes]] = dataclass_field(default_factory=dict)  # field: (words, drawing)
    new_box: Box | None = None  # for papers that were not made from our templates
    new_page: int = 0


@dataclass(frozen=True)
class Signed:
    """A signed PDF, and what is worth remembering of the signature."""

    content: bytes
    value_sha256: str
    serial: str
    subject: str
    issuer: str
    timestamp: datetime | None


class _Drawing(content.PdfContent):
    """The first page of another PDF as content, imported when it is drawn."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        if self.writer is None:
            raise ValueError("no writer to draw into")
        page = self.writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources[content.ResourceType.XOBJECT][pdf_name("/Look")] = page
        return b"/Look Do"


class _MomentSigner(signers.PdfSigner):
    """Signs at the moment of the house's one clock."""

    moment: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


_CORNER = layout.SimpleBoxLayoutRule(
    x_align=layout.AxisAlignment.ALIGN_MIN,
    y_align=layout.AxisAlignment.ALIGN_MIN,
    margins=layout.Margins.uniform(0),
)


def _metadata(signing: Signing, trust: Trust, profile: str, moment: datetime) -> signers.PdfSignatureMetadata:
    long_term = profile in {"B-LT", "B-LTA"}
    permissions = sig_fields.MDPPerm.NO_CHANGES if signing.lock else sig_fields.MDPPerm.FILL_FORMS
    return signers.PdfSignatureMetadata(
        field_name=signing.field,
        md_algorithm="sha256",
        subfilter=sig_fields.SigSeedSubFilter.PADES,
        reason=signing.reason or None,
        location=signing.location or None,
        certify=signing.certify,
        docmdp_permissions=permissions,
        embed_validation_info=long_term,
        use_pades_lta=profile == "B-LTA",
        validation_context=trust.context(moment, revocation="hard-fail") if long_term else None,
        # Together with the signature, so that the last signature covers the whole file.
        dss_settings=DSSContentSettings(
            include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
        ),
    )


def _new_field(signing: Signing) -> sig_fields.SigFieldSpec | None:
    if signing.new_box is None:
        return None
    left, bottom, right, top = (round(value) for value in signing.new_box)
    return sig_fields.SigFieldSpec(signing.field, on_page=signing.new_page, box=(left, bottom, right, top))


def _fill_texts(writer: IncrementalPdfFileWriter, texts: Mapping[str, tuple[str, bytes]]) -> None:
    """Fill text fields in the revision being written. Raises KeyError for a field that the PDF does not have."""
    waiting = dict(texts)
    for reference in writer.root["/AcroForm"].raw_get("/Fields") if waiting else ():
        field = reference.get_object()
        name = str(field.get("/T", ""))
        if name not in waiting:
            continue
        words, drawing = waiting.pop(name)
        page = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(drawing)))
        field["/V"] = generic.pdf_string(words)
        field["/AP"] = generic.DictionaryObject({pdf_name("/N"): page})
        writer.mark_update(reference)
    if waiting:
        raise KeyError(next(iter(waiting)))


def sign_field(
    pdf: bytes, signer: signers.Signer, signing: Signing, *, trust: Trust, profile: str, moment: datetime
) -> Signed:
    """Append one PAdES signature with a timestamp. Raises SigningError kinds; the input is never changed."""
    certificate = signer.signing_cert
    if certificate is None:
        raise CertificateUnusable("Khóa ký không có chứng thư. Báo người quản trị.")
    must_be_usable(certificate, moment)
    look = None
    if signing.look is not None:
        look = StaticStampStyle(
            border_width=0,
            background=_Drawing(signing.look),
            background_opacity=1.0,
            background_layout=_CORNER,
        )
    made = _MomentSigner(
        _metadata(signing, trust, profile, moment),
        signer,
        timestamper=time_stamper(),
        stamp_style=look,
        new_field_spec=_new_field(signing),
    )
    made.moment = moment
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf), strict=False)
        _fill_texts(writer, signing.texts)
        out = made.sign_pdf(writer).getvalue()
    except TimestampRequestError as error:
        raise SigningUnavailable(
            "Máy chủ cấp dấu thời gian không trả lời. Chưa có gì được ký; thử lại sau ít phút."
        ) from error
    except (PathError, PyHankoSigningError) as error:
        raise CertificateUnusable(
            f"Chứng thư không dùng được để ký (hết hạn, bị thu hồi hoặc không rõ nơi cấp). Chi tiết: {error}"
        ) from error
    return remembered(out, signing.field)


def remembered(pdf: bytes, field: str) -> Signed:
    """Read back a signature just made."""
    for embedded in PdfFileReader(io.BytesIO(pdf), strict=False).embedded_signatures:
        if embedded.field_name != field:
            continue
        certificate = embedded.signer_cert
        return Signed(
            content=pdf,
            value_sha256=value_digest(embedded),
            serial=f"{certificate.serial_number:X}",
            subject=certificate.subject.human_friendly,
            issuer=certificate.issuer.human_friendly,
            timestamp=timestamp_of(embedded),
        )
    raise ValueError(f"no signature in field {field!r}")


def timestamp_of(embedded: Any) -> datetime | None:
    """The time in a signature's timestamp token, not yet checked; None without a token."""
    for attribute in embedded.signer_info["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0]["content"]
            made_at: datetime = token["encap_content_info"]["content"].parsed["gen_time"].native
            return made_at
    return None


def value_digest(embedded: Any) -> str:
    """A digest of the signature value itself: the fingerprint by which a signature is known again."""
    value: bytes = embedded.signed_data["signer_infos"][0]["signature"].native
    return hashlib.sha256(value).hexdigest()


def signed_fields(pdf: bytes) -> list[str]:
    """Names of the fields that hold a signature, oldest first, timestamps left out."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf), strict=False)
        return [str(one.field_name) for one in reader.embedded_regular_signatures]
    except (PdfError, ValueError):
        return []


def corner_box(width: float = 200.0, height: float = 44.0) -> Box:
    """The top right of an A4 page inside its margins, for copies and attachments."""
    return (595.0 - 42.0 - width, 842.0 - 20.0 - height, 595.0 - 42.0, 842.0 - 20.0)
