"""An officer in a case, a citizen on a phone to a procedure, "not found" to an answer found next time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.journeys import office
from tests.journeys.forms import press
from xaso.kernel.cases.models import Case
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.browser import axe_problems, sideways_scroll, small_targets, wire_bytes
from xaso.services.assistant.models import Document, ReasonedNote
from xaso.services.assistant.tests.asking_world import indexed, some_law
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.testing import BIRTH, all_papers
from xaso.site.demo import place

SHOTS = os.environ.get("XASO_SHOTS", "")
STRANGE = "mở quán karaoke cách trường học bao xa"


def picture(page: Any, name: str) -> None:
    """For people who look: XASO_SHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def look(page: Any) -> None:
    """No barrier, nothing sticking out, light enough for a bad line."""
    assert not axe_problems(page), page.url
    assert not sideways_scroll(page), page.url
    if "/desk/" not in page.url:
        assert not small_targets(page), page.url
        assert wire_bytes(page) < 60_000, page.url


@pytest.fixture
def law(town: Any) -> Iterator[None]:
    """A few articles are kept, and an index finds them."""
    if not town.apart(Document.objects.filter(batch=None).exists):
        town.apart(some_law)
    with indexed():
        yield


def test_a_citizen_on_a_phone_comes_to_a_procedure(people: Any, law: None) -> None:
    page = people.visitor()
    page.goto("/assistant/")
    look(page)
    picture(page, "hoi-luat-trang-dau")
    page.get_by_label("Câu hỏi").fill("tôi muốn đăng ký khai sinh cho con trong thời hạn bao nhiêu ngày")
    press(page, page.get_by_role("button", name="Hỏi"))
    look(page)
    assert "60 ngày" in page.locator("mark").first.inner_text()
    picture(page, "hoi-luat-tra-loi")
    assert page.locator("[data-source]").count() == 1
    press(page, page.locator("section[aria-labelledby=thu-tuc] a").first)
    assert "/onestop/thu-tuc/" in page.url


def test_by_keyboard_alone_with_names_a_reader_hears(people: Any, law: None) -> None:
    page = people.visitor()
    page.goto("/assistant/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "q":
            break
    page.keyboard.type("bao nhieu tuoi thi du dieu kien ket hon")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("status").first.inner_text().startswith("Điều luật trả lời câu hỏi này")
    said = page.get_by_role("article", name="điểm a khoản 1 Điều 8 Luật số 52/2014/QH13")
    assert said.count() == 1
    assert page.get_by_role("link", name="điểm a khoản 1 Điều 8 Luật số 52/2014/QH13").count() == 1


def test_without_scripts(people: Any, law: None) -> None:
    page = people.visitor(java_script_enabled=False)
    page.goto(f"/assistant/?q={quote('đổ rác không đúng nơi quy định bị phạt tiền bao nhiêu')}")
    page.get_by_role("link", name="Tổ chức, doanh nghiệp").first.click()
    assert "2. Tổ chức đổ rác" in page.locator("mark").first.inner_text()


def test_not_found_to_a_checked_answer_found_next_time(people: Any, law: None) -> None:
    page = people.visitor()
    page.goto(f"/assistant/?q={quote(STRANGE)}")
    look(page)
    assert "Không tìm thấy quy định trả lời trực tiếp" in page.content()
    picture(page, "hoi-luat-khong-thay")
    press(page, page.get_by_role("link", name="Gửi câu hỏi cho cán bộ pháp chế"))
    look(page)
    press(page, page.get_by_role("button", name="Gửi câu hỏi"))
    look(page)
    own = page.url
    legal = people.officer("tuphap")
    legal.goto("/desk/assistant/viec/")
    look(legal)
    press(legal, legal.get_by_role("link", name=STRANGE))
    look(legal)
    legal.get_by_role("textbox", name="Trả lời").fill(
        "Theo điều kiện của địa phương: hỏi phòng văn hóa trước khi thuê nhà."
    )
    legal.get_by_label("Căn cứ").fill("khoản 1 Điều 8 Luật 52/2014/QH13")
    picture(legal, "hoi-luat-phap-che")
    press(legal, legal.get_by_role("button", name="Lưu câu trả lời đã kiểm"))
    page.goto(own)
    assert "Cán bộ pháp chế đã kiểm" in page.content()
    look(page)
    page.goto(f"/assistant/?q={quote('quán karaoke phải cách trường học bao xa')}")
    look(page)
    assert "Cán bộ pháp chế đã kiểm" in page.content()
    assert "Vàng A Sính" in page.content()


def _filed() -> str:
    setup = setups_in_force.setup_for(BIRTH, place.COMMUNE, today(), "")
    body = setups_in_force.body_of(setup)
    filing = Filing(
        setup=setup,
        unit_path=place.COMMUNE,
        channel="counter",
        answers=body.sample_answers,
        applicant=Applicant("Lò Thị Mây", "010185000099", phone="0912345699"),
        papers=all_papers(body, body.sample_answers, "counter"),
        facts={"identity_proven": True},
    )
    return str(file_dossier(Viewer.system(), filing)[0].code)


def test_an_officer_asks_inside_a_case(people: Any, town: Any, law: None) -> None:
    code = town.apart(_filed)
    page = people.officer("motcua")
    office.open_dossier(page, code)
    assert page.get_by_role("heading", name="Căn cứ pháp luật").count() == 1
    picture(page, "hoi-luat-ho-so")
    page.get_by_label("Hỏi về hồ sơ này").fill("thời hạn đăng ký khai sinh cho con kể từ ngày sinh con")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/assistant/**")
    look(page)
    assert code in page.content()
    assert "60 ngày" in page.locator("mark").first.inner_text()
    page.get_by_label("Nhận định của tôi").fill("Còn trong hạn.")
    press(page, page.get_by_role("button", name="Lưu thành ghi chú có căn cứ"))
    assert "Đã lưu ghi chú có căn cứ vào hồ sơ." in page.content()
    look(page)
    assert town.apart(lambda: ReasonedNote.objects.filter(case=Case.objects.get(code=code)).count()) == 1
    office.open_dossier(page, code)
    assert "Còn trong hạn." in page.content()
