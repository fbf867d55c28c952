"""What officers do with a dossier, by the buttons their pages offer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.journeys.forms import fill_questions, press
from xaso.services.onestop import eforms
from xaso.site.demo import place


def open_dossier(page: Any, code: str) -> None:
    """The dossier's page at the desk."""
    page.goto(f"/desk/onestop/ho-so/{code}/")


def next_work(page: Any) -> Any:
    """The box that names the one thing to do next."""
    return page.get_by_role("region", name="Việc tiếp theo")


def judge_papers_good(page: Any) -> None:
    """Each paper was looked at and is good."""
    buttons = page.locator('main button[name="accepted"][value="yes"]')
    for number in range(buttons.count()):  # each stays there until the dossier is received: a mind may change
        press(page, buttons.nth(number))


def do_next(page: Any, code: str, label: str) -> None:
    """Press the primary button, which must bear this label."""
    open_dossier(page, code)
    work = next_work(page)
    press(page, work.get_by_role("button", name=label).or_(work.get_by_role("link", name=label)).first)


def draft_result(page: Any, code: str, body: eforms.Setup, answers: Mapping[str, Any]) -> None:
    """Fill in what only the officer knows, look at the draft, send it up."""
    do_next(page, code, "Soạn kết quả")
    fill_questions(page, body.results[0].draft, answers)
    press(page, page.get_by_role("button", name="Lập dự thảo và xem trước"))
    page.locator("img.sheet").first.wait_for()


def sign(page: Any, code: str) -> None:
    """The leader sees what will be signed, gives the PIN."""
    do_next(page, code, "Xem và ký")
    other_name = page.get_by_role("button", name="Ký với tên tôi")
    if other_name.count():  # the draft bears another leader's name: it is made anew and looked at again
        press(page, other_name)
    with_pin(page)


def seal(page: Any, code: str) -> None:
    """The clerk numbers and seals."""
    do_next(page, code, "Cấp số, đóng dấu, phát hành")
    with_pin(page)


def with_pin(page: Any) -> None:
    """The PIN of the signing key, and the paper is signed."""
    page.fill("main [name=pin]", place.PIN)
    press(page, page.locator("main form:has([name=pin]) button.btn").last)
    assert page.get_by_text("Xong 1 hồ sơ").or_(page.get_by_text("Đã")).count(), page.locator(
        "main"
    ).inner_text()
