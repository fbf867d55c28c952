"""Real signatures: leader, number and date, seal; both valid for pyHanko and for poppler."""

from __future__ import annotations

import io
import subprocess
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from xaso.kernel.documents.signing import FILE, KeyRef, appearance
from xaso.kernel.documents.signing.authority import as_asn1, authority, revocation_lists
from xaso.kernel.documents.signing.errors import CertificateUnusable, KeyBlocked, WrongPin
from xaso.kernel.documents.signing.file_key import MAX_TRIES, FileKeys, held_open, new_key
from xaso.kernel.documents.signing.pdf import Signing, sign_field, signed_fields
from xaso.kernel.documents.signing.trust import trust
from xaso.kernel.documents.testing import pdfsig
from xaso.kernel.documents.tests.conftest import drawing
from xaso.kernel.documents.typeset import fields_of, typeset, with_fields
from xaso.kernel.plain import moment

PIN = "123456"
PAPER = """
#import "/base.typ": *
#show: paper.with(title: data.title)
#letterhead(parent: data.parent, agency: data.agency)
#heading-of("Giấy chứng nhận kết hôn")
#paragraph[Họ, chữ đệm, tên: #data.name.]
#foot(
  recipients(("Như trên", "Lưu: VT")),
  signature(authority: "TM. Ủy ban nhân dân", position: "Chủ tịch", name: data.signer),
)
"""
DATA = {
    "title": "Giấy chứng nhận kết hôn",
    "parent": "Tỉnh Tuyên Quang",
    "agency": "Ủy ban nhân dân xã Sà Phìn",
    "name": "Giàng A Páo",
    "signer": "Vàng Thị Mỷ",
}


def draft() -> bytes:
    return with_fields(typeset(PAPER, DATA))


def key(name: str, organisation: str = "Ủy ban nhân dân xã Sà Phìn", **options) -> KeyRef:
    reference, certificate = new_key(name, organisation, PIN, **options)
    return KeyRef(FILE, reference, as_asn1(certificate), authority().chain)


def our_trust():
    return trust(revocation_lists([], 1))


def sign(pdf: bytes, ref: KeyRef, signing: Signing, profile: str = "B-LT"):
    with FileKeys().unlock(ref, PIN) as signer:
        return sign_field(pdf, signer, signing, trust=our_trust(), profile=profile, moment=moment.now())


def issue(profile: str = "B-LT") -> bytes:
    pdf = draft()
    places = fields_of(pdf)
    now = moment.now()
    blue, red = drawing("#1F3FA8", (500, 260)), drawing("#C8102E", (400, 400), ring=True)
    look = appearance.person(places["person_1"].width, places["person_1"].height, "Vàng Thị Mỷ", now, blue)
    first = sign(
        pdf, key("Vàng Thị Mỷ"), Signing("person_1", look, certify=True), profile.replace("LTA", "LT")
    )
    words = {"number": "Số: 31/GCN-UBND", "date": "Sà Phìn, ngày 21 tháng 11 năm 2026"}
    looks = {name: (text, appearance.text(places[name], text)) for name, text in words.items()}
    agency = "Ủy ban nhân dân xã Sà Phìn"
    look = appearance.seal(places["agency"].width, places["agency"].height, agency, now, red)
    return sign(first.content, key(agency), Signing("agency", look, lock=True, texts=looks), profile).content


def pyhanko_says(pdf: bytes):
    context = our_trust().context(moment.now(), revocation="hard-fail")
    reader = PdfFileReader(io.BytesIO(pdf))
    return {
        s.field_name: validate_pdf_signature(s, context, context) for s in reader.embedded_regular_signatures
    }


