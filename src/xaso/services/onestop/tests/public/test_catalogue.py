"""Finding a procedure, its start page with and without an electronic form, the place of filing."""

from __future__ import annotations

import pytest
from django.test import Client

from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import search_text
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.models import Draft, Procedure, ProcedureVersion
from xaso.services.onestop.public.catalogue import by_field, electronic
from xaso.services.onestop.public.description import fee_said, term_said
from xaso.services.onestop.queries import catalogue
from xaso.services.onestop.testing import BIRTH, COMMUNE, PERMIT, a_setup

pytestmark = pytest.mark.django_db

PAPER = "1.999999"
TERM = {"status": "ambiguous", "reason": "unit_lost", "raw": "5"}
FEE = {"status": "parsed", "kind": "set_by_council", "raw": "Miễn phí", "note": "Do HĐND quyết định"}
DATA = {
    "subjects": ["Công dân Việt Nam"],
    "components": [
        {"status": "parsed", "name": "Đơn đề nghị", "originals": 1, "copies": 0, "mode": "submit"},
        {"status": "parsed", "name": "Thẻ căn cước", "originals": 1, "mode": "show"},
    ],
    "channels": [
        {"channel": "online", "term": TERM, "fee": FEE},
        {"channel": "in_person", "term": TERM, "fee": FEE},
    ],
    "results": [{"name": "Giấy phép tổ chức lễ hội", "code": ""}],
    "portal_url": "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/abc",
}


@pytest.fixture
def paper_procedure():
    name = "Cấp phép tổ chức lễ hội cầu mưa"
    procedure = Procedure.objects.create(
        code=PAPER, name=name, field="Văn hóa", search_text=search_text(name)
    )
    ProcedureVersion.objects.create(
        procedure=procedure, number=1, name=name, field="Văn hóa", levels=["Cấp xã"], data=DATA,
        source="thử", source_hash="0", unsettled=1, valid_from=today(),
    )  # fmt: skip
    catalogue.forget()
    yield procedure
    catalogue.forget()


def test_the_front_page_lists_by_field_in_vietnamese_order():
    a_setup()
    page = Client().get(f"/onestop/?unit={COMMUNE}")
    assert page.status_code == 200
    assert_page_ok(page.content)
    assert page.cookies["xaso_unit"].value == COMMUNE
    fields = [group.field for group in by_field(electronic(COMMUNE))]
    civil, land = fields.index("Hộ tịch"), fields.index("Đất đai")
    assert land < civil, "Đ stands after D, not after everything"
    assert "Đăng ký khai sinh cho con" in page.content.decode()


def test_search_finds_what_can_be_filed_here_and_what_cannot(paper_procedure):
    a_setup()
    found = Client().get("/onestop/thu-tuc/?q=khai+sinh").content.decode()
    assert_page_ok(found)
    assert f"/onestop/thu-tuc/{BIRTH}/" in found
    assert "Nộp trực tuyến được" in found
    other = Client().get("/onestop/thu-tuc/?q=le+hoi+cau+mua").content.decode()
    assert f"/onestop/thu-tuc/{PAPER}/" in other
    assert "Nộp tại bộ phận một cửa" in other


@pytest.mark.parametrize(
    "query", ["q=zzzzqqq", "trang=99", "trang=abc", "q=%00", "linh-vuc=không+có", "su-kien=x"]
)
def test_search_stands_odd_questions(query, paper_procedure):
    page = Client().get(f"/onestop/thu-tuc/?{query}")
    assert page.status_code == 200
    assert_page_ok(page.content)


def test_a_procedure_on_paper_says_what_is_not_confirmed(paper_procedure):
    page = Client().get(f"/onestop/thu-tuc/{PAPER}/").content.decode()
    assert_page_ok(page)
    assert "Đơn đề nghị" in page and "Phải cho xem bản gốc" in page
    assert "Chưa xác nhận" in page and "không ghi đơn vị của thời hạn" in page
    assert "do Hội đồng nhân dân tỉnh quy định" in page
    assert "không thu" not in page
    assert "Bắt đầu" not in page


def test_words_of_terms_and_fees():
    assert term_said({"status": "parsed", "code": "3wd", "kind": "working_days"}).words == "3 ngày làm việc"
    assert term_said({}).words == "không ghi"
    assert fee_said({"status": "parsed", "kind": "fixed", "amount": 8000}).words.startswith("8.000")
    assert fee_said({"status": "parsed", "kind": "none", "amount": 0}).words == "không thu"


@pytest.mark.parametrize("procedure", [BIRTH, PERMIT])
def test_start_page(procedure):
    setup = a_setup(procedure)
    page = Client().get(f"/onestop/thu-tuc/{procedure}/?unit={COMMUNE}").content.decode()
    assert_page_ok(page)
    for words in ("Bắt đầu", "Giấy tờ", "Bao lâu có kết quả", "Căn cứ pháp lý", setup.title):
        assert words in page


def test_every_electronic_procedure_has_a_start_page():
    a_setup()
    for setup in electronic(COMMUNE):
        address = f"/onestop/thu-tuc/{setup.procedure.code}/?unit={COMMUNE}&variant={setup.variant}"
        page = Client().get(address)
        assert page.status_code == 200, setup.title
        assert_page_ok(page.content)


def test_an_unknown_code_is_not_found():
    assert Client().get("/onestop/thu-tuc/9.123456/").status_code == 404
    assert Client().get("/onestop/thu-tuc/%00/").status_code == 404


def test_where_everything_is_filed_nationally_nothing_begins_here(settings, citizen):
    settings.XASO_FILING = "national"
    a_setup()
    page = citizen.get(f"/onestop/thu-tuc/{BIRTH}/?unit={COMMUNE}").content.decode()
    assert "https://dichvucong.gov.vn/" in page
    assert "Bắt đầu" not in page
    answer = citizen.post(f"/onestop/thu-tuc/{BIRTH}/nop/")
    assert answer["Location"] == f"/onestop/thu-tuc/{BIRTH}/"
    assert not Draft.objects.exists()


def test_the_place_of_filing_is_found_by_name_without_script():
    a_setup()
    page = Client().get("/onestop/noi-nop/?xa=bat+xat&next=/onestop/thu-tuc/")
    assert_page_ok(page.content)
    assert "unit=15%2F02683%2F" in page.content.decode()
    away = Client().get("/onestop/noi-nop/?xa=bat+xat&next=https://x.example/").content.decode()
    assert 'href="https://x.example' not in away
    setups_in_force.forget()
