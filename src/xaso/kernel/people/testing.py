"""Makers of viewers for tests: through the actions, so that history and rights are real."""

from __future__ import annotations

from xaso.kernel.people.actions import citizen_account, create_officer, grant_role
from xaso.kernel.people.consents import say
from xaso.kernel.people.models import Account, Person
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7

PASSWORD = "mot hai ba bon nam 12345"


def officer_account(role: str, unit_path: str, *, name: str = "Nông Văn Thử", username: str = "") -> Account:
    """An officer's account with one role on one unit; the password is ``PASSWORD``."""
    system = Viewer.system()
    account = create_officer(
        system,
        username=username or f"{role}-{uuid7().hex[-10:]}",
        password=PASSWORD,
        display_name=name,
        unit_path=unit_path,
        title=role,
    )
    grant_role(system, account=account, role=role, unit_path=unit_path)
    return account


def officer(role: str, unit_path: str, *, name: str = "Nông Văn Thử") -> Viewer:
    """An officer's viewer."""
    return viewer_of(officer_account(role, unit_path, name=name))


def a_citizen_account(name: str = "Triệu Thị Mẩy", personal_number: str = "") -> Account:
    """A citizen's account, as after a sign-in with the national identity."""
    number = personal_number or f"0{uuid7().int % 10**11:011d}"
    return citizen_account(Viewer.system(), subject=f"sub-{number}", full_name=name, personal_number=number)


def a_citizen(name: str = "Triệu Thị Mẩy", personal_number: str = "") -> Viewer:
    """A citizen's viewer."""
    return viewer_of(a_citizen_account(name, personal_number))


def agreed(person: Person, *codes: str) -> Person:
    """The person, having agreed to these purposes."""
    for code in codes or ("notice_zalo",):
        say(Viewer(kind="citizen", person_id=person.pk), person=person, code=code, state="given")
    return person
