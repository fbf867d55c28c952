"""A father at the counter: the card is scanned, papers are digitised, and he leaves with the certificate."""

from __future__ import annotations

from tests.journeys import office
from tests.journeys.forms import a_photograph, body_of, fill_questions, press
from xaso.kernel.ui.browser import axe_problems

BIRTH = "1.001193"
CARD = "010096004321||Nông Văn Dũng|02111996|Nam|Thôn Ky Quan San, Mường Hum, Lào Cai|01052022"


def receive(page, body):
    """One page: who, questions, papers, money."""
    page.goto("/desk/onestop/tiep-nhan/?tim=khai+sinh")
    assert not axe_problems(page), page.url
    press(page, page.locator(f'main a[href*="tiep-nhan/{BIRTH}/"]').first)
    number = page.locator('main [name$="-id_number"]').first
    number.fill(CARD)  # a hand scanner types the whole code into the box and ends with Enter
    press(page, page.get_by_role("button", name="Tra cứu dân cư"))
    assert page.locator("main [name$='-full_name']").first.input_value().lower() == "nông văn dũng"
    for screen in body.pages:
        fill_questions(page, screen.fields, body.sample_answers)
    press(page, page.get_by_role("button", name="Cập nhật câu hỏi và giấy tờ"))
    for screen in body.pages:
        fill_questions(page, screen.fields, body.sample_answers)
    for row in page.locator("main fieldset[id^=giay_]:has([name=got])").all():
        row.locator("[name=got]").check()
        row.locator("input[type=file]").set_input_files(a_photograph())
    for box in page.locator("main [name^='sure.']").all():
        box.check()
    cash = page.locator('main [name=money][value="cash"]')
    if cash.count():
        cash.check()
    assert not axe_problems(page), page.url
    press(page, page.get_by_role("button", name="Tiếp nhận", exact=True))
    assert page.get_by_role("heading", name="Đã tiếp nhận hồ sơ").count(), page.locator("main").inner_text()
    return page.url.rstrip("/").rpartition("/")[2]


def test_a_birth_registered_at_the_counter(people, town):
    body = body_of(BIRTH)
    reception = people.officer("motcua")
    code = receive(reception, body)
    receipt = reception.get_by_role("link", name="In giấy tiếp nhận").get_attribute("href")
    assert reception.request.get(receipt).body().startswith(b"%PDF")
    specialist = people.officer("tuphap")
    office.draft_result(specialist, code, body, body.sample_draft)
    office.do_next(specialist, code, "Trình ký")
    office.sign(people.officer("lanhdao"), code)
    office.seal(people.officer("vanthu"), code)
    town.settle()
    office.do_next(reception, code, "Trả kết quả")
    fill = reception.locator("main [name$=receiver]")
    if fill.count():
        fill.fill("Nông Văn Dũng")
    press(reception, reception.get_by_role("button", name="Ghi đã trả"))
    office.open_dossier(reception, code)
    assert "Đã trả kết quả" in reception.locator("main").inner_text()
