"""Signing in with two proofs, forced changes, budgets of guesses, sessions."""

from __future__ import annotations

import time
from datetime import timedelta

import pyotp
import pytest
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from xaso.kernel.access import factors, places, policy
from xaso.kernel.access.models import CodeApp, FactorPolicy, OpenSession
from xaso.kernel.base import keys, rotation
from xaso.kernel.base.errors import ActionError, Forbidden
from xaso.kernel.people import signin
from xaso.kernel.people.models import Account, Role, SignIn
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.signin import FIRST_WAIT, WINDOW, wait_seconds
from xaso.kernel.people.testing import PASSWORD, a_citizen_account, officer, officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE = "15/02683/"
DOOR = "/dang-nhap/can-bo"


@pytest.fixture(autouse=True)
def commune():
    a_commune(COMMUNE)


def with_app(account):
    """The account with an app; answers its machine. Codes already used count as used."""
    viewer = viewer_of(account)
    app = factors.begin_app(viewer)
    machine = pyotp.TOTP(str(app.secret))
    codes = factors.confirm_app(viewer, code=machine.at(moment.now()))
    CodeApp.objects.filter(pk=app.pk).update(last_step=0)
    return machine, codes


def sign_in(http, account, password=PASSWORD, **more):
    return http.post(DOOR, {"username": account.username, "password": password, **more})


def test_a_role_that_needs_two_proofs_sets_one_up_before_anything_else():
    account, http = officer_account("admin", COMMUNE), Client()
    assert sign_in(http, account)["Location"] == "/dang-nhap/dat-lop-hai"
    assert http.get("/desk/").status_code == 302
    page = http.get("/dang-nhap/dat-lop-hai")
    assert_page_ok(page.content)
    app = factors.waiting_app(account.pk)
    assert http.post("/dang-nhap/dat-lop-hai", {"code": "000000"}).status_code == 422
    told = http.post("/dang-nhap/dat-lop-hai", {"code": pyotp.TOTP(str(app.secret)).at(moment.now())})
    assert told.status_code == 200 and "mã dự phòng" in told.content.decode()
    assert_page_ok(told.content)
    assert http.get("/desk/").status_code == 302
    assert http.post("/dang-nhap/dat-lop-hai", {"do": "go"})["Location"] == "/desk/"
    assert http.get("/desk/").status_code == 200


def test_the_second_proof_is_asked_and_each_code_serves_once():
    account = officer_account("clerk", COMMUNE)
    machine, codes = with_app(account)
    http = Client()
    assert sign_in(http, account, next="/desk/uy-quyen/")["Location"] == "/dang-nhap/lop-hai"
    assert_page_ok(http.get("/dang-nhap/lop-hai").content)
    assert http.get("/desk/").status_code == 302
    assert http.post("/dang-nhap/lop-hai", {"code": "123"}).status_code == 422
    code = machine.at(moment.now())
    assert http.post("/dang-nhap/lop-hai", {"code": code})["Location"] == "/desk/uy-quyen/"
    assert http.get("/desk/").status_code == 200
    other = Client()
    sign_in(other, account)
    assert other.post("/dang-nhap/lop-hai", {"code": code}).status_code == 422, "a code serves once"
    assert other.post("/dang-nhap/lop-hai", {"code": codes[0]}).status_code == 302
    third = Client()
    sign_in(third, account)
    assert third.post("/dang-nhap/lop-hai", {"code": codes[0]}).status_code == 422
    assert third.post("/dang-nhap/lop-hai", {"code": codes[1].upper().replace("-", " ")}).status_code == 302


def test_nobody_skips_a_step():
    account = officer_account("clerk", COMMUNE)
    with_app(account)
    Account.objects.filter(pk=account.pk).update(password_is_temporary=True)
    http = Client()
    sign_in(http, account)
    for url in ("/dang-nhap/mat-khau-moi", "/dang-nhap/dat-lop-hai"):
        assert http.post(url, {"new": "bon tu ghep lai", "again": "bon tu ghep lai"})["Location"] == DOOR
    assert http.get("/desk/").status_code == 302
    with moment.frozen(moment.now() + timedelta(minutes=11)):
        assert http.get("/dang-nhap/lop-hai").status_code == 302
    assert http.post("/dang-nhap/khoa/hoi-moi").status_code == 403, "no key is added before the second proof"


