"""Word and Excel files: what they are by their parts, no macros, no bombs. Kept as they came."""

from __future__ import annotations

import io
import zipfile

from xaso.kernel.documents.intake.base import DOCX, XLSX, BadFile

MAX_UNPACKED = 200 << 20
MAX_PARTS = 4000
_MAIN = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}


def office_kind(content: bytes) -> str | None:
    """The media type of a Word or Excel file by its parts; None for any other archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names:
        return None
    return next((kind for part, kind in _MAIN.items() if part in names), None)


def check_office(content: bytes) -> None:
    """Raise BadFile for macros, embedded programs, locked parts and bombs."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > 200 * max(len(content), 1):
            raise BadFile("Tệp bung ra quá lớn nên không nhận được. Lưu lại tệp mới, hoặc gửi bản PDF.")
        for part in parts:
            name = part.filename.lower()
            if name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) or "/embeddings/" in name:
                raise BadFile(
                    "Tệp có macro hoặc tệp nhúng nên không nhận được. Lưu thành .docx/.xlsx thường hoặc PDF."
                )
            if part.flag_bits & 0x1:
                raise BadFile("Tệp có mật khẩu nên cán bộ không mở được. Bỏ mật khẩu rồi gửi lại.")
