"""Received files: judged by content, limited, and freed of what should not be kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image

from xaso.kernel.documents.intake import (  # fmt: skip
    DOCX,
    HEIC,
    JPEG,
    M4A,
    OGG,
    PDF,
    PNG,
    VOICES,
    WEBM,
    XLSX,
    BadFile,
    IntakeRule,
    check_upload,
    heic_supported,
    kind_of,
    safe_name,
)


def picture(
    fmt: str = "JPEG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **options: object
) -> bytes:
    image = Image.effect_noise(size, 60).convert(mode)
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def pdf(pages: int = 1, **save: object) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    out = io.BytesIO()
    document.save(out, **save)
    return out.getvalue()


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def test_a_photo_is_turned_upright_and_freed_of_hidden_data():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Điện thoại"
    exif.get_ifd(0x8825)[2] = (23.0, 15.0, 0.0)  # place of taking
    kept = check_upload(picture(size=(400, 300), exif=exif), "IMG_1.JPG")
    image = Image.open(io.BytesIO(kept.content))
    assert image.size == (300, 400)
    assert not image.getexif() and b"Exif" not in kept.content
    assert kept.media_type == JPEG and kept.name == "IMG_1.jpg" and kept.pages == 1


def test_large_photos_shrink():
    kept = check_upload(picture(size=(4000, 3000)), "a.jpg", IntakeRule(max_side=2600))
    assert max(Image.open(io.BytesIO(kept.content)).size) == 2600


def test_content_decides_not_the_ending():
    assert check_upload(picture("PNG"), "khai-sinh.pdf").name.startswith("khai-sinh.")
    assert check_upload(picture("WEBP"), "a.exe").media_type == JPEG
    with pytest.raises(BadFile, match="Không nhận loại tệp này"):
        check_upload(b"MZ\x90\x00" * 100, "anh.jpg")
    with pytest.raises(BadFile, match="PDF, ảnh JPEG"):
        check_upload(b"<html><script>alert(1)</script>", "a.pdf")
    with pytest.raises(BadFile, match="rỗng"):
        check_upload(b"", "a.pdf")


def test_drawings_stay_sharp_and_transparency_turns_white():
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    kept = check_upload(out.getvalue(), "chu-ky.png")
    assert kept.media_type == PNG
    assert Image.open(io.BytesIO(kept.content)).convert("RGB").getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "I;16"])
def test_unusual_colours(mode: str):
    out = io.BytesIO()
    Image.new(mode, (60, 40)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert check_upload(out.getvalue(), "a.png").pages == 1


@pytest.mark.skipif(not heic_supported(), reason="pillow-heif is not installed")
def test_photos_of_iphones():
    content = picture("HEIF")
    assert kind_of(content) == HEIC
    assert check_upload(content, "IMG_0001.HEIC").media_type == JPEG


def test_damaged_and_cut_photos():
    whole = picture(size=(800, 600))
    with pytest.raises(BadFile, match="bị hỏng"):
        check_upload(whole[: len(whole) // 2], "a.jpg")
    with pytest.raises(BadFile, match="bị hỏng"):
        check_upload(b"\xff\xd8\xff" + b"x" * 500, "a.jpg")


def test_image_bombs():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(BadFile, match="quá nhiều điểm ảnh"):
        check_upload(bomb, "a.png")


def test_limits_are_spoken():
    with pytest.raises(BadFile, match="nặng .* MB, quá mức"):
        check_upload(picture(), "a.jpg", IntakeRule(max_bytes=10))
    with pytest.raises(BadFile, match="5 trang, nhiều hơn 3 trang"):
        check_upload(pdf(5), "a.pdf", IntakeRule(max_pages=3))


def test_locked_pdfs():
    for lock in (pikepdf.Encryption(owner="a", user="b"), pikepdf.Encryption(owner="a", user="")):
        with pytest.raises(BadFile, match="mật khẩu"):
            check_upload(pdf(encryption=lock), "a.pdf")


def test_damaged_pdfs():
    for content in (b"%PDF-1.7\nnothing", b"%PDF-1.7\n" + b"\xff" * 3000):
        with pytest.raises(BadFile, match="bị hỏng"):
            check_upload(content, "a.pdf")


def active_pdf() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.AA = pikepdf.Dictionary(WC=script)
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script]))
    document.attachments["virus.exe"] = b"MZ"
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
    good = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://dichvucong.gov.vn"),
    )  # fmt: skip
    hidden = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9]
    )
    document.pages[0].Annots = pikepdf.Array([link, good, document.make_indirect(hidden)])
    document.pages[0].AA = pikepdf.Dictionary(O=script)
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=pikepdf.String("x"))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_active_parts_go_and_the_rest_stays():
    kept = check_upload(active_pdf(), "a.pdf")
    assert kept.notes
    with pikepdf.open(io.BytesIO(kept.content)) as document:
        assert [str(a.A.S) for a in document.pages[0].Annots if "/A" in a] == ["/URI"]
        assert "/OpenAction" not in document.Root and "/AA" not in document.Root
        assert len(document.attachments) == 0
        flat = io.BytesIO()
        document.save(flat, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    for trace in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/XFA", b"/FileAttachment", b"app.alert"):
        assert trace not in flat.getvalue(), trace


@pytest.mark.slow
def test_pdf_bombs():
    document = pikepdf.new()
    page = document.add_blank_page()
    page.obj.Contents = document.make_stream(
        zlib.compress(b"\0" * (200 << 20)), Filter=pikepdf.Name.FlateDecode
    )
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    assert len(out.getvalue()) < 1 << 20
    with pytest.raises(BadFile, match="bung ra"):
        check_upload(out.getvalue(), "a.pdf")


def test_office_files_only_where_asked():
    word = archive(**{"word/document.xml": b"<w/>"})
    assert kind_of(word) == DOCX and kind_of(archive(**{"xl/workbook.xml": b"<x/>"})) == XLSX
    with pytest.raises(BadFile):
        check_upload(word, "a.docx")
    rule = IntakeRule(kinds=(PDF, DOCX, XLSX))
    assert check_upload(word, "Đơn.docx", rule).content == word
    with pytest.raises(BadFile, match="macro"):
        check_upload(archive(**{"word/document.xml": b"", "word/vbaProject.bin": b"x"}), "a.docm", rule)
    with pytest.raises(BadFile, match="bung ra"):
        check_upload(archive(**{"word/document.xml": b"\0" * (30 << 20)}), "a.docx", rule)
    assert kind_of(archive(**{"other.txt": b""})) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("C:\\Ảnh\\Giấy  khai sinh.JPG", "Giấy khai sinh.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("", "tep.pdf"),
        ("...", "tep.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ('a"b<c>.pdf', "abc.pdf"),
    ],
)
def test_safe_names(name: str, shown: str):
    assert safe_name(name, PDF) == shown


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm" + b"\x00" * 40, WEBM),
        (b"OggS" + b"\x00" * 40, OGG),
        (b"\x00\x00\x00\x1cftypM4A " + b"\x00" * 40, M4A),
    ],
)
def test_a_voice_is_taken_only_where_it_is_asked_for(content, kind):
    with pytest.raises(BadFile, match="Không nhận loại tệp này"):
        check_upload(content, "noi.webm")
    kept = check_upload(content, "noi.exe", IntakeRule(kinds=VOICES))
    assert (kept.media_type, kept.content) == (kind, content)
    assert kept.name.startswith("noi.")
