"""Papers from templates: fonts, letters, fields, and data that must never become code."""

from __future__ import annotations

import io
import subprocess
import unicodedata
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from xaso.kernel.documents.intake import BadFile
from xaso.kernel.documents.papers_in_force import read_shipped
from xaso.kernel.documents.signing.images import COLOURS, clean_stamp, specimen_seal, specimen_signature
from xaso.kernel.documents.tests.test_intake import picture
from xaso.kernel.documents.typeset import TemplateError, fields_of, qr_svg, scan_to_pdf, typeset, with_fields
from xaso.kernel.documents.typeset.letters import drawable, fit
from xaso.kernel.plain import moment

FACES = ("Regular", "Bold", "Italic", "BoldItalic")
VIETNAMESE = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
HIGHLAND = "ĕŏŭčñƀ"
HELLO = '#import "/base.typ": *\n#show: paper.with(title: "t")\n#data.text'


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize("face", FACES)
def test_every_letter_of_our_languages_can_be_drawn(face: str):
    letters = VIETNAMESE + VIETNAMESE.upper() + HIGHLAND + HIGHLAND.upper() + "0123456789–—“”‘’…₫²³½×§°№□•"
    assert {ord(char) for char in letters} <= drawable(f"Tinos-{face}.ttf")


def test_letters_come_back_as_one_spelling(tmp_path: Path):
    names = "Giàng A Páo, H'Hen Niê, Y Moan Ênuôl, Đinh Ŭt, Kpă Klơng"
    apart = unicodedata.normalize("NFD", names)
    assert names in " ".join(text_of(typeset(HELLO, {"text": apart}), tmp_path).split())


def test_letters_without_a_drawing_become_a_box():
    assert fit("山田 A\u200bB\x07 😀 a\u0323") == "□□ AB □ ạ"
    assert typeset(HELLO, {"text": "山田 😀 \ufffd"}).startswith(b"%PDF")


@pytest.mark.parametrize(
    "nasty",
    [
        '"); #panic("x")',
        '#read("/etc/passwd")',
        "*b* _i_ $x$ `c` <l> @r // /* \\",
        "xs-field:agency",
        "]{}[",
        "\x00\x1bsach",
    ],
)
def test_data_is_text_never_code(nasty: str, tmp_path: Path):
    pdf = typeset(HELLO, {"text": nasty})
    assert fields_of(with_fields(pdf)) == {}
    assert fit(nasty).split()[0][:6] in text_of(pdf, tmp_path)


def test_templates_reach_nothing_outside():
    for source in ('#read("/etc/passwd")', '#image("/etc/hostname")', '#import "/../secret.typ": *'):
        with pytest.raises(TemplateError):
            typeset(source, {})
    with pytest.raises(TemplateError, match="từ ngoài"):
        typeset('#import "@preview/cetz:0.3.0"', {})


def test_papers_are_archival_and_dated_by_the_house():
    with moment.frozen("2026-03-05T08:00"):
        pdf = typeset(HELLO, {"text": "a"})
        assert typeset(HELLO, {"text": "a"}) == pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        facts = document.open_metadata()
        assert (facts["pdfaid:part"], facts["pdfaid:conformance"]) == ("2", "B")
        assert "/OutputIntents" in document.Root and "/StructTreeRoot" in document.Root
        assert "20260305" in str(document.docinfo["/CreationDate"])


def test_fields_keep_the_paper_archival(tmp_path: Path):
    shipped = read_shipped("documents.decision")
    assert shipped is not None
    pdf = with_fields(typeset(shipped.source, shipped.sample))
    fields = fields_of(pdf)
    assert set(fields) == {"number", "date", "person_1", "agency"}
    person, seal = fields["person_1"], fields["agency"]
    covered = (seal.box[2] - person.box[0]) / person.width
    assert 0.28 < covered < 0.38  # the seal covers about a third of the signature, on its left
    assert seal.box[0] < person.box[0]
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.open_metadata()["pdfaid:part"] == "2"
        for page in document.pages:
            for widget in page.Annots:
                assert widget.Subtype == "/Widget" and "/N" in widget.AP and int(widget.F) & 4
                assert "/A" not in widget
        assert "/NeedAppearances" not in document.Root.AcroForm
    text = text_of(pdf, tmp_path)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text and "Độc lập - Tự do - Hạnh phúc" in text
    assert "ABCD-EFGH-JKMN" in text and "Nơi nhận:" in text


def test_a_place_marked_twice_is_a_fault_of_the_template():
    source = '#import "/base.typ": *\n#field("agency", 1cm, 1cm)\n#field("agency", 1cm, 1cm)'
    with pytest.raises(ValueError, match="twice"):
        with_fields(typeset(source, {}))


def test_codes_are_drawings():
    assert qr_svg("https://xaso.example/verify/ABCD").startswith("<svg")
    source = '#import "/base.typ": *\n#qr(data.link_qr)'
    assert typeset(source, {"link_qr": "https://xaso.example/verify/ABCD"}).startswith(b"%PDF")


def test_scans_stand_upright_and_coarse_pages_are_named():
    pages = [picture(size=(1654, 2339)), picture(size=(2339, 1654)), picture("PNG", size=(800, 600))]
    pdf, warnings = scan_to_pdf(pages)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        sizes = [(round(float(p.mediabox[2])), round(float(p.mediabox[3]))) for p in document.pages]
        assert document.open_metadata()["pdfaid:part"] == "2"
    assert sizes == [(595, 842), (842, 595), (842, 595)]
    assert len(warnings) == 1 and warnings[0].startswith("Trang 3 chỉ đạt khoảng")
    with pytest.raises(BadFile):
        scan_to_pdf([])


def test_a_photo_is_kept_as_it_was_compressed():
    photo = picture(size=(1654, 2339))
    pdf, _ = scan_to_pdf([photo])
    assert len(pdf) < len(photo) + 30_000
    with Image.open(io.BytesIO(photo)) as image:
        assert image.size == (1654, 2339)


def test_specimens_and_pictures_of_signatures():
    for made, colour in (
        (specimen_seal("Ủy ban nhân dân xã Sà Phìn"), "red"),
        (specimen_signature("Mỷ"), "blue"),
    ):
        cleaned = Image.open(io.BytesIO(clean_stamp(made, colour)))
        assert cleaned.mode == "RGBA" and cleaned.getpixel((0, 0))[3] == 0
        assert {pixel[:3] for _, pixel in cleaned.getcolors(1 << 24) or []} == {COLOURS[colour]}
    assert specimen_signature("Mỷ") == specimen_signature("Mỷ") != specimen_signature("Páo")
    white = io.BytesIO()
    Image.new("RGB", (90, 90), "white").save(white, "PNG")
    with pytest.raises(BadFile, match="trống"):
        clean_stamp(white.getvalue(), "red")
    with pytest.raises(BadFile, match="Chọn ảnh"):
        clean_stamp(b"%PDF-1.7", "red")
