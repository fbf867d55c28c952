"""How the corpus stands, for the operator's checks."""

from __future__ import annotations

from xaso.kernel.plain.formats import figure
from xaso.services.assistant.importers.ocr import program
from xaso.services.assistant.models import Import


def corpus_health() -> tuple[bool, str]:
    """(all is well, sentence): loaded, indexed, and whether scans can be read."""
    failed = Import.objects.filter(state=Import.State.FAILED).count()
    waiting = Import.objects.filter(state__in=[Import.State.WAITING, Import.State.RUNNING]).count()
    behind = Import.objects.filter(state=Import.State.DONE, indexed_at=None).count()
    scans = "đọc được bản quét" if program() else "chưa đọc được bản quét (thiếu tesseract-ocr-vie)"
    if failed:
        return False, f"{figure(failed)} lần nhập không xong; {scans}."
    if waiting or behind:
        return True, f"{figure(waiting)} lần nhập đang chờ, {figure(behind)} lần chưa vào tìm kiếm; {scans}."
    return True, f"Mọi văn bản đã nhập đều tìm được; {scans}."
