"""The page of a figure keeps the unit that is open when it is asked for another period."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.units.models import Unit

pytestmark = pytest.mark.django_db


def chosen(unit_path, **asked):
    """(value, words) of the unit that the form would send, and the page."""
    client = Client()
    client.force_login(officer_account("province_viewer", unit_path))
    page = client.get("/desk/figures/?" + urlencode(asked)).content.decode()
    select = re.search(r'<select id="unit".*?</select>', page, re.DOTALL)[0]
    return re.findall(r'<option value="([^"]*)" selected>([^<]*)<', select), page


def test_the_whole_country_stays_the_whole_country():
    assert chosen("", unit="", period="2026-11")[0] == [("", "Cả nước")]


def test_a_commune_far_below_stays_open_and_is_called_by_its_name():
    commune = Unit.objects.on().filter(path="15/02683/").get()
    found, page = chosen("", unit=commune.path)
    assert found == [(commune.path, commune.full_name)]
    assert f"<h1>Số liệu: {commune.full_name}</h1>" in page


def test_a_commune_of_ones_own_province_is_there_once():
    found, page = chosen("15/", unit="15/02683/")
    assert [value for value, _ in found] == ["15/02683/"]
    assert page.count('<option value="15/02683/"') == 1