@pytest.mark.parametrize("profile", ["B-T", "B-LT", "B-LTA"])
def test_two_signatures_valid_everywhere_and_the_number_on_the_page(profile, nss, own_authority, tmp_path):
    pdf = issue(profile)
    says = pyhanko_says(pdf)
    assert list(says) == ["person_1", "agency"]
    for status in says.values():
        assert status.bottom_line, status.pretty_print_details()
        assert status.timestamp_validity.trusted
    assert says["person_1"].modification_level == ModificationLevel.FORM_FILLING
    assert says["agency"].coverage == (
        SignatureCoverageLevel.ENTIRE_REVISION if profile == "B-LTA" else SignatureCoverageLevel.ENTIRE_FILE
    )
    lines = pdfsig(pdf, nss(own_authority.root.asn1))
    ours = [line for line in lines if line.kind == "ETSI.CAdES.detached"]
    assert [line.signer for line in ours] == ["Vàng Thị Mỷ", "Ủy ban nhân dân xã Sà Phìn"]
    assert all(line.good for line in ours), lines
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Số: 31/GCN-UBND" in text and "Sà Phìn, ngày 21 tháng 11 năm 2026" in text
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in fonts.splitlines()[2:]]
    assert names and all(name.partition("+")[2].startswith("Tinos") for name in names), fonts


def test_signed_bytes_are_never_touched():
    pdf = draft()
    first = sign(pdf, key("Vàng Thị Mỷ"), Signing("person_1", certify=True))
    assert first.content.startswith(pdf)
    assert signed_fields(first.content) == ["person_1"] and signed_fields(pdf) == []
    assert first.timestamp is not None and abs(first.timestamp - moment.now()) < timedelta(minutes=1)
    assert "Vàng Thị Mỷ" in first.subject


def test_wrong_pins_are_counted_and_block_for_a_while():
    ref = key("Vàng Thị Mỷ")
    for left in range(MAX_TRIES - 1, 0, -1):
        with pytest.raises(WrongPin, match=f"Còn {left} lần"), FileKeys().unlock(ref, "000000"):
            pass
    with pytest.raises(KeyBlocked), FileKeys().unlock(ref, "000000"):
        pass
    with pytest.raises(KeyBlocked), FileKeys().unlock(ref, PIN):
        pass


def test_a_right_pin_forgets_wrong_ones():
    ref = key("Vàng Thị Mỷ")
    for _ in range(3):
        with pytest.raises(WrongPin), FileKeys().unlock(ref, "999999"):
            pass
        with FileKeys().unlock(ref, PIN) as signer:
            assert signer.signing_cert.dump() == ref.certificate.dump()


def test_a_key_stays_open_only_where_it_is_held_and_for_its_own_pin(key_folder):
    ref = key("Vàng Thị Mỷ")
    with held_open():
        with FileKeys().unlock(ref, PIN) as signer, FileKeys().unlock(ref, PIN) as again:
            assert again is signer
        with pytest.raises(WrongPin), FileKeys().unlock(ref, "999999"):
            pass
    with FileKeys().unlock(ref, PIN) as later:
        assert later is not signer


def test_an_expired_certificate_does_not_sign():
    old = key("Vàng Thị Mỷ", days=30, start=moment.now() - timedelta(days=60))
    with pytest.raises(CertificateUnusable, match="hết hạn ngày"):
        sign(draft(), old, Signing("person_1", certify=True))


def test_a_revoked_certificate_does_not_sign():
    ref = key("Vàng Thị Mỷ")
    lists = revocation_lists([(ref.certificate.serial_number, moment.now() - timedelta(hours=1))], 2)
    with FileKeys().unlock(ref, PIN) as signer, pytest.raises(CertificateUnusable):
        sign_field(
            draft(), signer, Signing("person_1"), trust=trust(lists), profile="B-LT", moment=moment.now()
        )


def test_keys_lie_sealed(key_folder):
    key("Vàng Thị Mỷ")
    for path in key_folder.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0, path
            assert b"BEGIN PRIVATE KEY" not in path.read_bytes()


def test_a_paper_from_elsewhere_is_signed_in_the_corner(own_authority, nss):
    plain = typeset('#import "/base.typ": *\n#show: paper.with()\nPhụ lục kèm theo', {})
    look = appearance.corner(200, 44, ["31/GCN-UBND", appearance.iso_time(moment.now())])
    signed = sign(plain, key("Văn thư"), Signing("copy", look, new_box=(353, 778, 553, 822)))
    assert all(status.bottom_line for status in pyhanko_says(signed.content).values())
    assert pdfsig(signed.content, nss(own_authority.root.asn1))[0].good


def test_the_clock_of_the_house_dates_the_signature():
    with moment.frozen(moment.now() - timedelta(days=20)) as then:
        signed = sign(draft(), key("Vàng Thị Mỷ"), Signing("person_1", certify=True))
    assert signed.timestamp == then.replace(microsecond=0)