def test_policy_is_rows_by_day_and_only_for_the_whole_house():
    account = officer_account("clerk", COMMUNE)
    assert not policy.needs_second(account)
    facts = {"role": "clerk", "is_required": True, "legal_basis": "QĐ 12/QĐ-UBND"}
    tomorrow = moment.today() + timedelta(days=1)
    policy.set_policy(Viewer.system(), valid_from=tomorrow, **facts)
    assert not policy.needs_second(account)
    with moment.frozen(moment.now() + timedelta(days=1)):
        assert policy.needs_second(account)
    with pytest.raises(Forbidden):
        policy.set_policy(officer("admin", COMMUNE), valid_from=tomorrow, **facts)
    with pytest.raises(ActionError):
        policy.set_policy(Viewer.system(), valid_from=tomorrow, **{**facts, "legal_basis": " "})


def test_waiting_grows_and_ends():
    assert [wait_seconds(count, 6) for count in (0, 5, 6, 7, 8)] == [
        0,
        0,
        FIRST_WAIT,
        FIRST_WAIT * 2,
        FIRST_WAIT * 4,
    ]
    assert wait_seconds(1000, 6) == WINDOW.total_seconds()


def test_a_stranger_cannot_shut_out_the_owner_of_a_known_device(monkeypatch):
    monkeypatch.setattr(signin, "PER_NAME", 12)
    account = officer_account("clerk", COMMUNE)
    home = Client(REMOTE_ADDR="10.1.1.1")
    sign_in(home, account)
    home.post("/dang-xuat")
    for number in range(16):  # from many places, and from the owner's own office
        sign_in(Client(REMOTE_ADDR=f"10.9.{number}.9" if number % 2 else "10.1.1.1"), account, "sai mat khau")
    assert sign_in(Client(REMOTE_ADDR="10.77.7.7"), account).status_code == 429
    assert sign_in(home, account).status_code == 302
    # The known device has a budget too: whoever sits at it guesses no better.
    home.post("/dang-xuat")
    answers = [sign_in(home, account, "sai").status_code for _ in range(12)]
    assert answers[-1] == 429
    with moment.frozen(moment.now() + timedelta(minutes=16)):
        assert sign_in(home, account).status_code == 302


def test_a_forged_device_cookie_counts_for_nothing():
    account = officer_account("clerk", COMMUNE)
    http = Client(REMOTE_ADDR="10.3.3.3")
    http.cookies["xs_quen"] = "eyJkIjoieCIsIm4iOlsieSJdfQ:xxx:yyy"
    answers = [sign_in(http, account, "sai").status_code for _ in range(8)]
    assert answers[0] == 422 and answers[-1] == 429


def test_unknown_names_and_wrong_passwords_get_the_same_answer():
    account = officer_account("clerk", COMMUNE)
    wrong = sign_in(Client(), account, "sai mat khau").content.decode()
    unknown = Client().post(DOOR, {"username": "khong-co-ai", "password": "sai"}).content.decode()
    assert "chưa đúng" in wrong and "chưa đúng" in unknown
    assert SignIn.objects.filter(account=account, succeeded=False).count() == 1, (
        "the owner sees it in the journal"
    )


