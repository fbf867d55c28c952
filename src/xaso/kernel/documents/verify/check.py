"""The verdict on a paper."""

from __future__ import annotations

import hashlib
import io

from django.core.cache import cache
from pyhanko.pdf_utils.reader import PdfFileReader

from xaso.kernel.base.reach import widened
from xaso.kernel.documents.intake import BadFile
from xaso.kernel.documents.intake.base import MEGABYTE
from xaso.kernel.documents.intake.pdfs import refuse_hidden_bombs
from xaso.kernel.documents.models import Document, DocumentVersion, File, Signature
from xaso.kernel.documents.revocation import our_trust
from xaso.kernel.documents.rules import read_code
from xaso.kernel.documents.store import Damaged, Missing, store
from xaso.kernel.documents.verify.report import Report, SignatureReport, Verdict
from xaso.kernel.documents.verify.signatures import embedded_lists, ends_with_timestamp, judge
from xaso.kernel.plain.moment import now

MAX_BYTES = 20 * MEGABYTE
MAX_SIGNATURES = 20
REMEMBERED_SECONDS = 300
_LOOKS_SIGNED = (b"/ByteRange", b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached")


@widened("the check of a paper: number, day and issuer to whoever holds its code")
def verify_code(typed: str) -> Report:
    """What anyone may learn of a paper by its code: the kept file is judged. Drafts are not told of."""
    code = read_code(typed)
    document = None
    if code is not None:
        document = Document.objects.filter(code=code).exclude(state=Document.State.DRAFT).first()
    if document is None:
        return Report(Verdict.UNKNOWN_CODE)
    kept = _judged(document.latest.file)
    if document.state == Document.State.REVOKED:
        verdict, notes = Verdict.REVOKED, _state_notes(document)
    else:
        verdict, notes = kept.verdict, ()
    return Report(verdict, kept.sha256, kept.signatures, document, kept.exact, notes, by_code=True)


def _judged(file: File) -> Report:
    """The judgement on a kept file, remembered for some minutes: a QR on a wall is scanned by many."""
    key = f"documents.judged.{file.sha256}"
    remembered: Report | None = cache.get(key)
    if remembered is not None:
        return remembered
    try:
        report = verify_pdf(store().read(file.sha256))
    except (Missing, Damaged):
        return Report(Verdict.UNCHECKED, file.sha256)
    cache.set(key, report, REMEMBERED_SECONDS)
    return report


def _state_notes(document: Document) -> tuple[str, ...]:
    if document.state != Document.State.REVOKED:
        return ()
    notes = []
    if document.revoked_at:
        notes.append(f"Thu hồi ngày {document.revoked_at.astimezone(now().tzinfo):%d/%m/%Y}.")
    if document.replaced_by_id:
        notes.append("Đã có văn bản khác thay thế.")
    return tuple(notes)


@widened("the check of a paper that the asker holds in full")
def verify_pdf(content: bytes) -> Report:
    """Judge a PDF that somebody holds. Never raises for what is in the file."""
    sha256 = hashlib.sha256(content).hexdigest()
    if b"%PDF-" not in content[:1024]:
        return Report(Verdict.NOT_PDF, sha256)
    if len(content) > MAX_BYTES:
        return Report(Verdict.UNCHECKED, sha256, notes=(f"Tệp lớn hơn {MAX_BYTES // MEGABYTE} MB.",))
    looks_signed = any(mark in content for mark in _LOOKS_SIGNED)
    damaged = Report(
        Verdict.ALTERED if looks_signed else Verdict.UNCHECKED,
        sha256,
        notes=("Cấu trúc tệp bị hỏng nên không đọc được chữ ký.",),
    )
    try:
        refuse_hidden_bombs(content)
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if reader.encrypted:
            return Report(
                Verdict.UNCHECKED, sha256, notes=("Tệp có mật khẩu. Bỏ mật khẩu rồi kiểm tra lại.",)
            )
        embedded = list(reader.embedded_regular_signatures)
        lists = embedded_lists(reader)
    except BadFile as error:
        return Report(Verdict.UNCHECKED, sha256, notes=(error.message,))
    except Exception:  # hostile or damaged files may break the parser in any way
        return damaged
    if not embedded:
        return _without_signature(content, sha256, looks_signed)
    if len(embedded) > MAX_SIGNATURES:
        return Report(Verdict.UNCHECKED, sha256, notes=("Tệp có quá nhiều chữ ký.",))
    trust, moment = our_trust(), now()
    found = tuple(judge(one, trust, [*trust.lists, *lists], moment) for one in embedded)
    return _verdict(content, sha256, found, ends_with_timestamp(content, reader, trust, moment))


def _without_signature(content: bytes, sha256: str, looks_signed: bool) -> Report:
    if looks_signed:
        return Report(Verdict.ALTERED, sha256, notes=("Chữ ký trong tệp không còn đọc được.",))
    version = DocumentVersion.objects.filter(file__sha256=sha256).select_related("document").first()
    if version is not None and version.document.state == Document.State.DRAFT:
        return Report(Verdict.UNFINISHED, sha256, notes=("Đây là bản dự thảo, chưa có chữ ký.",))
    return Report(Verdict.UNSIGNED, sha256, notes=("Tệp này không chứng minh được ai đã ban hành.",))


def _verdict(content: bytes, sha256: str, found: tuple[SignatureReport, ...], stamped: bool) -> Report:
    digests = [one.value_sha256 for one in found if one.value_sha256]
    own = Signature.objects.filter(value_sha256__in=digests).select_related("document").first()
    document = own.document if own else None
    if any(not one.intact or one.changes == "forbidden" for one in found):
        return Report(Verdict.ALTERED, sha256, found, document)
    if document is not None:
        return _verdict_on_ours(content, sha256, found, document, stamped)
    if any(one.certificate in {"revoked", "expired"} for one in found):
        return Report(Verdict.BAD_CERTIFICATE, sha256, found)
    if not all(one.good for one in found):
        return Report(
            Verdict.UNCHECKED, sha256, found, notes=("Tệp còn nguyên vẹn; phần dưới nêu điều chưa rõ.",)
        )
    return Report(Verdict.VALID, sha256, found, notes=("Văn bản này không do hệ thống này phát hành.",))


def _verdict_on_ours(
    content: bytes, sha256: str, found: tuple[SignatureReport, ...], document: Document, stamped: bool
) -> Report:
    """A paper of ours must also be, byte for byte, one of the versions we keep."""
    versions = list(document.versions.select_related("file").order_by("number"))
    exact = next((version for version in versions if version.file.sha256 == sha256), None)
    if exact is None and not (stamped and _extends_ours(content, versions)):
        note = "Tệp khác với bản đang lưu tại cơ quan ban hành."
        return Report(Verdict.ALTERED, sha256, found, document, notes=(note,))
    if document.state == Document.State.REVOKED:
        return Report(Verdict.REVOKED, sha256, found, document, exact is not None, _state_notes(document))
    if exact is not None and exact.pk != versions[-1].pk or document.state != Document.State.ISSUED:
        note = "Bản này chưa có số và chữ ký của cơ quan."
        return Report(Verdict.UNFINISHED, sha256, found, document, True, (note,))
    if any(one.certificate in {"revoked", "expired"} for one in found):
        return Report(Verdict.BAD_CERTIFICATE, sha256, found, document, exact is not None)
    if not all(one.good for one in found):
        return Report(Verdict.UNCHECKED, sha256, found, document, exact is not None)
    notes = (
        ("Đúng từng byte với bản đang lưu tại cơ quan ban hành.",)
        if exact
        else ("Tệp được thêm dấu thời gian lưu trữ sau khi phát hành; nội dung không đổi.",)
    )
    return Report(Verdict.VALID, sha256, found, document, exact is not None, notes)


def _extends_ours(content: bytes, versions: list[DocumentVersion]) -> bool:
    """Whether the file begins with the newest version in full: only then may something have been appended."""
    newest = versions[-1].file
    return len(content) > newest.size and hashlib.sha256(content[: newest.size]).hexdigest() == newest.sha256
