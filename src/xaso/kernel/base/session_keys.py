"""The key that signs sessions, links and tokens: replaced while everything runs.

Two files lie beside each other: the key in force, and those before it with the time until which they are good. Each
request begins with a look at their stamps; whoever gets something signed with a new key therefore finds every
process knowing it at the next request.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from xaso.kernel.base.errors import ActionError
from xaso.kernel.base.keys import replace_file
from xaso.kernel.plain.moment import now

KEEP = timedelta(days=30)
_seen: tuple[int, ...] | None = None


def key_file() -> Path | None:
    """Where the key lies; None when the operator gives it by ``XASO_SECRET_KEY``."""
    path = getattr(settings, "XASO_SESSION_KEY_FILE", "")
    return Path(path) if path else None


def old_keys_file(path: Path) -> Path:
    """Where those before it lie."""
    return path.with_suffix(".old")


def old_keys(path: Path, moment: datetime | None = None) -> list[str]:
    """The keys before, newest first, without those whose time is over."""
    try:
        rows = json.loads(old_keys_file(path).read_text())
    except FileNotFoundError:
        return []
    return [row["key"] for row in rows if datetime.fromisoformat(row["until"]) > (moment or now())]


def _stamp(path: Path) -> tuple[int, ...]:
    found: list[int] = []
    for one in (path, old_keys_file(path)):
        try:
            about = os.stat(one)
            found += [about.st_mtime_ns, about.st_ino]
        except FileNotFoundError:
            found += [0, 0]
    return tuple(found)


def refresh(**_: object) -> None:
    """Take the keys as they lie now, when they changed; called before each request and each job."""
    global _seen
    path = key_file()
    if path is None:
        return
    stamp = _stamp(path)
    if stamp == _seen:
        return
    # The older keys first: between the two lines nothing that was signed is refused.
    settings.SECRET_KEY_FALLBACKS = [*old_keys(path), settings.SECRET_KEY]
    settings.SECRET_KEY = path.read_text().strip()
    settings.SECRET_KEY_FALLBACKS = old_keys(path)
    _seen = stamp


def rotate(keep: timedelta = KEEP) -> str:
    """A new key is in force; what the old one signed stays good for ``keep``. Answers a sentence."""
    path = key_file()
    if path is None:
        raise ActionError(
            "Khóa phiên đang đặt bằng XASO_SECRET_KEY. Đặt khóa mới ở đó, chuyển khóa cũ sang"
            " XASO_SECRET_KEY_FALLBACKS, rồi khởi động lại lần lượt từng tiến trình."
        )
    until = now() + keep
    earlier = [{"key": path.read_text().strip(), "until": until.isoformat()}]
    try:
        rows = json.loads(old_keys_file(path).read_text())
        earlier += [row for row in rows if datetime.fromisoformat(row["until"]) > now()]
    except FileNotFoundError:
        pass
    replace_file(old_keys_file(path), json.dumps(earlier).encode())
    replace_file(path, secrets.token_urlsafe(64).encode())
    refresh()
    return f"Đã đổi khóa phiên. Phiên và đường dẫn ký bằng khóa cũ dùng được đến {until:%d/%m/%Y}."


def status() -> list[str]:
    """What is in force, in words."""
    path = key_file()
    if path is None:
        return ["đặt bằng XASO_SECRET_KEY"]
    count = len(old_keys(path))
    made = datetime.fromtimestamp(path.stat().st_mtime, tz=now().tzinfo)
    return [f"đặt ngày {made:%d/%m/%Y}", *([f"{count} khóa cũ còn dùng để đọc"] if count else [])]
