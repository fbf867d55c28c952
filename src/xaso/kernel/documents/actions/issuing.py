"""Leader signs, clerk numbers and seals: the order is enforced, and one failure does not lose the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asn1crypto import pem, x509
from django.db import connection, transaction
from pyhanko.sign.signers import Signer

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden, NotFound
from xaso.kernel.documents.actions.papers import add_version, told
from xaso.kernel.documents.config import config
from xaso.kernel.documents.models import Document, DocumentVersion, Signature, SigningKey
from xaso.kernel.documents.revocation import our_trust
from xaso.kernel.documents.rights import REVOKE, SEAL, SIGN
from xaso.kernel.documents.rules import date_line, number_line
from xaso.kernel.documents.signing import KeyRef, adapter, appearance
from xaso.kernel.documents.signing.base import must_be_usable
from xaso.kernel.documents.signing.errors import CertificateUnusable, OutOfOrder
from xaso.kernel.documents.signing.pdf import Signed, Signing, sign_field, signed_fields
from xaso.kernel.documents.store import store
from xaso.kernel.documents.typeset import fields_of
from xaso.kernel.documents.typeset.fields import AGENCY, DATE, NUMBER, PERSON, Field
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

MAX_BATCH = 200

# What a service does around each paper of a batch, in that paper's own transaction: before the ``yield`` it may
# refuse with an ActionError, after it it may go on with the record that the paper belongs to.
Around = Callable[[Document], AbstractContextManager[None]]


def _nothing_around(document: Document) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class ItemResult:
    """What became of one paper of a batch."""

    document_id: UUID
    ok: bool
    message: str


def key_of_person(viewer: Viewer) -> SigningKey:
    """The viewer's own key, newest first. Raises CertificateUnusable when there is none to sign with."""
    key = None
    if viewer.account_id is not None:
        keys = SigningKey.objects.filter(
            account=viewer.account_id, kind=SigningKey.Kind.PERSON, revoked_at=None
        )
        key = keys.order_by("-valid_to").first()
    if key is None:
        raise CertificateUnusable("Tài khoản này chưa gắn khóa ký số. Nhờ người quản trị cấp hoặc gắn khóa.")
    return key


def key_of_agency(unit_path: str) -> SigningKey:
    """The key of the issuing unit, or of the nearest unit above it. Raises CertificateUnusable."""
    keys = [
        key
        for key in SigningKey.objects.filter(kind=SigningKey.Kind.AGENCY, revoked_at=None)
        if unit_path.startswith(key.unit_path)
    ]
    if not keys:
        raise CertificateUnusable(
            "Đơn vị này chưa gắn con dấu số. Nhờ người quản trị cấp hoặc gắn khóa cơ quan."
        )
    return max(keys, key=lambda key: (len(key.unit_path), key.valid_to))


def key_ref(key: SigningKey) -> KeyRef:
    """A key as the signing port knows it."""
    chain = pem.unarmor(key.chain.encode(), multiple=True) if key.chain else ()
    certificate = x509.Certificate.load(pem.unarmor(key.certificate.encode())[2])
    return KeyRef(
        key.adapter, key.reference, certificate, tuple(x509.Certificate.load(der) for _, _, der in chain)
    )


def send_code(viewer: Viewer, *, agency_path: str | None = None) -> str:
    """Have the provider of the viewer's key (or of a unit's seal) send its one-time code; "" when it needs none."""
    key = key_of_agency(agency_path) if agency_path is not None else key_of_person(viewer)
    if agency_path is not None:
        viewer.must(SEAL, agency_path)
    return adapter(key.adapter).challenge(key_ref(key))


def _image(key: SigningKey) -> bytes | None:
    return store().read(key.image.sha256) if key.image else None


def _locked(document_id: UUID) -> Document:
    document = Document.objects.select_for_update(of=("self",)).filter(pk=document_id).first()
    if document is None:
        raise NotFound()
    return document


