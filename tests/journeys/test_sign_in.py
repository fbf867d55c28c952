"""Through the door: VNeID for citizens, a password for officers."""

from __future__ import annotations

from tests.journeys.people import MAY


def test_a_citizen_signs_in_and_comes_back_to_where_they_were_going(people):
    page = people.citizen(MAY)
    assert "/onestop/" in page.url
    assert page.locator("h1").count() == 1


def test_an_officer_signs_in(people):
    page = people.officer("motcua")
    assert "/desk/" in page.url
    assert "Hoàng Thị Mai" in page.content()
