"""The desk in a real browser: keys of the queue, the card at reception, no barriers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.browser import CHROMIUM, axe_problems, launch_browser, new_desk_page, new_phone_page
from xaso.services.onestop.testing import COMMUNE, MARITAL, a_dossier

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]

CARD = "010185000012||Triệu Thị Mẩy|12031985|Nữ|Bản Nậm Đăm, Bát Xát|27042021"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as running:
        yield running


def signed_in(page: Any, live_server: Any) -> Any:
    client = Client()
    client.force_login(officer_account("receptionist", COMMUNE))
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return page


def test_keys_card_and_barriers(browser, live_server):
    dossier = a_dossier(MARITAL)
    page = signed_in(new_desk_page(browser, live_server.url), live_server)
    page.goto("/desk/onestop/?xem=unit")
    assert axe_problems(page) == []
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/ho-so/{dossier.code}/")
    assert axe_problems(page) == []
    page.goto(f"/desk/onestop/tiep-nhan/{MARITAL}/")
    page.focus("#id_nop-id_number")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "tiep-nhan" in answer.url):
        page.keyboard.type(f"{CARD}\n")
    page.wait_for_timeout(300)
    assert page.input_value("[name=applicant_name]") == "Triệu Thị Mẩy"
    assert page.input_value("#id_nop-full_name") == "Triệu Thị Mẩy"
    assert axe_problems(page) == []
    page.click("button[value=accept]")
    page.wait_for_selector(".errs")
    assert page.input_value("#id_nop-full_name") == "Triệu Thị Mẩy"
    assert axe_problems(page) == []
    assert page.js_faults == []


def test_phone_has_no_sideways_scroll(browser, live_server):
    dossier = a_dossier(MARITAL)
    page = signed_in(new_phone_page(browser, live_server.url), live_server)
    for path in (
        "?xem=unit",
        "tiep-nhan/",
        f"tiep-nhan/{MARITAL}/",
        f"ho-so/{dossier.code}/",
        "so-theo-doi/",
        "tra-ket-qua/",
    ):
        page.goto(f"/desk/onestop/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
