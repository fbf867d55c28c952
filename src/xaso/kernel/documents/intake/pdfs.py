"""PDF files from outside: refused when locked or a bomb; freed of active parts unless already signed."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf

from xaso.kernel.documents.intake.base import BadFile, IntakeRule

MAX_OBJECTS = 300_000
MAX_STREAM = 150 << 20
MAX_PIXELS = 120_000_000
_SUSPECT_STREAM = 96 << 10  # deflate grows at most about 1032 times, so smaller ones stay below MAX_STREAM
_MAX_DEPTH = 60
_STREAM = re.compile(rb"stream\r?\n(?=[\x08\x18\x28\x38\x48\x58\x68\x78])")

_ACTIVE_ACTIONS = {
    "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/ResetForm", "/GoToE", "/GoToR", "/Rendition",
    "/Movie", "/Sound", "/RichMediaExecute", "/GoTo3DView", "/SetOCGState", "/Hide", "/Thread", "/Trans",
}  # fmt: skip
_ACTIVE_KEYS = (
    "/AA",
    "/JS",
    "/JavaScript",
    "/EmbeddedFiles",
    "/AF",
    "/XFA",
    "/RichMediaContent",
    "/Collection",
)
_ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_LOCKED = "Tệp PDF có mật khẩu hoặc bị khóa nên cán bộ không mở được. Bỏ mật khẩu (hoặc in lại thành PDF) rồi gửi lại."
_DAMAGED = "Không mở được tệp PDF này: tệp bị hỏng hoặc chưa tải lên đủ. Tạo lại tệp rồi gửi lại."


def _open(content: bytes) -> pikepdf.Pdf:
    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        raise BadFile(_LOCKED) from error
    except Exception as error:
        raise BadFile(_DAMAGED) from error
    if pdf.is_encrypted:
        raise BadFile(_LOCKED)
    return pdf


def _inside(thing: Any, depth: int = 0) -> Iterator[Any]:
    """The dictionaries of one object, direct ones within it included, other objects not."""
    if depth > _MAX_DEPTH:
        raise BadFile(_DAMAGED)
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        yield thing
        children = [thing.get(key) for key in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        children = list(thing)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _inside(child, depth + 1)


def _inflates_too_much(raw: bytes | memoryview, depth: int = 0) -> bool:
    """Whether deflated data grows beyond the limit; data deflated twice is followed."""
    machine, total, first = zlib.decompressobj(), 0, b""
    try:
        while True:
            piece = machine.decompress(raw, 1 << 20)
            first = first or piece
            total += len(piece)
            if total > MAX_STREAM:
                return True
            raw = machine.unconsumed_tail
            if machine.eof or not raw:
                break
    except zlib.error:
        pass  # a broken stream shows nothing; readers skip it
    if depth < 2 and first[:1] == b"\x78":
        return _inflates_too_much(first, depth + 1)
    return False


def refuse_hidden_bombs(content: bytes) -> None:
    """Refuse a file whose streams grow too much, before any library reads its object streams."""
    view = memoryview(content)
    for found in _STREAM.finditer(content):
        # The window bounds the work for each match; deflate grows at most about 1032 times.
        if _inflates_too_much(view[found.end() : found.end() + (32 << 20)]):
            raise BadFile("Tệp PDF bung ra quá lớn nên không nhận được. In lại thành PDF mới rồi gửi lại.")


def _refuse_bombs(pdf: pikepdf.Pdf) -> None:
    for thing in pdf.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        if thing.get("/Subtype") == "/Image":
            pixels = int(thing.get("/Width", 0)) * int(thing.get("/Height", 0))
            if pixels > MAX_PIXELS:
                raise BadFile("Tệp PDF chứa ảnh quá lớn. Quét lại ở 200–300 dpi rồi gửi lại.")
        filters = thing.get("/Filter")
        names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
        if names[0] != "/FlateDecode":
            continue
        if names.count("/FlateDecode") > 1:
            raise BadFile(_DAMAGED)
        raw = thing.read_raw_bytes()
        if len(raw) > _SUSPECT_STREAM and _inflates_too_much(raw):
            raise BadFile("Tệp PDF bung ra quá lớn nên không nhận được. In lại thành PDF mới rồi gửi lại.")


def _is_active(action: Any) -> bool:
    return isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in _ACTIVE_ACTIONS


def _strip(pdf: pikepdf.Pdf) -> int:
    """Remove what acts by itself or hides files; answer how many parts went."""
    removed = 0
    for thing in pdf.objects:
        for part in _inside(thing):
            for key in _ACTIVE_KEYS:
                if key in part:
                    del part[key]
                    removed += 1
            for key in ("/A", "/OpenAction", "/Next", "/PA"):
                if key in part and _is_active(part[key]):
                    del part[key]
                    removed += 1
            annotations = part.get("/Annots")
            if isinstance(annotations, pikepdf.Array):
                keep = [a for a in annotations if str(a.get("/Subtype", "")) not in _ACTIVE_ANNOTATIONS]
                if len(keep) != len(annotations):
                    removed += len(annotations) - len(keep)
                    part["/Annots"] = pikepdf.Array(keep)
    return removed


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Whether any signature value is in the file."""
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and "/ByteRange" in thing and "/Contents" in thing:
            return True
    return False


def clean_pdf(content: bytes, rule: IntakeRule) -> tuple[bytes, int, bool, tuple[str, ...]]:
    """Check a PDF: (content to keep, pages, signed, notes). A signed one is kept byte for byte.

    Raises BadFile for locked, damaged, oversized files and decompression bombs.
    """
    refuse_hidden_bombs(content)
    with _open(content) as pdf:
        try:
            pages, objects = len(pdf.pages), len(pdf.objects)
        except Exception as error:
            raise BadFile(_DAMAGED) from error
        if pages == 0:
            raise BadFile(_DAMAGED)
        if pages > rule.max_pages:
            raise BadFile(
                f"Tệp PDF có {pages} trang, nhiều hơn {rule.max_pages} trang được nhận. Tách tệp rồi gửi lại."
            )
        if objects > MAX_OBJECTS:
            raise BadFile("Tệp PDF quá phức tạp nên không nhận được. In lại thành PDF mới rồi gửi lại.")
        try:
            _refuse_bombs(pdf)
            if is_signed(pdf) or rule.keep_exact:
                if not content.startswith(b"%PDF-"):
                    raise BadFile(_DAMAGED)
                return content, pages, is_signed(pdf), ()
            removed = _strip(pdf)
            out = io.BytesIO()
            pdf.save(out)
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(_DAMAGED) from error
    notes = ("Đã bỏ các phần tự chạy hoặc tệp ẩn trong PDF.",) if removed else ()
    return out.getvalue(), pages, False, notes
