"""Pages on a bad line and for everybody: bytes, barriers, the keyboard."""

from __future__ import annotations

import pytest

from xaso.kernel.ui.browser import axe_problems, sideways_scroll, small_targets, wire_bytes

OPEN = {
    "/": 60_000,
    "/onestop/": 60_000,
    "/onestop/thu-tuc/1.001193/": 40_000,
    "/onestop/tra-cuu/": 20_000,
    "/verify/": 60_000,
    "/dang-nhap/": 60_000,
}


@pytest.mark.parametrize("address", OPEN)
def test_first_load_is_light_and_without_barriers(people, address):
    page = people.visitor()
    page.goto(address)
    assert wire_bytes(page) < OPEN[address]
    assert not axe_problems(page)
    assert not sideways_scroll(page)
    assert not small_targets(page)


@pytest.mark.parametrize(
    "address", ["/desk/", "/desk/onestop/", "/desk/onestop/so-theo-doi/", "/desk/figures/"]
)
def test_desk_pages_have_no_barriers(people, address):
    page = people.officer("lanhdao")
    page.goto(address)
    assert not axe_problems(page)
    assert not sideways_scroll(page)


def test_the_keyboard_alone_finds_a_procedure(people):
    page = people.visitor()
    page.goto("/onestop/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main", (
        "first comes the jump to the content"
    )
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("ket hon")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    link = page.get_by_role("link", name="kết hôn").first
    link.focus()
    outline = link.evaluate("one => getComputedStyle(one).outlineStyle + getComputedStyle(one).boxShadow")
    assert outline != "nonenone", "focus must be seen"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/thu-tuc/" in page.url
