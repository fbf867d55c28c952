"""Receiving files: known by content, never by extension, and made safe before they are kept."""

from __future__ import annotations

import re

from xaso.kernel.documents.intake.base import (
    DOCX,
    EXTENSION,
    FLAC,
    HEIC,
    IMAGES,
    JPEG,
    M4A,
    MP3,
    OGG,
    PDF,
    PNG,
    SOUNDS,
    VOICES,
    WAV,
    WEBM,
    WEBP,
    XLSX,
    BadFile,
    Checked,
    IntakeRule,
    megabytes,
)  # fmt: skip
from xaso.kernel.documents.intake.images import clean_image, heic_supported, thumbnail
from xaso.kernel.documents.intake.office import check_office, office_kind
from xaso.kernel.documents.intake.pdfs import clean_pdf
from xaso.kernel.plain.text import clean

__all__ = [
    "DOCX", "FLAC", "HEIC", "IMAGES", "JPEG", "M4A", "MP3", "OGG", "PDF", "PNG", "SOUNDS", "VOICES", "WAV", "WEBM",
    "WEBP", "XLSX",
    "BadFile", "Checked", "IntakeRule", "check_upload", "checked_kind", "heic_supported",
    "kind_of", "safe_name", "thumbnail",
]  # fmt: skip

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"heif"}
_SOUND_BRANDS = {b"M4A ", b"mp42", b"mp41", b"isom", b"iso5", b"iso6"}


def kind_of(content: bytes) -> str | None:
    """The media type told by the content itself; None when it is nothing we take."""
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return HEIC
    if content[4:8] == b"ftyp" and content[8:12] in _SOUND_BRANDS:
        return M4A
    if content.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in content[:64]:
        return WEBM
    if content.startswith(b"OggS"):
        return OGG
    sound = _sound_file(content)
    if sound:
        return sound
    if b"%PDF-" in content[:1024]:
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return office_kind(content)
    return None


def _sound_file(content: bytes) -> str | None:
    """WAV, FLAC or MP3 by their beginnings; MP3 has a tag, or a frame of layer III with a rate that exists."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return WAV
    if content.startswith(b"fLaC"):
        return FLAC
    if content.startswith(b"ID3"):
        return MP3
    if (
        len(content) > 3
        and content[0] == 0xFF
        and content[1] & 0xE6 == 0xE2
        and content[2] >> 4 not in (0, 15)
    ):
        return MP3
    return None


def safe_name(name: str, media_type: str) -> str:
    """A file name fit to show and to download: no path, no control characters, the ending of its content."""
    stem = clean(name.replace("\\", "/").rsplit("/", 1)[-1])
    stem = re.sub(r'[<>:"|?*\x00-\x1f\u202a-\u202e\u2066-\u2069]', "", stem).strip(". ")
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", stem)[:100].strip(". ")
    return f"{stem or 'tep'}.{EXTENSION[media_type]}"


def checked_kind(content: bytes, rule: IntakeRule) -> str:
    """The media type of a content that fits the rule by size and kind; the parsers have not seen it yet.

    Raises BadFile (Vietnamese: what is wrong, what to do).
    """
    if not content:
        raise BadFile("Tệp rỗng. Chọn lại tệp.")
    if len(content) > rule.max_bytes:
        raise BadFile(
            f"Tệp nặng {megabytes(len(content))}, quá mức {megabytes(rule.max_bytes)}. Giảm cỡ hoặc tách tệp."
        )
    kind = kind_of(content)
    if kind is None or kind not in rule.kinds:
        raise BadFile(f"Không nhận loại tệp này. Gửi một trong các loại: {rule.spoken()}.")
    return kind


def check_upload(content: bytes, name: str, rule: IntakeRule | None = None) -> Checked:
    """Check a received file and answer it as it should be kept.

    Images are re-encoded upright without hidden data; unsigned PDFs lose their active parts; signed PDFs and
    office files stay byte for byte. Raises BadFile (Vietnamese: what is wrong, what to do).
    """
    rule = (rule or IntakeRule()).bounded()
    kind = checked_kind(content, rule)
    if kind == PDF:
        kept, pages, signed, notes = clean_pdf(content, rule)
        return Checked(kept, PDF, safe_name(name, PDF), pages, signed, notes)
    if kind in IMAGES:
        kept, kind = clean_image(content, kind, rule)
        return Checked(kept, kind, safe_name(name, kind), 1, redrawn=True)
    if kind in SOUNDS:
        return Checked(content, kind, safe_name(name, kind), 0)
    check_office(content, rule)
    return Checked(content, kind, safe_name(name, kind), 0)
