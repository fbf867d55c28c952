"""What warnings hold about a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from xaso.kernel.base.manifest import Holding
from xaso.kernel.people.viewer import Viewer
from xaso.services.alerts.models import FrailPerson, SafeAnswer, ShelterStay

GROUP = "Cảnh báo thiên tai"


def _blank(row: Any) -> Any:
    def erase(viewer: Viewer) -> int:
        count = len(row.facts or {})
        row.facts = {}
        row.save(update_fields=["facts"])
        return count

    return erase


def about_person(person_id: UUID) -> Iterable[Holding]:
    """The register of who needs help, answers and stays in shelters."""
    for frail in FrailPerson.objects.filter(person_id=person_id):
        yield Holding(
            "alerts.frail", str(frail.pk), "Sổ người cần giúp khi thiên tai", frail.created_at,
            {"Lý do": frail.get_kind_display(), **(frail.facts or {})},
            erase=_blank(frail), running=frail.valid_to is None, group=GROUP,
        )  # fmt: skip
    for answer in SafeAnswer.objects.filter(person_id=person_id).select_related("warning"):
        yield Holding(
            "alerts.answer", str(answer.pk), f"Báo an toàn, cảnh báo {answer.warning.code}", answer.created_at,
            {"Tình trạng": answer.get_state_display(), "Báo bằng": answer.get_way_display(), **(answer.facts or {})},
            erase=_blank(answer), group=GROUP,
        )  # fmt: skip
    for stay in ShelterStay.objects.filter(person_id=person_id).select_related("shelter"):
        yield Holding(
            "alerts.stay", str(stay.pk), f"Vào nơi sơ tán {stay.shelter.name}", stay.at,
            {"Số người": stay.people, **(stay.facts or {})}, erase=_blank(stay), group=GROUP,
        )  # fmt: skip
