"""Sessions and sign-in: nothing planted is taken over, nothing is told about who exists, nobody is led away."""

from __future__ import annotations

import re
import statistics
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from tests.hostile.client import SESSION, Answer, Browser
from tests.hostile.conftest import Site
from xaso.kernel.people.models import Account, SignIn

PATH = "/dang-nhap/can-bo"
PASSWORD = "cau-mat-khau-dai-chi-de-thu-81"


@pytest.fixture
def officer(site: Site):
    """An officer with a password of the real, slow kind."""
    account = Account.objects.get(pk=site.world.visitor("specialist here").viewer.account_id)
    old = account.password
    hasher = Argon2PasswordHasher()
    Account.objects.filter(pk=account.pk).update(password=hasher.encode(PASSWORD, hasher.salt()))
    yield account
    Account.objects.filter(pk=account.pk).update(password=old)


def forget_tries() -> None:
    SignIn.objects.filter(succeeded=False).delete()


def test_a_planted_session_is_not_taken_over(site: Site, officer: Account):
    browser = Browser(site.port, {SESSION: "planted0planted0planted0planted0"}, address="198.51.100.1")
    answer = browser.post(PATH, {"username": officer.username, "password": PASSWORD})
    assert answer.status == 302, answer.text[-500:]
    assert browser.cookies[SESSION] != "planted0planted0planted0planted0"
    thief = Browser(site.port, {SESSION: "planted0planted0planted0planted0"})
    assert thief.get("/desk/").status == 302

    before = browser.cookies[SESSION]
    again = browser.post(PATH, {"username": officer.username, "password": PASSWORD})
    assert again.status == 302 and browser.cookies[SESSION] != before, "each sign-in has a name of its own"
    assert Browser(site.port, {SESSION: before}).get("/desk/").status == 302


def test_every_cookie_of_a_sign_in_is_bound_to_this_host(site: Site, officer: Account):
    browser = Browser(site.port, address="198.51.100.3")
    answer = browser.post(PATH, {"username": officer.username, "password": PASSWORD})
    names = {one.partition("=")[0] for one in answer.all_headers("Set-Cookie")}
    assert SESSION in names and "__Host-xs_quen" in names, names
    assert all(name.startswith("__Host-") for name in names), names


def test_signing_out_ends_the_session_on_the_server(site: Site, officer: Account):
    browser = Browser(site.port, address="198.51.100.2")
    browser.post(PATH, {"username": officer.username, "password": PASSWORD})
    held = browser.cookies[SESSION]
    assert browser.post("/dang-xuat").status == 302
    assert Browser(site.port, {SESSION: held}).get("/desk/").status == 302


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "http:evil.example", "https:/evil.example", "javascript:alert(1)", "data:text/html,x", "/%09/evil.example",
        "\t//evil.example", "/\t/evil.example", "https://xaso.example@evil.example/", "https://xaso.example.evil.example",
        "//xaso.example@evil.example", "/\n/evil.example", " //evil.example",
    ],
)  # fmt: skip
def test_nobody_is_led_to_another_place(site: Site, officer: Account, to: str):
    forget_tries()
    browser = Browser(site.port, address="198.51.100.3")
    answer = browser.post(PATH, {"username": officer.username, "password": PASSWORD, "next": to})
    where = answer.header("Location")
    assert answer.status == 302 and where.startswith("/") and not where.startswith(("//", "/\\")), where
    assert "evil.example" not in where.replace("%09", "")[:2] and "\t" not in where and "\n" not in where
    if to.isprintable():
        prefs = Browser(site.port).post("/ui/prefs", {"theme": "dark"}, {"Referer": to}, forged=True)
        assert prefs.status == 302 and not re.match(r"\s*(?:[\\/]{2}|\w+:)", prefs.header("Location"))


def test_the_answer_does_not_tell_who_exists(site: Site, officer: Account):
    forget_tries()
    known = Browser(site.port, address="198.51.100.4").post(
        PATH, {"username": officer.username, "password": "sai-mat-khau"}
    )
    unknown = Browser(site.port, address="198.51.100.5").post(
        PATH, {"username": "khong.co.ai", "password": "sai-mat-khau"}
    )

    def plain(answer: Answer, name: str) -> str:
        return re.sub(r'value="[^"]*"|[0-9a-f]{16}', "", answer.text.replace(name, ""))

    assert known.status == unknown.status
    assert plain(known, officer.username) == plain(unknown, "khong.co.ai")


def test_the_time_does_not_tell_who_exists(site: Site, officer: Account):
    """Medians of interleaved tries, compared with each other only: both pay for one slow hash."""
    times: dict[str, list[float]] = {officer.username: [], "khong.co.ai": []}
    browser = Browser(site.port)
    token = browser.csrf()
    for number in range(24):
        for name, taken in times.items():
            forget_tries()
            browser.address = f"198.51.100.{10 + number}"
            began = time.perf_counter()
            answer = browser.post(
                PATH, {"username": name, "password": f"sai-{number}"}, {"X-CSRFToken": token}
            )
            if number >= 4:  # the first ones warm up
                taken.append(time.perf_counter() - began)
            assert answer.status == 422
    known, unknown = (statistics.median(taken) for taken in times.values())
    assert 0.6 < known / unknown < 1.67, f"known {known:.4f} s, unknown {unknown:.4f} s"


def test_guessing_is_slowed(site: Site, officer: Account):
    forget_tries()
    browser = Browser(site.port, address="198.51.100.77")
    statuses = [
        browser.post(PATH, {"username": officer.username, "password": f"doan-{n}"}).status for n in range(10)
    ]
    assert 429 in statuses, statuses
    # The owner elsewhere is not locked out by it.
    owner = Browser(site.port, address="192.0.2.50")
    assert owner.post(PATH, {"username": officer.username, "password": PASSWORD}).status == 302
    forget_tries()


def test_the_citizens_way_in_takes_no_answer_it_did_not_ask_for(site: Site):
    for query in (
        "",
        "?code=x",
        "?code=x&state=y",
        "?error=a<script>alert(1)</script>",
        "?state=" + "A" * 3000,
    ):
        answer = Browser(site.port).get(f"/dang-nhap/vneid/ve{query}")
        assert answer.status in {302, 400, 403, 404, 422}, (query, answer.status)
        assert "<script>alert" not in answer.text and SESSION not in str(answer.all_headers("Set-Cookie"))


@pytest.mark.parametrize("token", ["", "x", "Bearer x", "null", "A" * 4000, "../../", "' OR 1=1--", "\u00e9"])
def test_tokens_that_are_none(site: Site, token: str):
    browser = Browser(site.port)
    value = f"Bearer {token}".encode().decode("latin-1")
    answer = browser.get("/api/v1/onestop/dossiers", {"Authorization": value})
    assert answer.status == 401, token


@pytest.mark.parametrize("name", ["A" * 5000, "a\x00b", "' OR '1'='1", "<script>", "\u202eadmin", "nguyễn"])
def test_odd_names_break_nothing(site: Site, name: str):
    forget_tries()
    answer = Browser(site.port, address="198.51.100.9").post(PATH, {"username": name, "password": "x"})
    assert answer.status in {400, 422}, answer.status
    assert "<script>alert" not in answer.text
