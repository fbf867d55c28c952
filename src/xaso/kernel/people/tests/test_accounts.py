"""Accounts and machine clients through the pages; nobody climbs higher than they stand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.people import accounts as rules
from xaso.kernel.people.actions import end_grant, grant_role
from xaso.kernel.people.machines import issue_token, register_client, viewer_for_token
from xaso.kernel.people.models import Account, MachineClient, RoleGrant
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import PASSWORD, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE, BESIDE = "15/02683/", "15/02647/"
HOME = "/desk/tai-khoan/"


@pytest.fixture
def keeper():
    a_commune(COMMUNE)
    http = Client()
    http.account = officer_account("admin", COMMUNE)
    http.force_login(http.account)
    return http


def shown(answer):
    assert_page_ok(answer.content)
    return re.findall(r'class="code">([^<]+)<', answer.content.decode())


def test_from_a_new_account_to_its_first_work(keeper):
    assert_page_ok(keeper.get(HOME).content)
    assert_page_ok(keeper.get(f"{HOME}moi/").content)
    wrong = keeper.post(f"{HOME}moi/", {"display_name": "Lò Văn A", "username": "lò a", "unit_path": COMMUNE})
    assert wrong.status_code == 422 and "Lò Văn A" in wrong.content.decode()
    made = keeper.post(
        f"{HOME}moi/",
        {"display_name": "Lò Văn A", "username": "lo.a", "unit_path": COMMUNE, "title": "Công chức"},
    )
    name, password = shown(made)
    assert name == "lo.a"
    row = Account.objects.get(username="lo.a")
    url = f"{HOME}{row.pk}/"
    assert password not in keeper.get(url).content.decode()
    page = keeper.get(url)
    assert_page_ok(page.content)
    past = keeper.post(url, {"role": "receptionist", "unit_path": COMMUNE, "until": "2020-01-01"})
    assert past.status_code == 422
    until = today() + timedelta(days=30)
    assert (
        keeper.post(
            url, {"role": "receptionist", "unit_path": COMMUNE, "until": until.isoformat()}
        ).status_code
        == 302
    )
    grant = RoleGrant.objects.get(account=row)
    assert grant.valid_to.astimezone().date() >= until
    officer_http = Client()
    signed_in = officer_http.post("/dang-nhap/can-bo", {"username": "lo.a", "password": password})
    assert signed_in.status_code == 302
    assert viewer_of(row).can("onestop.receive", COMMUNE)
    assert keeper.post(f"{url}thu-vai-tro/{grant.pk}/").status_code == 302
    assert not viewer_of(row).can("onestop.receive", COMMUNE)
    assert "Lò Văn A" in keeper.get(f"{HOME}?tim=lo van").content.decode()


def test_a_new_password_and_a_closed_account_end_sessions(keeper):
    row = officer_account("clerk", COMMUNE)
    theirs = Client()
    theirs.force_login(row)
    assert theirs.get("/desk/").status_code == 200
    (_, password) = shown(keeper.post(f"{HOME}{row.pk}/mat-khau/"))
    assert theirs.get("/desk/").status_code == 302
    theirs.post("/dang-nhap/can-bo", {"username": row.username, "password": password})
    assert theirs.get("/desk/").status_code == 302, (
        "a one-time password opens nothing but the page of a new one"
    )
    own = "mot mat khau rieng tu"
    again = theirs.post("/dang-nhap/mat-khau-moi", {"new": own, "again": own})
    assert (again.status_code, again["Location"]) == (302, "/desk/")
    assert theirs.get("/desk/").status_code == 200
    for new in ("ngan", "Mườnghum2026!", f"{row.username}-2026-xyz"):
        assert theirs.post("/desk/mat-khau/", {"old": own, "new": new}).status_code == 422
    assert theirs.post("/desk/mat-khau/", {"old": "sai", "new": "bon tu ghep lai"}).status_code == 422
    assert theirs.post("/desk/mat-khau/", {"old": own, "new": "bon tu ghep lai"}).status_code == 302
    assert theirs.get("/desk/").status_code == 200
    assert keeper.post(f"{HOME}{row.pk}/khoa/", {"do": "close"}).status_code == 302
    assert theirs.get("/desk/").status_code == 302
    assert_page_ok(keeper.get(f"{HOME}?xem=khoa").content)
    keeper.post(f"{HOME}{row.pk}/khoa/", {"do": "open"})
    row.refresh_from_db()
    assert row.is_active


def test_nobody_reaches_beyond_their_own_units(keeper):
    stranger = officer_account("clerk", BESIDE)
    for tail in ("", "mat-khau/", "khoa/"):
        ask = keeper.get if not tail else keeper.post
        assert ask(f"{HOME}{stranger.pk}/{tail}").status_code == 404
    own = officer_account("clerk", COMMUNE)
    outside = keeper.post(f"{HOME}{own.pk}/", {"role": "clerk", "unit_path": BESIDE})
    assert outside.status_code == 422
    viewer = viewer_of(keeper.account)
    for path in (BESIDE, "15/", "", "1"):
        with pytest.raises(Forbidden):
            grant_role(viewer, account=own, role="clerk", unit_path=path)
    with pytest.raises(Forbidden):
        end_grant(viewer, grant=RoleGrant.objects.get(account=stranger))
    assert (
        keeper.post(f"{HOME}moi/", {"display_name": "A B", "username": "abc", "unit_path": "15/"}).status_code
        == 422
    )


def test_nobody_hands_on_power_they_do_not_hold(keeper):
    """A commune's keeper of accounts gives ordinary work, not the province's rights, and nothing to themselves."""
    own = officer_account("clerk", COMMUNE)
    viewer = viewer_of(keeper.account)
    assert "onestop.rates" in rules.guarded_rights("province_admin")
    assert not rules.guarded_rights("receptionist")
    with pytest.raises(Forbidden):
        grant_role(viewer, account=own, role="province_admin", unit_path=COMMUNE)
    with pytest.raises(Forbidden):
        grant_role(viewer, account=keeper.account, role="leader", unit_path=COMMUNE)
    assert (
        keeper.post(f"{HOME}{keeper.account.pk}/", {"role": "leader", "unit_path": COMMUNE}).status_code
        == 403
    )
    page = keeper.get(f"{HOME}{own.pk}/").content.decode()
    assert 'value="province_admin"' not in page and 'value="receptionist"' in page
    for role in ("receptionist", "leader", "admin"):
        grant_role(viewer, account=own, role=role, unit_path=COMMUNE)
    assert not viewer_of(own).can("onestop.rates")
    clerk = Client()
    clerk.force_login(officer_account("clerk", COMMUNE))
    assert clerk.get(HOME).status_code == 403
    assert clerk.get("/desk/he-thong-goi-api/").status_code == 403
    assert clerk.get("/desk/mat-khau/").status_code == 200


def test_a_higher_account_that_works_here_cannot_be_taken_over(keeper):
    """The province's administrator may sit in this commune: a new password would hand over the province."""
    high = officer_account("province_admin", "15/")
    Account.objects.filter(pk=high.pk).update(unit_path=COMMUNE)
    for tail in ("mat-khau/", "khoa/"):
        assert keeper.post(f"{HOME}{high.pk}/{tail}").status_code == 403
    grant = RoleGrant.objects.get(account=high)
    assert keeper.post(f"{HOME}{high.pk}/thu-vai-tro/{grant.pk}/").status_code == 403
    high.refresh_from_db()
    assert high.check_password(PASSWORD) and high.is_active
    assert_page_ok(keeper.get(f"{HOME}{high.pk}/").content)
    with pytest.raises(NotFound):
        rules.reset_password(officer("admin", BESIDE), account_id=high.pk)
    assert keeper.post(f"{HOME}{keeper.account.pk}/khoa/", {"do": "close"}).status_code == 302
    keeper.account.refresh_from_db()
    assert keeper.account.is_active


