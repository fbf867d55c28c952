"""What a received file may be, and the sentence when it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.config import upload_limits

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
HEIC = "image/heic"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IMAGES = (JPEG, PNG, WEBP, HEIC)
WEBM, OGG, M4A = "audio/webm", "audio/ogg", "audio/mp4"
VOICES = (WEBM, OGG, M4A)
"""What a telephone's browser records. Taken only where a rule names them; kept byte for byte."""
WAV, MP3, FLAC = "audio/wav", "audio/mpeg", "audio/flac"
SOUNDS = (*VOICES, WAV, MP3, FLAC)
"""What sound comes in: recordings of a telephone and files of a recorder. Taken only where a rule names them."""

EXTENSION = {PDF: "pdf", JPEG: "jpg", PNG: "png", WEBP: "webp", HEIC: "heic", DOCX: "docx", XLSX: "xlsx",
             WEBM: "webm", OGG: "ogg", M4A: "m4a", WAV: "wav", MP3: "mp3", FLAC: "flac"}  # fmt: skip
_SPOKEN = {
    PDF: "PDF",
    JPEG: "ảnh JPEG",
    PNG: "ảnh PNG",
    WEBP: "ảnh WebP",
    HEIC: "ảnh HEIC",
    DOCX: "Word",
    XLSX: "Excel",
    WEBM: "ghi âm WebM",
    OGG: "ghi âm Ogg",
    M4A: "ghi âm M4A",
    WAV: "WAV",
    MP3: "MP3",
    FLAC: "FLAC",
}
MEGABYTE = 1 << 20


class BadFile(ActionError):
    """The file cannot be taken; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


@dataclass(frozen=True)
class IntakeRule:
    """Limits for one use: allowed kinds, bytes, pages, the longest side an image keeps (pixels)."""

    kinds: tuple[str, ...] = (PDF, *IMAGES)
    max_bytes: int = 20 * MEGABYTE
    max_pages: int = 200
    max_side: int = 2600
    keep_exact: bool = False
    max_pixels: int = 60_000_000
    max_unpacked: int = 200 * MEGABYTE
    max_parts: int = 4000

    def bounded(self) -> IntakeRule:
        """This rule under the ceilings of the settings."""
        ceiling = upload_limits()
        return replace(
            self,
            max_bytes=min(self.max_bytes, ceiling.max_bytes),
            max_pages=min(self.max_pages, ceiling.max_pages),
            max_pixels=ceiling.max_pixels,
            max_unpacked=ceiling.max_unpacked,
            max_parts=ceiling.max_parts,
        )

    def spoken(self) -> str:
        """The allowed kinds in words."""
        return ", ".join(_SPOKEN[kind] for kind in self.kinds if kind != HEIC)


@dataclass(frozen=True)
class Checked:
    """A file fit to keep: its content as it will be stored and what was found in it."""

    content: bytes
    media_type: str
    name: str
    pages: int
    signed: bool = False
    notes: tuple[str, ...] = ()
    redrawn: bool = False
    """Nothing but the pixels of the received file is left, so that no virus can be."""


def megabytes(size: int) -> str:
    """``3,5 MB``, as Vietnamese write it."""
    return f"{size / MEGABYTE:.1f} MB".replace(".", ",")
