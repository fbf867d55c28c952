"""The check of papers: what is good is called good, and every change is found."""

from __future__ import annotations

import io
import random
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import PdfTimeStamper

from xaso.kernel.documents import actions
from xaso.kernel.documents.models import Document, SigningKey
from xaso.kernel.documents.revocation import our_trust
from xaso.kernel.documents.signing.timestamps import time_stamper
from xaso.kernel.documents.tests.makers import PIN, SEAL_PIN, content, draft, issue, make_clerk, make_leader
from xaso.kernel.documents.typeset import typeset
from xaso.kernel.documents.verify import Verdict, verify_code, verify_pdf
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def leader() -> Viewer:
    return make_leader()


@pytest.fixture
def clerk() -> Viewer:
    return make_clerk()


@pytest.fixture
def issued(leader, clerk) -> Document:
    return issue(leader, clerk)


def test_an_issued_paper(issued):
    report = verify_pdf(content(issued))
    assert report.verdict == Verdict.VALID and report.heading == "Hợp lệ" and report.tone == "good"
    assert report.document == issued and report.exact
    person, agency = report.signatures
    assert (person.signer, agency.signer) == ("Vàng Thị Mỷ", "Ủy ban nhân dân xã Sà Phìn")
    assert person.changes == "allowed" and agency.changes == "none" and agency.whole_file
    assert all(
        one.good and one.revocation == "good" and "Dấu thời gian dùng thử" in one.time_authority
        for one in report.signatures
    )
    assert "Vàng Thị Mỷ" in str(report.as_json()) and issued.title not in str(report.as_json())


def flip(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 0x01]) + pdf[place + 1 :]


@pytest.mark.slow
def test_one_flipped_byte_anywhere_is_reported(issued):
    pdf = content(issued)
    marks = [
        b"%PDF",
        b"/Contents <",
        b"/ByteRange",
        b"stream",
        b"/V (",
        b"startxref",
        b"%%EOF",
        b"/Sig",
        b"/AcroForm",
    ]
    places = {pdf.index(mark) + len(mark) + 3 for mark in marks if mark in pdf}
    places |= {pdf.rindex(mark) + 2 for mark in marks if mark in pdf}
    last = pdf.rindex(b"/Contents <")
    places |= {last + 400, last + 9000, pdf.index(b">", last) - 5}  # inside the signature, and its padding
    chance = random.Random(7)
    places |= {chance.randrange(len(pdf)) for _ in range(25)} | {len(pdf) - 1, 0}
    for place in sorted(places):
        report = verify_pdf(flip(pdf, place))
        assert report.verdict in {Verdict.ALTERED, Verdict.NOT_PDF}, (
            place,
            report.verdict,
            pdf[place - 10 : place + 10],
        )


def test_a_cut_or_lengthened_file(issued):
    pdf = content(issued)
    assert verify_pdf(pdf[:-2000]).verdict == Verdict.ALTERED
    assert verify_pdf(pdf[: pdf.index(b"/ByteRange") + 900]).verdict == Verdict.ALTERED
    assert verify_pdf(pdf + b"\n% more").verdict == Verdict.ALTERED


def test_an_appended_update_is_reported(issued):
    writer = IncrementalPdfFileWriter(io.BytesIO(content(issued)))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Rotate"] = NumberObject(90)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    report = verify_pdf(out.getvalue())
    assert report.verdict == Verdict.ALTERED and report.heading == "Không hợp lệ: tệp đã bị sửa"
    assert {one.changes for one in report.signatures} == {"forbidden"}
    assert all(one.intact for one in report.signatures)


def test_going_back_to_an_earlier_revision_is_not_a_valid_paper(issued):
    pdf = content(issued)
    first = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures[0]
    end = int(first.byte_range[2]) + int(first.byte_range[3])
    report = verify_pdf(pdf[:end])
    assert report.verdict == Verdict.UNFINISHED and report.document == issued


def test_a_paper_saved_anew_is_reported(issued):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content(issued))) as pdf:
        pdf.save(out)
    assert verify_pdf(out.getvalue()).verdict == Verdict.ALTERED


