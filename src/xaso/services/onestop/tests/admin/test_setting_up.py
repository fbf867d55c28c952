"""Points to settle, rates, accounts and strays of the portal, through the pages."""

from __future__ import annotations

from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client

from xaso.kernel.connectors.portal import PortalDossier
from xaso.kernel.people.testing import officer_account
from xaso.kernel.plain.moment import today
from xaso.kernel.ui.testing import assert_page_ok
from xaso.kernel.units.testing import a_commune
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.catalogue import points
from xaso.services.onestop.models import (
    BankAccount,
    Dossier,
    FeeRate,
    InboundTrouble,
    Procedure,
    ProcedureVersion,
)
from xaso.services.onestop.testing import BIRTH, COMMUNE, a_setup

pytestmark = pytest.mark.django_db
PROVINCE = "15/"


def signed_in(role, path=COMMUNE):
    a_commune(COMMUNE)
    http = Client()
    http.force_login(officer_account(role, path))
    return http


def an_unclear_version():
    procedure = Procedure.objects.create(
        code="1.999002", name="Thủ tục chưa rõ", search_text="thu tuc chua ro"
    )
    data = {
        "channels": [
            {
                "channel": channel,
                "term": {"status": "ambiguous", "raw": "5", "reason": "unit_lost", "candidates": ["5?"]},
                "fee": {
                    "status": "ambiguous",
                    "raw": "20",
                    "reason": "thousands_lost",
                    "candidates": ["20", "20000"],
                },
            }
            for channel in ("online", "in_person")
        ]
    }
    data["points"] = points.points_of(data)
    return ProcedureVersion.objects.create(
        procedure=procedure,
        number=1,
        name=procedure.name,
        field="Thử",
        levels=["Cấp xã"],
        data=data,
        source="thử",
        source_hash="0" * 64,
        unsettled=2,
        valid_from=date(2025, 7, 1),
    )


def test_points_are_settled_with_their_law():
    version = an_unclear_version()
    desk = signed_in("admin")
    page = desk.get("/desk/onestop/can-chot/?tim=chua ro")
    assert_page_ok(page.content)
    assert "Thủ tục chưa rõ" in page.content.decode()
    url = f"/desk/onestop/can-chot/{version.pk}/"
    one = desk.get(url)
    assert_page_ok(one.content)
    text = unescape(one.content.decode())
    assert "5 ngày làm việc" in text and "20.000" in text.replace("\xa0", " ")
    bare = desk.post(url, {"item": "term-1", "term-1.value": "5wd"})
    assert bare.status_code == 422 and "Ghi căn cứ" in bare.content.decode()
    wrong = desk.post(
        url,
        {
            "item": "fee-1",
            "fee-1.value": "?",
            "fee-1.other": "vài đồng",
            "fee-1.legal_basis": "TT 1/2026/TT-BTC",
        },
    )
    assert wrong.status_code == 422 and "vài đồng" in wrong.content.decode()
    done = desk.post(
        url, {"item": "term-1", "term-1.value": "5wd", "term-1.legal_basis": "NĐ 1/2026, điều 5"}
    )
    assert done.status_code == 302
    made = ProcedureVersion.objects.get(procedure=version.procedure, number=2)
    assert made.data["term"]["code"] == "5wd" and made.unsettled == 1
    assert desk.get(url).status_code == 302
    last = desk.post(
        done["Location"],
        {
            "item": "fee-1",
            "fee-1.value": "?",
            "fee-1.other": "25.000",
            "fee-1.legal_basis": "TT 1/2026/TT-BTC",
        },
    )
    assert last["Location"].endswith("/can-chot/")
    assert ProcedureVersion.objects.get(procedure=version.procedure, number=3).data["fee"]["amount"] == 25000
    assert signed_in("clerk").get("/desk/onestop/can-chot/").status_code == 403


