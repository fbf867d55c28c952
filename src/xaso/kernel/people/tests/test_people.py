"""Rights by subtree, people and their identifiers, machine clients, sign-in."""

from datetime import timedelta

import pytest
from django.test import Client

from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people import queries
from xaso.kernel.people.accounts import set_client_active
from xaso.kernel.people.actions import citizen_account, end_grant, find_person, keep_person, view_person
from xaso.kernel.people.machines import (
    forget_tokens,
    issue_token,
    register_client,
    rotate_secret,
    viewer_for_token,
)
from xaso.kernel.people.models import Identifier, RoleGrant, RoleRight
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import PASSWORD, a_citizen, a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.moment import frozen, now

pytestmark = pytest.mark.django_db
SYSTEM = Viewer.system()


def holder(*pairs):
    return Viewer(kind="officer", grants=tuple(Grant("r", path, frozenset({right})) for path, right in pairs))


def test_a_right_reaches_the_subtree_and_nothing_else():
    viewer = holder(("15/04321/", "x.do"))
    assert viewer.can("x.do", "15/04321/")
    assert viewer.can("x.do", "15/04321/kt/")
    assert viewer.can("x.do")
    assert not viewer.can("x.do", "15/04322/")
    assert not viewer.can("x.do", "15/")
    assert not viewer.can("x.other")
    with pytest.raises(Forbidden):
        viewer.must("x.do", "15/")


def test_paths_leave_out_what_lies_inside_another():
    assert holder(("15/", "x.do"), ("15/04321/", "x.do"), ("08/", "x.do")).paths("x.do") == ("08/", "15/")
    assert SYSTEM.paths("anything") == ("",)


def test_a_grant_holds_until_it_is_ended():
    account = officer_account("admin", "15/")
    assert viewer_of(account).can("people.accounts", "15/04321/")
    end_grant(SYSTEM, grant=RoleGrant.objects.get(account=account))
    assert not viewer_of(account).can("people.accounts")


def test_roles_are_seeded_from_the_manifests():
    assert RoleRight.objects.filter(role_id="admin", right="people.accounts").exists()


def test_a_person_is_one_record_and_the_number_is_sealed():
    one = keep_person(SYSTEM, full_name="Nguyễn Văn Đông", personal_number="015085000123")
    two = keep_person(SYSTEM, full_name="Nguyễn Văn Đông", personal_number="015085000123", birth_date="1985")
    assert one.pk == two.pk
    assert two.birth_date == "1985"
    row = Identifier.objects.get(person=one)
    assert row.value == "015085000123"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM people_identifier WHERE id = %s", [row.pk])
        assert b"015085000123" not in bytes(cursor.fetchone()[0])
    found = find_person("personal_number", "015085000123")
    assert found is not None
    assert found.pk == one.pk


def test_looking_at_a_person_is_told_to_that_person():
    account = a_citizen_account()
    desk = officer("receptionist", "15/04321/", name="Hoàng Thị Một")
    view_person(desk, account.person, purpose="Xử lý hồ sơ H1")
    mine = queries.views_of_me(viewer_of(account))
    assert [(look.who, look.purpose) for look in mine] == [("Hoàng Thị Một", "Xử lý hồ sơ H1")]
    view_person(viewer_of(account), account.person, purpose="tự xem")
    assert len(queries.views_of_me(viewer_of(account))) == 1


def test_only_the_sign_in_gate_makes_citizen_accounts():
    with pytest.raises(ActionError):
        citizen_account(a_citizen(), subject="s", full_name="Kẻ Lạ", personal_number="015085000999")


def test_machine_tokens_carry_scopes_and_die_with_the_client():
    client, secret = register_client(SYSTEM, name="LGSP", unit_path="15/", scopes=["onestop.file"])
    token = issue_token(client.client_id, secret)["access_token"]
    found = viewer_for_token(token)
    assert found is not None
    assert found[1].can("onestop.file", "15/04321/")
    assert not found[1].can("onestop.file", "08/")
    fresh = rotate_secret(SYSTEM, client=client)
    assert fresh != secret
    set_client_active(SYSTEM, client_id=client.pk, is_active=False)
    assert viewer_for_token(token) is None


def test_a_machine_client_ends_with_its_day():
    until = now() + timedelta(days=1)
    client, secret = register_client(SYSTEM, name="LGSP", unit_path="15/", scopes=["a"], expires_at=until)
    assert client.last_used_at is None
    token = issue_token(client.client_id, secret)["access_token"]
    client.refresh_from_db()
    assert client.last_used_at is not None and viewer_for_token(token) is not None
    forget_tokens()
    with frozen(until + timedelta(seconds=1)):
        assert viewer_for_token(token) is None
        with pytest.raises(ActionError):
            issue_token(client.client_id, secret)


def test_token_address_speaks_oauth():
    client, secret = register_client(SYSTEM, name="LGSP", unit_path="15/", scopes=["a"])
    http = Client()
    body = {"grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret}
    good = http.post("/api/v1/token", body)
    assert good.status_code == 200
    assert good.json()["token_type"] == "Bearer"
    bad = http.post("/api/v1/token", {**body, "client_secret": "x"})
    assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")


def test_officer_signs_in_and_out():
    account = officer_account("receptionist", "15/04321/")
    http = Client()
    page = http.get("/desk/")
    assert page.status_code == 302
    wrong = http.post("/dang-nhap/can-bo", {"username": account.username, "password": "sai"})
    assert wrong.status_code == 422
    assert "chưa đúng" in wrong.content.decode()
    right = http.post(
        "/dang-nhap/can-bo", {"username": account.username, "password": PASSWORD, "next": "/desk/"}
    )
    assert (right.status_code, right["Location"]) == (302, "/desk/")
    assert http.get("/desk/").status_code == 200
    http.post("/dang-xuat")
    assert http.get("/desk/").status_code == 302


def test_sign_in_never_sends_elsewhere():
    account = officer_account("receptionist", "15/04321/")
    form = {"username": account.username, "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/dang-nhap/can-bo", form)["Location"] == "/desk/"


def test_guessing_is_slowed_for_the_guesser_only():
    account = officer_account("receptionist", "15/04321/")
    for _ in range(6):
        Client(REMOTE_ADDR="10.9.9.9").post(
            "/dang-nhap/can-bo", {"username": account.username, "password": "sai"}
        )
    form = {"username": account.username, "password": PASSWORD}
    assert Client(REMOTE_ADDR="10.9.9.9").post("/dang-nhap/can-bo", form).status_code == 429
    assert Client(REMOTE_ADDR="10.1.1.1").post("/dang-nhap/can-bo", form).status_code == 302


def test_whoever_must_sign_in_for_a_post_comes_back_to_the_page_of_its_form(client):
    page = "/onestop/thu-tuc/1.001193/?variant=x"
    asked = client.post("/onestop/thu-tuc/1.001193/nop/", headers={"Referer": f"http://testserver{page}"})
    assert asked["Location"] == "/dang-nhap/?next=/onestop/thu-tuc/1.001193/%3Fvariant%3Dx"
    stranger = client.post("/onestop/thu-tuc/1.001193/nop/", headers={"Referer": "https://example.org/x"})
    assert stranger["Location"] == "/dang-nhap/"
    assert client.get("/onestop/cua-toi/")["Location"] == "/dang-nhap/?next=/onestop/cua-toi/"
