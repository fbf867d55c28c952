"""Commune radio in a real browser: the word that is fixed beside the text, and every page at 360 and 1280 px.

XASO_SHOTS names a folder for pictures; then the demo's week stands behind the pages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.people.models import Account
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
)
from xaso.services.broadcast.models import Airing, Bulletin, Cluster, Complaint, Emergency, Slot
from xaso.services.broadcast.tests.pages_world import COMMUNE, SYSTEM, a_world, people_of_the_demo

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
SHOTS = os.environ.get("XASO_SHOTS", "")
PHONE, DESK = 60_000, 110_000
AT, OPEN = "/desk/broadcast/", "/broadcast/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


@pytest.fixture
def officers(settings, tmp_path) -> tuple[Account, Account]:
    """The radio officer and a leader, with a station to look at."""
    settings.XASO_HOME_UNIT, settings.XASO_FILES = COMMUNE, str(tmp_path / "files")
    if not SHOTS:
        world = a_world()
        return world.radio, world.leader
    from xaso.services.broadcast.demo import fill

    settings.XASO_KEYS_DIR = str(tmp_path / "keys")
    accounts = people_of_the_demo()
    fill(SYSTEM, accounts=accounts)
    return accounts["vhxh"], accounts["lanhdao"]


def known(page: Any, live_server: Any, account: Account) -> Any:
    http = Client()
    http.force_login(account)
    cookie = {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    return page


def keep_picture(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def pages() -> list[tuple[str, str]]:
    """Name and address of every page with something on it."""
    heard = Airing.objects.filter(state="played", bulletin__isnull=False).order_by("-at").first()
    lost = Airing.objects.exclude(state__in=("played", "sent", "planned")).first() or heard
    faulty = Cluster.objects.filter(faults__ended_at=None, faults__isnull=False).order_by("code").first()
    assert heard and lost and faulty
    found = [
        ("now", ""), ("bulletins", "ban-tin/"), ("write", "ban-tin/soan/"),
        *((f"bulletin-{one.state}", f"ban-tin/{one.pk}/") for one in Bulletin.objects.order_by("title")),
        ("week", "lich/"), ("days", "lich/danh-sach/"), ("plan", "lich/them/"),
        ("slot", f"lich/{Slot.objects.earliest('created_at').pk}/"),
        ("clusters", "cum-loa/"), ("cluster-new", "cum-loa/them/"), ("cluster", f"cum-loa/{faulty.pk}/"),
        ("log", f"nhat-ky/?ngay={heard.at:%Y-%m-%d}"), ("airing", f"nhat-ky/luot/{heard.pk}/"),
        ("airing-lost", f"nhat-ky/luot/{lost.pk}/"), ("settings", "quy-dinh/"), ("figures", "nhat-ky/so-lieu/"),
        ("emergencies", "khan-cap/"), ("emergency-new", "khan-cap/that/"), ("emergency-drill", "khan-cap/dien-tap/"),
        *((f"emergency-{one.state}", f"khan-cap/{one.pk}/") for one in Emergency.objects.all()),
        *((f"complaint-{one.state}", f"cum-loa/phan-anh/{one.pk}/") for one in Complaint.objects.all()[:1]),
    ]  # fmt: skip
    desk = list({name: AT + tail for name, tail in found}.items())
    return [
        *desk,
        ("public", OPEN), ("public-day", f"{OPEN}?ngay={heard.at:%Y-%m-%d}"), ("public-programme", f"{OPEN}lich/"),
        ("public-one", f"{OPEN}nghe-lai/{heard.pk}/"), ("public-complain", f"{OPEN}phan-anh/"),
    ]  # fmt: skip


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_every_page_reads_well(browser, live_server, officers, width: str) -> None:
    """Nothing hangs over the edge, nobody is shut out, no page is heavy."""
    page = known((new_phone_page if width == "phone" else new_desk_page)(browser), live_server, officers[0])
    problems = []
    for name, url in pages():
        page.goto(live_server.url + url)
        keep_picture(page, f"{width}-{name}")
        problems += [f"{name}: hangs over: {one}" for one in sideways_scroll(page)]
        if width == "phone":
            problems += [f"{name}: {one}" for one in axe_problems(page)]
        most = PHONE if url.startswith(OPEN) else DESK
        if wire_bytes(page) > most:
            problems.append(f"{name}: {wire_bytes(page)} bytes")
    assert not problems, "\n".join(problems)
    assert not page.js_faults
    page.context.close()


def test_a_word_is_fixed_beside_the_text(browser, live_server, officers) -> None:
    """Paste, see what is asked, say how it is read: the part beside the text follows, the text stays."""
    page = known(new_desk_page(browser), live_server, officers[0])
    page.goto(f"{live_server.url}{AT}ban-tin/soan/")
    page.get_by_label("Nội dung").fill("UBND xã họp BQLX lúc 7h30 ngày 05/12/2026.")
    page.get_by_text("Ủy ban nhân dân").first.wait_for()
    page.get_by_label("“BQLX” đọc là").fill("ban quản lý xã")
    page.get_by_role("button", name="Nhớ cách đọc BQLX").click()
    page.get_by_text("Đã nhớ").wait_for()
    assert page.locator("mark", has_text="ban quản lý xã").count() == 1
    assert page.get_by_label("Nội dung").input_value().startswith("UBND xã họp")
    keep_picture(page, "desk-write-taught")
    assert not axe_problems(page)
    assert not page.js_faults
    page.context.close()
