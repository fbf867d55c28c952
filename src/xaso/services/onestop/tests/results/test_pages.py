"""The pages of drafting, signing, sealing and printing, as officers use them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from xaso.kernel.cases.calendars import calendar_for
from xaso.kernel.documents.models import Document
from xaso.kernel.documents.store import store
from xaso.kernel.documents.testing import pdfsig
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer, officer_account
from xaso.services.onestop import rules
from xaso.services.onestop.actions import handling, results
from xaso.services.onestop.demo_keys import ensure_demo_keys
from xaso.services.onestop.models import Dossier, Result
from xaso.services.onestop.testing import BIRTH, COMMUNE, MARITAL, PERMIT, a_dossier
from xaso.services.onestop.tests.results.conftest import (
    PIN,
    SEAL_PIN,
    drafted,
    step_of,
    to_drafting,
    to_signing,
)

pytestmark = pytest.mark.django_db
DESK = "/desk/onestop"


def as_officer(viewer) -> Client:
    http = Client()
    http.force_login(Account.objects.get(pk=viewer.account_id))
    return http


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_drafting(house):
    dossier = to_drafting(house, a_dossier(BIRTH))
    http, url = as_officer(house.specialist), f"{DESK}/ho-so/{dossier.code}/ket-qua/"
    page = http.get(url)
    assert page.status_code == 200 and "Số định danh của trẻ" in text_of(page)
    wrong = http.post(url, {"key": "birth_certificate", "child_id_number": "12", "book_number": "58"})
    assert wrong.status_code == 422 and 'value="58"' in text_of(wrong)
    made = http.post(
        url, {"key": "birth_certificate", "child_id_number": "006326000123", "book_number": "58"}
    )
    assert made.status_code == 302
    again = http.get(made["Location"])
    assert "trang-1.png" in text_of(again) and "Trình ký" in text_of(again)
    row = Result.objects.get(dossier=dossier)
    picture = http.get(f"{url}{row.pk}/trang-1.png")
    assert picture["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert "no-store" in picture["Cache-Control"]
    assert http.get(f"{url}{row.pk}/trang-9.png").status_code == 404
    assert http.get(f"{url}{row.pk}/van-ban.pdf").content.startswith(b"%PDF")
    assert "Dự thảo" in text_of(http.get(f"{DESK}/ho-so/{dossier.code}/"))
    refusal = http.post(url, {"key": "refusal", "reasons": "Đã đăng ký ở xã khác.", "basis": "Luật Hộ tịch"})
    assert refusal.status_code == 302
    assert Result.objects.get(dossier=dossier, ended_at=None).is_refusal


def test_drafting_at_the_wrong_time_or_place(house):
    dossier = drafted(house, BIRTH)
    url = f"{DESK}/ho-so/{dossier.code}/ket-qua/"
    assert as_officer(house.specialist).get(url).status_code == 302
    assert as_officer(house.leader).get(url).status_code == 403
    assert as_officer(officer("specialist", "04/01273/")).get(url).status_code == 404
    row = Result.objects.get(dossier=dossier)
    for part in ("", "van-ban.pdf", "trang-1.png"):
        stranger = as_officer(officer("specialist", "04/01273/"))
        assert stranger.get(f"{url}{row.pk}/{part}").status_code == 404
        assert Client().get(f"{url}{row.pk}/{part}").status_code == 302


def test_one_signature_one_seal(house):
    dossier = drafted(house, PERMIT)
    leader, clerk = as_officer(house.leader), as_officer(house.clerk)
    listed = text_of(leader.get(f"{DESK}/ky/"))
    assert dossier.code in listed and "Giấy phép xây dựng" in listed
    url = f"{DESK}/ho-so/{dossier.code}/ky/"
    shown = text_of(leader.get(url))
    assert "Vàng Thị Mỷ" in shown and "Chứng thư dùng thử" in shown and "trang-1.png" in shown
    for pin, words in (("", "Nhập mã PIN"), ("999999", "PIN")):
        wrong = leader.post(url, {"do": "yes", "pin": pin})
        assert wrong.status_code == 422 and words in text_of(wrong)
    done = leader.post(url, {"do": "yes", "pin": PIN})
    assert done.status_code == 200 and "Xong 1 hồ sơ" in text_of(done)
    assert "Không còn gì" in text_of(leader.get(url))
    assert dossier.code in text_of(clerk.get(f"{DESK}/dong-dau/"))
    seal = f"{DESK}/ho-so/{dossier.code}/dong-dau/"
    assert "Ủy ban nhân dân" in text_of(clerk.get(seal))
    assert "Xong 1 hồ sơ" in text_of(clerk.post(seal, {"do": "yes", "pin": SEAL_PIN}))
    assert Dossier.objects.get(pk=dossier.pk).status == rules.DONE
    row = Result.objects.get(dossier=dossier)
    page = text_of(clerk.get(f"{DESK}/ho-so/{dossier.code}/ket-qua/{row.pk}/"))
    assert page.count("Chữ ký hợp lệ") == 2 and "1/GPXD-UBND" in page
    assert row.document.shown_code in page


def test_a_batch_on_the_page(house):
    good, other = drafted(house, BIRTH), drafted(house, MARITAL)
    early = to_drafting(house, a_dossier(BIRTH))
    leader = as_officer(house.leader)
    picks = {"pick": [good.code, early.code, other.code]}
    assert leader.post(f"{DESK}/ky/xem/", {}).status_code == 422
    shown = text_of(leader.post(f"{DESK}/ky/xem/", picks))
    assert early.code in shown and "không còn ở bước này" in shown and "2 văn bản" in shown
    done = text_of(leader.post(f"{DESK}/ky/xem/", {**picks, "do": "yes", "pin": PIN}))
    assert "Xong 2 hồ sơ" in done and "1 hồ sơ chưa xong" in done
    assert step_of(good).kind == step_of(other).kind == "seal" and step_of(early).kind == "review"


def test_who_may_sign_and_seal(house):
    dossier = drafted(house, BIRTH)
    for viewer in (house.specialist, house.clerk, house.receptionist):
        assert as_officer(viewer).get(f"{DESK}/ky/").status_code == 403
        assert as_officer(viewer).get(f"{DESK}/ho-so/{dossier.code}/ky/").status_code == 403
    assert as_officer(house.leader).get(f"{DESK}/dong-dau/").status_code == 403
    province = as_officer(officer("leader", "15/"))
    assert dossier.code not in text_of(province.get(f"{DESK}/ky/"))
    other = as_officer(officer("leader", "04/01273/"))
    assert dossier.code not in text_of(other.get(f"{DESK}/ky/"))
    assert other.post(f"{DESK}/ho-so/{dossier.code}/ky/", {"do": "yes", "pin": PIN}).status_code == 404
    assert other.post(f"{DESK}/ho-so/{dossier.code}/ky-ten-toi/").status_code == 404


def test_two_leaders(house):
    dossier = drafted(house, BIRTH)
    deputy = officer("leader", "15/02683/", name="Lý A Sử")
    http = as_officer(deputy)
    shown = text_of(http.get(f"{DESK}/ho-so/{dossier.code}/ky/"))
    assert "Ký với tên tôi" in shown and "chưa gắn khóa" in shown
    moved = http.post(f"{DESK}/ho-so/{dossier.code}/ky-ten-toi/")
    assert moved.status_code == 302 and "Ký với tên tôi" not in text_of(http.get(moved["Location"]))
    assert Result.objects.get(dossier=dossier).data["signer"] == str(deputy.account_id)


def test_no_pin_is_asked_for_a_draft_in_anothers_name(house):
    dossier = drafted(house, BIRTH)
    account = officer_account("leader", COMMUNE, name="Lý A Sử")
    ensure_demo_keys(COMMUNE, [account], pin=PIN, seal_pin=SEAL_PIN)
    http = as_officer(viewer_of(account))
    shown = text_of(http.get(f"{DESK}/ho-so/{dossier.code}/ky/"))
    assert "Ký với tên tôi" in shown and 'name="pin"' not in shown
    http.post(f"{DESK}/ho-so/{dossier.code}/ky-ten-toi/")
    again = text_of(http.get(f"{DESK}/ho-so/{dossier.code}/ky/"))
    assert "Ký với tên tôi" not in again and 'name="pin"' in again


def test_the_desk_says_what_waits_for_ones_own_hand(house):
    dossier = drafted(house, BIRTH)
    leader, clerk = as_officer(house.leader), as_officer(house.clerk)
    assert "Kết quả chờ ký" in text_of(leader.get("/desk/"))
    assert "Kết quả chờ ký" not in text_of(clerk.get("/desk/"))
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    assert "Chờ cấp số, đóng dấu" in text_of(clerk.get("/desk/"))


def test_drafts_in_anothers_name_stand_apart(house):
    dossier = drafted(house, BIRTH)
    own = text_of(as_officer(house.leader).get(f"{DESK}/ky/"))
    assert dossier.code in own and "Chọn hồ sơ" in own and "người ký khác" not in own
    deputy = officer("leader", COMMUNE, name="Lý A Sử")
    others = text_of(as_officer(deputy).get(f"{DESK}/ky/"))
    assert dossier.code in others and "Dự thảo ghi tên người ký khác" in others
    assert 'name="pick"' not in others and "Không có kết quả nào chờ ký" not in others


def test_what_the_leader_sent_back_is_mended_first(house):
    dossier = drafted(house, BIRTH)
    step = step_of(dossier)
    handling.send_back(house.leader, dossier_id=dossier.pk, step_id=step.pk, reason="Ghi thiếu thôn.")
    page = text_of(as_officer(house.specialist).get(f"{DESK}/ho-so/{dossier.code}/"))
    work = page[page.index("Việc tiếp theo") :]
    assert "Lãnh đạo trả lại: Ghi thiếu thôn." in work
    assert work.index("Sửa dự thảo") < work.index("Kết quả") and "Trình ký </button>" not in work


def test_printed_forms(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    http = as_officer(house.receptionist)
    answer = http.get(f"{DESK}/ho-so/{dossier.code}/giay/01.pdf")
    assert answer["Content-Type"] == "application/pdf" and dossier.code in answer["Content-Disposition"]
    assert http.get(f"{DESK}/ho-so/{dossier.code}/giay/06.pdf").status_code == 200
    assert http.get(f"{DESK}/ho-so/{dossier.code}/giay/03.pdf").status_code == 404
    assert http.get(f"{DESK}/ho-so/{dossier.code}/giay/99.pdf").status_code == 404
    stranger = as_officer(officer("receptionist", "04/01273/"))
    assert stranger.get(f"{DESK}/ho-so/{dossier.code}/giay/01.pdf").status_code == 404


def test_a_remote_key_asks_for_a_code(house):
    from xaso.kernel.documents.models import SigningKey

    dossier = to_signing(house, drafted(house, BIRTH))
    SigningKey.objects.filter(kind="person").update(adapter="remote")
    shown = text_of(as_officer(house.leader).get(f"{DESK}/ho-so/{dossier.code}/ky/"))
    assert "Gửi mã về điện thoại" in shown and "Mã xác thực một lần" in shown
    assert results.current_results(dossier)[0].signed_at is None


def test_an_apology_is_sent_under_the_agencys_seal(house, nss):
    dossier = to_drafting(house, a_dossier(PERMIT))
    calendar = calendar_for(COMMUNE[:2])
    handling.apologise(
        house.leader,
        dossier_id=dossier.pk,
        new_due_at=calendar.closing(calendar.next_working(dossier.case.due_at.date())),
        reason="Chờ ý kiến của Sở",
    )
    address = f"{DESK}/ho-so/{dossier.code}/giay/04/dong-dau/"
    clerk = as_officer(house.clerk)
    assert "Đóng dấu số" in text_of(clerk.get(f"{DESK}/ho-so/{dossier.code}/"))
    assert clerk.get(address).status_code == 200
    assert as_officer(house.receptionist).get(address).status_code == 403
    assert clerk.get(f"{DESK}/ho-so/{dossier.code}/giay/05/dong-dau/").status_code == 404
    wrong = clerk.post(address, {"pin": "000000"})
    assert wrong.status_code == 422 and not Document.objects.filter(record_id=dossier.pk).exists()
    assert clerk.post(address, {"pin": SEAL_PIN}).status_code == 302
    sealed = Document.objects.get(record_id=dossier.pk)
    assert sealed.state == Document.State.ISSUED and sealed.number and sealed.symbol == "PXL"
    assert [one.role for one in sealed.signatures.all()] == ["agency"]
    clerk.post(address, {"pin": SEAL_PIN})
    assert Document.objects.filter(record_id=dossier.pk).count() == 1
    printed = as_officer(house.receptionist).get(f"{DESK}/ho-so/{dossier.code}/giay/04.pdf")
    kept = store().read(sealed.latest.file.sha256)
    assert printed.content == kept
    (line,) = pdfsig(kept, nss())
    assert (line.signature, line.whole) == ("Signature is Valid.", True)