def test_the_session_is_a_new_one_after_signing_in():
    account, http = officer_account("clerk", COMMUNE), Client()
    session = http.session
    session["planted"] = "x"
    session.save()
    planted = session.session_key
    assert sign_in(http, account).status_code == 302
    assert http.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_sessions_end_when_unused_and_in_any_case():
    account, http = officer_account("clerk", COMMUNE), Client()
    sign_in(http, account)
    begun = moment.now()
    for minutes in (50, 100, 150):
        with moment.frozen(begun + timedelta(minutes=minutes)):
            assert http.get("/desk/").status_code == 200
    with moment.frozen(begun + timedelta(minutes=150 + 61)):
        assert http.get("/desk/").status_code == 302
    with override_settings(XASO_SESSION_IDLE_MINUTES=10_000), moment.frozen(begun + timedelta(hours=13)):
        assert http.get("/desk/").status_code == 302


def test_sessions_are_listed_and_ended_one_by_one_and_together():
    account = officer_account("clerk", COMMUNE)
    here, there, third = Client(), Client(REMOTE_ADDR="113.160.1.7"), Client()
    for http in (here, there, third):
        sign_in(http, account)
    here.get("/desk/")
    page = here.get("/desk/dang-nhap/")
    assert_page_ok(page.content)
    assert "mạng 113.160.1.x" in page.content.decode() and "113.160.1.7" not in page.content.decode()
    row = next(one for one in places.open_of(account.pk) if "113" in one.network)
    assert here.post("/desk/dang-nhap/phien/", {"session": str(row.pk)}).status_code == 302
    assert there.get("/desk/").status_code == 302
    assert third.get("/desk/").status_code == 200
    stranger = Client()
    sign_in(stranger, officer_account("clerk", COMMUNE))
    mine = OpenSession.objects.get(session_key=third.session.session_key)
    stranger.post("/desk/dang-nhap/phien/", {"session": str(mine.pk)})
    assert third.get("/desk/").status_code == 200, "nobody ends the session of another"
    here.post("/desk/dang-nhap/phien/")
    assert third.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 200


def test_an_administrator_takes_lost_proofs_off_within_their_units():
    account = officer_account("clerk", COMMUNE)
    with_app(account)
    keeper = Client()
    keeper.force_login(officer_account("admin", COMMUNE))
    url = f"/desk/nhat-ky-dang-nhap/{account.pk}/"
    assert_page_ok(keeper.get(url).content)
    beside = Client()
    beside.force_login(officer_account("admin", "15/02647/"))
    assert beside.post(url, {"do": "remove"}).status_code == 404
    assert keeper.post(url, {"do": "remove"}).status_code == 302
    assert not factors.factors_of(account.pk).any
    assert sign_in(Client(), account)["Location"] == "/desk/"
    assert_page_ok(keeper.get("/desk/nhat-ky-dang-nhap/").content)
    assert_page_ok(keeper.get("/desk/nhat-ky-dang-nhap/?xem=sai").content)


def test_proofs_change_only_after_a_fresh_proof():
    account, http = officer_account("clerk", COMMUNE), Client()
    sign_in(http, account)
    later = moment.now() + timedelta(minutes=20)
    with moment.frozen(later):
        answer = http.post("/desk/dang-nhap/", {"do": "begin_app"})
        assert answer["Location"] == "/dang-nhap/xac-minh?next=/desk/dang-nhap/"
        assert_page_ok(http.get(answer["Location"]).content)
        assert http.post(answer["Location"], {"password": "sai"}).status_code == 422
        assert http.post(answer["Location"], {"password": PASSWORD})["Location"] == "/desk/dang-nhap/"
        page = http.post("/desk/dang-nhap/", {"do": "begin_app"})
        assert_page_ok(page.content)
        app = factors.waiting_app(account.pk)
        code = pyotp.TOTP(str(app.secret)).at(moment.now())
        told = http.post("/desk/dang-nhap/", {"do": "confirm_app", "code": code})
        assert_page_ok(told.content)
        assert "Chỉ hiện một lần" in told.content.decode()
    with moment.frozen(later + timedelta(minutes=20)):
        page = http.get("/dang-nhap/xac-minh").content.decode()
        assert 'name="code"' in page and 'name="password"' not in page, (
            "the stronger proof is asked where there is one"
        )


