"""A leader's key: added on the own page, used instead of the password, asked again before a signature."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from tests.journeys import office
from tests.journeys.forms import body_of, press
from tests.journeys.test_birth_at_the_desk import BIRTH, receive
from xaso.kernel.access.models import OpenSession, Passkey
from xaso.kernel.people.models import SignIn
from xaso.kernel.people.sessions import PROVED
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.browser import axe_problems, new_desk_page, sideways_scroll
from xaso.site.demo import place

HOME = "/desk/dang-nhap/"


def look(page: Any) -> None:
    """No barrier, nothing sticking out."""
    assert not axe_problems(page), page.url
    assert not sideways_scroll(page), page.url


def with_device(people: Any, town: Any) -> Any:
    """A desk whose browser has a fingerprint reader; keys belong to a name, so it goes by "localhost"."""
    address = f"http://localhost:{urlsplit(town.url).port}"
    page = people.keep(new_desk_page(people.browser, address))
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def by_password(page: Any, login: str) -> None:
    page.goto("/dang-nhap/can-bo")
    look(page)
    page.fill("[name=username]", login)
    page.fill("[name=password]", place.PASSWORD)
    press(page, page.get_by_role("button", name="Đăng nhập", exact=True))


def add_key(page: Any) -> None:
    page.goto(HOME)
    look(page)
    page.get_by_label("Tên khóa").fill("Máy của Chủ tịch")
    press(page, page.get_by_role("button", name="Thêm khóa đăng nhập"))
    assert page.get_by_role("rowheader", name="Máy của Chủ tịch").count()


def leave(page: Any) -> None:
    press(page, page.locator("form[action*='dang-xuat'] button").first)


def by_key(page: Any) -> None:
    page.goto("/dang-nhap/can-bo")
    press(page, page.get_by_role("button", name="Dùng khóa của thiết bị"))
    page.wait_for_url("**/desk/")


def grow_old(account: Any) -> None:
    """An hour passes since the officer last proved who they are."""
    row = OpenSession.objects.filter(account=account, ended_at=None).latest("seen_at")
    assert Session.objects.filter(session_key=row.session_key).exists()
    session = SessionStore(row.session_key)
    session[PROVED] = (now() - timedelta(hours=1)).isoformat()
    session.save()


def to_the_leader(people: Any) -> str:
    """A birth received and drafted, so that a paper waits for the leader."""
    body = body_of(BIRTH)
    code = receive(people.officer("motcua"), body)
    specialist = people.officer("tuphap")
    office.draft_result(specialist, code, body, body.sample_draft)
    office.do_next(specialist, code, "Trình ký")
    return code


@pytest.fixture
def key_goes_with_the_story(town):
    """Later stories sign the same leader in by password alone."""
    yield
    town.apart(lambda: Passkey.objects.filter(account=town.accounts["lanhdao"]).update(ended_at=now()))


@pytest.mark.usefixtures("key_goes_with_the_story")
def test_a_key_instead_of_a_password_and_again_before_signing(people, town):
    code = to_the_leader(people)
    leader = town.accounts["lanhdao"]
    page = with_device(people, town)
    by_password(page, "lanhdao")
    add_key(page)
    leave(page)
    by_key(page)
    page.goto("/desk/onestop/ky/")
    assert page.get_by_text(code).count(), "drafts wait"

    town.apart(lambda: grow_old(leader))
    office.open_dossier(page, code)
    press(page, office.next_work(page).get_by_role("link", name="Xem và ký").first)
    assert "/dang-nhap/xac-minh" in page.url
    look(page)
    assert not page.locator("main [name=password]").count(), "where there is a key the password is not enough"
    press(page, page.get_by_role("button", name="Dùng khóa đăng nhập"))
    assert code in page.url
    other_name = page.get_by_role("button", name="Ký với tên tôi")
    if other_name.count():
        press(page, other_name)
    office.with_pin(page)
    town.settle()

    page.goto(HOME)
    assert page.get_by_text("khóa đăng nhập").count()
    facts = town.apart(
        lambda: (
            Passkey.objects.get(account=leader).sign_count,
            list(SignIn.objects.filter(account=leader, succeeded=True).values_list("method", flat=True)),
        )
    )
    assert facts[0] >= 2 and {"password", "passkey"} <= set(facts[1]), facts