def test_rates_of_a_province():
    a_setup(BIRTH)
    desk = signed_in("province_admin", PROVINCE)
    page = desk.get("/desk/onestop/muc-phi/")
    assert_page_ok(page.content)
    assert "le_phi_ho_tich|1.001193" in page.content.decode()
    facts = {
        "unit_path": PROVINCE,
        "fee": f"le_phi_ho_tich|{BIRTH}",
        "amount": "8.000",
        "channel": "",
        "legal_basis": "NQ 12/2026/NQ-HĐND",
        "valid_from": today().isoformat(),
        "confirmed": "on",
    }
    bad = desk.post("/desk/onestop/muc-phi/", {**facts, "amount": "tám nghìn"})
    assert bad.status_code == 422 and "tám nghìn" in bad.content.decode()
    assert desk.post("/desk/onestop/muc-phi/", {**facts, "legal_basis": ""}).status_code == 422
    assert desk.post("/desk/onestop/muc-phi/", facts).status_code == 302
    row = FeeRate.objects.get()
    assert (row.body["amount"], row.confirmed) == (8000, True)
    assert any(rate.amount == 8000 for rate in setups_in_force.rates_for(COMMUNE))
    later = {**facts, "amount": "10000", "valid_from": (today() + timedelta(days=10)).isoformat()}
    assert desk.post("/desk/onestop/muc-phi/", later).status_code == 302
    row.refresh_from_db()
    assert row.valid_to == today() + timedelta(days=9)
    assert_page_ok(desk.get("/desk/onestop/muc-phi/").content)
    elsewhere = signed_in("province_admin", "04/")
    assert elsewhere.post("/desk/onestop/muc-phi/", facts).status_code == 422
    assert signed_in("admin").get("/desk/onestop/muc-phi/").status_code == 403


def test_accounts_that_take_fees():
    desk = signed_in("province_admin", PROVINCE)
    assert_page_ok(desk.get("/desk/onestop/tai-khoan-nhan-phi/").content)
    facts = {
        "unit_path": COMMUNE,
        "bank_bin": "970436",
        "account": "0011 0022 0033",
        "holder": "UBND XA THU",
        "valid_from": today().isoformat(),
    }
    bad = desk.post("/desk/onestop/tai-khoan-nhan-phi/", {**facts, "account": "số tài khoản"})
    assert bad.status_code == 422
    assert desk.post("/desk/onestop/tai-khoan-nhan-phi/", facts).status_code == 302
    assert BankAccount.objects.get().account == "001100220033"
    page = desk.get("/desk/onestop/tai-khoan-nhan-phi/")
    assert_page_ok(page.content)
    assert "001100220033" in page.content.decode()
    outside = {**facts, "unit_path": "04/01273/"}
    assert desk.post("/desk/onestop/tai-khoan-nhan-phi/", outside).status_code == 422


def a_trouble(unit_code):
    setup = a_setup(BIRTH)
    body = PortalDossier(
        MaHoSo="CQG-1",
        MaTTHC=BIRTH,
        ChuHoSo="Triệu Thị Mẩy",
        DonViXuLy=unit_code,
        DuLieuBieuMau=setup.body["sample_answers"],
    )
    return InboundTrouble.objects.create(
        outside_code="CQG-1", reason="Thủ tục này chưa nộp được", body=body.model_dump()
    )


def test_strays_of_the_portal_are_taken_in_again():
    row = a_trouble(a_commune(COMMUNE).code)
    desk = signed_in("receptionist")
    page = desk.get("/desk/onestop/tu-cong-quoc-gia/")
    assert_page_ok(page.content)
    assert "CQG-1" in page.content.decode()
    other = signed_in("receptionist", "04/01273/")
    assert "CQG-1" not in other.get("/desk/onestop/tu-cong-quoc-gia/").content.decode()
    url = f"/desk/onestop/tu-cong-quoc-gia/{row.pk}/thu-lai/"
    assert other.post(url).status_code == 404
    assert desk.post(url).status_code == 302
    row.refresh_from_db()
    assert row.settled_at is not None
    assert Dossier.objects.get().unit_path == COMMUNE
    assert desk.post(url).status_code == 302
    assert Dossier.objects.count() == 1
    desk.get("/desk/onestop/tu-cong-quoc-gia/")  # the messages of both presses
    assert "CQG-1" not in desk.get("/desk/onestop/tu-cong-quoc-gia/").content.decode()


def test_a_stray_that_still_cannot_be_taken_keeps_its_new_reason():
    row = a_trouble(a_commune(COMMUNE).code)
    row.body = {**row.body, "MaTTHC": "9.999999"}
    row.save()
    desk = signed_in("receptionist")
    assert desk.post(f"/desk/onestop/tu-cong-quoc-gia/{row.pk}/thu-lai/").status_code == 302
    row.refresh_from_db()
    assert row.settled_at is None and "chưa nộp được trực tuyến" in row.reason