def test_unsigned_and_wrong_files():
    plain = typeset('#import "/base.typ": *\n#show: paper.with()\nXin chào', {})
    assert verify_pdf(plain).verdict == Verdict.UNSIGNED
    assert verify_pdf(b"\x89PNG....").verdict == Verdict.NOT_PDF
    assert verify_pdf(b"").verdict == Verdict.NOT_PDF
    assert verify_pdf(b"%PDF-1.7\n" + b"x" * 500).verdict == Verdict.UNCHECKED
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    report = verify_pdf(locked.getvalue())
    assert report.verdict == Verdict.UNCHECKED and "mật khẩu" in report.notes[0]


def test_drafts_and_half_signed_papers(leader):
    document = draft()
    assert verify_pdf(content(document)).verdict == Verdict.UNFINISHED
    signed = actions.sign_document(leader, document=document, pin=PIN)
    report = verify_pdf(content(signed))
    assert report.verdict == Verdict.UNFINISHED and report.signatures[0].good


def test_a_revoked_paper(issued, leader):
    actions.revoke_document(leader, document=issued, reason="Cấp nhầm")
    assert verify_pdf(content(issued)).verdict == Verdict.REVOKED
    assert verify_code(issued.code).verdict == Verdict.REVOKED


def test_a_key_revoked_later_does_not_harm_what_was_signed(issued):
    key = SigningKey.objects.get(kind="person")
    with moment.frozen(moment.now() + timedelta(hours=2)):
        actions.revoke_key(Viewer.system(), key=key, reason="Nghỉ hưu")
        report = verify_pdf(content(issued))
    assert report.verdict == Verdict.VALID
    assert report.signatures[0].revocation == "revoked_later"


def test_a_key_revoked_before_signing(issued):
    key = SigningKey.objects.get(kind="person")
    SigningKey.objects.filter(pk=key.pk).update(revoked_at=moment.now() - timedelta(days=2))
    report = verify_pdf(content(issued))
    assert report.verdict == Verdict.BAD_CERTIFICATE
    assert report.signatures[0].certificate == "revoked"


def test_a_paper_outlives_the_certificates_of_its_signers(issued):
    with moment.frozen(moment.now() + timedelta(days=5 * 365)):
        report = verify_pdf(content(issued))
    assert report.verdict == Verdict.VALID


def test_an_unknown_authority_is_not_called_false(issued, settings, tmp_path):
    pdf = content(issued)
    settings.XASO_KEYS_DIR = str(tmp_path / "other-keys")
    report = verify_pdf(pdf)
    assert report.verdict == Verdict.UNCHECKED and report.heading == "Chưa kiểm tra được"
    assert {one.certificate for one in report.signatures} == {"untrusted"}


def test_codes(issued, leader):
    report = verify_code(f" {issued.shown_code.lower()} ")
    assert report.verdict == Verdict.VALID and report.document == issued
    assert verify_code("ABCD").verdict == verify_code("0000-0000-0000").verdict == Verdict.UNKNOWN_CODE
    document = draft()
    assert verify_code(document.code).verdict == Verdict.UNKNOWN_CODE
    signed = actions.sign_document(leader, document=document, pin=PIN)
    assert verify_code(signed.code).verdict == Verdict.UNFINISHED


def test_long_term_timestamps(leader, clerk, settings):
    settings.XASO_SIGNATURE_PROFILE = "B-LTA"
    signed = actions.sign_document(leader, document=draft(), pin=PIN)
    issued = actions.number_and_seal(clerk, document=signed, pin=SEAL_PIN)
    assert verify_pdf(content(issued)).verdict == Verdict.VALID


def test_a_timestamp_added_later_by_a_holder_is_fine(issued):
    out = io.BytesIO(content(issued))
    context = our_trust().context(moment.now(), revocation="hard-fail")
    PdfTimeStamper(time_stamper()).timestamp_pdf(
        IncrementalPdfFileWriter(out), "sha256", context, in_place=True
    )
    report = verify_pdf(out.getvalue())
    assert report.verdict == Verdict.VALID and not report.exact
    assert "lưu trữ" in report.notes[0]
    assert verify_pdf(out.getvalue() + b"\n% more").verdict == Verdict.ALTERED
