"""A house in the mountains: from the words "xây nhà" on a phone to a permit with two good signatures."""

from __future__ import annotations

from tests.journeys.forms import agree_and_send, body_of, choose_way, fill_form, hand_in_papers
from tests.journeys.people import PAO, sign_in_with_vneid

PERMIT = "1.013225"


def test_a_house_permit(people, town):
    page = people.visitor()
    page.goto("/onestop/")
    page.fill("#id_q", "xay nha")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Xin giấy phép xây nhà ở riêng lẻ").first.click()
    page.get_by_role("button", name="Bắt đầu").click()
    sign_in_with_vneid(page, PAO)
    if "/nop/" not in page.url:
        page.get_by_role("button", name="Bắt đầu").click()
    body = body_of(PERMIT)
    fill_form(page, body, body.sample_answers)
    hand_in_papers(page)
    choose_way(page)
    code = agree_and_send(page)
    assert code in page.content()
