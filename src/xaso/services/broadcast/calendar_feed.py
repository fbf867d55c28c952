"""The programme as an iCalendar feed (RFC 5545), so that any calendar shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from xaso.services.broadcast.models import Station
from xaso.services.broadcast.rules.programme import Due

MEDIA_TYPE = "text/calendar; charset=utf-8"


def feed(station: Station, dues: Iterable[Due], made_at: datetime) -> str:
    """The calendar as text: one event for one occurrence, named the same however often it is asked."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Xa So//Truyen thanh//VI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(station.title)}",
        "X-WR-TIMEZONE:Asia/Ho_Chi_Minh",
        f"REFRESH-INTERVAL;VALUE=DURATION:PT{15}M",
    ]
    for one in dues:
        ends = one.at + timedelta(seconds=max(one.seconds, 1))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.key}@{station.pk}",
            f"DTSTAMP:{_moment(made_at)}",
            f"DTSTART:{_moment(one.at)}",
            f"DTEND:{_moment(ends)}",
            f"SUMMARY:{_text(one.line.title)}",
            f"CATEGORIES:{_text(one.line.kind if one.line.item == 'bulletin' else one.line.item).upper()}",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; the rest goes on after a space. Letters are never cut in two."""
    parts: list[bytes] = []
    now = b""
    for letter in line:
        raw = letter.encode()
        if len(now) + len(raw) > (75 if not parts else 74):
            parts.append(now)
            now = b""
        now += raw
    parts.append(now)
    return "\r\n ".join(part.decode() for part in parts)
