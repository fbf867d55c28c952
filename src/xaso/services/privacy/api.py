"""Other systems ask whether somebody agreed; the question is logged as a look at that person."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from xaso.kernel.people.actions import find_person
from xaso.kernel.people.consents import may_use, purposes
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.looking import view_once
from xaso.kernel.people.machines import MachineAuth

router = Router()
SCOPE = "privacy.consent"
Number = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class Question(Schema):
    """Whom, and for what."""

    personal_number: Number = Field(examples=["010185000012"])
    purpose: Code = Field(examples=["notice_zalo"])


class Answer(Schema):
    """Whether it is allowed now. An unknown person or purpose is not."""

    allowed: bool


@router.post("/consents/check", auth=MachineAuth(SCOPE), response=Answer)
def check(request: HttpRequest, body: Question) -> Answer:
    """Whether data of this person may be used for a purpose at this moment."""
    person = find_person("personal_number", body.personal_number)
    if person is None:
        return Answer(allowed=False)
    view_once(viewer_in(request), person, purpose=f"Hỏi sự đồng ý: {body.purpose}")
    return Answer(allowed=may_use(person.pk, body.purpose))


class PurposeOut(Schema):
    """One purpose of processing in force."""

    code: str
    title: str
    ground: str
    legal_basis: str


@router.get("/purposes", auth=MachineAuth(SCOPE), response=list[PurposeOut])
def listed(request: HttpRequest) -> list[PurposeOut]:
    """The purposes in force, with their grounds."""
    return [
        PurposeOut(code=row.code, title=row.title, ground=row.ground, legal_basis=row.legal_basis)
        for row in purposes()
    ]
