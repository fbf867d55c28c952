"""A buyer at a market stall scans a packet of tea, rates it and asks no account for it; the co-operative answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.forms import press
from tests.journeys.people import MAY
from xaso.kernel.people.models import Person
from xaso.kernel.ui.browser import axe_problems, sideways_scroll, small_targets, wire_bytes
from xaso.services.trace.models import Feedback, Scan, Seat
from xaso.services.trace.tests.buyer_world import Shop, a_shop


@pytest.fixture(scope="module")
def shop(town: Any) -> Shop:
    """A co-operative of the commune with a published lot."""
    made: Shop = town.apart(lambda: a_shop(pictures=True))
    return made


def give_seat(shop: Shop, name: str) -> None:
    person = Person.objects.get(full_name=name)
    enterprise = shop.coop.enterprise
    Seat.objects.get_or_create(
        enterprise=enterprise, person=person, defaults={"role": "manager", "unit_path": enterprise.unit_path}
    )


@pytest.mark.parametrize(
    "address", ["", "?lang=en", "?s=aaaaaaaaaaaaaaaaaa", "/chung-minh/", "/gui/bao-gia/"]
)
def test_the_page_behind_the_code_is_light_and_without_barriers(
    people: Any, shop: Shop, address: str
) -> None:
    page = people.visitor()
    page.goto(shop.url + address)
    assert wire_bytes(page) < 60_000
    assert not axe_problems(page)
    assert not sideways_scroll(page)
    assert not small_targets(page)


def test_it_tells_all_and_counts_the_scan_without_scripts_too(people: Any, town: Any, shop: Shop) -> None:
    plain = people.visitor(java_script_enabled=False)
    plain.goto(shop.url)
    plain.wait_for_load_state("networkidle")
    assert plain.get_by_role("heading", name=shop.coop.tea.name).is_visible()
    assert plain.get_by_text("Đường đi của sản phẩm").is_visible()
    assert not plain.get_by_role("button", name="Nghe giới thiệu").is_visible(), "no button that does nothing"
    plain.locator("summary", has_text="Mười mục").click()
    assert plain.get_by_text("Theo Thông tư 02/2024/TT-BKHCN").is_visible()
    assert town.apart(lambda: Scan.objects.filter(code=shop.lot.token).count()) >= 1


def test_a_buyer_rates_the_co_operative_answers_and_others_read_it(
    people: Any, town: Any, shop: Shop
) -> None:
    buyer = people.visitor()
    buyer.goto(shop.url)
    press(buyer, buyer.get_by_role("link", name="Đánh giá"))
    buyer.get_by_label("5 sao, rất tốt").check()
    buyer.get_by_label("Điều bạn muốn nói").fill("Nước xanh, hậu ngọt, mua lần thứ ba.")
    buyer.get_by_label("Tên bạn muốn hiện").fill("Chị Hoa ở Hà Nội")
    buyer.wait_for_timeout(3200)  # people take longer than that; programs do not
    press(buyer, buyer.get_by_role("button", name="Gửi"))
    assert buyer.get_by_role("heading", name="Đã gửi, cảm ơn bạn").is_visible()
    private = buyer.url.partition("?")[0]

    maker = people.citizen(MAY)
    town.apart(lambda: give_seat(shop, MAY))
    town.settle()
    row = town.apart(lambda: Feedback.objects.get(words__startswith="Nước xanh"))
    maker.goto(f"/trace/co-so/{shop.coop.enterprise.token}/phan-hoi/")
    press(maker, maker.get_by_role("link", name="Đánh giá: Chè shan tuyết"))
    assert str(row.pk) in maker.url
    maker.get_by_label("Trả lời", exact=True).fill("Cảm ơn chị, vụ xuân mới hái tuần trước.")
    maker.get_by_label("Cho người khác đọc").check()
    press(maker, maker.get_by_role("button", name="Gửi trả lời"))
    assert maker.get_by_text("Đã gửi trả lời").is_visible()
    assert not axe_problems(maker)

    town.settle()
    buyer.goto(private)
    assert buyer.get_by_text("vụ xuân mới hái tuần trước").is_visible()
    other = people.visitor()
    other.goto(shop.url)
    assert other.get_by_text("hậu ngọt, mua lần thứ ba").is_visible()
    assert other.get_by_text("vụ xuân mới hái tuần trước").is_visible()
    assert other.get_by_text("trên 5 sao").is_visible()
    other.goto(f"{shop.url}?lang=en")
    assert other.get_by_text("of 5 stars").is_visible()