def _remember(
    viewer: Viewer,
    document: Document,
    version: DocumentVersion,
    key: SigningKey,
    role: str,
    field: str,
    signed: Signed,
) -> None:
    Signature.objects.create(
        document=document,
        version=version,
        key=key,
        role=role,
        field=field,
        signer_name=key.holder,
        signer_title=viewer.title if role == Signature.Role.PERSONAL else "",
        unit_name=key.agency,
        serial=signed.serial,
        subject=signed.subject[:400],
        issuer=signed.issuer[:400],
        signed_at=signed.timestamp or now(),
        profile=config().profile,
        value_sha256=signed.value_sha256,
    )


def _next_person_field(fields: dict[str, Field], taken: Sequence[str]) -> str | None:
    """The first free place for a person's signature; None when all are signed."""
    return next((name for name in sorted(fields) if name.startswith(PERSON) and name not in taken), None)


def _check_signable(viewer: Viewer, document: Document) -> None:
    viewer.must(SIGN, document.unit_path)
    if document.state in {Document.State.ISSUED, Document.State.REVOKED}:
        raise Conflict("Văn bản đã phát hành hoặc đã thu hồi nên không ký thêm được.")
    if document.refused_at:
        raise Conflict("Dự thảo đang bị trả lại. Sửa dự thảo trước khi ký.")
    signers = document.signatures.filter(role=Signature.Role.PERSONAL).values_list("key__account", flat=True)
    if viewer.account_id in set(signers):
        raise Conflict("Đồng chí đã ký văn bản này.")


@action
def _sign(viewer: Viewer, *, document_id: UUID, key: SigningKey, signer: Signer) -> Document:
    document = _locked(document_id)
    _check_signable(viewer, document)
    pdf = store().read(document.latest.file.sha256)
    fields, taken = fields_of(pdf), signed_fields(pdf)
    name = _next_person_field(fields, taken)
    if name is None and fields:
        raise Conflict("Văn bản đã đủ chữ ký của người có thẩm quyền. Chờ văn thư cấp số, đóng dấu.")
    moment = now()
    if name is None:  # a paper without our fields: signed in the corner
        look = appearance.corner(200, 44, [key.holder, appearance.iso_time(moment)])
        signing = Signing(f"{PERSON}1", look, certify=not taken, new_box=(353, 778, 553, 822))
    else:
        place = fields[name]
        look = appearance.person(place.width, place.height, key.holder, moment, _image(key))
        signing = Signing(name, look, certify=not taken)
    # The lasting profile belongs to the last signature; this one is followed by the agency's.
    profile = "B-LT" if config().profile == "B-LTA" else config().profile
    signed = sign_field(pdf, signer, signing, trust=our_trust(), profile=profile, moment=moment)
    version = add_version(viewer, document, signed.content, DocumentVersion.Step.SIGNED, signed=True)
    _remember(viewer, document, version, key, Signature.Role.PERSONAL, signing.field, signed)
    if _next_person_field(fields, [*taken, signing.field]) is None:
        document.state = Document.State.SIGNED
        document.save(update_fields=["state"])
    facts = told(document, version)
    emit("documents.signed", record=document, unit_path=document.unit_path, viewer=viewer, data=facts)
    return document


def sign_document(viewer: Viewer, *, document: Document, pin: str) -> Document:
    """The leader signs. ``pin`` opens the key: PIN of a file or token, one-time code of a provider.

    Raises Forbidden, Conflict, WrongPin and the other signing errors; nothing changes then.
    """
    viewer.must(SIGN, document.unit_path)
    key = key_of_person(viewer)
    reference = key_ref(key)
    must_be_usable(reference.certificate, now())
    with adapter(key.adapter).unlock(reference, pin) as signer:
        return _sign(viewer, document_id=document.pk, key=key, signer=signer)


