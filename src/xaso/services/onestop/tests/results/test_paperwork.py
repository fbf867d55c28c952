"""The printed forms: each is made from what happened, and only then; who may have them."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from xaso.kernel.base.errors import Forbidden, NotFound
from xaso.kernel.cases.models import Extension
from xaso.kernel.people.testing import a_citizen, officer
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import paperwork
from xaso.services.onestop.actions import handling, reception, results
from xaso.services.onestop.actions.returning import return_result
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.testing import BIRTH, COMMUNE, PERMIT, a_dossier
from xaso.services.onestop.tests.results.conftest import PIN, SEAL_PIN, drafted, to_drafting

pytestmark = pytest.mark.django_db
A5, A4 = (420, 595), (595, 842)


def fresh(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_related("case", "applicant", "setup").get(pk=dossier.pk)


def sheet(pdf: bytes) -> tuple[int, int]:
    """Width and height of the first page, in points."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        box = [float(value) for value in document.pages[0].mediabox]
    return round(box[2] - box[0]), round(box[3] - box[1])


def kept(name: str, pdf: bytes) -> bytes:
    """For looking at by eye: XASO_SHOTS names a folder."""
    if os.environ.get("XASO_SHOTS"):
        Path(os.environ["XASO_SHOTS"], f"{name}.pdf").write_bytes(pdf)
    return pdf


def test_receipt_and_control_slip(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    assert sheet(kept("01", paperwork.receipt_pdf(house.receptionist, fresh(dossier)))) == A5
    assert sheet(kept("06", paperwork.control_slip_pdf(house.specialist, fresh(dossier)))) == A4


def test_receipt_of_certified_copies(house):
    dossier = a_dossier("2.000815")
    assert kept("01-copies", paperwork.receipt_pdf(house.receptionist, fresh(dossier))).startswith(b"%PDF")


def test_supplement(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    with pytest.raises(NotFound):
        paperwork.supplement_pdf(house.specialist, fresh(dossier))
    reception.ask_supplement(
        house.specialist,
        dossier_id=dossier.pk,
        items=[{"component": "neighbour_pledge", "note": "Chưa có chữ ký của chủ hộ liền kề", "copies": 1}],
        reason="Bản cam kết chưa có chữ ký.",
        legal_basis="NĐ 217/2026/NĐ-CP, điều 54",
    )
    assert sheet(kept("02", paperwork.supplement_pdf(house.specialist, fresh(dossier)))) == A5


def test_refusal(house):
    dossier = a_dossier(BIRTH)
    with pytest.raises(NotFound):
        paperwork.refusal_pdf(house.receptionist, fresh(dossier))
    reception.refuse_dossier(
        house.receptionist, dossier_id=dossier.pk, reason="Trẻ đã được đăng ký khai sinh tại xã khác."
    )
    assert sheet(kept("03", paperwork.refusal_pdf(house.receptionist, fresh(dossier)))) == A5
    with pytest.raises(NotFound):
        paperwork.receipt_pdf(house.receptionist, fresh(dossier))


def test_apology_and_stop(house):
    dossier = to_drafting(house, a_dossier(PERMIT))
    with pytest.raises(NotFound):
        paperwork.apology_pdf(house.leader, fresh(dossier))
    case = fresh(dossier).case
    new_due = case.due_at + timedelta(days=7)
    handling.apologise(
        house.leader, dossier_id=dossier.pk, new_due_at=new_due, reason="Chờ ý kiến cơ quan quản lý văn hóa"
    )
    assert Extension.objects.filter(case=case).exists()
    assert sheet(kept("04", paperwork.apology_pdf(house.leader, fresh(dossier)))) == A5
    reception.stop_dossier(
        house.leader, dossier_id=dossier.pk, reason="Chủ nhà đề nghị dừng để đổi thiết kế."
    )
    assert sheet(kept("05", paperwork.stop_pdf(house.leader, fresh(dossier)))) == A5


def test_register_and_hand_over(house):
    dossier = drafted(house, BIRTH)
    with pytest.raises(NotFound):
        paperwork.handover_pdf(house.receptionist, fresh(dossier))
    results.sign_result(house.leader, dossier_id=dossier.pk, pin=PIN)
    results.seal_result(house.clerk, dossier_id=dossier.pk, pin=SEAL_PIN)
    return_result(
        house.receptionist,
        dossier_id=dossier.pk,
        way="counter",
        receiver={"name": "Nông Văn Thắng", "id_number": "006085001234"},
    )
    assert sheet(kept("bien-nhan", paperwork.handover_pdf(house.receptionist, fresh(dossier)))) == A5
    for _ in range(3):
        a_dossier(PERMIT)
    book = paperwork.register_pdf(house.receptionist, COMMUNE, today() - timedelta(days=30), today())
    assert sheet(kept("07", book)) == (842, 595)
    with pytest.raises(Forbidden):
        paperwork.register_pdf(officer("receptionist", "04/01273/"), COMMUNE, today(), today())
    empty = paperwork.register_pdf(
        house.receptionist, COMMUNE, today() + timedelta(1), today() + timedelta(2)
    )
    assert empty.startswith(b"%PDF")


def test_who_may_have_them(house):
    dossier = fresh(to_drafting(house, a_dossier(PERMIT)))
    owner = Viewer(kind="citizen", person_id=dossier.applicant_id)
    name, pdf = paperwork.form_pdf(owner, dossier, "01")
    assert name == f"giay-tiep-nhan-{dossier.code}.pdf" and pdf.startswith(b"%PDF")
    with pytest.raises(NotFound):
        paperwork.form_pdf(owner, dossier, "06")
    for stranger in (a_citizen("Lý A Dế"), officer("receptionist", "04/01273/"), Viewer()):
        with pytest.raises(NotFound):
            paperwork.form_pdf(stranger, dossier, "01")
    with pytest.raises(NotFound):
        paperwork.form_pdf(house.receptionist, dossier, "99")
