"""Forged requests: a post from another site, and fields that a form never asked for."""

from __future__ import annotations

import pytest

from tests.hostile.client import HOST, Browser
from tests.hostile.conftest import Site
from tests.house.routes import Route
from tests.house.test_rights_matrix import all_routes, urls_of
from tests.house.world import COMMUNE
from xaso.kernel.people.models import Account, MachineClient, RoleGrant
from xaso.services.onestop.models import Dossier, Webhook

# Routes that take a post without a token, each with the reason why nobody can be harmed by it.
WITHOUT_TOKEN = {
    "/ui/prefs": "keeps how the screen looks, in a cookie of the one who asks",
    "/hooks/zalo": "signed by Zalo; there is no session in it",
    "/hooks/sms": "a key in the address; there is no session in it",
    "/hooks/giong": "a signed key in the address that fits one sound; there is no session in it",
    "/hooks/bank": "signed by the bank; there is no session in it",
    "/hooks/payment": "signed by the platform; there is no session in it",
    "/verify": "a question about a file; it changes nothing",
    "/api/v1/verify": "a question about a file; it changes nothing",
    "/api/v1/token": "the secret of the client is in the request itself",
    "/tsa": "a time stamp on a digest; it changes nothing",
    "/epcis/v2": "writes are for machine clients, by the token in the request's head; a session only reads",
    "/^id": "the resolver: an address is asked, nothing is changed",
    "/broadcast/thiet-bi/enrol": "a device shows its code, good once; there is no session in it",
    "/trace/q/<slug:token>/quet": "one more scan of a code; no session is looked at",
}


def pages() -> list[Route]:
    return [route for route in all_routes() if not isinstance(route.door, list)]


