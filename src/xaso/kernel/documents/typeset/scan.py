"""Photographs and scanner pages into one PDF of A4 pages, with a warning where they are too coarse."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from xaso.kernel.documents.intake.base import BadFile
from xaso.kernel.documents.typeset.engine import LIBRARY, typeset

LEAST_DPI = 200  # TT 13/2023/TT-BNV practice for digitised papers
MAX_PAGES = 200
_A4_INCHES = (8.27, 11.69)


def dots_per_inch(width: int, height: int) -> int:
    """How finely an image of a whole A4 page is drawn, once fitted to the page."""
    short, long = sorted((width, height))
    return int(max(short / _A4_INCHES[0], long / _A4_INCHES[1]))


def scan_to_pdf(images: Sequence[bytes], title: str = "Bản quét") -> tuple[bytes, list[str]]:
    """Join cleaned JPEG or PNG images into one PDF/A-2b; answer (pdf, warnings in Vietnamese by page)."""
    if not images:
        raise BadFile("Chưa có trang nào. Quét hoặc chụp ít nhất một trang.")
    if len(images) > MAX_PAGES:
        raise BadFile(f"Nhiều hơn {MAX_PAGES} trang. Tách thành nhiều tệp.")
    files: dict[str, bytes] = {}
    pages, warnings = [], []
    for number, content in enumerate(images, start=1):
        with Image.open(io.BytesIO(content)) as image:
            width, height, kind = image.width, image.height, image.format
        name = f"page{number}.{'png' if kind == 'PNG' else 'jpg'}"
        files[name] = content
        pages.append({"file": name, "across": width > height})
        fineness = dots_per_inch(width, height)
        if fineness < LEAST_DPI:
            warnings.append(
                f"Trang {number} chỉ đạt khoảng {fineness} dpi (cần từ {LEAST_DPI} dpi). Nên quét lại."
            )
    source = (LIBRARY / "scan.typ").read_text()
    return typeset(source, {"title": title, "pages": pages}, files=files), warnings
