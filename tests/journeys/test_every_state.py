"""Pages with work on them: queues, drafts, signing, sealing, handing over, and what the citizen sees meanwhile."""

from __future__ import annotations

import pytest

from tests.journeys.people import MAY
from tests.journeys.world import SYSTEM
from xaso.kernel.ui.browser import axe_problems, sideways_scroll, wire_bytes
from xaso.services.onestop.demo import month, seeds
from xaso.services.onestop.demo.cast import BY_TUPHAP, ROLES, cast
from xaso.services.onestop.models import Dossier

WANTED = {
    ("lying", "review"), ("lying", "sign"), ("lying", "seal"), ("drafted", "review"), ("sent_back", "sign"),
    ("asked", "review"), ("late", "sign"), ("ready", ""), ("refused", ""), ("withdrawn", ""), ("slow", ""),
}  # fmt: skip
DESK = "/desk/onestop/"


def some_of_each(accounts):
    """One dossier of each kind; every one belongs to somebody who can sign in."""
    story = month.begin(SYSTEM, accounts, "every-state")
    may = next(one for one in seeds.known_citizens() if one.full_name == MAY)
    story.known, story.people = [may], [may]
    played = {}
    for part in cast(1, story.present, story.calendar, story.chance):
        key = (part.role.story, part.role.until)
        if key in WANTED and (key[0] != "lying" or part.role.of is BY_TUPHAP):
            played.setdefault(key, part)
    assert played.keys() == WANTED, f"not among {len(ROLES)} roles: {WANTED - played.keys()}"
    told = month.file_all(story, list(played.values()))
    month.tell(story, told)
    return {(part.role.story, part.role.until): dossier.code for dossier, part in told}


@pytest.fixture(scope="module")
def codes(town):
    return town.apart(lambda: some_of_each(town.accounts))


def look(page, addresses, *, most=0):
    """Open each page at a desk and on a phone: no barrier, nothing beyond the screen."""
    for address in addresses:
        page.goto(address)
        assert page.locator("h1").count() == 1, address
        assert not axe_problems(page), address
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert not sideways_scroll(page), (address, width)
        assert not most or wire_bytes(page) < most, address


def test_who_drafts(people, codes):
    drafted, back, fresh = (
        codes[key] for key in (("drafted", "review"), ("sent_back", "sign"), ("lying", "review"))
    )
    page = people.officer("tuphap")
    look(page, ["/desk/", DESK, f"{DESK}ho-so/{drafted}/", f"{DESK}ho-so/{drafted}/ket-qua/"])
    page.goto(f"{DESK}ho-so/{back}/")
    assert (
        page.get_by_role("region", name="Việc tiếp theo").get_by_role("link", name="Sửa dự thảo").is_visible()
    )
    page.goto(f"{DESK}ho-so/{fresh}/")
    assert (
        page.get_by_role("region", name="Việc tiếp theo")
        .get_by_role("link", name="Soạn kết quả")
        .is_visible()
    )


def test_who_signs(people, codes):
    code = codes["lying", "sign"]
    page = people.officer("lanhdao")
    look(
        page, ["/desk/", f"{DESK}ky/", f"{DESK}ho-so/{code}/", f"{DESK}ho-so/{code}/ky/", f"{DESK}?xem=late"]
    )
    page.goto(f"{DESK}ky/")
    bar = page.locator("[data-bulk-bar]")
    assert bar.is_visible() and not bar.get_by_role("button", name="Xem và ký").is_visible()
    bar.get_by_role("button", name="Chọn cả trang").click()
    assert bar.get_by_role("button", name="Xem và ký").is_visible()
    chosen = page.locator("main [name=pick]:checked").count()
    with page.expect_navigation():
        bar.get_by_role("button", name="Xem và ký").click()
    assert not axe_problems(page)
    assert page.locator("main h2 a").count() == chosen >= 2


def test_who_seals_and_who_hands_over(people, codes):
    code = codes["lying", "seal"]
    clerk = people.officer("vanthu")
    look(clerk, ["/desk/", f"{DESK}dong-dau/", f"{DESK}ho-so/{code}/", f"{DESK}ho-so/{code}/dong-dau/"])
    desk = people.officer("motcua")
    ready = codes["ready", ""]
    look(
        desk,
        [f"{DESK}tra-ket-qua/", f"{DESK}ho-so/{ready}/tra/", f"{DESK}?xem=waiting", f"{DESK}so-theo-doi/"],
    )


def test_what_the_citizen_sees_meanwhile(people, codes):
    page = people.citizen(MAY)
    states = set(Dossier.objects.filter(code__in=codes.values()).values_list("status", flat=True))
    assert states >= {3, 4, 5, 7, 9, 10}
    look(page, ["/onestop/cua-toi/", *(f"/onestop/ho-so/{code}/" for code in codes.values())], most=60_000)
    look(people.visitor(), [f"/onestop/tra-cuu/{codes['lying', 'seal']}/"], most=20_000)
