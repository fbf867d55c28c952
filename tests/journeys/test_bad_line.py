"""Where the line is bad: nothing typed is lost, and pages without scripts do the same job."""

from __future__ import annotations

import pytest

from tests.journeys.forms import (
    agree_and_send,
    body_of,
    choose_way,
    fill_form,
    fill_questions,
    hand_in_papers,
    press,
)
from tests.journeys.people import MAY, SUA
from xaso.services.onestop import eforms

MARITAL = "1.004873"


def begin(page, procedure):
    page.goto(f"/onestop/thu-tuc/{procedure}/")
    press(page, page.get_by_role("button", name="Bắt đầu"))


def test_a_form_survives_a_dead_line_and_a_closed_page(people):
    page = people.citizen(MAY)
    body = body_of(MARITAL)
    begin(page, MARITAL)
    page.get_by_label("Đây là máy của tôi").check()
    where = page.url
    here = eforms.page_of(body, where.partition("/trang/")[2].split("/")[0])
    fill_questions(page, here.fields, body.sample_answers)
    typed = page.locator("main form[data-draft]").evaluate(
        "form => [...new FormData(form)].filter(([name]) => !name.startsWith('csrf'))"
    )
    page.context.set_offline(True)
    page.get_by_role("button", name="Tiếp tục", exact=True).click()
    page.get_by_text("Đang mất mạng").wait_for()
    assert page.url == where
    page.wait_for_timeout(1200)
    page.context.set_offline(False)
    page = people.reopen(page, where)
    page.get_by_role("button", name="Điền lại").click()
    again = page.locator("main form[data-draft]").evaluate(
        "form => [...new FormData(form)].filter(([name]) => !name.startsWith('csrf'))"
    )
    assert again == typed
    press(page, page.get_by_role("button", name="Tiếp tục", exact=True))
    assert page.url != where


@pytest.mark.parametrize("procedure", [MARITAL])
def test_a_dossier_is_filed_without_any_script(people, procedure):
    page = people.citizen(SUA, java_script_enabled=False)
    body = body_of(procedure)
    begin(page, procedure)
    fill_form(page, body, body.sample_answers)
    hand_in_papers(page)
    choose_way(page, "counter")
    code = agree_and_send(page)
    assert code in page.content()
    page.goto(f"/onestop/tra-cuu/{code}/")
    assert code in page.locator("main").inner_text()
