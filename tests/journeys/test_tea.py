"""From the bush to the buyer and back: a harvest without a line, dry tea of three lots, a label scanned, a recall."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.journeys.forms import press
from tests.journeys.people import MAY, PAO
from xaso.kernel.people.models import Person
from xaso.kernel.ui.browser import axe_problems, wire_bytes
from xaso.services.trace.actions import goods, land
from xaso.services.trace.models import (
    Feedback,
    Lot,
    Member,
    Package,
    PublicPage,
    Recall,
    Seat,
    TraceEvent,
)
from xaso.services.trace.tests.cooperative import Cooperative, a_cooperative
from xaso.site.demo import place

SHOP, FAR = "Cửa hàng Hương Núi", "Nương Xa"


@pytest.fixture(scope="module")
def coop(town: Any) -> Iterator[Cooperative]:
    """A tea co-operative of the commune with one product that is sold."""

    def make() -> Cooperative:
        made = a_cooperative("Hợp tác xã chè Khe Cọn", place.COMMUNE)
        facts = {"name": "Chè shan Khe Cọn", "crop": "tea", "kind": "done", "is_public": True, "uom": "KGM"}
        goods.keep_product(made.who("manager"), enterprise=made.enterprise, facts=facts)
        land.keep_site(
            made.who("manager"), enterprise=made.enterprise, name=FAR, crop="tea", member=made.neighbour
        )
        return made

    yield town.apart(make)


def seat(coop: Cooperative, name: str, role: str) -> None:
    """Somebody who has signed in once sits in the co-operative from now on."""
    person = Person.objects.get(full_name=name)
    Seat.objects.get_or_create(
        enterprise=coop.enterprise,
        person=person,
        defaults={"role": role, "unit_path": coop.enterprise.unit_path},
    )
    if role == Seat.Role.MEMBER:
        Member.objects.filter(pk=coop.member.pk).update(person=person)


def kept_in_the_phone(page: Any, address: str) -> None:
    """Wait until the page and its parts are in the phone's own store."""
    kept = f"""async () => {{
        await navigator.serviceWorker.ready;
        const cache = await caches.open("xaso-1");
        const parts = [...document.querySelectorAll("script[src]")].map((one) => one.src);
        const all = await Promise.all(["{address}", ...parts].map((one) => cache.match(one)));
        return all.every(Boolean);
    }}"""
    for _ in range(300):
        if page.evaluate(kept):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page was not kept in the phone")


def harvest_without_a_line(member: Any, coop: Cooperative) -> None:
    """One bush, by its code, in the field."""
    write = f"/trace/co-so/{coop.enterprise.token}/ghi/"
    member.goto(write)
    kept_in_the_phone(member, write)
    member.context.set_offline(True)
    member.goto(f"{write}?cay={coop.plants[0].uri.rsplit('/', 1)[-1]}")
    assert "Đang mất mạng" in member.locator("main").inner_text()
    member.get_by_text("Thu hái", exact=True).click()
    member.get_by_label("Lượng").fill("12,5")
    member.get_by_role("button", name="Lưu").click()
    member.get_by_text("1 mục chưa gửi").wait_for()
    member.context.set_offline(False)
    member.get_by_text("Đã gửi hết").wait_for()


def harvest_of_a_plot(page: Any, coop: Cooperative, plot: str, amount: str) -> None:
    """Three taps with a line."""
    page.goto(f"/trace/co-so/{coop.enterprise.token}/ghi/")
    page.get_by_text(plot, exact=False).first.click()
    page.get_by_text("Thu hái", exact=True).click()
    page.get_by_label("Lượng").fill(amount)
    page.get_by_role("button", name="Lưu").click()
    page.get_by_role("heading", name="Thu hái").wait_for()


