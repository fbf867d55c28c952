"""PDF files from outside: refused when locked or a bomb; freed of active parts unless already signed."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
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
# Keys of a stream whose content lies in another file or at an address and is fetched when it is opened.
_ELSEWHERE = ("/F", "/FFilter", "/FDecodeParms", "/Ref", "/OPI")
_SAFE_LINKS = ("http://", "https://", "mailto:", "tel:")
_STARTS_BY_ITSELF = ("/OpenAction", "/PA", "/Next")
_ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"}
_LOCKED = "Tệp PDF có mật khẩu hoặc bị khóa nên cán bộ không mở được. Bỏ mật khẩu (hoặc in lại thành PDF) rồi gửi lại."
_ACTIVE_SIGNED = (
    "Tệp PDF có chữ ký số nhưng chứa phần tự chạy hoặc tệp ẩn nên không nhận được."
    " Xin nơi cấp bản ký không có phần đó, hoặc in lại thành PDF rồi gửi."
)
_TWO_KINDS = "Tệp này vừa là PDF vừa là tệp nén nên không nhận được. In lại thành PDF mới rồi gửi lại."
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


def _is_active(action: Any, key: str = "/A") -> bool:
    if not isinstance(action, pikepdf.Dictionary):
        return False
    kind = str(action.get("/S", ""))
    if kind == "/URI":
        # A link that a person clicks may lead out; one that opens by itself calls home.
        target = str(action.get("/URI", "")).strip().lower()
        return key in _STARTS_BY_ITSELF or not target.startswith(_SAFE_LINKS)
    return kind in _ACTIVE_ACTIONS


def _drop(part: Any, keys: Iterable[str]) -> int:
    found = [key for key in keys if key in part]
    for key in found:
        del part[key]
    return len(found)


def _strip(pdf: pikepdf.Pdf) -> int:
    """Remove what acts by itself, hides files or fetches from elsewhere; answer how many parts went."""
    removed = 0
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            removed += _drop(thing.stream_dict, _ELSEWHERE)
        for part in _inside(thing):
            removed += _drop(part, _ACTIVE_KEYS)
            if part.get("/Type") == "/Filespec":
                removed += _drop(part, ("/EF",))
            removed += _drop(
                part,
                [key for key in ("/A", *_STARTS_BY_ITSELF) if key in part and _is_active(part[key], key)],
            )
            annotations = part.get("/Annots")
            if isinstance(annotations, pikepdf.Array):
                keep = [a for a in annotations if str(a.get("/Subtype", "")) not in _ACTIVE_ANNOTATIONS]
                if len(keep) != len(annotations):
                    removed += len(annotations) - len(keep)
                    part["/Annots"] = pikepdf.Array(keep)
    return removed


def _refuse_two_kinds(content: bytes) -> None:
    """A file kept byte for byte must be nothing but a PDF: no archive may be read out of it."""
    if not content.startswith(b"%PDF-"):
        raise BadFile(_DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            hidden = bool(archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        hidden = False
    if hidden:
        raise BadFile(_TWO_KINDS)


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
                _refuse_two_kinds(content)
                signed = is_signed(pdf)
                if _strip(pdf):  # on the copy in memory: what is kept must not need it
                    raise BadFile(_ACTIVE_SIGNED)
                return content, pages, signed, ()
            removed = _strip(pdf)
            out = io.BytesIO()
            pdf.save(out)
        except BadFile:
            raise
        except Exception as error:
            raise BadFile(_DAMAGED) from error
    notes = ("Đã bỏ các phần tự chạy hoặc tệp ẩn trong PDF.",) if removed else ()
    return out.getvalue(), pages, False, notes
