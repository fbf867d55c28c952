"""Where the texts come from, for the line on each page. Read again once a minute at most."""

from __future__ import annotations

import time

from xaso.kernel.plain.formats import day, figure
from xaso.services.assistant import pack
from xaso.services.assistant.models import Import

KEEP_SECONDS = 30.0
_words: tuple[float, str] = (0.0, "")


def forget() -> None:
    """Read again at the next page."""
    global _words
    _words = (0.0, "")


def source_words() -> str:
    """Source, its date, how many articles are there; how far the loading is while it runs."""
    global _words
    made, words = _words
    if not made or time.monotonic() - made > KEEP_SECONDS:
        words = _read()
        _words = (time.monotonic(), words)
    return words


def _read() -> str:
    rows = list(Import.objects.filter(unit_path="").order_by("-created_at")[:10])
    running = next((row for row in rows if row.state in {"waiting", "running"}), None)
    pack = next((row for row in rows if row.kind == Import.Kind.PACK), None)
    if pack is None and running is None:
        return "Kho văn bản chưa được nạp." if not rows else _said(rows[0])
    if running is not None:
        share = (
            f"{figure(running.done)} trên {figure(running.total)} điều" if running.total else "chưa bắt đầu"
        )
        return f"Kho văn bản đang nạp: {share}. Nguồn: {running.source or 'kho đi kèm phần mềm'}."
    assert pack is not None  # noqa: S101 one of the two was found above
    return _said(pack)


def _said(row: Import) -> str:
    dated = f", theo nguồn ngày {day(row.source_date)}" if row.source_date else ""
    dated += _further(row)
    loaded = f", nạp ngày {day(row.finished_at)}" if row.finished_at else ""
    return f"Kho văn bản: {row.source or row.name}{dated}{loaded}, {figure(row.done)} điều."


def _further(row: Import) -> str:
    """The other days and sources of the shipped corpus: no page says that all of it is of one day."""
    told = pack.facts()
    if told is None or told.digest != row.digest:
        return ""
    days = [day(on) for source, on in told.further if on is not None and source == told.source]
    words = f", một phần theo nguồn ngày {' và '.join(days)}" if days else ""
    return words + (", một ít từ nguồn khác" if len(days) < len(told.further) else "")
