"""Pages of warnings in a real browser at 360 and 1280 px: nobody shut out, nothing over the edge, no page heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from xaso.kernel.people.models import Account
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    take_picture,
    wire_bytes,
)
from xaso.services.alerts.actions.people import keep_frail, keep_shelter
from xaso.services.alerts.actions.sending import safe_token, send_messages
from xaso.services.alerts.models import WarningProposal
from xaso.services.alerts.tests.world import COMMUNE, LAT, LON, SYSTEM, World, build

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
PHONE, DESK = 60_000, 100_000
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


def known(page: Any, server: Any, account: Account) -> Any:
    """A page of somebody who signed in."""
    http = Client()
    http.force_login(account)
    cookie = {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": server.url}
    page.context.add_cookies([cookie])
    return page


def a_story() -> tuple[World, dict[str, str], dict[str, str]]:
    """A warning on the air, a drill that waits; the pages for all and those of the desk."""
    world = build()
    leader = world.viewer("leader")
    keep_shelter(leader, unit_path=COMMUNE, name="Nhà văn hóa Nậm Thi", capacity=50, lat=LAT, lon=LON)
    keep_frail(
        leader, person=world.people[1], unit_path=world.near.path, kind="old",
        facts={"helper": "Con trai", "helper_phone": "0912000999", "need": "Cáng"},
    )  # fmt: skip
    start = now().replace(minute=0, second=0, microsecond=0)
    for hours in range(60, 0, -4):
        world.rain_at(start - HOUR * hours, 1 + hours % 9)
    world.rain_at(start, 60)
    proposal = WarningProposal.objects.get()
    row = world.draft(proposal_id=proposal.pk)
    send_messages(SYSTEM, message_id=world.issue(row).pk)
    row.refresh_from_db()
    drill = world.draft(by="specialist", drill=True)
    for_all = {
        "now": "/canh-bao/",
        "warning": f"/canh-bao/{row.code}/",
        "gauge": f"/canh-bao/tram/{world.rain.code}/",
        "gauges": "/canh-bao/tram/",
        "safe": f"/canh-bao/{row.code}/an-toan/",
        "own": f"/canh-bao/{row.code}/toi/{safe_token(row.code, world.people[0].pk)}/",
        "shelters": "/canh-bao/noi-so-tan/",
    }
    desk = {
        "board": "/desk/alerts/",
        "write": f"/desk/alerts/soan/noi-dung/?unit_path={COMMUNE}&hazard=landslide&level=2&drill=yes",
        "live": f"/desk/alerts/canh-bao/{row.pk}/",
        "drill": f"/desk/alerts/canh-bao/{drill.pk}/",
        "people": f"/desk/alerts/canh-bao/{row.pk}/nguoi-dan/",
        "desk_gauge": f"/desk/alerts/tram/{world.rain.pk}/",
        "frail": "/desk/alerts/so-can-giup/",
        "rules": "/desk/alerts/quy-tac/",
    }
    return world, for_all, desk


def _look(
    make: Any, browser: Any, server: Any, account: Account | None, url: str, name: str, limit: int
) -> list[str]:
    page = make(browser)
    page = known(page, server, account) if account is not None else page
    page.goto(server.url + url)
    if os.environ.get("XASO_SHOTS"):
        take_picture(page, f"{os.environ['XASO_SHOTS']}/alerts_{name}.png")
    found = [f"{name}: {one}" for one in (*sideways_scroll(page), *axe_problems(page), *page.js_faults)]
    weight = wire_bytes(page)
    found += [f"{name}: {weight} bytes"] if weight > limit else []
    page.context.close()
    return found


def test_every_page_reads_well_on_phone_and_desk(browser: Any, live_server: Any) -> None:
    _, for_all, desk = a_story()
    leader = officer_account("leader", COMMUNE, username="lanh-dao-canh-bao")
    found: list[str] = []
    for make, width in ((new_phone_page, "phone"), (new_desk_page, "desk")):
        for name, url in for_all.items():
            found += _look(make, browser, live_server, None, url, f"{name}_{width}", PHONE)
        for name, url in desk.items():
            found += _look(make, browser, live_server, leader, url, f"{name}_{width}", DESK)
    assert not found, "\n".join(found)
