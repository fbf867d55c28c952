"""Checking papers: by their code, or by the file itself."""

from __future__ import annotations

from xaso.kernel.documents.verify.check import MAX_BYTES, verify_code, verify_pdf
from xaso.kernel.documents.verify.report import Report, SignatureReport, Verdict

__all__ = ["MAX_BYTES", "Report", "SignatureReport", "Verdict", "verify_code", "verify_pdf"]
