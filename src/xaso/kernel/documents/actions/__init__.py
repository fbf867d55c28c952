"""Every write of the documents area, one function a verb."""

from __future__ import annotations

from xaso.kernel.documents.actions.files import erase_content, keep_file, keep_made, keep_scan
from xaso.kernel.documents.actions.issuing import (
    ItemResult,
    number_and_seal,
    refuse_signature,
    revoke_document,
    seal_documents,
    send_code,
    sign_document,
    sign_documents,
)
from xaso.kernel.documents.actions.keys import add_key, issue_certificate, revoke_key, set_key_image
from xaso.kernel.documents.actions.papers import draft_document, redraft_document, store_received
from xaso.kernel.documents.actions.uploads import claim_upload, register_use
from xaso.kernel.documents.papers_in_force import save_template

__all__ = [
    "ItemResult",
    "add_key",
    "claim_upload",
    "draft_document",
    "erase_content",
    "issue_certificate",
    "keep_file",
    "keep_made",
    "keep_scan",
    "number_and_seal",
    "redraft_document",
    "register_use",
    "refuse_signature",
    "revoke_document",
    "revoke_key",
    "save_template",
    "seal_documents",
    "send_code",
    "set_key_image",
    "sign_document",
    "sign_documents",
    "store_received",
]