def test_machine_clients(keeper):
    url = "/desk/he-thong-goi-api/"
    assert_page_ok(keeper.get(url).content)
    assert keeper.post(url, {"name": "Cổng tỉnh", "unit_path": COMMUNE}).status_code == 422
    made = keeper.post(url, {"name": "Cổng tỉnh", "unit_path": COMMUNE, "scopes": ["onestop.read"]})
    client_id, secret = shown(made)
    token = issue_token(client_id, secret)["access_token"]
    row = MachineClient.objects.get(client_id=client_id)
    assert secret not in keeper.get(url).content.decode()
    new_secret = shown(keeper.post(f"{url}{row.pk}/", {"do": "rotate"}))[1]
    assert new_secret != secret
    assert "Hủy bí mật cũ ngay" in keeper.get(url).content.decode()
    assert issue_token(client_id, secret)
    keeper.post(f"{url}{row.pk}/", {"do": "end-old"})
    with pytest.raises(ActionError):
        issue_token(client_id, secret)
    assert issue_token(client_id, new_secret)
    assert "Hủy bí mật cũ ngay" not in keeper.get(url).content.decode()
    keeper.post(f"{url}{row.pk}/", {"do": "off"})
    assert viewer_for_token(token) is None
    keeper.post(f"{url}{row.pk}/", {"do": "on"})
    assert viewer_for_token(token) is not None
    beside = Client()
    beside.force_login(officer_account("admin", BESIDE))
    assert beside.post(f"{url}{row.pk}/", {"do": "rotate"}).status_code == 404
    assert (
        beside.post(url, {"name": "A", "unit_path": COMMUNE, "scopes": ["onestop.read"]}).status_code == 422
    )


def test_a_machine_gets_no_right_that_its_maker_lacks(keeper):
    viewer = viewer_of(keeper.account)
    with pytest.raises(Forbidden):
        register_client(viewer, name="x", unit_path=COMMUNE, scopes=["onestop.sign"])
    with pytest.raises(Forbidden):
        register_client(viewer, name="x", unit_path="15/", scopes=["onestop.read"])
    client, _ = register_client(Viewer.system(), name="x", unit_path=COMMUNE, scopes=["onestop.rates"])
    answer = keeper.post(f"/desk/he-thong-goi-api/{client.pk}/", {"do": "rotate"})
    assert answer.status_code == 403
