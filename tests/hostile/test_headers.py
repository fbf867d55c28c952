"""Headers and cookies: nothing is believed that a client sends about itself, nothing personal is kept on the way."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import pytest

from tests.hostile.client import HOST, SESSION, TOKEN, Browser, raw
from tests.hostile.conftest import Site

PUBLIC = ("/", "/onestop/", "/dang-nhap/", "/dang-nhap/can-bo", "/verify", "/healthz", "/khong-co-trang-nay/")
OPEN_FILES = ("/static/ui/xaso.css", "/api/v1/openapi.json")


def policy(answer) -> dict[str, list[str]]:
    found = {}
    for part in answer.header("Content-Security-Policy").split(";"):
        words = part.split()
        if words:
            found[words[0]] = words[1:]
    return found


@pytest.mark.parametrize("path", [*PUBLIC, *OPEN_FILES])
def test_every_answer_carries_the_headers_that_bind_a_browser(site: Site, path: str):
    answer = Browser(site.port).get(path)
    assert answer.header("X-Content-Type-Options") == "nosniff", path
    rules = policy(answer)
    assert rules.get("default-src") and "'none'" in rules["object-src"] and "'none'" in rules["base-uri"], (
        path
    )
    assert rules["frame-ancestors"] == ["'none'"] and rules["form-action"][0] == "'self'", path
    for name in ("default-src", "script-src", "style-src"):
        for word in rules.get(name, []):
            assert word in {"'self'", "'none'"}, f"{path}: {name} {word}"
    age = re.search(r"max-age=(\d+); includeSubDomains", answer.header("Strict-Transport-Security"))
    assert age and int(age.group(1)) >= 31536000, path
    assert answer.header("Referrer-Policy") == "same-origin"
    assert answer.header("Cross-Origin-Opener-Policy") == "same-origin"
    if answer.body and answer.header("Content-Type").startswith("text/"):
        assert "charset=utf-8" in answer.header("Content-Type").lower().replace('"', ""), path
    assert not answer.header("Access-Control-Allow-Origin"), path
    assert "granian" not in answer.header("Server").lower() or not re.search(r"\d", answer.header("Server"))
    assert not answer.header("X-Powered-By")


def test_no_page_has_script_or_style_within(site: Site):
    """The policy forbids them; a page that needs them would be broken."""
    for name, paths in {
        "anonymous": PUBLIC,
        "leader here": ("/desk/", "/desk/onestop/"),
        "applicant": ("/onestop/cua-toi/",),
    }.items():
        for path in paths:
            text = site.browser(name).get(path).text
            assert not re.search(
                r"<script(?![^>]*\bsrc=)(?![^>]*type=\"(?:application/json|speculationrules)\")[^>]*>", text
            ), path
            assert not re.search(r"<[a-z]+[^>]*\son[a-z]+\s*=", text), path
            assert "javascript:" not in text, path


def test_nobody_frames_a_page(site: Site):
    for path in ("/", "/dang-nhap/can-bo", "/desk/"):
        answer = site.browser("leader here").get(path)
        assert answer.header("X-Frame-Options") == "DENY"


def test_cookies_are_closed_to_scripts_and_to_other_hosts(site: Site):
    browser = Browser(site.port)
    for path in ("/dang-nhap/can-bo", "/dang-nhap/", "/onestop/"):
        for one in browser.get(path).all_headers("Set-Cookie"):
            for name, morsel in SimpleCookie(one).items():
                assert morsel["secure"] and morsel["path"] == "/" and not morsel["domain"], one
                assert morsel["samesite"] in {"Lax", "Strict"}, one
                assert morsel["httponly"], one
                assert name.startswith("__Host-"), one
    assert TOKEN in browser.cookies


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("applicant", ("/onestop/cua-toi/", "/hop-thu/", "/cua-toi/ai-da-xem", "/onestop/ho-so/{code}/")),
        ("receptionist here", ("/desk/", "/desk/onestop/", "/desk/hop-thu/", "/desk/onestop/ho-so/{code}/")),
        ("machine here", ("/api/v1/onestop/dossiers", "/api/v1/onestop/dossiers/{code}")),
    ],
)
def test_personal_pages_are_kept_by_nobody_on_the_way(site: Site, name: str, paths: tuple[str, ...]):
    for path in paths:
        answer = site.browser(name).get(path.format(code=site.world.ids["code"]))
        assert answer.status == 200, path
        held = answer.header("Cache-Control")
        assert "no-store" in held and "public" not in held, f"{path}: {held!r}"


@pytest.mark.parametrize(
    "host", ["evil.example", "xaso.example.evil.example", "xaso.example:99@evil.example", "evil.example/"]
)
def test_another_host_is_refused_and_never_repeated(site: Site, host: str):
    for path in ("/", "/dang-nhap/can-bo", "/onestop/", "/desk/"):
        answer = Browser(site.port).get(path, {"Host": host})
        assert "evil.example" not in answer.everything, path
        assert answer.status in {400, 404} or answer.status < 400, path


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Host-Override", "Forwarded"],
)
def test_headers_of_proxies_we_do_not_have_mean_nothing(site: Site, name: str):
    value = "host=evil.example" if name == "Forwarded" else ("/desk/" if "URL" in name else "evil.example")
    answer = Browser(site.port).get("/dang-nhap/", {name: value})
    assert answer.status == 200 and "evil.example" not in answer.everything


def test_the_method_cannot_be_talked_round(site: Site):
    for name in ("X-HTTP-Method-Override", "X-Method-Override"):
        answer = site.browser("applicant").get("/dang-xuat", {name: "POST"})
        assert answer.status == 405, name
    for method in ("TRACE", "TRACK", "DEBUG", "CONNECT", "PROPFIND"):
        answer = Browser(site.port).send(method, "/dang-nhap/can-bo")
        assert answer.status in {400, 403, 404, 405, 501}, (method, answer.status)


def test_an_address_that_a_client_claims_does_not_count(site: Site):
    """Only what the proxy adds at the end is the caller's address: guessing is slowed though the client lies."""
    browser, statuses = Browser(site.port), []
    for number in range(30):
        browser.address = f"198.51.100.{number}, 203.0.113.99"
        statuses.append(browser.get(f"/verify/ZZZZZZZZZZZ{number % 10}").status)
        statuses.append(browser.get(f"/verify/0000000000{number:02d}").status)
    assert 429 in statuses


