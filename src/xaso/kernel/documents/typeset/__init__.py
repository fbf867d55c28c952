"""Making PDF files: typst with our fonts only, layout by NĐ 30/2020, fields for what comes after the draft."""

from __future__ import annotations

from xaso.kernel.documents.typeset.engine import TemplateError, qr_svg, typeset
from xaso.kernel.documents.typeset.fields import Field, fields_of, with_fields
from xaso.kernel.documents.typeset.scan import scan_to_pdf

__all__ = ["Field", "TemplateError", "fields_of", "qr_svg", "scan_to_pdf", "typeset", "with_fields"]