def code_on(pdf: bytes, folder: Path) -> str:
    """The first code of the first page, as a camera sees it."""
    (folder / "tem.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "200", "-gray", "-f", "1", "-l", "1", "tem.pdf", "tem"]
    subprocess.run(command, cwd=folder, check=True)
    picture = Image.open(io.BytesIO(next(iter(sorted(folder.glob("tem-*.pgm")))).read_bytes()))
    return str(zxingcpp.read_barcodes(picture)[0].text)


def dry_tea(manager: Any, coop: Cooperative, leaves: list[Lot]) -> None:
    """Three ticks, one figure, one press."""
    manager.goto(f"/trace/co-so/{coop.enterprise.token}/lo/")
    press(manager, manager.get_by_role("link", name="Làm ra sản phẩm"))
    for one in leaves:
        manager.locator(f"label:has(input[name=pick_{one.token}])").click()
    manager.get_by_label("Chè shan Khe Cọn").check()
    manager.locator("input[name=quantity]").fill("9")
    press(manager, manager.get_by_role("button", name="Lập lô mới"))


def test_from_the_bush_to_the_buyer_and_back(
    people: Any, town: Any, coop: Cooperative, tmp_path: Path
) -> None:
    token = coop.enterprise.token
    member, manager = people.citizen(PAO), people.citizen(MAY)
    town.apart(lambda: (seat(coop, PAO, "member"), seat(coop, MAY, "manager")))

    harvest_without_a_line(member, coop)
    harvest_of_a_plot(manager, coop, FAR, "20")
    harvest_of_a_plot(manager, coop, coop.other.name, "15")
    leaves = town.apart(lambda: list(Lot.objects.filter(enterprise=coop.enterprise).order_by("created_at")))
    assert sorted(float(one.quantity) for one in leaves) == [12.5, 15, 20]
    of_the_bush = next(one for one in leaves if one.quantity == 12.5)

    dry_tea(manager, coop, leaves)
    tea = town.apart(lambda: Lot.objects.get(enterprise=coop.enterprise, product__name="Chè shan Khe Cọn"))
    lot = f"/trace/co-so/{token}/lo/{tea.token}/"
    press(manager, manager.get_by_role("link", name="Đóng thùng"))
    manager.locator("input[name=cartons]").fill("3")
    manager.locator("input[name=per_carton]").fill("2")
    press(manager, manager.locator("main form button[type=submit], main form button").last)
    boxes = town.apart(lambda: list(Package.objects.filter(enterprise=coop.enterprise)))
    assert len(boxes) == 3

    manager.goto(lot)
    if manager.get_by_role("button", name="Công bố").count():
        press(manager, manager.get_by_role("button", name="Công bố"))
    manager.goto(f"{lot}tem/")
    manager.locator("input[name=count]").fill("2")
    press(manager, manager.get_by_role("button", name="Tạo tem"))
    address = manager.get_by_role("link", name="Mở tệp tem").get_attribute("href")
    scanned = code_on(manager.request.get(town.url + str(address)).body(), tmp_path)

    ship(manager, token, boxes)
    town.settle()
    what_the_buyer_sees(people, town, scanned, tea, of_the_bush)
    the_buyer_rates(people, town, manager, token, tea)
    recalled(people, town, coop, of_the_bush, boxes)


def ship(manager: Any, token: str, boxes: list[Package]) -> None:
    """All cartons to a shop."""
    manager.goto(f"/trace/co-so/{token}/gui-hang/moi/")
    manager.get_by_label("Bên nhận", exact=True).fill(SHOP)
    manager.get_by_label("Điện thoại bên nhận").fill("0987000111")
    for one in boxes:
        manager.locator(f"label:has(input[name=packages][value='{one.pk}'])").click()
    press(manager, manager.get_by_role("button", name="Ghi chuyến hàng"))
    assert SHOP in manager.locator("main").inner_text()


def what_the_buyer_sees(people: Any, town: Any, scanned: str, tea: Lot, leaf: Lot) -> None:
    """The printed code leads to the page, and the page back to the bush."""
    buyer = people.visitor()
    buyer.goto(town.url + urlsplit(scanned).path + (f"?{urlsplit(scanned).query}" if "?" in scanned else ""))
    assert urlsplit(buyer.url).path == f"/trace/q/{tea.token}"
    assert wire_bytes(buyer) < 60_000
    assert not axe_problems(buyer)
    words = buyer.locator("main").inner_text()
    assert "Chè shan Khe Cọn" in words
    assert "A001" in words, "the way leads back to the bush"
    assert town.apart(lambda: PublicPage.objects.filter(token=tea.token).exists())
    assert town.apart(lambda: TraceEvent.objects.filter(things__thing__lot=leaf).count()) >= 2


def the_buyer_rates(people: Any, town: Any, manager: Any, token: str, tea: Lot) -> None:
    """A rating without an account; the co-operative is told and answers."""
    buyer = people.visitor()
    buyer.goto(f"/trace/q/{tea.token}")
    press(buyer, buyer.get_by_role("link", name="Đánh giá"))
    buyer.get_by_label("5 sao, rất tốt").check()
    buyer.get_by_label("Điều bạn muốn nói").fill("Thơm cốm, biết cả gốc chè.")
    buyer.wait_for_timeout(3200)  # people take longer than that; programs do not
    press(buyer, buyer.get_by_role("button", name="Gửi"))
    private = buyer.url.partition("?")[0]
    town.settle()
    row = town.apart(lambda: Feedback.objects.get(words__startswith="Thơm cốm"))
    manager.goto(f"/trace/co-so/{token}/phan-hoi/{row.pk}/")
    manager.get_by_label("Trả lời", exact=True).fill("Cảm ơn bạn đã ghé gốc chè số một.")
    press(manager, manager.get_by_role("button", name="Gửi trả lời"))
    town.settle()
    buyer.goto(private)
    assert buyer.get_by_text("đã ghé gốc chè số một").is_visible()


def recalled(people: Any, town: Any, coop: Cooperative, leaf: Lot, boxes: list[Package]) -> None:
    """The leader recalls the leaf; every shipped carton and its holder are in the list, the buyer is warned."""
    leader = people.officer("lanhdao")
    leader.goto(f"/desk/trace/thu-hoi/tu-lo/{leaf.token}/")
    leader.locator("[name=cause]").first.check()
    leader.get_by_label("Lý do").fill("Phiếu kiểm nghiệm lá vượt mức dư lượng cho phép.")
    leader.locator("[name=advice]").fill("Không dùng, mang trả cửa hàng.")
    press(leader, leader.locator("main form button").last)
    leader.locator("[name=sure]").check()
    press(leader, leader.get_by_role("button", name="Bắt đầu thu hồi"))
    town.settle()
    recall = town.apart(lambda: Recall.objects.get(lot=leaf))
    leader.goto(f"/desk/trace/thu-hoi/{recall.code}/hang/")
    words = leader.locator("main").inner_text()
    for one in boxes:
        assert one.token in "".join(words.split()), f"carton {one.token} of the recalled leaf is not found"
    leader.goto(f"/desk/trace/thu-hoi/{recall.code}/")
    assert SHOP in leader.locator("main").inner_text(), "who holds them"
    tea = town.apart(lambda: Lot.objects.get(product__name="Chè shan Khe Cọn"))
    assert tea.state == Lot.State.RECALLED
    buyer = people.visitor()
    buyer.goto(f"/trace/q/{tea.token}")
    assert "thu hồi" in buyer.locator("main").inner_text().lower()