def test_lines_cannot_be_put_into_headers(site: Site):
    evil = "a%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<script>"
    for path in (f"/dang-nhap/?next=/{evil}", f"/onestop/tra-cuu/{evil}/", f"/tep/{evil}", f"/verify/{evil}"):
        answer = Browser(site.port).get(path)
        assert answer.status < 500 and "evil" not in str(answer.all_headers("Set-Cookie")), path
        assert not any("evil=1" in value and name.lower() == "set-cookie" for name, value in answer.headers)
    signed_out = Browser(site.port).get(f"/desk/onestop/ho-so/{evil}/")
    assert "\n" not in signed_out.header("Location") and "evil=1" not in str(
        signed_out.all_headers("Set-Cookie")
    )


def test_request_ids_of_others_are_taken_only_when_sane(site: Site):
    for given in ("a" * 5000, "<script>", "a b", "../../etc"):
        answer = Browser(site.port).get("/", {"X-Request-Id": given})
        assert answer.header("X-Request-Id") != given


def test_unknown_hosts_on_the_bare_line(site: Site):
    answer = raw(
        site.port,
        b"GET / HTTP/1.1\r\nHost: evil.example\r\nHost: " + HOST.encode() + b"\r\nConnection: close\r\n\r\n",
    )
    assert b"evil.example" not in answer
    answer = raw(
        site.port,
        b"GET http://evil.example/ HTTP/1.1\r\nHost: " + HOST.encode() + b"\r\nConnection: close\r\n\r\n",
    )
    assert b"evil.example" not in answer


def test_the_session_has_no_weaker_twin(site: Site):
    """A cookie of the bare name, which a neighbour host could plant, is no session."""
    known = site.browser("leader here").cookies[SESSION]
    for name in ("sessionid", "session", "__Secure-session"):
        assert Browser(site.port, {name: known}).get("/desk/").status == 302, name
