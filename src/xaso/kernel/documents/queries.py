"""Reads of the documents area. Each takes the viewer; what a case's papers are is the case's right to check."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.documents.models import Document, File, HeldFile, SigningKey
from xaso.kernel.documents.rights import QUARANTINE, SEAL, SIGN
from xaso.kernel.documents.store import store
from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

LINK_SALT = "xaso.file"


def documents_of(viewer: Viewer, record_id: UUID) -> QuerySet[Document]:
    """The papers of one record, newest first. The caller has checked that the viewer may see the record."""
    return Document.objects.filter(record_id=record_id).order_by("-created_at")


def waiting_for_signature(viewer: Viewer) -> QuerySet[Document]:
    """Drafts that this leader may sign, oldest first."""
    drafts = Document.objects.filter(viewer.scope(SIGN), state=Document.State.DRAFT, refused_at=None)
    if viewer.account_id is not None:
        drafts = drafts.exclude(signatures__key__account=viewer.account_id)
    return drafts.order_by("created_at")


def waiting_for_seal(viewer: Viewer) -> QuerySet[Document]:
    """Signed papers that this clerk may number and seal, oldest first."""
    return Document.objects.filter(viewer.scope(SEAL), state=Document.State.SIGNED).order_by("created_at")


def papers_to_reuse(
    viewer: Viewer, holder: Person, result_codes: list[str] | None = None
) -> QuerySet[Document]:
    """Issued papers of a person that can be offered instead of asked again.

    For the person, and for officers whose service has checked the right and logged the view.
    """
    if not (viewer.is_officer or viewer.kind == "system" or viewer.person_id == holder.pk):
        raise Forbidden()
    wanted = Q(holder=holder, state=Document.State.ISSUED)
    if result_codes is not None:
        wanted &= Q(result_code__in=result_codes)
    return Document.objects.filter(wanted).order_by("-issued_at")


def held_files(viewer: Viewer) -> QuerySet[HeldFile]:
    """Files in quarantine that this officer may judge, waiting ones first, newest first."""
    mine = HeldFile.objects.filter(viewer.scope(QUARANTINE))
    return mine.annotate(waits=Q(state=HeldFile.State.HELD)).order_by("-waits", "-created_at")


def held_count(viewer: Viewer) -> int:
    """How many wait for a decision of this officer."""
    return HeldFile.objects.filter(viewer.scope(QUARANTINE), state=HeldFile.State.HELD).count()


def my_key(viewer: Viewer) -> SigningKey | None:
    """The viewer's own signing key, for the page that asks for the PIN."""
    if viewer.account_id is None:
        return None
    keys = SigningKey.objects.filter(account=viewer.account_id, kind=SigningKey.Kind.PERSON, revoked_at=None)
    return keys.order_by("-valid_to").first()


def file_link(viewer: Viewer, thing: Document | File, minutes: int = 10, *, download: bool = False) -> str:
    """A short-lived address of a file, or of a document's newest version.

    To be called only after the caller's own check that the viewer may have it: the address works for whoever
    holds it until it ends, and it is bound to the viewer's account when there is one.
    """
    file = thing.latest.file if isinstance(thing, Document) else thing
    ends = int((now() + timedelta(minutes=minutes)).timestamp())
    claims: dict[str, str | int] = {"f": str(file.pk), "e": ends, "d": int(download)}
    if viewer.account_id is not None:
        claims["a"] = str(viewer.account_id)
    return reverse("documents_file", args=[signing.dumps(claims, salt=LINK_SALT, compress=True)])


def content_of(thing: Document | File) -> bytes:
    """The bytes of a file, or of a document's newest version. The caller has checked the right."""
    file = thing.latest.file if isinstance(thing, Document) else thing
    if file.erased_at is not None:
        raise NotFound("Nội dung tệp này đã được xóa theo quy định.")
    if file.closed:
        raise NotFound(file.closed)
    return store().read(file.sha256)
