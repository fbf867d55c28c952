"""Small things that several pages of the desk need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from xaso.kernel.base.errors import ActionError
from xaso.services.notices import rules

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PER_PAGE = 30


def refused(request: HttpRequest, error: ActionError, form: Any = None) -> int:
    """Show why an action refused; answers the status of the page. What is not this page's to show goes on."""
    if error.status in {403, 404}:
        raise error
    if form is None:
        messages.error(request, error.message)
    else:
        form.take(error)
    return error.status


def sent_file(content: bytes, name: str, kind: str = XLSX) -> HttpResponse:
    """A file to keep."""
    way = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=way)


def pairs_of(text: str) -> dict[str, str]:
    """Lines "ten = {name}" as a mapping; a line without "=" raises ActionError."""
    found = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        name, mark, value = line.partition("=")
        if not mark or not name.strip():
            raise ActionError(f"Dòng “{line.strip()[:40]}” phải có dạng tên = giá trị", "zalo_data")
        found[name.strip()[:40]] = value.strip()[:400]
    return found


def lines_of(pairs: Mapping[str, str]) -> str:
    """The other way round."""
    return "\n".join(f"{name} = {value}" for name, value in pairs.items())


def channel_rows(channels: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Figures by channel in the order of our channels, for a table."""
    done = ("delivered", "read")
    found = []
    for key, label in rules.CHANNELS.items():
        states = channels.get(key)
        if states is None:
            continue
        failed = states.get("failed", 0) + states.get("skipped", 0)
        reached = sum(states.get(one, 0) for one in done)
        everything = sum(states.values())
        found.append(
            {
                "label": label,
                "all": everything,
                "reached": reached,
                "read": states.get("read", 0),
                "failed": failed,
                "stopped": states.get("stopped", 0),
                "waiting": everything - reached - failed - states.get("stopped", 0),
            }
        )
    return found
