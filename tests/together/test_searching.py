"""No page of the desk that looks for people puts what was typed into an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune

pytestmark = pytest.mark.django_db
COMMUNE = "15/02683/"


def test_forms_that_look_for_people_post():
    http = Client()
    a_commune(COMMUNE)
    for role, pages in (
        ("receptionist", ("/desk/onestop/", "/desk/onestop/tra-ket-qua/")),
        ("admin", ("/desk/tai-khoan/",)),
    ):
        http.force_login(officer_account(role, COMMUNE, username=f"tim.{role}"))
        for page in pages:
            text = http.get(page).content.decode()
            assert '<form method="post" class="filter" role="search">' in text, page
            moved = http.post(page, {"tim": "Hạ Thị Sa"})["Location"]
            assert re.fullmatch(rf"{page}\?tim=~[\w-]{{8}}", moved)
            found = http.get(moved)
            assert found.status_code == 200
            assert_page_ok(found.content)
            assert "?tim=H" not in found.content.decode()
