"""Pages of a PDF as pictures, for screens that must show exactly what is signed."""

from __future__ import annotations

import functools
import io
import tempfile
from pathlib import Path
from typing import Any

import pikepdf
import typst
from PIL import Image

from xaso.kernel.base.errors import NotFound

PPI = 150.0  # below about 120 the edges of letters suffer
_COLOURS = 64
_KEPT = 48


def pages_in(pdf: bytes) -> int:
    """How many pages a PDF has."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def page_size(pdf: bytes, number: int = 1) -> tuple[int, int]:
    """Width and height in points of a page, counted from 1."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        box = [float(value) for value in document.pages[number - 1].mediabox]
    return round(box[2] - box[0]), round(box[3] - box[1])


@functools.lru_cache(maxsize=_KEPT)
def page_picture(pdf: bytes, number: int) -> bytes:
    """A page (from 1) as PNG with what stands in its fields, signatures included. Raises NotFound.

    The last few pictures are kept in memory: a page of pictures asks for them one after the other.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        if not 1 <= number <= len(document.pages):
            raise NotFound("Văn bản không có trang này.")
        document.flatten_annotations("all")
        box = [float(value) for value in document.pages[number - 1].mediabox]
        out = io.BytesIO()
        document.save(out)
    width, height = box[2] - box[0], box[3] - box[1]
    source = (
        f"#set page(width: {width}pt, height: {height}pt, margin: 0pt)\n"
        f'#image("paper.pdf", page: {number}, width: 100%)'
    )
    with tempfile.TemporaryDirectory(prefix="xaso-picture-") as root:
        (Path(root) / "paper.pdf").write_bytes(out.getvalue())
        parts: Any = {"main.typ": source.encode()}
        drawn = typst.compile(input=parts, root=root, format="png", ppi=PPI, ignore_system_fonts=True)
    with Image.open(io.BytesIO(bytes(drawn))) as image:
        small = io.BytesIO()
        image.convert("RGB").quantize(_COLOURS).save(small, "PNG", optimize=True)
    return small.getvalue()
