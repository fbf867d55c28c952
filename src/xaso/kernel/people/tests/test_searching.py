"""Names that are searched for stand in no address."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.people import searching
from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE = "15/02683/"
PAGE = "/desk/tai-khoan/"


@pytest.fixture
def http() -> Client:
    a_commune(COMMUNE)
    client = Client()
    account = officer_account("admin", COMMUNE)
    client.force_login(account)
    return client


def test_the_words_wait_in_the_session(http):
    officer_account("clerk", COMMUNE, username="lo.thi.mua", name="Lò Thị Mùa")
    officer_account("clerk", COMMUNE, username="ma.a.pao", name="Mã A Páo")
    sent = http.post("/desk/tai-khoan/", {"tim": "lo thi mua", "xem": ""})
    assert sent.status_code == 303
    where = sent["Location"]
    assert where.startswith("/desk/tai-khoan/?tim=~") and "mua" not in where
    page = http.get(where)
    assert_page_ok(page.content)
    text = page.content.decode()
    assert "Lò Thị Mùa" in text and "Mã A Páo" not in text
    assert 'value="lo thi mua"' in text
    other = Client()
    other.force_login(officer_account("admin", COMMUNE, username="khac"))
    assert "lo thi mua" not in other.get(where).content.decode(), "a mark is worth nothing to another"
    assert (
        http.post("/desk/tai-khoan/", {"tim": " ", "xem": "khoa"})["Location"] == "/desk/tai-khoan/?xem=khoa"
    )


def test_a_session_keeps_the_last_searches_only(http):
    places = [http.post(PAGE, {"tim": f"nguoi {n}"})["Location"] for n in range(searching.MOST + 1)]
    assert len(http.session[searching.KEPT]) == searching.MOST
    assert 'value="nguoi 20"' in http.get(places[-1]).content.decode()
    assert 'value="nguoi 0"' not in http.get(places[0]).content.decode()