def sign_documents(
    viewer: Viewer, *, documents: Iterable[Document], pin: str, around: Around = _nothing_around
) -> list[ItemResult]:
    """Sign a checked batch with one PIN; each paper stands or falls by itself, with what is done ``around`` it.

    A wrong PIN or unusable key is raised before anything is signed.
    """
    batch = list(documents)
    if not 0 < len(batch) <= MAX_BATCH:
        raise ActionError(f"Chọn từ 1 đến {MAX_BATCH} văn bản.", "documents")
    key = key_of_person(viewer)
    reference = key_ref(key)
    must_be_usable(reference.certificate, now())
    results = []
    with adapter(key.adapter).unlock(reference, pin, len(batch)) as signer:
        for document in batch:
            try:
                with transaction.atomic(), around(document):
                    _sign(viewer, document_id=document.pk, key=key, signer=signer)
                results.append(ItemResult(document.pk, True, "Đã ký."))
            except ActionError as error:
                results.append(ItemResult(document.pk, False, error.message))
    return results


def take_number(unit_path: str, year: int, series: str = "") -> str:
    """The next number of a book, within the caller's transaction: a failure gives it back, so no gaps."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO documents_numberbook (unit_path, year, series, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (unit_path, year, series) DO UPDATE SET last = documents_numberbook.last + 1"
            " RETURNING last",
            [unit_path, year, series],
        )
        return str(cursor.fetchone()[0])


def _check_sealable(document: Document, fields: dict[str, Field], taken: Sequence[str]) -> None:
    if document.state in {Document.State.ISSUED, Document.State.REVOKED}:
        raise Conflict("Văn bản đã phát hành hoặc đã thu hồi.")
    waiting = _next_person_field(fields, taken)
    if document.state != Document.State.SIGNED or waiting is not None or not taken:
        raise OutOfOrder("Chưa đóng dấu được: người có thẩm quyền chưa ký số (NĐ 30/2020, điều 32).")


def _seal_signing(document: Document, fields: dict[str, Field], key: SigningKey, moment: datetime) -> Signing:
    lines = {
        NUMBER: number_line(document.number, document.symbol),
        DATE: date_line(document.place, moment.date()),
    }
    texts = {
        name: (words, appearance.text(fields[name], words)) for name, words in lines.items() if name in fields
    }
    if AGENCY in fields:
        place = fields[AGENCY]
        look = appearance.seal(place.width, place.height, key.agency, moment, _image(key))
        return Signing(AGENCY, look, lock=True, texts=texts)
    words = [key.agency, lines[NUMBER].removeprefix("Số: "), appearance.iso_time(moment)]
    return Signing(
        AGENCY, appearance.corner(200, 44, words), lock=True, texts=texts, new_box=(353, 730, 553, 774)
    )


@action
def _seal(viewer: Viewer, *, document_id: UUID, key: SigningKey, signer: Signer) -> Document:
    document = _locked(document_id)
    viewer.must(SEAL, document.unit_path)
    pdf = store().read(document.latest.file.sha256)
    fields, taken = fields_of(pdf), signed_fields(pdf)
    _check_sealable(document, fields, taken)
    return number_seal_and_issue(viewer, document, pdf, fields, key, signer)


def number_seal_and_issue(
    viewer: Viewer,
    document: Document,
    pdf: bytes,
    fields: dict[str, Field],
    key: SigningKey,
    signer: Signer,
) -> Document:
    """Number, seal, new version, event: one way for every paper, inside the action that has checked right and order."""
    moment = now()
    document.number = take_number(key.unit_path, moment.year, document.series)
    signing = _seal_signing(document, fields, key, moment)
    signed = sign_field(pdf, signer, signing, trust=our_trust(), profile=config().profile, moment=moment)
    version = add_version(viewer, document, signed.content, DocumentVersion.Step.SEALED, signed=True)
    _remember(viewer, document, version, key, Signature.Role.AGENCY, AGENCY, signed)
    document.state, document.issued_at = Document.State.ISSUED, moment
    document.save(update_fields=["state", "issued_at", "number"])
    emit(
        "documents.issued",
        record=document,
        unit_path=document.unit_path,
        viewer=viewer,
        data={**told(document, version), "number": document.shown_number},
    )
    return document


def number_and_seal(viewer: Viewer, *, document: Document, pin: str) -> Document:
    """The clerk gives number and date and seals with the agency's key, in one step.

    Raises OutOfOrder unless the leader has signed. The number is the next of the book, and is given back when
    anything fails.
    """
    viewer.must(SEAL, document.unit_path)
    if document.state == Document.State.DRAFT:
        raise OutOfOrder("Chưa đóng dấu được: người có thẩm quyền chưa ký số (NĐ 30/2020, điều 32).")
    key = key_of_agency(document.unit_path)
    reference = key_ref(key)
    must_be_usable(reference.certificate, now())
    with adapter(key.adapter).unlock(reference, pin) as signer:
        return _seal(viewer, document_id=document.pk, key=key, signer=signer)


def seal_documents(
    viewer: Viewer, *, documents: Iterable[Document], pin: str, around: Around = _nothing_around
) -> list[ItemResult]:
    """Number and seal a checked batch of one unit's papers with one PIN; each stands or falls by itself."""
    batch = list(documents)
    if not 0 < len(batch) <= MAX_BATCH:
        raise ActionError(f"Chọn từ 1 đến {MAX_BATCH} văn bản.", "documents")
    keys = {key_of_agency(document.unit_path) for document in batch}
    if len(keys) != 1:
        raise ActionError(
            "Các văn bản đã chọn dùng nhiều con dấu. Chọn văn bản của một cơ quan.", "documents"
        )
    key = keys.pop()
    if not any(viewer.can(SEAL, document.unit_path) for document in batch):
        raise Forbidden()
    reference = key_ref(key)
    must_be_usable(reference.certificate, now())
    results = []
    with adapter(key.adapter).unlock(reference, pin, len(batch)) as signer:
        for document in batch:
            try:
                with transaction.atomic(), around(document):
                    sealed = _seal(viewer, document_id=document.pk, key=key, signer=signer)
                results.append(ItemResult(document.pk, True, f"Đã cấp số {sealed.shown_number} và đóng dấu."))
            except ActionError as error:
                results.append(ItemResult(document.pk, False, error.message))
    return results


