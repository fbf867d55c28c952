"""A warning where the applicant lives: who needs help, who answered, who is in a shelter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.viewer import Viewer
from xaso.services.alerts.actions.drafting import beginning, draft_warning
from xaso.services.alerts.actions.gauges import keep_gauge
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.actions.people import answer_safe, check_in, keep_frail, keep_shelter
from xaso.services.alerts.actions.proposing import propose
from xaso.services.alerts.actions.sending import safe_token
from xaso.services.alerts.models import (
    FrailPerson,
    HazardWarning,
    SafeAnswer,
    ShelterStay,
    WarningProposal,
)
from xaso.services.alerts.rules import wording

SYSTEM = Viewer.system()
CODE, GAUGE = "CB-0000-THU", "tram-thu"
OPEN = "/canh-bao/"
# The public addresses name a warning and a gauge that anybody may see.
FILL: dict[tuple[str, str], str] = {
    (f"{OPEN}tram/", "code"): GAUGE,
    (OPEN, "code"): CODE,
    (OPEN, "identifier"): f"{CODE}.1",
}
SHOWN_TO_ALL = {
    f"{OPEN}<str:code>/toi/<str:token>/": "the own address from a message: two answers, nothing of the person",
}


@dataclass
class Warned:
    """What parameters of the addresses stand for, and rows that nobody else may see."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_warning(citizen: Account, commune: str, name: str, phone: str) -> Warned:
    """A live warning of the commune that concerns the applicant."""
    person = Person.objects.get(pk=citizen.person_id)
    gauge = keep_gauge(
        SYSTEM, code=GAUGE, name="Trạm thử", kind="rain", unit_path=commune, lat=22.3, lon=103.8
    )
    area = {"words": "vùng thử", "words_en": "test area", "units": [commune], "polygons": []}
    row = draft_warning(
        SYSTEM, unit_path=commune, contents={**beginning("flood", 1, area, "Thử."), "loud": False}
    )
    HazardWarning.objects.filter(pk=row.pk).update(code=CODE)
    row.refresh_from_db()
    confirm_warning(SYSTEM, warning_id=row.pk, digest=wording.digest(row.pending))
    row.refresh_from_db()
    proposal = propose(
        unit_path=commune, origin="gauge", hazard="flood", level=1, reason=f"Nhà {name}", facts={}, area=area
    )
    facts = {"name": name, "phone": phone, "helper": name}
    keep_frail(SYSTEM, person=person, unit_path=commune, kind="old", facts=facts)
    shelter = keep_shelter(SYSTEM, unit_path=commune, name="Nhà thử", capacity=9, lat=22.3, lon=103.8)
    answer_safe(SYSTEM, warning=row, state="safe", way="link", person_id=person.pk, facts=facts)
    check_in(SYSTEM, shelter_id=shelter.pk, warning=row, people=2, facts=facts, person_id=person.pk)
    desk = "/desk/alerts/"
    fills: dict[tuple[str, str], Any] = {
        (desk, "warning_id"): row.pk,
        (desk, "gauge_id"): gauge.pk,
        (desk, "proposal_id"): proposal.pk,
        (OPEN, "token"): safe_token(CODE, person.pk),
    }
    of_warning = models.Q(warning=row)
    return Warned(
        fills,
        [
            (FrailPerson, models.Q(person=person)),
            (SafeAnswer, of_warning),
            (ShelterStay, of_warning),
            (WarningProposal, models.Q(pk=proposal.pk)),
        ],
    )