def test_citizens_have_the_same_page():
    http = Client()
    http.force_login(a_citizen_account())
    assert_page_ok(http.get("/cua-toi/dang-nhap/").content)
    assert Client().get("/cua-toi/dang-nhap/").status_code == 302


def test_the_time_taken_tells_nothing_about_names():
    """Both ways hash once; a loose bound, as this is a machine with other things to do."""
    account = officer_account("clerk", COMMUNE)

    def seconds(name):
        begun = time.perf_counter()
        Client(REMOTE_ADDR=f"10.8.{len(name)}.1").post(DOOR, {"username": name, "password": "sai"})
        return time.perf_counter() - begun

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]):
        account.set_password(PASSWORD)
        account.save()
        signin._decoy.clear()
        seconds("lam-nong")
        known = min(seconds(account.username) for _ in range(3))
        unknown = min(seconds("khong-co-nguoi-nay") for _ in range(3))
        signin._decoy.clear()
    assert 0.4 < known / unknown < 2.5


def test_a_month_after_the_installation_every_role_needs_two_proofs_but_those_with_a_row_of_their_own():
    FactorPolicy.objects.all().delete()
    policy.seed()
    policy.seed()
    assert FactorPolicy.objects.filter(role=policy.EVERY).count() == 1
    account = officer_account("clerk", COMMUNE)
    assert policy.required_roles() == set(policy.FIRST_ROLES)
    with moment.frozen(moment.now() + policy.NOTICE):
        assert policy.required_roles() == set(Role.objects.values_list("code", flat=True))
        assert policy.needs_second(account)
        facts = {"role": "clerk", "is_required": False, "legal_basis": "QĐ 15/QĐ-UBND"}
        policy.set_policy(Viewer.system(), valid_from=moment.today(), **facts)
        assert not policy.needs_second(account)
        assert policy.needs_second(officer_account("leader", COMMUNE))


def test_more_sessions_than_allowed_end_the_one_not_used_for_longest():
    account = officer_account("clerk", COMMUNE)
    first, second, third = Client(), Client(), Client()
    with override_settings(XASO_SESSIONS_MOST=2):
        for minutes, http in enumerate((first, second, third)):
            with moment.frozen(moment.now() + timedelta(minutes=minutes)):
                sign_in(http, account)
    assert first.get("/desk/").status_code == 302
    assert second.get("/desk/").status_code == third.get("/desk/").status_code == 200
    assert OpenSession.objects.filter(account=account, ended_at=None).count() == 2


def test_signing_out_lets_the_browser_forget():
    account = officer_account("clerk", COMMUNE)
    http = Client()
    sign_in(http, account)
    told = http.post("/dang-xuat")["Clear-Site-Data"]
    assert "cache" in told and "storage" in told
    assert http.get("/desk/").status_code == 302


@pytest.fixture
def new_hash_key(tmp_path, settings):
    """Call it to put a new key for digests into force, the one before still being looked for."""
    settings.XASO_KEY_RING = str(tmp_path / "keys" / "data.json")
    settings.XASO_KEY_GRACE_SECONDS = 0
    keys.key_ring()
    return lambda: rotation.begin_change("hash")


def test_a_new_hash_key_forgives_no_guessing(new_hash_key):
    account = officer_account("clerk", COMMUNE)
    for _ in range(signin.PER_NAME_AND_ADDRESS):
        sign_in(Client(), account, "sai")
    assert sign_in(Client(), account).status_code == 429
    new_hash_key()
    assert sign_in(Client(), account).status_code == 429


def test_a_known_device_stays_known_under_a_new_hash_key(new_hash_key):
    account, http = officer_account("clerk", COMMUNE), Client()
    assert sign_in(http, account).status_code == 302
    new_hash_key()
    for _ in range(signin.PER_NAME_AND_ADDRESS):
        sign_in(Client(), account, "sai")
    assert sign_in(Client(), account).status_code == 429, "strangers wait"
    assert sign_in(http, account).status_code == 302, "its owner does not"