@action
def refuse_signature(viewer: Viewer, *, document: Document, reason: str) -> Document:
    """The leader sends a draft back; a reason is needed. Only before the first signature."""
    held = _locked(document.pk)
    viewer.must(SIGN, held.unit_path)
    if not reason.strip():
        raise ActionError("Nhập lý do trả lại để người soạn biết sửa gì.", "reason")
    if held.state != Document.State.DRAFT or held.signatures.exists():
        raise Conflict("Văn bản đã có chữ ký nên không trả lại được.")
    held.refused_at, held.refused_by, held.refused_reason = now(), viewer.name[:150], reason.strip()
    held.save(update_fields=["refused_at", "refused_by", "refused_reason"])
    emit("documents.signature_refused", record=held, unit_path=held.unit_path, viewer=viewer, data=told(held))
    return held


@action
def revoke_document(
    viewer: Viewer, *, document: Document, reason: str, replaced_by: Document | None = None
) -> Document:
    """Take an issued paper back; from now on its verification page says so."""
    held = _locked(document.pk)
    viewer.must(REVOKE, held.unit_path)
    if not reason.strip():
        raise ActionError("Nhập lý do thu hồi.", "reason")
    if held.state != Document.State.ISSUED:
        raise Conflict("Chỉ thu hồi được văn bản đã phát hành.")
    held.state, held.revoked_at, held.revoked_reason = Document.State.REVOKED, now(), reason.strip()
    held.replaced_by = replaced_by
    held.save(update_fields=["state", "revoked_at", "revoked_reason", "replaced_by"])
    emit("documents.revoked", record=held, unit_path=held.unit_path, viewer=viewer, data=told(held))
    return held
