"""Lots in a real browser: dry tea from three leaf lots with a thumb, and every page at 360 and 1280 px."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.test import Client
from django.urls import reverse
from PIL import Image

from xaso.kernel.people.testing import officer_account
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
)
from xaso.services.trace.actions.labels import print_labels
from xaso.services.trace.actions.lots_keys import give_gtin
from xaso.services.trace.actions.lots_packing import load_pallet, pack_cartons
from xaso.services.trace.actions.lots_runs import add_to_run, begin_run
from xaso.services.trace.actions.lots_shipping import Receiver, ship
from xaso.services.trace.actions.resolver import add_link
from xaso.services.trace.models import Lot
from xaso.services.trace.tests.lots_world import PREFIX, Coop, a_coop

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
PHONE, DESK = 60_000, 100_000
PAGES = ("lots", "process", "packages", "shipments", "ship", "label_batches", "plot_signs", "package_labels", "codes",
         "code_links", "run_new")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


@pytest.fixture
def coop(settings, live_server) -> Coop:
    """Codes lead to the server of the test."""
    settings.XASO_BASE_URL = live_server.url
    return a_coop(prefix=PREFIX)


def known(page: Any, live_server: Any, account: Any) -> Any:
    http = Client()
    http.force_login(account)
    cookie = {"name": "sessionid", "value": http.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])
    return page


def keep_picture(page: Any, name: str) -> None:
    """For people who look: XASO_SHOTS names a folder."""
    folder = os.environ.get("XASO_SHOTS")
    if folder:
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def _read(pdf: bytes, folder: Path) -> str:
    """The first code on the first page, as a camera sees it."""
    (folder / "tem.pdf").write_bytes(pdf)
    subprocess.run(
        ["pdftoppm", "-r", "200", "-gray", str(folder / "tem.pdf"), str(folder / "tem")], check=True
    )
    picture = Image.open(io.BytesIO(next(iter(sorted(folder.glob("tem-*.pgm")))).read_bytes()))
    return zxingcpp.read_barcodes(picture)[0].text


def test_dry_tea_with_a_thumb_then_its_label_is_scanned(browser, live_server, coop, tmp_path) -> None:
    """Three ticks, one product, one figure, one press; then a buyer opens what the printed code says."""
    leaves = [coop.leaf_lot(quantity) for quantity in (20, 15, 15)]
    page = known(new_phone_page(browser), live_server, coop.account)
    page.goto(live_server.url + reverse("trace:lots", args=[coop.enterprise.token]))
    page.get_by_role("link", name="Làm ra sản phẩm").click()
    for one in leaves:
        page.locator(f"label:has(input[name=pick_{one.token}])").click()
        assert page.locator(f"input[name=take_{one.token}]").is_visible()
    assert page.locator("input[name=product]").first.is_checked(), "the only product is chosen already"
    page.locator("input[name=quantity]").fill("11")
    page.get_by_role("button", name="Lập lô mới").click()
    tea = Lot.objects.get(product=coop.tea)
    assert tea.code in page.locator("main").inner_text()
    assert not axe_problems(page)
    page.get_by_role("link", name="In tem").click()
    page.locator("input[name=count]").fill("2")
    page.get_by_role("button", name="Tạo tem").click()
    address = page.get_by_role("link", name="Mở tệp tem").get_attribute("href")
    pdf = page.request.get(live_server.url + str(address)).body()
    buyer = new_phone_page(browser)
    buyer.goto(live_server.url + urlsplit(_read(pdf, tmp_path)).path)
    assert urlsplit(buyer.url).path == f"/trace/q/{tea.token}"
    assert coop.tea.name in buyer.locator("h1").inner_text()
    page.context.close()
    buyer.context.close()


def _filled(coop: Coop) -> dict[str, str]:
    """An enterprise with some of everything; addresses of its pages by name."""
    item = give_gtin(coop.viewer, item=coop.tin)
    leaf, tea = coop.leaf_lot(30), coop.tea_lot(30, item=item)
    boxes = pack_cartons(coop.viewer, lot=tea, cartons=3, per_carton=2)
    pallet = load_pallet(coop.viewer, enterprise=coop.enterprise, packages=[one.pk for one in boxes[:2]])
    sent = ship(
        coop.viewer, enterprise=coop.enterprise, to=Receiver("Cửa hàng nông sản Mộc", phone="0987654321"),
        packages=[boxes[2].pk], lots=[(tea.pk, 3)], bill="VD-2026-77",
    )  # fmt: skip
    run = begin_run(coop.viewer, enterprise=coop.enterprise, product=coop.tea)
    add_to_run(coop.viewer, run=run, inputs=[(leaf.pk, Decimal(4))])
    batch = print_labels(coop.viewer, lot=tea, sheet="a4_24", count=40, scratch=True)
    add_link(
        coop.viewer, enterprise=coop.enterprise, product=coop.tea, link_type="gs1:recipeInfo", title="Cách pha trà",
        href="https://example.vn/pha", lang="vi",
    )  # fmt: skip
    steps = ("pack", "cartons", "split", "use", "store", "certify", "hold", "labels")
    plain = [(name, name, ()) for name in PAGES]
    about_lot = [(name, name, (tea.token,)) for name in ("lot", *(f"lot_{one}" for one in steps))]
    more = [
        ("leaf", "lot", (leaf.token,)),
        ("shipment", "shipment", (sent.token,)),
        ("batch", "label_batch", (batch.pk,)),
        ("run", "run", (run.token,)),
        ("plants", "plant_signs", (coop.plot.pk,)),
    ]
    found = {
        key: reverse(f"trace:{name}", args=[coop.enterprise.token, *args])
        for key, name, args in plain + about_lot + more
    }
    return found | {
        "place": reverse("trace:place", args=[coop.enterprise.token]),
        "plant": urlsplit(coop.bush.uri).path,
        "package": reverse("trace:package", args=[pallet.token]),
        "unknown": "/id/class/zzzzzzzzzzzz",
        "wrong": "/id/01/123",
        "linkset": f"/id/class/{tea.token}?linkType=linkset",
    }


def test_every_page_is_open_to_all_and_light(browser, live_server, coop) -> None:
    """No barriers found by axe, nothing wider than the screen, within the weight, at both widths."""
    pages = _filled(coop)
    for make, width, most in ((new_phone_page, 360, PHONE), (new_desk_page, 1280, DESK)):
        page = known(make(browser), live_server, coop.account)
        for name, address in pages.items():
            page.goto(live_server.url + address)
            assert page.locator("h1").count() == 1, name
            assert not axe_problems(page), (name, width)
            assert not sideways_scroll(page), (name, width)
            keep_picture(page, f"lots-{name}-{width}")
        page.context.close()
        fresh = known(make(browser), live_server, coop.account)
        fresh.goto(live_server.url + pages["lot"])
        assert wire_bytes(fresh) <= most
        fresh.context.close()


def test_officers_pages(browser, live_server, coop) -> None:
    """What officers see, at both widths."""
    tea = coop.tea_lot(8)
    account = officer_account("specialist", coop.enterprise.unit_path)
    for make, width in ((new_phone_page, 360), (new_desk_page, 1280)):
        page = known(make(browser), live_server, account)
        for name, args in (("lots", []), ("lot", [tea.token])):
            page.goto(live_server.url + reverse(f"trace_desk:{name}", args=args))
            assert not axe_problems(page), (name, width)
            assert not sideways_scroll(page), (name, width)
            keep_picture(page, f"lots-desk-{name}-{width}")
        page.context.close()
