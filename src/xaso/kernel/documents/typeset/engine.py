"""Typst behind one door: our fonts only, our files only, data as JSON, PDF/A-2b out."""

from __future__ import annotations

import functools
import json
import re
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
import typst
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.typeset.letters import FONTS, fit_all
from xaso.kernel.plain.moment import now

LIBRARY = Path(__file__).resolve().parent / "lib"
# Whatever is taken in is named by a plain word in quotation marks: a name that is put together while typesetting, or
# code that is, could name a package of the network.
_OUTSIDE = re.compile(r'"\s*@|\b(?:import|include)\b(?!\s*"[^"\\@]*")|\b(?:eval|std)\b')


class TemplateError(ActionError):
    """A template that cannot be typeset with this data; the message carries typst's own words."""


@functools.cache
def _library() -> dict[str, bytes]:
    """Our own files, and what a service shares between its templates: ``papers/lib/x.typ`` as ``/<service>/x.typ``."""
    found = {path.name: path.read_bytes() for path in sorted(LIBRARY.glob("*.typ"))}
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path).glob("papers/lib/*.typ")):
            found[f"{app.label}/{path.name}"] = path.read_bytes()
    return found


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])


_local = threading.local()


def _compiler() -> typst.Compiler:
    """One compiler a thread: it keeps the parsed library warm, and it is not for sharing."""
    if not hasattr(_local, "compiler"):
        _local.compiler = typst.Compiler(font_paths=_fonts(), ignore_system_fonts=True)
    compiler: typst.Compiler = _local.compiler
    return compiler


def qr_svg(text: str, error: str = "m") -> str:
    """A QR code as an SVG drawing with its quiet zone of 4 modules."""
    drawing: str = segno.make(text, error=error, micro=False).svg_inline(border=4, omitsize=True)
    return drawing


def _ready(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON-able data with drawable letters; each ``…_qr`` text turned into its drawing."""
    plain = json.loads(json.dumps(data, cls=DjangoJSONEncoder))

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: qr_svg(inner)
                if key.endswith("_qr") and isinstance(inner, str) and inner
                else walk(inner)
                for key, inner in value.items()
            }
        return [walk(inner) for inner in value] if isinstance(value, list) else fit_all(value)

    ready: dict[str, Any] = walk(plain)
    return ready


def typeset(
    source: str,
    data: Mapping[str, Any],
    *,
    files: Mapping[str, bytes] | None = None,
    archival: bool = True,
    fields: bool = True,
) -> bytes:
    """Typeset a template with data; answer PDF bytes (PDF/A-2b when ``archival``, else a bare drawing).

    ``data`` reaches the template as JSON, never as code. ``files`` adds images by name. Any text under a key
    that ends in ``_qr`` arrives as the SVG drawing of that text. Without ``fields`` the places for number, date
    and signatures stay empty paper. Raises TemplateError.
    """
    if _OUTSIDE.search(source):
        raise TemplateError(
            "Mẫu không được nạp gói từ ngoài: chỉ import, include tệp của hệ thống, tên viết liền trong ngoặc kép;"
            " không dùng eval, std."
        )
    # Typst may read below its root and nowhere else: a fresh folder that holds this paper's images only.
    with tempfile.TemporaryDirectory(prefix="xaso-typst-") as root:
        for name, content in (files or {}).items():
            (Path(root) / name).write_bytes(content)
        try:
            parts: Any = {"main.typ": source.encode(), **_library()}
            pdf = _compiler().compile(
                input=parts,
                root=root,
                format="pdf",
                sys_inputs={
                    "data": json.dumps(_ready(data), ensure_ascii=False),
                    "fields": "yes" if fields else "no",
                },
                pdf_standards="a-2b" if archival else None,
                pdf_tags=archival,
                timestamp=int(now().timestamp()),
            )
        except RuntimeError as error:
            raise TemplateError(f"Mẫu văn bản có lỗi, chưa tạo được tệp. Chi tiết: {error}") from error
    if not isinstance(pdf, bytes):
        raise TemplateError("Mẫu văn bản không tạo ra tệp PDF.")
    return pdf