def is_exempt(route: Route) -> bool:
    view = route.view
    while view is not None:
        if getattr(view, "csrf_exempt", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_routes_without_a_token_are_known_with_their_reason():
    found = {route.pattern for route in pages() if is_exempt(route)}
    unknown = {one for one in found if not any(one.rstrip("/").startswith(known) for known in WITHOUT_TOKEN)}
    assert not unknown, f"posts without a token: say in WITHOUT_TOKEN why nobody is harmed: {unknown}"


@pytest.mark.parametrize("name", ["leader here", "admin here", "applicant"])
def test_a_forged_post_is_refused_on_every_route(site: Site, name: str):
    browser, before = site.browser(name), site.world.state()
    problems = []
    for route in pages():
        if is_exempt(route):
            continue
        for path in urls_of(route, site.world)[:1]:
            answer = browser.post(
                path, {"reason": "Giả mạo"}, {"Origin": "https://evil.example"}, forged=True
            )
            # No address behind the pattern (a page of builders, a word that is no use of uploads): nothing to forge.
            nowhere = answer.status == 404 and browser.get(path).status == 404
            if answer.status != 403 and not nowhere:
                problems.append(f"{path} ({route.name}) answers {answer.status}")
    assert not problems, "\n".join(problems)
    assert site.world.state() == before


def test_a_good_token_is_no_use_from_elsewhere_or_to_others(site: Site):
    leader, path = site.browser("leader here"), "/dang-nhap/can-bo"
    token = leader.csrf()
    fields = {"username": "a", "password": "b", "csrfmiddlewaretoken": token}
    assert leader.post(path, fields, {"Origin": "https://evil.example"}, forged=True).status == 403
    assert leader.post(path, fields, {"Origin": "null"}, forged=True).status == 403
    assert leader.post(path, fields, {"Referer": f"https://{HOST}.evil.example/"}, forged=True).status == 403
    stranger = Browser(site.port)
    stranger.csrf()
    good = {"Origin": f"https://{HOST}", "Referer": f"https://{HOST}/"}
    assert stranger.post(path, fields, good, forged=True).status == 403
    assert leader.post(path, fields, good, forged=True).status != 403


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "PUT"])
def test_other_methods_need_the_token_too(site: Site, method: str):
    upload = site.world.ids["upload_id"]
    answer = site.browser("applicant").send(
        method,
        f"/tep/gui/giay-to/{upload}",
        b"x",
        {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    assert answer.status in {403, 405}, answer.status


def test_reading_changes_nothing(site: Site):
    """No GET writes: what a picture in a letter could call does no harm."""
    before = site.world.state()
    for name in ("receptionist here", "applicant"):
        browser = site.browser(name)
        for route in pages():
            if (
                route.pattern == "/desk/hop-thu/<uuid:message_id>/"
                or route.pattern == "/hop-thu/<uuid:message_id>/"
            ):
                continue  # a letter that was opened counts as read: that is what opening is
            for path in urls_of(route, site.world)[:1]:
                status = browser.get(path).status
                assert status < 500 or status == 503, path  # 503: something that is asked about is away
    after = site.world.state()
    changed = [
        str(model) for (model, _), old, new in zip(site.world.rows, before, after, strict=True) if old != new
    ]
    assert not changed, changed


@pytest.mark.parametrize(
    "name", ["receptionist here", "admin here", "applicant", "clerk elsewhere", "anonymous"]
)
def test_a_character_that_the_database_does_not_keep(site: Site, name: str):
    """Found by a scanner: a NUL in a search field broke the page."""
    browser, problems = site.browser(name), []
    headers = {"X-CSRFToken": browser.csrf(), "Origin": f"https://{HOST}", "Referer": f"https://{HOST}/"}
    words = (
        "q",
        "tim",
        "xem",
        "buoc",
        "username",
        "code",
        "unit",
        "unit_path",
        "reason",
        "name",
        "role",
        "next",
        "trang",
    )
    for route in pages():
        for path in urls_of(route, site.world)[:1]:
            query = "&".join(f"{word}=a%00b" for word in words)
            form = dict.fromkeys(words, "a\x00b")
            answers = [browser.get(f"{path}?{query}")]
            if name in {"clerk elsewhere", "anonymous"}:  # the others' things are for the tests that follow
                answers.append(browser.post(path, form, headers, forged=True))
            for answer in answers:
                if answer.status >= 500 and answer.status != 503:
                    problems.append(f"{path} ({route.name}) answers {answer.status}")
    assert not problems, "\n".join(problems)


# ---- fields that nobody asked for -----------------------------------------------------------------------------

EXTRA = {
    "is_superuser": "1", "is_staff": "on", "is_active": "on", "kind": "officer", "person": "1", "person_id": "1",
    "role": "admin", "roles": "admin", "grants": "admin", "status": "9", "state": "done", "due_at": "2099-01-01",
    "id": "1", "pk": "1", "owner": "1", "account_id": "1", "created_at": "2000-01-01", "finished_at": "2000-01-01",
    "fee_total": "0", "fee_state": "paid", "password": "dat-mat-khau-cua-toi", "unit": "01/00004/",
}  # fmt: skip


def test_an_officer_made_by_a_form_has_only_what_the_form_says(site: Site):
    admin = site.browser("admin here")
    fields = {"display_name": "Người Mới", "username": "nguoi.moi.thu", "unit_path": COMMUNE, **EXTRA}
    answer = admin.post("/desk/tai-khoan/moi/", fields)
    made = Account.objects.filter(username="nguoi.moi.thu").first()
    assert made is not None, answer.status
    assert made.unit_path == COMMUNE and made.kind == "officer" and not getattr(made, "is_superuser", False)
    assert made.person_id is None and not made.check_password("dat-mat-khau-cua-toi")
    assert not RoleGrant.objects.filter(account=made).exists()


def test_nobody_places_an_officer_or_a_role_where_they_have_no_right(site: Site):
    admin = site.browser("admin here")
    admin.post(
        "/desk/tai-khoan/moi/", {"display_name": "Kẻ Lạ", "username": "ke.la.thu", "unit_path": "04/01273/"}
    )
    admin.post("/desk/tai-khoan/moi/", {"display_name": "Kẻ Lạ", "username": "ke.la.hai", "unit_path": ""})
    assert (
        not Account.objects.filter(username__in=["ke.la.thu", "ke.la.hai"])
        .exclude(unit_path=COMMUNE)
        .exists()
    )
    own = site.world.visitor("admin here").viewer.account_id
    before = RoleGrant.objects.count()
    for role, unit in (
        ("province_admin", "15/"),
        ("admin", "04/01273/"),
        ("admin", ""),
        ("province_admin", COMMUNE),
    ):
        admin.post(f"/desk/tai-khoan/{own}/", {"role": role, "unit_path": unit})
    gained = RoleGrant.objects.filter(account_id=own).exclude(unit_path__startswith=COMMUNE)
    assert not gained.exists() and RoleGrant.objects.count() <= before + 1


def test_a_machine_client_gets_no_right_that_is_not_offered(site: Site):
    admin = site.browser("admin here")
    admin.post(
        "/desk/he-thong-goi-api/",
        {"name": "Máy lạ", "unit_path": "04/01273/", "scopes": ["onestop.read", "people.accounts", "*"]},
    )
    assert not MachineClient.objects.filter(name="Máy lạ").exists()


def test_a_dossier_of_the_api_has_only_what_the_description_says(site: Site):
    machine = site.browser("machine here")
    content = {
        "procedure": site.world.ids["procedure"],
        "unit": COMMUNE.strip("/").rpartition("/")[2],
        "applicant": {
            "full_name": "Thử Nghiệm",
            "person_id": str(site.world.ids["person_id"]),
            "is_staff": True,
        },
        "answers": {"status": 9, "__class__": "x"},
        **{key: value for key, value in EXTRA.items() if key != "unit"},
        "code": "U15.02683-000000-0001",
    }
    answer = machine.json("POST", "/api/v1/onestop/dossiers", content)
    assert answer.status in {201, 422}, answer.text[:300]
    if answer.status == 201:
        code = answer.text.partition('"code":')[2].split('"')[1]
        made = Dossier.objects.get(code=code)
        assert made.unit_path == COMMUNE and made.status != 9 and made.code != content["code"]


def test_a_machine_files_only_where_it_may(site: Site):
    content = {
        "procedure": site.world.ids["procedure"],
        "unit": COMMUNE.strip("/").rpartition("/")[2],
        "applicant": {"full_name": "Thử Nghiệm"},
    }
    before = Dossier.objects.count()
    answer = site.browser("machine elsewhere").json("POST", "/api/v1/onestop/dossiers", content)
    assert answer.status in {403, 404, 422} and Dossier.objects.count() == before


def test_a_machine_reads_no_others_addresses(site: Site):
    hook = site.world.ids["webhook_id"]
    answer = site.browser("machine elsewhere").send("DELETE", f"/api/v1/onestop/webhooks/{hook}")
    assert answer.status in {204, 404}
    assert Webhook.objects.get(pk=hook).is_active
