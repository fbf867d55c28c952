"""Recall in a real browser: the two steps with a thumb, the holder's page, and every page at 360 and 1280 px."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from xaso.kernel.people.testing import officer_account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.ui.browser import (
    CHROMIUM,
    axe_problems,
    launch_browser,
    new_desk_page,
    new_phone_page,
    sideways_scroll,
    wire_bytes,
)
from xaso.services.trace.actions.lots import publish_lot
from xaso.services.trace.actions.recall_holders import add_finding, tell_holders
from xaso.services.trace.models import Lot, Recall
from xaso.services.trace.tests.test_lots_browser import keep_picture, known
from xaso.services.trace.tests.test_recall_actions import WHY, Story, started, story

__all__ = ["story"]
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine"),
]
PHONE, DESK = 60_000, 100_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with launch_browser() as made:
        yield made


def test_a_leaf_lot_is_recalled_with_a_thumb_and_a_shop_answers(browser, live_server, story: Story) -> None:
    """Look, confirm; the shop opens the address of its message and says what it set apart."""
    page = known(new_phone_page(browser), live_server, story.coop.account)
    own = f"{live_server.url}/trace/co-so/{story.coop.enterprise.token}"
    page.goto(f"{own}/duong-di/{story.bad.token}/")
    assert "Cửa hàng Hương Núi" in page.locator("svg[role=group]").text_content()
    page.get_by_role("link", name="Thu hồi từ lô này").click()
    page.get_by_label("Không bảo đảm an toàn").check()
    page.get_by_label("Lý do").fill(WHY["reason"])
    page.get_by_label("Người mua và nơi giữ hàng phải làm gì").fill(WHY["advice"])
    page.get_by_role("button", name="Xem phạm vi").click()
    page.get_by_role("heading", name="Xác nhận").wait_for()
    assert not axe_problems(page)
    page.get_by_label("Tôi đã xem phạm vi ở trên").check()
    page.get_by_role("button", name="Bắt đầu thu hồi").click()
    page.get_by_role("heading", name="Nơi giữ hàng").wait_for()
    assert "Đã bắt đầu thu hồi" in page.locator("main").inner_text()
    assert Lot.objects.get(pk=story.tea.pk).state == "recalled"
    recall = Recall.objects.get()
    tell_holders(Viewer.system(), recall_id=recall.pk)
    holder = recall.holders.get(name="Cửa hàng Hương Núi")
    shop = new_phone_page(browser)
    shop.goto(f"{live_server.url}/trace/thu-hoi/tra-loi/{holder.token}/")
    shop.get_by_label("Còn, đã để riêng, không bán nữa").check()
    shop.get_by_label("Bao nhiêu").fill("3,5")
    shop.get_by_role("button", name="Gửi trả lời").click()
    shop.get_by_text("Đã nhận câu trả lời").wait_for()
    assert str(recall.findings.get().quantity) == "3.500"
    page.context.close()
    shop.context.close()


@pytest.mark.parametrize("width", ["phone", "desk"])
def test_every_page_reads_well(browser, live_server, story: Story, width: str) -> None:
    """Nothing hangs over the edge, nobody is shut out, no page is heavy."""
    publish_lot(story.coop.viewer, lot=story.tea)
    recall = started(story)
    tell_holders(Viewer.system(), recall_id=recall.pk)
    holder = recall.holders.get(name="Siêu thị Miền Xuôi")
    add_finding(story.leader, recall=recall, kind="returned", quantity="1.5", uom="KGM", holder=holder)
    code, token = recall.code, story.bad.token
    at_desk = {
        "list": "/desk/trace/thu-hoi/",
        "find": f"/desk/trace/thu-hoi/tim-lo/?q={story.tea.code}",
        "way": f"/desk/trace/duong-di/{story.tea.token}/",
        "prepare": f"/desk/trace/thu-hoi/tu-lo/{story.good.token}/",
        "one": f"/desk/trace/thu-hoi/{code}/",
        "rows": f"/desk/trace/thu-hoi/{code}/hang/",
        "outward": "/desk/trace/cong-quoc-gia/",
    }
    for_all = {
        "public": "/trace/thu-hoi/",
        "notice": f"/trace/thu-hoi/{code}/",
        "answer": f"/trace/thu-hoi/tra-loi/{holder.token}/",
        "own": f"/trace/co-so/{story.coop.enterprise.token}/thu-hoi/{code}/",
        "own_way": f"/trace/co-so/{story.coop.enterprise.token}/duong-di/{token}/",
    }
    make = new_phone_page if width == "phone" else new_desk_page
    leader = officer_account("leader", story.coop.enterprise.unit_path, username="lanh-dao-thu-hoi")
    for pages, account, limit in ((at_desk, leader, DESK), (for_all, story.coop.account, PHONE)):
        for name, url in pages.items():
            page = known(make(browser), live_server, account)
            page.goto(live_server.url + url)
            keep_picture(page, f"recall_{name}_{width}")
            assert not sideways_scroll(page), (name, sideways_scroll(page))
            assert not axe_problems(page), name
            page.context.close()
            fresh = known(make(browser), live_server, account)
            fresh.goto(live_server.url + url)
            assert wire_bytes(fresh) <= limit, name
            fresh.context.close()
