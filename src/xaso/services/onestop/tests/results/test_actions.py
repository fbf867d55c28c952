"""Draft, sign, seal: the whole way, its order, its rights, its failures."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.cases.models import CaseStep
from xaso.kernel.documents.models import Document, NumberBook
from xaso.kernel.documents.queries import content_of, papers_to_reuse
from xaso.kernel.documents.signing.errors import OutOfOrder, WrongPin
from xaso.kernel.documents.testing import pdfsig
from xaso.kernel.documents.verify import verify_code, verify_pdf
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.testing import officer, officer_account
from xaso.kernel.plain.moment import today
from xaso.kernel.units.actions import add_office
from xaso.kernel.units.testing import a_commune
from xaso.services.onestop import routing, rules
from xaso.services.onestop.actions import handling, reception, results
from xaso.services.onestop.actions.results import issuing
from xaso.services.onestop.demo_keys import ensure_demo_keys
from xaso.services.onestop.issuing import issuer_for, result_of, signers_for
from xaso.services.onestop.models import Dossier, Result
from xaso.services.onestop.setups_in_force import body_of
from xaso.services.onestop.testing import BIRTH, COMMUNE, MARITAL, PERMIT, SYSTEM, a_dossier
from xaso.services.onestop.tests.results.conftest import (
    PIN,
    SEAL_PIN,
    drafted,
    step_of,
    to_drafting,
    to_signing,
)

pytestmark = pytest.mark.django_db
BUSINESS = "1.001612"
REASONS = {"reasons": "Thửa đất chưa có giấy chứng nhận.", "basis": "NĐ 217/2026/NĐ-CP, điều 49"}


@pytest.mark.parametrize(
    ("procedure", "number", "code"),
    [(BIRTH, f"01/{today().year}", "KQ.G15.000031"), (PERMIT, "01/GPXD-UBND", "KQ.G17.000311")],
)
def test_the_whole_way(house, nss, procedure, number, code):
    dossier = drafted(house, procedure)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    assert step_of(dossier).kind == CaseStep.Kind.SEAL
    done = results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    assert done.status == rules.DONE and done.on_time and done.finished_at
    result = Result.objects.get(dossier=dossier)
    assert result.signed_at and result.issued_at and result.document.state == "issued"
    assert result.document.shown_number == number and result.document.result_code == code
    pdf = content_of(result.document)
    lines = pdfsig(pdf, nss())
    assert len(lines) == 2 and all(line.good for line in lines) and lines[1].whole
    assert lines[0].signer == "Vàng Thị Mỷ" and lines[1].signer.startswith("Ủy ban nhân dân")
    assert result.document in papers_to_reuse(house.receptionist, dossier.applicant, [code])
    assert verify_code(result.document.code).verdict == "valid"
    assert verify_pdf(pdf).verdict == "valid"
    flipped = bytearray(pdf)
    flipped[len(pdf) // 3] ^= 1
    assert verify_pdf(bytes(flipped)).verdict == "altered"
    names = list(
        Event.objects.filter(record_id=dossier.pk, name__startswith="onestop.result")
        .order_by("seq")
        .values_list("name", flat=True)
    )
    assert names == [
        "onestop.result_drafted",
        "onestop.result_submitted",
        "onestop.result_signed",
        "onestop.result_issued",
    ]


def test_the_order_is_kept(house):
    dossier = a_dossier(MARITAL)
    with pytest.raises(Conflict, match="Tiếp nhận"):
        results.draft_result(
            officer("specialist", COMMUNE), dossier_id=dossier.pk, key="marital_certificate", answers={}
        )
    dossier = to_drafting(house, dossier)
    with pytest.raises(Conflict, match="chưa đến bước ký"):
        results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    with pytest.raises(OutOfOrder, match="chưa ký"):
        results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    with pytest.raises(ActionError, match="Soạn dự thảo"):
        to_signing(house, dossier)
    dossier = drafted(house, MARITAL)
    with pytest.raises(OutOfOrder):
        results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    with pytest.raises(Conflict, match="Ký"):
        results.draft_result(house.specialist, dossier_id=dossier.pk, key=results.REFUSAL, answers=REASONS)
    assert not NumberBook.objects.exists()


def test_a_paused_dossier_waits(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    reception.ask_supplement(house.specialist, dossier_id=dossier.pk, items=[], reason="Thiếu bản vẽ mặt cắt")
    with pytest.raises(Conflict, match="tạm dừng"):
        results.draft_result(house.specialist, dossier_id=dossier.pk, key="building_permit", answers={})


def test_rights(house):
    dossier = to_drafting(house, a_dossier(BIRTH))
    for viewer in (house.clerk, house.leader, officer("specialist", "04/01273/")):
        with pytest.raises(Forbidden):
            results.draft_result(viewer, dossier_id=dossier.pk, key="birth_certificate", answers={})
    dossier = drafted(house, BIRTH)
    for viewer in (house.specialist, house.clerk, officer("leader", "04/01273/")):
        with pytest.raises(Forbidden):
            results.sign_result(viewer, dossier_id=dossier.pk, pin=PIN)
        with pytest.raises(Forbidden):
            results.sign_in_my_name(viewer, dossier_id=dossier.pk)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    for viewer in (house.specialist, house.leader, officer("clerk", "04/01273/")):
        with pytest.raises(Forbidden):
            results.seal_result(viewer, dossier_id=dossier.pk, pin=SEAL_PIN)


def test_pressing_twice_does_no_harm(house):
    dossier = drafted(house, BIRTH)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    document = Result.objects.get(dossier=dossier).document
    assert document.signatures.count() == 2 and document.shown_number == f"01/{today().year}"


def test_a_draft_made_again(house):
    dossier = to_drafting(house, a_dossier(BIRTH))
    with pytest.raises(ActionErrors) as wrong:
        results.draft_result(house.specialist, dossier_id=dossier.pk, key="birth_certificate", answers={})
    assert set(wrong.value.errors) == {"child_id_number", "book_number"}
    first = results.draft_result(
        house.specialist,
        dossier_id=dossier.pk,
        key="birth_certificate",
        answers={"child_id_number": "006326000123", "book_number": "58"},
    )
    answers = {"child_id_number": "006326000123", "book_number": "59"}
    again = [
        results.draft_result(
            house.specialist, dossier_id=dossier.pk, key="birth_certificate", answers=answers
        )
        for _ in range(2)
    ]
    assert {first.pk} == {row.pk for row in again} and first.document_id == again[1].document_id
    assert first.document.versions.count() == 2
    assert Result.objects.get(pk=first.pk).data["draft"]["book_number"] == "59"


def test_refusal_on_substance(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    granted = results.draft_result(
        house.specialist,
        dossier_id=dossier.pk,
        key="building_permit",
        answers={"red_line": "6 m", "permit_base_level": "+0,45 m"},
    )
    with pytest.raises(ActionErrors) as wrong:
        results.draft_result(house.specialist, dossier_id=dossier.pk, key=results.REFUSAL, answers={})
    assert "reasons" in wrong.value.errors
    refusal = results.draft_result(
        house.specialist, dossier_id=dossier.pk, key=results.REFUSAL, answers=REASONS
    )
    granted.refresh_from_db()
    assert granted.ended_at and refusal.is_refusal and refusal.result_code == ""
    dossier = to_signing(house, dossier)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    done = results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    assert done.status == rules.DONE
    refusal.refresh_from_db()
    assert refusal.document.shown_number == "01/TB-UBND"
    assert Document.objects.get(pk=granted.document_id).state == "draft"


def test_sent_back_and_drafted_anew(house):
    dossier = drafted(house, BIRTH)
    handling.send_back(
        house.leader, dossier_id=dossier.pk, step_id=step_of(dossier).pk, reason="Sai số định danh"
    )
    row = Result.objects.get(dossier=dossier)
    assert row.sent_back_reason == "Sai số định danh"
    with pytest.raises(Conflict):
        results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.draft_result(
        house.specialist,
        dossier_id=dossier.pk,
        key=row.key,
        answers={"child_id_number": "006326000124", "book_number": "58"},
    )
    to_signing(house, dossier)
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    assert step_of(dossier).kind == "seal"


def test_a_deputy_signs_in_own_name(house):
    dossier = drafted(house, BIRTH)
    account = officer_account("leader", COMMUNE, name="Lý A Sử")
    account.title = "Phó Chủ tịch"
    account.save(update_fields=["title"])
    ensure_demo_keys(COMMUNE, [account], pin=PIN, seal_pin=SEAL_PIN)
    deputy = viewer_of(account)
    Account.objects.filter(pk=house.leader_account.pk).update(title="Chủ tịch Ủy ban nhân dân xã")
    result = result_of(body_of(dossier.setup), "birth_certificate")
    assert signers_for(dossier, result) == [house.leader_account, account], "the head comes before the deputy"
    full = Account(title="Phó Chủ tịch Ủy ban nhân dân xã")
    issuer = issuer_for(dossier, result, full)
    assert issuer.authority.endswith("KT. Chủ tịch") and issuer.position == "Phó Chủ tịch"
    with pytest.raises(Conflict, match="tên người ký khác"):
        results.sign_result(deputy, dossier_id=dossier.pk, pin=PIN)
    results.sign_in_my_name(deputy, dossier_id=dossier.pk)
    results.sign_result(deputy, dossier_id=dossier.pk, pin=PIN)
    signature = Result.objects.get(dossier=dossier).document.signatures.get()
    assert signature.signer_name == "Lý A Sử" and signature.signer_title == "Phó Chủ tịch"


def test_a_batch_with_one_failing(house):
    good, other = drafted(house, BIRTH), drafted(house, MARITAL)
    bad = to_drafting(house, a_dossier(BIRTH))
    chosen = [good.pk, bad.pk, other.pk]
    with pytest.raises(WrongPin):
        results.sign_many(house.leader, dossier_ids=chosen, pin="000001")
    assert not Result.objects.filter(signed_at__isnull=False).exists()
    outcomes = results.sign_many(house.leader, dossier_ids=chosen, pin=PIN)
    assert [one.ok for one in outcomes] == [True, False, True]
    assert outcomes[1].code == bad.code and "bước ký" in outcomes[1].message
    sealed = results.seal_many(house.clerk, dossier_ids=chosen, pin=SEAL_PIN)
    assert [one.ok for one in sealed] == [True, False, True]
    assert set(Dossier.objects.filter(status=rules.DONE).values_list("pk", flat=True)) == {
        good.pk,
        other.pk,
    }


def test_a_failure_while_going_on_takes_the_signature_back(house, monkeypatch):
    good, bad = drafted(house, BIRTH), drafted(house, BIRTH)
    whole = issuing.go_on

    def breaking(viewer, dossier, *rest):
        if dossier.pk == bad.pk:
            raise Conflict("Bước tiếp theo không có nơi nhận.")
        whole(viewer, dossier, *rest)

    monkeypatch.setattr(issuing, "go_on", breaking)
    outcomes = results.sign_many(house.leader, dossier_ids=[bad.pk, good.pk], pin=PIN)
    assert [one.ok for one in outcomes] == [False, True]
    assert not Result.objects.get(dossier=bad).document.signatures.exists()
    monkeypatch.setattr(issuing, "go_on", whole)
    results.sign_result(house.leader, dossier_id=bad.pk, pin=PIN)


def test_numbers_have_no_gaps(house):
    for wrong_first in (True, False, True):
        dossier = drafted(house, BIRTH)
        results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
        if wrong_first:
            with pytest.raises(WrongPin):
                results.seal_result(house.clerk, dossier_id=dossier.pk, pin="000001")
        results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    numbers = sorted(Document.objects.filter(state="issued").values_list("number", flat=True))
    assert numbers == ["1", "2", "3"]


def test_an_office_issues_in_its_own_name(house):
    office = add_office(
        SYSTEM, parent=a_commune(COMMUNE), kind="phòng", name="Kinh tế", code="kinhte", legal_basis="thử"
    )
    routing.forget()
    head = officer_account("leader", office.path, name="Hà Thị Loan")
    ensure_demo_keys(office.path, [head], pin=PIN, seal_pin=SEAL_PIN)
    dossier = drafted(house, BUSINESS)
    row = Result.objects.get(dossier=dossier)
    assert row.data["signer"] == str(head.pk) and row.document.unit_path == office.path
    assert row.document.agency == "Phòng Kinh tế"
    with pytest.raises(Conflict, match="tên người ký khác"):
        results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.sign_result(viewer_of(head), dossier_id=dossier.pk, pin=PIN)
    done = results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    assert done.status == rules.DONE
    # The head of an office does not sign in the commune's name.
    other = drafted(house, BIRTH)
    with pytest.raises(Forbidden):
        results.sign_result(viewer_of(head), dossier_id=other.pk, pin=PIN)


def test_two_results_of_one_dossier(house):
    dossier = drafted(house, "1.000689")
    assert Result.objects.filter(dossier=dossier).count() == 2
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    rows = Result.objects.filter(dossier=dossier).select_related("document")
    assert {row.document.shown_number for row in rows} == {f"01/{today().year}", f"01/{today().year}/TLNCMC"}
    assert Dossier.objects.get(pk=dossier.pk).status == rules.DONE


def test_the_public_check_of_an_issued_result(house, client):
    dossier = drafted(house, PERMIT)
    document = Result.objects.get(dossier=dossier).document
    assert client.get(f"/verify/{document.shown_code}").status_code == 404
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    page = client.get(f"/verify/{document.shown_code}").content.decode()
    assert "Hợp lệ" in page and "Giấy phép xây dựng nhà ở riêng lẻ" in page
    assert "Vàng Thị Mỷ" in page and dossier.applicant.full_name not in page
    pdf = bytearray(content_of(document))
    pdf[len(pdf) // 2] ^= 1
    answer = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", bytes(pdf), "application/pdf")})
    assert "đã bị sửa" in answer.content.decode()
