"""Makers for tests of the one-stop shop: through the actions."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from xaso.kernel.documents.actions import keep_file
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.units.testing import a_commune
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.actions.filing import Applicant, Filing, PaperIn, file_dossier
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.models import Dossier, Procedure, Setup

COMMUNE = "15/02683/"
BIRTH, PERMIT, MARITAL = "1.001193", "1.013225", "1.004873"
SYSTEM = Viewer.system()


_rows: tuple[list[Procedure], list[Setup]] = ([], [])


def put_in_shipped() -> None:
    """The shipped electronic procedures: through the action once a session, afterwards the same rows at once."""
    procedures, setups = _rows
    if Procedure.objects.exists():
        if not setups or Setup.objects.filter(pk__in=[one.pk for one in setups]).count() < len(setups):
            load_shipped(SYSTEM)
    elif setups:
        Procedure.objects.bulk_create(procedures)
        Setup.objects.bulk_create(setups)
    else:
        load_shipped(SYSTEM)
        procedures += Procedure.objects.all()
        setups += Setup.objects.all()
    setups_in_force.forget()


def a_setup(procedure: str = BIRTH, variant: str = "") -> Setup:
    """The shipped electronic procedure in force today at the test commune."""
    a_commune(COMMUNE)
    put_in_shipped()
    return setups_in_force.setup_for(procedure, COMMUNE, today(), variant)


def a_picture(width: int = 800, height: int = 1100, colour: str = "white") -> bytes:
    """A JPEG that opens."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG", quality=60)
    return out.getvalue()


def all_papers(body: eforms.Setup, answers: dict[str, Any], channel: str = "online") -> list[PaperIn]:
    """A picture for each paper that must come."""
    given = eforms.Given(today=today(), facts={"channel": channel, "identity_proven": True})
    papers = []
    for paper in eforms.required_components(body, answers, given):
        if paper.must_come:
            file = keep_file(
                SYSTEM, content=a_picture(), name=f"{paper.component.key}.jpg", owner_service="onestop.draft"
            )
            papers.append(PaperIn(paper.component.key, file_id=file.pk, copies=1))
    return papers


def a_dossier(
    procedure: str = BIRTH, *, viewer: Viewer = SYSTEM, channel: str = "counter", **more: Any
) -> Dossier:
    """A complete dossier just filed, with the sample answers of its procedure."""
    setup = a_setup(procedure)
    body = setups_in_force.body_of(setup)
    filing = Filing(
        setup=setup,
        unit_path=COMMUNE,
        channel=channel,
        answers=body.sample_answers,
        applicant=more.pop("applicant", Applicant("Triệu Thị Mẩy", "010185000012", phone="0912345678")),
        papers=all_papers(body, body.sample_answers, channel),
        facts={"identity_proven": True},
        **more,
    )
    dossier, _ = file_dossier(viewer, filing)
    return dossier
