"""The diary in a real browser: in the field without a line, barriers and weight of every page at 360 and 1280 px."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
    wire_requests,
)
from xaso.services.trace.actions import diary
from xaso.services.trace.models import Entry, Lot
from xaso.services.trace.tests.cooperative import Cooperative, a_cooperative, a_line

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
PHONE, DESK = 60_000, 100_000
PAGES = ("home", "write", "book", "reviews", "sites", "site_new", "members", "member_new", "inputs", "products",
         "papers", "certificate_new", "seats", "field_book", "book_in", "members_in")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


@pytest.fixture
def coop(settings, tmp_path) -> Cooperative:
    settings.XASO_FILES, settings.XASO_S3_URL = str(tmp_path), ""
    return a_cooperative()


def known(page: Any, live_server: Any, account: Any) -> Any:
    http = Client()
    http.force_login(account)
    cookie = {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    page.context.set_default_timeout(30_000)
    return page


def at(coop: Cooperative, name: str, *args: object) -> str:
    return reverse(f"trace:{name}", args=[coop.enterprise.token, *args])


def keep_picture(page: Any, name: str) -> None:
    """For people who look: XASO_SHOTS names a folder."""
    folder = os.environ.get("XASO_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_harvest_of_one_plant_without_a_line(browser: Any, live_server: Any, coop: Cooperative) -> None:
    page = known(new_phone_page(browser, live_server.url), live_server, coop.accounts["member"])
    page.goto(at(coop, "write"))
    kept = f"""async () => {{
        await navigator.serviceWorker.ready;
        const cache = await caches.open("xaso-1");
        const parts = [...document.querySelectorAll("script[src]")].map((one) => one.src);
        const drawn = [...document.querySelectorAll("use")].map((one) => one.getAttribute("href").split("#")[0]);
        const all = await Promise.all(["{at(coop, "write")}", ...parts, ...drawn].map((one) => cache.match(one)));
        return all.every(Boolean);
    }}"""
    for _ in range(200):
        if page.evaluate(kept):
            break
        page.wait_for_timeout(100)
    page.context.set_offline(True)
    token = coop.plants[0].uri.rsplit("/", 1)[-1]
    page.goto(f"{at(coop, 'write')}?cay={token}")
    assert "Đang mất mạng" in page.locator("main").inner_text()
    assert f"{coop.plot.name}, cây A001" in page.locator("[data-step=where]").inner_text()
    page.get_by_text("Thu hái", exact=True).click()
    page.get_by_label("Lượng").fill("12,5")
    keep_picture(page, "diary-offline-360")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("1 mục chưa gửi").wait_for()
    page.get_by_text("Làm cỏ", exact=True).click()
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("2 mục chưa gửi").wait_for()
    keep_picture(page, "diary-waiting-360")
    assert not Entry.objects.exists()
    page.context.set_offline(False)
    page.get_by_text("Đã gửi hết").wait_for()
    lot = Lot.objects.get()
    assert float(lot.quantity) == 12.5
    harvest = Entry.objects.get(work="harvesting")
    assert harvest.targets.get().plant_id == coop.plants[0].pk
    assert Entry.objects.count() == 2
    assert page.js_faults == []


def test_three_taps_with_a_line(browser: Any, live_server: Any, coop: Cooperative) -> None:
    page = known(new_phone_page(browser, live_server.url), live_server, coop.accounts["recorder"])
    page.goto(at(coop, "write"))
    keep_picture(page, "diary-write-360")
    page.get_by_text(coop.plot.name).click()
    page.get_by_text("Làm cỏ", exact=True).click()
    keep_picture(page, "diary-write-chosen-360")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("heading", name="Làm cỏ").wait_for()
    assert Entry.objects.get().work == "weeding"
    assert page.js_faults == []


def test_a_blocked_harvest_is_told_before_it_is_sent(
    browser: Any, live_server: Any, coop: Cooperative
) -> None:
    spraying = a_line("spraying", days_ago=1, sites=[coop.plot.pk], input=coop.spray.pk)
    diary.record_entry(coop.who("recorder"), enterprise=coop.enterprise, line=spraying)
    page = known(new_phone_page(browser, live_server.url), live_server, coop.accounts["member"])
    page.goto(at(coop, "write"))
    page.get_by_text("Thu hái", exact=True).click()
    page.get_by_text("chưa được thu hái").wait_for()
    page.get_by_label("Lượng").fill("5")
    page.get_by_role("button", name="Lưu").click()
    page.get_by_text("Gửi lỗi").wait_for()
    assert "thu hái được từ ngày" in page.locator("[data-outbox-list]").inner_text()
    assert not Lot.objects.exists()


def a_full_book(coop: Cooperative) -> Entry:
    viewer = coop.who("recorder")
    for line in (
        a_line("spraying", days_ago=2, sites=[coop.plot.pk], input=coop.spray.pk, amount=0.2),
        a_line("weather", sites=[coop.plot.pk], facts={"rain_mm": "12", "sky": "Mưa"}),
        a_line("weeding", sites=[coop.other.pk]),
    ):
        diary.record_entry(viewer, enterprise=coop.enterprise, line=line)
    diary.record_entry(
        coop.who("manager"),
        enterprise=coop.enterprise,
        line=a_line("weeding", sites=[coop.other.pk], note="Cỏ bờ"),
    )
    line = a_line("harvesting", sites=[coop.other.pk], amount=21.5)
    return diary.record_entry(viewer, enterprise=coop.enterprise, line=line)[0]


@pytest.mark.parametrize("wide", [False, True])
def test_no_page_has_a_barrier_or_is_heavy(
    browser: Any, live_server: Any, coop: Cooperative, wide: bool
) -> None:
    entry = a_full_book(coop)
    make = new_desk_page if wide else new_phone_page
    extra = [at(coop, "entry", entry.pk), at(coop, "site", coop.plot.pk), reverse("trace:words")]
    for number, url in enumerate([*(at(coop, name) for name in PAGES), *extra]):
        page = known(
            make(browser, live_server.url, service_workers="block"), live_server, coop.accounts["manager"]
        )
        page.goto(url)
        assert axe_problems(page) == [], url
        assert sideways_scroll(page) == [], url
        assert page.js_faults == [], url
        if not wide:
            assert wire_bytes(page) <= PHONE, (url, wire_requests(page))
        name = (*PAGES, "entry", "site", "words")[number]
        keep_picture(page, f"diary-{name}-{1280 if wide else 360}")
        page.context.close()


def test_the_officers_pages(browser: Any, live_server: Any, coop: Cooperative) -> None:
    a_full_book(coop)
    account = officer_account("specialist", coop.enterprise.unit_path)
    for name, args in (("enterprises", []), ("enterprise", [coop.enterprise.token]), ("enterprise_new", [])):
        page = known(new_desk_page(browser, live_server.url), live_server, account)
        page.goto(reverse(f"trace_desk:{name}", args=args))
        assert axe_problems(page) == [], name
        assert sideways_scroll(page) == [], name
        assert wire_bytes(page) <= DESK, wire_requests(page)
        keep_picture(page, f"diary-desk-{name}-1280")
        page.context.close()
