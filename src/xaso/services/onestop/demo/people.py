"""What the demo's citizens hand in: answers in their own names, papers that open."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from uuid import UUID

from PIL import Image, ImageDraw

from xaso.kernel.documents.actions import keep_file
from xaso.kernel.documents.models import File
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import eforms
from xaso.services.onestop.actions.filing import Applicant, PaperIn
from xaso.services.onestop.demo.seeds import HAMLETS
from xaso.services.onestop.eforms.schema import Kind


def answers_for(body: eforms.Setup, who: Applicant, chance: random.Random) -> dict[str, Any]:
    """The sample answers with this person where the form asks who they are; falls back to the sample unchanged."""
    answers = _at_home(deepcopy(body.sample_answers), chance.choice(HAMLETS))
    known = {
        "person.full_name": who.full_name,
        "person.birth_date": who.birth_date,
        "person.id_number": who.id_number,
        "person.phone": who.phone,
        "person.sex": who.sex,
    }
    for _, question in body.questions():
        if question.prefill in known and question.key in answers and known[question.prefill]:
            answers[question.key] = known[question.prefill]
        elif question.kind is Kind.NUMBER and question.key.startswith("copies") and question.key in answers:
            answers[question.key] = chance.randint(1, 4)
    given = eforms.Given(today(), {"channel": "counter", "identity_proven": True})
    return answers if eforms.validate_all(body, answers, given).ok else deepcopy(body.sample_answers)


def _at_home(value: Any, hamlet: str) -> Any:
    """The sample answers come from another commune: the same at home in the demo's."""
    if isinstance(value, dict):
        moved = {key: _at_home(one, hamlet) for key, one in value.items()}
        return {**moved, "detail": f"thôn {hamlet}"} if {"unit_text", "detail"} <= value.keys() else moved
    if isinstance(value, list):
        return [_at_home(one, hamlet) for one in value]
    if isinstance(value, str):
        return value.replace("xã Ba Bể", "xã Mường Hum").replace("tỉnh Thái Nguyên", "tỉnh Lào Cai")
    return value


def _paper_file(viewer: Viewer, key: str, made: dict[str, File]) -> File:
    """A picture that says which paper it stands for; made once for each kind."""
    if key not in made:
        picture = Image.new("RGB", (1240, 1754), "#fdfcf7")
        draw = ImageDraw.Draw(picture)
        draw.rectangle((60, 60, 1180, 1694), outline="#9a8f70", width=4)
        draw.text((120, 140), "GIAY TO MAU / DEMO", fill="#8f1a14", font_size=48)
        draw.text((120, 260), key, fill="#1b1f24", font_size=40)
        for line in range(14):
            draw.line((120, 420 + line * 80, 1120, 420 + line * 80), fill="#cfc7ae", width=3)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=55)
        made[key] = keep_file(
            viewer, content=out.getvalue(), name=f"{key}.jpg", owner_service="onestop.draft"
        )
    return made[key]


def papers_for(
    viewer: Viewer,
    body: eforms.Setup,
    answers: dict[str, Any],
    channel: str,
    made: dict[str, File],
    earlier: Mapping[str, UUID],
) -> list[PaperIn]:
    """Each paper that must come: a file (kept in ``made``), and at the desk counts of originals and copies.

    What this person handed in ``earlier`` (file by component) is used again.
    """
    given = eforms.Given(today(), {"channel": channel, "identity_proven": True})
    papers = []
    for paper in eforms.required_components(body, answers, given):
        if not paper.must_come:
            continue
        component = paper.component
        if component.key in earlier and not component.is_form:
            papers.append(PaperIn(component.key, file_id=earlier[component.key], source="reused"))
            continue
        file = _paper_file(viewer, component.key, made)
        shown = component.duty == "show" and channel == "counter"
        papers.append(
            PaperIn(
                component.key,
                file_id=None if shown else file.pk,
                source="shown" if shown else "scanned" if channel == "counter" else "uploaded",
                originals=component.originals,
                copies=component.copies,
            )
        )
    return papers
