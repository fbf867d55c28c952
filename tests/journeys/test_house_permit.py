"""A house in the mountains: from the words "xây nhà" on a phone to a permit with two good signatures."""

from __future__ import annotations

import shutil
import subprocess

from tests.journeys import office
from tests.journeys.forms import agree_and_send, body_of, choose_way, fill_form, hand_in_papers, press
from tests.journeys.people import PAO, sign_in_with_vneid
from xaso.kernel.ui.browser import axe_problems, sideways_scroll, wire_bytes

PERMIT = "1.013225"


def look(page):
    """No barrier, nothing sticking out, light enough for a bad line."""
    assert not axe_problems(page), page.url
    assert not sideways_scroll(page), page.url
    assert wire_bytes(page) < 60_000, page.url


def apply(people, body):
    """The citizen's part, up to the code."""
    page = people.visitor()
    page.goto("/onestop/")
    look(page)
    page.fill("#id_q", "xay nha")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    look(page)
    press(page, page.get_by_role("link", name="Xin giấy phép xây nhà ở riêng lẻ").first)
    look(page)
    page.get_by_role("button", name="Bắt đầu").click()
    sign_in_with_vneid(page, PAO)
    press(page, page.get_by_role("button", name="Bắt đầu"))
    fill_form(page, body, body.sample_answers)
    hand_in_papers(page)
    choose_way(page)
    look(page)
    code = agree_and_send(page)
    assert code in page.content()
    look(page)
    return page, code


def pay(page, people, town, code):
    """Scan the VietQR with the bank's app; the page turns by itself."""
    if "/nop-phi/" not in page.url:
        press(page, page.get_by_role("link", name="Nộp phí").first)
    look(page)
    bank = people.visitor()
    bank.goto(f"{town.outside_url}/bank/transfer")
    bank.fill("[name=payload]", page.locator("[data-payload]").first.get_attribute("data-payload"))
    press(bank, bank.locator("button").first)
    page.get_by_role("heading", name="Đã nhận tiền").wait_for(timeout=30_000)


def handle(people, town, code, body):
    """Reception, review, visit, draft, approval, signature, seal: five officers."""
    reception, specialist = people.officer("motcua"), people.officer("kinhte")
    office.open_dossier(reception, code)
    office.judge_papers_good(reception)
    office.do_next(reception, code, "Tiếp nhận")
    office.do_next(specialist, code, "Chuyển bước")
    office.do_next(specialist, code, "Chuyển bước")
    office.draft_result(specialist, code, body, body.sample_draft)
    office.do_next(specialist, code, "Chuyển bước")
    head = people.officer("tpkinhte")
    office.do_next(head, code, "Trình ký")
    office.sign(people.officer("lanhdao"), code)
    office.seal(people.officer("vanthu"), code)
    town.settle()


def test_a_house_permit(people, town, tmp_path):
    body = body_of(PERMIT)
    page, code = apply(people, body)
    pay(page, people, town, code)
    handle(people, town, code, body)
    page.goto(f"/onestop/ho-so/{code}/")
    look(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải về").click()
    permit = tmp_path / "permit.pdf"
    waiting.value.save_as(permit)
    if shutil.which("pdfsig"):
        said = subprocess.run(["pdfsig", "-nocert", str(permit)], capture_output=True, text=True).stdout
        assert said.count("Signature is Valid") == 2, said
    verify(page, permit, tmp_path)


def verify(page, permit, tmp_path):
    """The paper stands the public check; with one byte turned it does not."""
    content = bytearray(permit.read_bytes())
    content[len(content) // 3] ^= 1
    bent = tmp_path / "bent.pdf"
    bent.write_bytes(content)
    headings = []
    for path in (permit, bent):
        page.goto("/verify/")
        page.locator("main input[type=file]").set_input_files(path)
        press(page, page.get_by_role("button", name="Kiểm tra tệp"))
        headings.append(page.locator("h1").inner_text())
        look(page)
    assert headings == ["Hợp lệ", "Không hợp lệ: tệp đã bị sửa"]
