"""Makers of signed papers for tests, through the actions."""

from __future__ import annotations

from uuid import uuid4

from xaso.kernel.documents import actions
from xaso.kernel.documents.actions.papers import About
from xaso.kernel.documents.models import Document
from xaso.kernel.documents.queries import content_of
from xaso.kernel.documents.tests.conftest import drawing
from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import officer
from xaso.kernel.people.viewer import Viewer

UNIT = "08/00721/"
AGENCY = "Ủy ban nhân dân xã Sà Phìn"
LEADER = "Vàng Thị Mỷ"
PIN, SEAL_PIN = "246810", "135790"
DATA = {
    "parent": "Tỉnh Tuyên Quang",
    "heading": "Giấy xác nhận",
    "paragraphs": ["Nội dung."],
    "signer": LEADER,
}


def make_leader(unit_path: str = UNIT) -> Viewer:
    """A leader with a key."""
    viewer = officer("leader", unit_path, name=LEADER)
    actions.issue_certificate(
        Viewer.system(),
        name=LEADER,
        unit_path=unit_path,
        kind="person",
        pin=PIN,
        agency=AGENCY,
        account=Account.objects.get(pk=viewer.account_id),
        image=drawing("#1F3FA8", (300, 150)),
    )
    return viewer


def make_clerk(unit_path: str = UNIT) -> Viewer:
    """A clerk, and the agency's key."""
    actions.issue_certificate(
        Viewer.system(),
        name=AGENCY,
        unit_path=unit_path,
        kind="agency",
        pin=SEAL_PIN,
        image=drawing("#C8102E", (200, 200), ring=True),
    )
    return officer("clerk", unit_path, name="Lò Thị Văn")


def about(**changes) -> About:
    return About(
        **{
            "title": "Giấy xác nhận của ông Giàng A Páo",
            "kind": "Giấy xác nhận",
            "unit_path": UNIT,
            "agency": AGENCY,
            "place": "Sà Phìn",
            "symbol": "GXN-UBND",
            "record": ("onestop.dossier", uuid4()),
            **changes,
        }
    )


def draft(**changes) -> Document:
    return actions.draft_document(
        Viewer.system(), template_key="documents.decision", data=DATA, about=about(**changes)
    )


def issue(leader: Viewer, clerk: Viewer, **changes) -> Document:
    """A paper signed and sealed."""
    signed = actions.sign_document(leader, document=draft(**changes), pin=PIN)
    return actions.number_and_seal(clerk, document=signed, pin=SEAL_PIN)


def content(document: Document) -> bytes:
    return content_of(document)
