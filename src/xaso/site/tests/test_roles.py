"""Roles: who keeps accounts reads them; who keeps roles everywhere changes them, and the log says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.access import policy
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people import roles
from xaso.kernel.people.actions import seed_roles
from xaso.kernel.people.manifest import ROLES
from xaso.kernel.people.models import RoleRight
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.service import all_rights
from xaso.kernel.ui.testing import assert_page_ok
from xaso.site.demo import place

pytestmark = pytest.mark.django_db
COMMUNE = "15/04321/"
KNOWN = {right.code for right in all_rights()}


def entered(account):
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def everywhere():
    return officer_account("admin", "")


def rights_of(role: str) -> set[str]:
    return roles.held()[role] & KNOWN


def test_rights_are_read_in_words(everywhere):
    for account in (everywhere, officer_account("admin", COMMUNE)):
        for address in ("/desk/vai-tro/", "/desk/vai-tro/leader/"):
            page = entered(account).get(address)
            assert page.status_code == 200
            assert_page_ok(page.content)
            assert "Quản lý tài khoản và giao vai trò" in page.content.decode()
    assert entered(officer_account("receptionist", COMMUNE)).get("/desk/vai-tro/").status_code == 403
    assert entered(everywhere).get("/desk/vai-tro/khong-co/").status_code == 404


def test_a_right_is_taken_given_back_and_both_are_told(everywhere):
    client, before = entered(everywhere), rights_of("admin")
    less = before - {"people.machines"}
    assert client.post("/desk/vai-tro/admin/doi/", {"rights": sorted(less)}).status_code == 302
    assert rights_of("admin") == less
    seed_roles(ROLES, [(right.code, right.roles) for right in all_rights()])
    assert rights_of("admin") == less, "the next migration does not put back what was taken away"
    page = client.get("/desk/vai-tro/admin/").content.decode()
    assert "Bỏ quyền của vai trò" in page and everywhere.display_name in page
    roles.set_rights(Viewer.system(), role="admin", rights=before, known=KNOWN)
    assert rights_of("admin") == before
    names = [line.name for line in roles.history("admin")]
    assert names == [roles.GIVEN, roles.TAKEN]


def test_only_who_keeps_roles_everywhere_changes_them(everywhere):
    local, before = officer_account("admin", COMMUNE), rights_of("leader")
    assert entered(local).post("/desk/vai-tro/leader/doi/", {"rights": []}).status_code == 403
    with pytest.raises(Forbidden):
        roles.set_rights(viewer_of(local), role="leader", rights=set(), known=KNOWN)
    foreign = sorted(KNOWN - rights_of("admin") - before)
    assert foreign, "an administrator does not hold every right"
    with pytest.raises(Forbidden):
        roles.set_rights(viewer_of(everywhere), role="leader", rights={*before, foreign[0]}, known=KNOWN)
    assert rights_of("leader") == before


def test_the_right_to_change_roles_stays_with_somebody():
    system = Viewer.system()
    holders = list(RoleRight.objects.filter(right=roles.RIGHT).values_list("role_id", flat=True))
    *first, last = holders
    for role in first:
        roles.set_rights(system, role=role, rights=rights_of(role) - {roles.RIGHT}, known=KNOWN)
    with pytest.raises(ActionError):
        roles.set_rights(system, role=last, rights=rights_of(last) - {roles.RIGHT}, known=KNOWN)


def test_unknown_rights_are_refused_and_those_of_absent_services_stay():
    system = Viewer.system()
    RoleRight.objects.create(role_id="leader", right="absent.view")
    with pytest.raises(ActionError):
        roles.set_rights(system, role="leader", rights={"made.up"}, known=KNOWN)
    roles.set_rights(system, role="leader", rights=set(), known=KNOWN)
    assert roles.held()["leader"] == {"absent.view"}


def test_in_the_demo_everybody_signs_in_by_the_printed_password_for_good() -> None:
    policy.seed()
    place._one_proof_is_enough(Viewer.system())
    place._one_proof_is_enough(Viewer.system())
    for days in (0, 31, 400):
        with moment.frozen(moment.now() + timedelta(days=days)):
            assert policy.required_roles() == set()
