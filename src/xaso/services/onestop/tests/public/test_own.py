"""A dossier in its owner's hands: paying, supplement, withdrawal, result, rating; nobody else's business."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xaso.kernel.connectors.testing import simulators
from xaso.kernel.documents.actions import keep_made, store_received
from xaso.kernel.documents.actions.papers import About
from xaso.kernel.events.relay import run_once
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import a_citizen_account, officer
from xaso.kernel.plain.moment import frozen, now, today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.services.onestop import rules
from xaso.services.onestop.actions.payments import waive
from xaso.services.onestop.actions.reception import accept_dossier, ask_supplement, refuse_dossier
from xaso.services.onestop.eforms.words import money_text
from xaso.services.onestop.models import BankAccount, Dossier, Payment, Rating, Result
from xaso.services.onestop.queries.tracking import citizen_timeline
from xaso.services.onestop.testing import BIRTH, COMMUNE, MARITAL, SYSTEM, a_dossier, a_picture
from xaso.simulators import bank

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(account) -> Dossier:
    """Filed online, released from the fee."""
    dossier = a_dossier(BIRTH, viewer=viewer_of(account), channel="online")
    for payment in Payment.objects.filter(dossier=dossier):
        waive(officer("receptionist", COMMUNE), payment_id=payment.pk, reason="Hộ nghèo")
    dossier = Dossier.objects.get(pk=dossier.pk)
    assert dossier.status == rules.NEW
    return dossier


@pytest.fixture
def owing(account) -> Dossier:
    BankAccount.objects.create(
        unit_path=COMMUNE, bank_bin="970436", bank_name="Vietcombank", account="0123456789",
        holder="UBND XA BAT XAT", valid_from=today() - timedelta(days=1),
    )  # fmt: skip
    dossier = a_dossier(BIRTH, viewer=viewer_of(account), channel="online")
    assert dossier.fee_total > 0
    return dossier


def shown(http, dossier, page="", status=200):
    answer = http.get(f"/onestop/ho-so/{dossier.code}/{page}")
    assert answer.status_code == status
    assert_page_ok(answer.content)
    return answer.content.decode()


def test_a_transfer_by_the_code_on_the_page_pays_the_fee(citizen, owing):
    page = shown(citizen, owing, "nop-phi/")
    payload = re.search(r'data-payload="([^"]+)"', page)[1]
    waiting = citizen.get(f"/onestop/ho-so/{owing.code}/nop-phi/trang-thai/")
    assert "Chưa nhận tiền" in waiting.content.decode() and "HX-Redirect" not in waiting
    with simulators() as (world, _):
        bank.transfer(world, payload)
        run_once()
    owing.refresh_from_db()
    assert owing.fee_state == "paid" and owing.status == rules.NEW
    done = citizen.get(f"/onestop/ho-so/{owing.code}/nop-phi/trang-thai/")
    assert done["HX-Redirect"].endswith(f"/{owing.code}/nop-phi/")
    assert "Đã nhận tiền" in shown(citizen, owing, "nop-phi/")
    assert "không phải làm gì thêm" in shown(citizen, owing, "da-nop/")


def test_a_reckoning_that_says_no_more_than_the_amount_is_left_out(citizen, owing):
    payment = Payment.objects.get(dossier=owing)
    line = {"name": "Lệ phí", "amount": 8000, "basis": ""}
    payment.lines = [{**line, "reckoning": money_text(8000)}, {**line, "reckoning": "4.000 đ × 2 bản"}]
    payment.save()
    page = shown(citizen, owing, "nop-phi/")
    assert f"({money_text(8000)})" not in page and "(4.000 đ × 2 bản)" in page


def test_a_wrong_amount_pays_nothing(citizen, owing):
    payload = re.search(r'data-payload="([^"]+)"', shown(citizen, owing, "nop-phi/"))[1]
    with simulators() as (world, _):
        bank.transfer(world, payload, amount=owing.fee_total - 1000)
        run_once()
    owing.refresh_from_db()
    assert owing.fee_state == "due"


def test_what_is_needed_from_me_stands_first(citizen, owing):
    assert "Nộp phí" in shown(citizen, owing)
    mine = citizen.get("/onestop/cua-toi/").content.decode()
    assert_page_ok(mine)
    assert mine.index("Cần ông/bà làm") < mine.index(owing.code)


def test_supplement_is_asked_answered_and_what_came_well_is_kept(citizen, free):
    desk = officer("receptionist", COMMUNE)
    items = [{"component": "birth_proof", "name": "Giấy chứng sinh", "note": "Chụp lại cho rõ"},
             {"component": "", "name": "Giấy khác", "note": ""}]  # fmt: skip
    ask_supplement(desk, dossier_id=free.pk, items=items, reason="Ảnh mờ")
    assert "Bổ sung ngay" in shown(citizen, free)
    page = shown(citizen, free, "bo-sung/")
    assert "Chụp lại cho rõ" in page
    address = f"/onestop/ho-so/{free.code}/bo-sung/"
    nothing = citizen.post(address, {})
    assert nothing.status_code == 422
    good = SimpleUploadedFile("anh.jpg", a_picture(), "image/jpeg")
    bad = SimpleUploadedFile("x.pdf", b"no pdf", "application/pdf")
    half = citizen.post(address, {"files.birth_proof": good, "files.other_1": bad, "note": "Gửi lại"})
    text = half.content.decode()
    assert half.status_code == 422
    assert_page_ok(text)
    assert "Đã nhận" in text and "Gửi lại" in text
    ticket = re.search(r'name="kept.birth_proof" value="([^"]+)"', text)[1]
    again = citizen.post(address, {"kept.birth_proof": ticket, "kept.other_1": "forged", "note": "Gửi lại"})
    assert again.status_code == 302
    free.refresh_from_db()
    assert free.status == rules.NEW
    assert free.papers.filter(component="birth_proof", ended_at__isnull=True).exists()
    assert citizen.get(address).status_code == 302


def test_what_came_at_one_moment_is_told_in_its_order(account, free):
    with frozen(now()):
        accept_dossier(officer("receptionist", COMMUNE), dossier_id=free.pk)
    words = [line.words for line in citizen_timeline(viewer_of(account), free)]
    assert words.index("Đã tiếp nhận hồ sơ") == 1, (
        "newest first: the step that reception began stands above it"
    )


def test_withdrawal_asks_first(citizen, free):
    page = shown(citizen, free, "rut/")
    assert "Rút hồ sơ này?" in page
    free.refresh_from_db()
    assert free.status == rules.NEW
    assert citizen.post(f"/onestop/ho-so/{free.code}/rut/", {"reason": "Đổi ý"}).status_code == 302
    free.refresh_from_db()
    assert free.status == rules.WITHDRAWN
    assert citizen.get(f"/onestop/ho-so/{free.code}/rut/").status_code == 302
    assert "Đã rút hồ sơ" in shown(citizen, free)


def test_rating_is_for_ended_dossiers_once(citizen, free):
    address = f"/onestop/ho-so/{free.code}/danh-gia/"
    assert citizen.get(address).status_code == 302
    Dossier.objects.filter(pk=free.pk).update(status=rules.RETURNED)
    assert "Đánh giá" in shown(citizen, free, "danh-gia/")
    assert citizen.post(address, {"comment": "Tốt"}).status_code == 422
    assert citizen.post(address, {"overall": "2", "time": "1", "comment": "Tốt"}).status_code == 302
    rating = Rating.objects.get()
    assert (rating.overall, rating.points) == (2, {"time": 1})
    assert citizen.get(address).status_code == 302


def test_the_result_opens_for_its_owner_alone(citizen, free):
    accept_dossier(officer("receptionist", COMMUNE), dossier_id=free.pk)
    file = keep_made(SYSTEM, content=b"%PDF-1.7 thu", name="ket-qua.pdf", owner_service="onestop.result")
    about = About(title="Giấy khai sinh", kind="Giấy khai sinh", unit_path=COMMUNE, agency="UBND xã")
    document = store_received(SYSTEM, file=file, about=about, number="12", issued_at=now())
    Dossier.objects.filter(pk=free.pk).update(status=rules.DONE)
    result = Result.objects.create(dossier=free, key="certificate", document=document, issued_at=now())
    page = shown(citizen, free)
    assert "Kiểm tra chữ ký số" in page and document.code in page
    address = f"/onestop/ho-so/{free.code}/ket-qua/{result.pk}/"
    for more, kind in (("", "inline"), ("?tai=1", "attachment")):
        link = citizen.get(address + more)["Location"]
        opened = citizen.get(link)
        assert opened["Content-Disposition"].startswith(kind)
        assert b"".join(opened.streaming_content) == b"%PDF-1.7 thu"
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Khác"))
    assert stranger.get(address).status_code == 404
    assert stranger.get(link).status_code == 404
    assert Client().get(address).status_code == 302


def test_why_it_was_not_received_is_said(citizen, free):
    refuse_dossier(officer("receptionist", COMMUNE), dossier_id=free.pk, reason="Không thuộc xã này")
    page = shown(citizen, free)
    assert "Không thuộc xã này" in page and "Không được tiếp nhận" in page
    assert "Hẹn trả kết quả" not in page


def test_papers_and_receipt_open_for_the_owner_alone(citizen, free):
    paper = free.papers.first()
    stranger = Client()
    stranger.force_login(a_citizen_account("Người Khác"))
    for page in (f"giay-to/{paper.pk}/", "giay-tiep-nhan.pdf", "bo-sung/", "rut/", "danh-gia/", "nop-phi/",
                 "nop-phi/trang-thai/", "da-nop/", ""):  # fmt: skip
        assert stranger.get(f"/onestop/ho-so/{free.code}/{page}").status_code == 404, page
        assert Client().get(f"/onestop/ho-so/{free.code}/{page}").status_code == 302, page
    assert citizen.get(f"/onestop/ho-so/{free.code}/giay-to/{paper.pk}/").status_code == 302
    pdf = citizen.get(f"/onestop/ho-so/{free.code}/giay-tiep-nhan.pdf")
    assert pdf.content.startswith(b"%PDF") and "no-store" in pdf["Cache-Control"]


@pytest.mark.parametrize("code", ["", "sai", "H00.00-261121-0001", "' OR 1=1", "%00"])
def test_look_up_of_wrong_codes_says_one_thing(code):
    page = Client().get(f"/onestop/tra-cuu/?ma={code}")
    assert page.status_code in {200, 404}
    assert_page_ok(page.content)
    assert "Lỗi" in page.content.decode()


def test_marital_status_is_free_of_the_payment_page(citizen, account):
    dossier = a_dossier(MARITAL, viewer=viewer_of(account), channel="online")
    if not dossier.fee_total:
        assert citizen.get(f"/onestop/ho-so/{dossier.code}/nop-phi/").status_code == 302
