"""Signing in with the national identity, through the pages and the simulated provider."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client, override_settings

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.people.models import Account, Identifier, SignIn
from xaso.simulators.vneid import KEPT

pytestmark = pytest.mark.django_db
MAY = "010185000012"


@pytest.fixture
def http():
    with simulators(), override_settings(XASO_BASE_URL="http://testserver"):
        yield Client()


def at_provider(url, **answers):
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items() if name in KEPT}
    sent = httpx.post(str(httpx.URL(url).copy_with(query=None)), data={**asked, **answers})
    return sent.headers["Location"].removeprefix("http://testserver")


def test_a_citizen_comes_in_and_is_known_next_time(http):
    begun = http.post("/dang-nhap/vneid", {"next": "/cua-toi/ai-da-xem"})
    assert begun.status_code == 302
    back = http.get(at_provider(begun["Location"], number=MAY))
    assert back["Location"] == "/cua-toi/ai-da-xem"
    assert http.get("/cua-toi/ai-da-xem").status_code == 200
    account = Account.objects.get(kind="citizen")
    assert Identifier.objects.get(person=account.person).proof == "vneid"
    assert account.person.birth_date == "1985-03-12"
    assert SignIn.objects.filter(account=account, method="vneid", succeeded=True).exists()
    again = Client()
    again.get(at_provider(again.post("/dang-nhap/vneid")["Location"], number=MAY))
    assert Account.objects.filter(kind="citizen").count() == 1


def test_a_return_serves_once_and_a_strange_one_never(http):
    begun = http.post("/dang-nhap/vneid")
    address = at_provider(begun["Location"], number=MAY)
    stranger = Client().get(address)
    assert stranger.status_code == 422
    assert "hết hạn" in stranger.content.decode()
    assert http.get(address).status_code == 302
    assert http.get(address).status_code == 422


def test_a_refusal_is_told_in_words(http):
    http.post("/dang-nhap/vneid")
    page = http.get("/dang-nhap/vneid/ve?error=access_denied&state=x")
    assert page.status_code == 422
    assert "Thử lại" in page.content.decode()
