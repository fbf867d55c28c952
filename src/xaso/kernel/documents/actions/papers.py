"""Drafts and received papers. What may be drafted is the service's right to check; here it becomes a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import Conflict
from xaso.kernel.documents.actions.files import keep_made
from xaso.kernel.documents.config import config
from xaso.kernel.documents.models import Document, DocumentVersion, File, PaperTemplate
from xaso.kernel.documents.papers_in_force import template_in_force
from xaso.kernel.documents.rules import new_code, show_code
from xaso.kernel.documents.typeset import typeset, with_fields
from xaso.kernel.events import emit
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer


@dataclass(frozen=True)
class About:
    """What a paper is about and who answers for it.

    ``kind`` is shown to anyone who checks the paper, so no names in it. ``unit_path`` is the issuing unit,
    ``agency`` its name on the paper. ``series`` is the number book ("" for the unit's common one).
    """

    title: str
    kind: str
    unit_path: str
    agency: str
    place: str = ""
    symbol: str = ""
    series: str = ""
    result_code: str = ""
    retention: str = ""
    record: tuple[str, UUID] | None = None
    holder: Person | None = None


def verification(code: str) -> dict[str, str]:
    """What every template may print so that anyone can check the paper."""
    base = config().base_url
    return {
        "verify_code": show_code(code),
        "verify_qr": f"{base}/verify/{show_code(code)}",
        "verify_host": f"{urlsplit(base).netloc}/verify",
    }


def _compose(template: PaperTemplate, data: Mapping[str, Any], about: About, code: str) -> bytes:
    common = {"title": about.title, "agency": about.agency, "place": about.place, "symbol": about.symbol}
    return with_fields(typeset(template.source, {**common, **data, **verification(code)}))


def add_version(
    viewer: Viewer, document: Document, content: bytes, step: str, *, signed: bool = False
) -> DocumentVersion:
    """Append a version; the newest one is the document."""
    last = document.versions.order_by("-number").values_list("number", flat=True).first() or 0
    file = keep_made(
        viewer,
        content=content,
        name=f"{document.title[:100].replace('/', '-')}.pdf",
        owner_service="documents",
        unit_path=document.unit_path,
        signed=signed,
    )
    return DocumentVersion.objects.create(
        document=document,
        number=last + 1,
        step=step,
        file=file,
        made_by_id=viewer.account_id,
        made_by_name=viewer.name,
    )


def told(document: Document, version: DocumentVersion | None = None) -> dict[str, Any]:
    """What an event says of a document: ids and codes only. With a version, also the hash of its file.

    The hash makes the tamper-evident log answer for the file as well.
    """
    facts: dict[str, Any] = {
        "record_type": document.record_type,
        "record_id": str(document.record_id) if document.record_id else "",
        "result_code": document.result_code,
    }
    if version is not None:
        facts |= {"version": version.number, "sha256": version.file.sha256}
    return facts


@action
def draft_document(
    viewer: Viewer, *, template_key: str, data: Mapping[str, Any], about: About, on_date: date | None = None
) -> Document:
    """Make a paper from its template, ready to be signed. Raises NotFound or TemplateError.

    The paper carries its verification code and QR from the start; number and date stay open until the clerk.
    """
    template = template_in_force(template_key, on_date, about.unit_path)
    code = new_code()
    record_type, record_id = about.record or ("", None)
    document = Document.objects.create(
        title=about.title[:300],
        kind=about.kind,
        template=template,
        record_type=record_type,
        record_id=record_id,
        holder=about.holder,
        unit_path=about.unit_path,
        agency=about.agency,
        place=about.place,
        result_code=about.result_code,
        series=about.series,
        symbol=about.symbol,
        retention=about.retention,
        code=code,
    )
    version = add_version(
        viewer, document, _compose(template, data, about, code), DocumentVersion.Step.DRAFTED
    )
    facts = told(document, version)
    emit("documents.drafted", record=document, unit_path=about.unit_path, viewer=viewer, data=facts)
    return document


@action
def redraft_document(viewer: Viewer, *, document: Document, data: Mapping[str, Any]) -> Document:
    """Make a draft anew with other data and its own template version; a refusal is thereby answered.

    Raises Conflict once somebody has signed.
    """
    held = Document.objects.select_for_update().get(pk=document.pk)
    if held.state != Document.State.DRAFT or held.template is None or held.signatures.exists():
        raise Conflict("Văn bản đã có chữ ký nên không sửa được. Trả lại hoặc lập văn bản mới.")
    about = About(held.title, held.kind, held.unit_path, held.agency, place=held.place, symbol=held.symbol)
    paper = _compose(held.template, data, about, held.code)
    version = add_version(viewer, held, paper, DocumentVersion.Step.DRAFTED)
    held.refused_at, held.refused_by, held.refused_reason = None, "", ""
    held.save(update_fields=["refused_at", "refused_by", "refused_reason"])
    facts = told(held, version)
    emit("documents.drafted", record=held, unit_path=held.unit_path, viewer=viewer, data=facts)
    return held


@action
def store_received(
    viewer: Viewer, *, file: File, about: About, number: str = "", issued_at: Any = None
) -> Document:
    """Keep a paper issued elsewhere (already checked and kept as ``file``), for re-use under its result code."""
    record_type, record_id = about.record or ("", None)
    document = Document.objects.create(
        title=about.title[:300],
        kind=about.kind,
        record_type=record_type,
        record_id=record_id,
        holder=about.holder,
        unit_path=about.unit_path,
        agency=about.agency,
        result_code=about.result_code,
        retention=about.retention,
        number=number,
        symbol=about.symbol,
        issued_at=issued_at,
        state=Document.State.ISSUED if issued_at else Document.State.DRAFT,
        code=new_code(),
    )
    version = DocumentVersion.objects.create(
        document=document,
        number=1,
        step=DocumentVersion.Step.RECEIVED,
        file=file,
        made_by_id=viewer.account_id,
        made_by_name=viewer.name,
    )
    facts = told(document, version)
    emit("documents.stored", record=document, unit_path=about.unit_path, viewer=viewer, data=facts)
    return document
