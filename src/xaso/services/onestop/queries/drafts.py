"""Drafts of a citizen: only their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.queries import own_person, personal_number_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.queries import below_unit
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import Draft, Result
from xaso.services.onestop.queries.desk import kept_results


def draft_for(viewer: Viewer, draft_id: UUID, *, lock: bool = False) -> Draft:
    """The citizen's own draft; NotFound for anybody else's."""
    found = Draft.objects.select_related("setup", "setup__procedure")
    if lock:
        found = found.select_for_update(of=("self",))
    draft = found.filter(pk=draft_id, account_id=viewer.account_id).first() if viewer.account_id else None
    if draft is None:
        raise NotFound("Không tìm thấy bản đang điền này trong tài khoản của ông/bà.")
    return draft


def my_drafts(viewer: Viewer) -> Sequence[Draft]:
    """Forms begun and not sent yet, newest first."""
    if viewer.account_id is None:
        return []
    found = Draft.objects.filter(account_id=viewer.account_id, dossier__isnull=True)
    return list(
        found.select_related("setup", "setup__procedure").defer("setup__body").order_by("-updated_at")[:20]
    )


def known_of(viewer: Viewer) -> dict[str, Any]:
    """What the office knows of the citizen, for filling in a form beforehand (ask once)."""
    person = own_person(viewer)
    contact = person.contact or {}
    commune = "/".join(person.unit_path.split("/")[:2]) + "/" if person.unit_path.count("/") >= 2 else ""
    return {
        "person": {
            "full_name": person.full_name,
            "birth_date": person.birth_date,
            "sex": person.sex,
            "ethnicity": person.ethnicity,
            "nationality": person.nationality,
            "id_number": personal_number_of(person),
            "phone": contact.get("phone", ""),
            "email": contact.get("email", ""),
            "address": {"unit": commune, "detail": below_unit(contact.get("address", ""), commune)}
            if commune
            else "",
        }
    }


def reused_results(viewer: Viewer) -> dict[str, Result]:
    """Results issued to the citizen before, newest of each result code: papers the state has itself."""
    found: dict[str, Result] = {}
    for result in kept_results(viewer, viewer.person_id) if viewer.person_id else []:
        if result.result_code and not result.is_refusal:
            found.setdefault(result.result_code, result)
    return found


def needed_papers(viewer: Viewer, draft: Draft, given: eforms.Given) -> list[eforms.Paper]:
    """The papers of a draft's case, less what was issued to the citizen before and can be used again."""
    body = setups_in_force.body_of(draft.setup)
    wanted = {code for component in body.components for code in component.reuse}
    codes = wanted & reused_results(viewer).keys() if wanted else set()
    return eforms.required_components(body, draft.answers or {}, given, codes)
