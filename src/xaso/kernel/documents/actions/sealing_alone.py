"""Papers that an agency sends under its seal alone, where the law asks for no person's digital signature.

The slips of the one-stop shop are such papers: sent electronically they bear the agency's digital signature
(NĐ 118/2025, điều 17; NĐ 30/2020, điều 5 khoản 2). A paper with a place for a person's signature is refused here.
"""

from __future__ import annotations

from uuid import UUID

from pyhanko.sign.signers import Signer

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import Conflict
from xaso.kernel.documents.actions.issuing import (
    _locked,
    key_of_agency,
    key_ref,
    number_seal_and_issue,
)
from xaso.kernel.documents.models import Document, SigningKey
from xaso.kernel.documents.rights import SEAL
from xaso.kernel.documents.signing import adapter
from xaso.kernel.documents.signing.base import must_be_usable
from xaso.kernel.documents.signing.errors import OutOfOrder
from xaso.kernel.documents.signing.pdf import signed_fields
from xaso.kernel.documents.store import store
from xaso.kernel.documents.typeset import fields_of
from xaso.kernel.documents.typeset.fields import AGENCY, PERSON
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now


def seal_alone(viewer: Viewer, *, document: Document, pin: str) -> Document:
    """Number and seal a paper that needs nobody's own signature: issued. Raises OutOfOrder for any other paper."""
    viewer.must(SEAL, document.unit_path)
    key = key_of_agency(document.unit_path)
    reference = key_ref(key)
    must_be_usable(reference.certificate, now())
    with adapter(key.adapter).unlock(reference, pin) as signer:
        return _seal(viewer, document_id=document.pk, key=key, signer=signer)


@action
def _seal(viewer: Viewer, *, document_id: UUID, key: SigningKey, signer: Signer) -> Document:
    document = _locked(document_id)
    viewer.must(SEAL, document.unit_path)
    if document.state != Document.State.DRAFT:
        raise Conflict("Văn bản đã phát hành hoặc đã thu hồi.")
    pdf = store().read(document.latest.file.sha256)
    fields = fields_of(pdf)
    if AGENCY not in fields or any(name.startswith(PERSON) for name in fields) or signed_fields(pdf):
        raise OutOfOrder("Văn bản này cần chữ ký số của người có thẩm quyền trước khi đóng dấu.")
    return number_seal_and_issue(viewer, document, pdf, fields, key, signer)
