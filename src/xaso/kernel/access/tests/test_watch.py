"""Delegation with its trace, alerts and their answers."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client

from xaso.kernel.access import alerts, delegation, policy
from xaso.kernel.access.models import Alert
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.messages.models import Message
from xaso.kernel.people.actions import view_person
from xaso.kernel.people.models import Account, RoleGrant, SignIn
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import PASSWORD, a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE, BESIDE = "15/02683/", "15/02647/"


@pytest.fixture(autouse=True)
def commune():
    a_commune(COMMUNE)
    policy.seed()


def given(leader, account, **more):
    grant = delegation.may_delegate(leader)[0]
    facts = {
        "manner": "TUQ.",
        "document_number": "12/GUQ-UBND",
        "reason": "Đi công tác",
        "first": moment.now(),
        "last": moment.now() + timedelta(days=3),
    }
    return delegation.delegate(leader, grant_id=grant.pk, account_id=account.pk, **{**facts, **more})


def test_a_right_given_for_three_days_works_and_leaves_a_trace():
    leader, clerk = officer("leader", COMMUNE), officer_account("clerk", COMMUNE)
    assert not viewer_of(clerk).can("onestop.sign", COMMUNE)
    row = given(leader, clerk)
    viewer = viewer_of(clerk)
    assert viewer.can("onestop.sign", COMMUNE)
    assert viewer.trace("onestop.sign", COMMUNE) == {
        "on_behalf_of": str(leader.account_id),
        "manner": "TUQ.",
        "document_number": "12/GUQ-UBND",
    }
    assert leader.trace("onestop.sign", COMMUNE) == {}, "one's own right leaves none"
    with moment.frozen(moment.now() + timedelta(days=4)):
        assert not viewer_of(clerk).can("onestop.sign", COMMUNE)
    delegation.end_delegation(leader, grant_id=row.pk)
    assert not viewer_of(clerk).can("onestop.sign", COMMUNE)
    assert {"access.delegated", "access.delegation_ended"} <= set(
        Event.objects.values_list("name", flat=True)
    )


def test_nobody_gives_what_is_not_theirs():
    leader, clerk = officer("leader", COMMUNE), officer_account("clerk", COMMUNE)
    given(leader, clerk)
    assert delegation.may_delegate(viewer_of(clerk)) == [], "what was received is not handed on"
    assert delegation.may_delegate(officer("receptionist", COMMUNE)) == []
    other = officer("leader", BESIDE)
    own = delegation.may_delegate(leader)[0]
    with pytest.raises(Forbidden):
        delegation.delegate(
            other,
            grant_id=own.pk,
            account_id=clerk.pk,
            manner="TUQ.",
            document_number="1",
            reason="",
            first=moment.now(),
            last=moment.now() + timedelta(days=1),
        )
    with pytest.raises(ActionError):
        given(leader, officer_account("clerk", BESIDE))
    for wrong in ({"document_number": " "}, {"manner": "XX"}, {"last": moment.now() - timedelta(days=1)}):
        with pytest.raises(ActionError):
            given(leader, clerk, **wrong)
    row = RoleGrant.objects.filter(on_behalf_of__isnull=False).get()
    for stranger in (officer("clerk", COMMUNE), officer("admin", BESIDE)):
        with pytest.raises(NotFound):
            delegation.end_delegation(stranger, grant_id=row.pk)
    delegation.end_delegation(officer("admin", COMMUNE), grant_id=row.pk)


def test_the_pages_of_delegation():
    leader, clerk = officer_account("leader", COMMUNE), officer_account("clerk", COMMUNE, name="Phàn Thị Hoa")
    http = Client()
    http.force_login(leader)
    page = http.get("/desk/uy-quyen/")
    assert_page_ok(page.content)
    grant = delegation.may_delegate(viewer_of(leader))[0]
    form = {
        "account": str(clerk.pk),
        "grant": str(grant.pk),
        "manner": "TUQ.",
        "document_number": "12/GUQ-UBND",
        "reason": "Đi họp",
        "first": moment.today().isoformat(),
        "last": (moment.today() + timedelta(days=2)).isoformat(),
    }
    wrong = http.post("/desk/uy-quyen/", {**form, "last": "2020-01-01"})
    assert wrong.status_code == 422 and "Đi họp" in wrong.content.decode()
    assert http.post("/desk/uy-quyen/", form).status_code == 302
    theirs = Client()
    theirs.force_login(clerk)
    page = theirs.get("/desk/uy-quyen/")
    assert_page_ok(page.content)
    assert "12/GUQ-UBND" in page.content.decode() and 'name="grant"' not in page.content.decode()
    assert theirs.post("/desk/uy-quyen/", form).status_code == 422
    row = RoleGrant.objects.get(account=clerk, on_behalf_of=leader)
    assert theirs.post(f"/desk/uy-quyen/{row.pk}/ket-thuc/").status_code == 302
    with moment.frozen(moment.now() + timedelta(minutes=30)):
        assert http.post("/desk/uy-quyen/", form)["Location"].startswith("/dang-nhap/xac-minh")


def enter(account, **more):
    http = Client(**more)
    assert (
        http.post("/dang-nhap/can-bo", {"username": account.username, "password": PASSWORD}).status_code
        == 302
    )
    row = SignIn.objects.filter(account=account, succeeded=True).latest("created_at")
    alerts.on_sign_in(SimpleNamespace(data={"sign_in": str(row.pk)}))
    return http


def test_a_new_device_is_told_to_its_owner_and_answered():
    account = officer_account("clerk", COMMUNE)
    home = enter(
        account, REMOTE_ADDR="113.160.1.7", HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Chrome/120"
    )
    assert not Alert.objects.exists(), "the first sign-in ever is not unusual"
    thief = enter(account, REMOTE_ADDR="14.160.9.9", HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux) Firefox/130")
    alert = Alert.objects.get()
    assert "Firefox trên Linux" in alerts.words_of(alert) and "14.160.9.9" not in alerts.words_of(alert)
    assert Message.objects.filter(template__key="access.unusual", account=account).count() == 1
    page = home.get("/desk/dang-nhap/")
    assert_page_ok(page.content)
    assert "Có phải ông/bà không?" in page.content.decode()
    answer = home.post(f"/desk/dang-nhap/canh-bao/{alert.pk}/", {"own": "no"})
    assert answer["Location"] == "/dang-nhap/mat-khau-moi"
    assert thief.get("/desk/").status_code == 302
    assert home.get("/desk/").status_code == 302, "even the own session ends, until the new password"
    again = home.post(
        "/dang-nhap/mat-khau-moi", {"new": "mot mat khau rieng tu", "again": "mot mat khau rieng tu"}
    )
    assert again.status_code == 302
    assert home.get("/desk/").status_code == 200
    assert Client().post(
        "/dang-nhap/can-bo", {"username": account.username, "password": PASSWORD}
    ).status_code in (422, 429)
    alert.refresh_from_db()
    assert alert.state == Alert.State.NOT_OWN


def test_the_same_place_again_is_quiet_and_yes_is_enough():
    account = officer_account("clerk", COMMUNE)
    http = enter(account, REMOTE_ADDR="113.160.1.7")
    enter(account, REMOTE_ADDR="113.160.1.90")
    assert not Alert.objects.exists(), "the same network and kind of device"
    enter(account, REMOTE_ADDR="14.160.9.9")
    alert = Alert.objects.get()
    other = Client()
    other.force_login(officer_account("clerk", COMMUNE))
    assert other.post(f"/desk/dang-nhap/canh-bao/{alert.pk}/", {"own": "yes"}).status_code == 404
    assert http.post(f"/desk/dang-nhap/canh-bao/{alert.pk}/", {"own": "yes"}).status_code == 302
    alert.refresh_from_db()
    assert alert.state == Alert.State.OWN
    assert http.get("/desk/").status_code == 200


def test_too_many_records_in_a_short_time():
    rule = policy.set_rule(
        Viewer.system(), kind="mass_view", is_on=True, figures={"persons": 3, "minutes": 30}, legal_basis=""
    )
    busy, calm = officer("receptionist", COMMUNE), officer("receptionist", COMMUNE)
    persons = [a_citizen_account().person for _ in range(4)]
    for person in persons:
        view_person(busy, person, purpose="Xử lý")
        view_person(calm, persons[0], purpose="Xử lý")
    alerts.watch_views()
    alerts.watch_views()
    row = Alert.objects.get()
    assert (row.account_id, row.rule_id, row.facts["persons"]) == (busy.account_id, rule.pk, 4)
    keeper = Client()
    keeper.force_login(officer_account("admin", COMMUNE))
    page = keeper.get("/desk/canh-bao-dang-nhap/")
    assert_page_ok(page.content)
    assert "4 người trong 30 phút" in page.content.decode()
    beside = Client()
    beside.force_login(officer_account("admin", BESIDE))
    assert "4 người" not in beside.get("/desk/canh-bao-dang-nhap/").content.decode()
    assert beside.post(f"/desk/canh-bao-dang-nhap/{row.pk}/dong/").status_code == 404
    assert keeper.post(f"/desk/canh-bao-dang-nhap/{row.pk}/dong/").status_code == 302
    row.refresh_from_db()
    assert row.state == Alert.State.CLOSED


def test_data_taken_out_at_night():
    viewer = officer("receptionist", COMMUNE)
    facts = {"what": "Sổ theo dõi hồ sơ", "unit_path": COMMUNE, "rows": 12}
    with moment.frozen("2026-03-10T10:00"):
        alerts.note_export(viewer, **facts)
    assert not Alert.objects.exists()
    with moment.frozen("2026-03-10T23:30"):
        alerts.note_export(viewer, **facts)
        alerts.note_export(viewer, **facts)
    assert Alert.objects.get().kind == "night_export"
    assert Event.objects.filter(name="access.exported").count() == 3


def test_rules_are_set_on_a_page_by_whoever_may():
    http = Client()
    http.force_login(officer_account("admin", ""))
    page = http.get("/desk/quy-dinh-dang-nhap/")
    assert_page_ok(page.content)
    form = {"role": "clerk", "is_required": "1", "valid_from": moment.today().isoformat(), "legal_basis": ""}
    assert http.post("/desk/quy-dinh-dang-nhap/", form).status_code == 422
    assert http.post("/desk/quy-dinh-dang-nhap/", {**form, "legal_basis": "QĐ 1"}).status_code == 302
    assert "clerk" in policy.required_roles()
    url = "/desk/quy-dinh-dang-nhap/canh-bao/night_export/"
    http.post(url, {"from_hour": "22", "to_hour": "5", "is_on": "yes"})
    assert policy.rules_in_force()["night_export"].figures == {"from_hour": 22, "to_hour": 5}
    for wrong in ({"from_hour": "24", "to_hour": "5"}, {"from_hour": "x", "to_hour": "5"}, {}):
        http.post(url, {**wrong, "is_on": "yes"})
    assert policy.rules_in_force()["night_export"].figures == {"from_hour": 22, "to_hour": 5}
    local = Client()
    local.force_login(officer_account("admin", COMMUNE))
    assert_page_ok(local.get("/desk/quy-dinh-dang-nhap/").content)
    assert local.post("/desk/quy-dinh-dang-nhap/", {**form, "legal_basis": "QĐ 1"}).status_code == 403
    assert local.post(url, {"from_hour": "1", "to_hour": "2", "is_on": "yes"}).status_code == 403


def test_closing_an_alert_on_oneself_is_not_for_an_administrator():
    keeper = officer_account("admin", COMMUNE)
    rule = policy.rules_in_force()["new_device"]
    row = alerts.raise_alert(Viewer.system(), account=keeper, rule=rule, facts={}, key="x")
    with pytest.raises(NotFound):
        alerts.close_alert(viewer_of(keeper), alert_id=row.pk)
    assert Account.objects.get(pk=keeper.pk).is_active
