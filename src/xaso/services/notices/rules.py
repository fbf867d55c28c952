"""Pure rules of the room: words of an audience, codes, statuses of the interface, budgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# What every receiver has; further names are columns of a list.
KNOWN_PLACES = {"name": "họ và tên", "hamlet": "thôn, bản", "link": "đường dẫn bấm đã nhận"}
CONFIRM = "Bấm đã nhận: {link}"
CHANNELS = {
    "push": "Thông báo đẩy",
    "zalo": "Zalo",
    "sms": "SMS",
    "email": "Thư điện tử",
    "inbox": "Hộp thư",
}
# The ladders an officer chooses from: the first channel that reaches a person ends it.
LADDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "saving": ("Tiết kiệm: thông báo đẩy, rồi Zalo, rồi SMS", ("push", "zalo", "sms")),
    "phone": ("Điện thoại: Zalo, rồi SMS", ("zalo", "sms")),
    "sms": ("Chỉ SMS", ("sms",)),
    "office": ("Cán bộ: hộp thư và thông báo đẩy, rồi SMS", ("inbox", "push", "sms")),
    "mail": ("Thư điện tử, rồi SMS", ("email", "sms")),
}
ASKS = {"text": "Viết đã làm gì", "figure": "Một con số", "photo": "Một ảnh chụp"}
# Numbers of test keys that answer as the gateway would (the rest are delivered): endings of the telephone or mailbox.
SIMULATED = {"0001": "permanent-failure", "0002": "temporary-failure", "0003": "technical-failure"}


def places_in(*texts: str) -> list[str]:
    """The names between braces, each once, in order."""
    return list(dict.fromkeys(name for text in texts for name in PLACE.findall(text)))


def stray_braces(text: str) -> bool:
    """Whether a brace belongs to no place."""
    rest = PLACE.sub("", text)
    return "{" in rest or "}" in rest


def ladder_of(key: str, wait_minutes: int) -> list[dict[str, Any]]:
    """The ladder behind a choice, each channel with its time of waiting. Raises KeyError."""
    return [{"channel": one, "wait_minutes": wait_minutes} for one in LADDERS[key][1]]


def ladder_key(ladder: Sequence[Mapping[str, Any]]) -> str:
    """The choice that a ladder was made of; "" when it is none of ours."""
    channels = tuple(str(one["channel"]) for one in ladder)
    return next((key for key, (_, known) in LADDERS.items() if known == channels), "")


def ladder_words(ladder: Sequence[Mapping[str, Any]]) -> str:
    """ "Zalo, sau 30 phút SMS"."""
    parts: list[str] = []
    wait = 0
    for one in ladder:
        name = CHANNELS.get(str(one["channel"]), str(one["channel"]))
        parts.append(f"sau {wait} phút {name}" if parts else name)
        wait = int(one.get("wait_minutes") or 0)
    return ", ".join(parts)


def sendable(ladder: Sequence[Mapping[str, Any]], *, zalo: bool) -> list[dict[str, Any]]:
    """The ladder as it can be gone: without Zalo when there is no approved template for it."""
    return [dict(one) for one in ladder if zalo or one["channel"] != "zalo"]


def with_button(text: str, *, short: bool) -> str:
    """A text that asks for "đã nhận" carries the way to say so, once."""
    if "{link}" in text:
        return text
    return f"{text.rstrip('. ')}. {CONFIRM}" if short else f"{text}\n\n{CONFIRM}"


def audience_words(
    spec: Mapping[str, Any], units: Mapping[str, str], roles: Mapping[str, str], lists: Mapping[str, str]
) -> str:
    """The audience in one line; names by path, role and list id."""
    places = [units.get(path, path) for path in spec.get("units", ())]
    held = [roles.get(role, role) for role in spec.get("roles", ())]
    parts = [f"{'; '.join(held)} ở {', '.join(places)}"] if held and places else held or places
    parts += [f"danh sách {lists.get(str(key), 'đã bỏ')}" for key in spec.get("lists", ())]
    drawn = len(spec.get("polygons", ()))
    if drawn:
        parts.append("vùng vẽ trên bản đồ")
    narrowed = attribute_words(spec.get("attributes", {}))
    words = ", ".join(parts) or "chưa chọn"
    return f"{words}; chỉ {narrowed}" if narrowed else words


def attribute_words(attributes: Mapping[str, Any]) -> str:
    """ "nữ, từ 60 tuổi"; empty when nothing narrows."""
    parts = []
    sex = {"male": "nam", "female": "nữ"}.get(str(attributes.get("sex", "")))
    if sex:
        parts.append(sex)
    if attributes.get("age_from"):
        parts.append(f"từ {attributes['age_from']} tuổi")
    if attributes.get("age_to"):
        parts.append(f"đến {attributes['age_to']} tuổi")
    if attributes.get("ethnicity"):
        parts.append(f"dân tộc {attributes['ethnicity']}")
    return ", ".join(parts)


def is_empty(spec: Mapping[str, Any]) -> bool:
    """Whether an audience names nobody: attributes only narrow."""
    return not any(spec.get(part) for part in ("units", "roles", "lists", "polygons", "persons"))


def hamlet_of(path: str, unit_path: str) -> str:
    """The unit right below the sender in which a path lies; the sender itself when it lies in none."""
    if not path.startswith(unit_path) or path == unit_path:
        return unit_path
    return unit_path + path[len(unit_path) :].split("/", 1)[0] + "/"


# ---- the interface of other systems --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Budget:
    """A bucket of requests: what is in it, since when."""

    tokens: float
    filled_at: datetime


def take(budget: Budget, at: datetime, *, per_minute: int, burst: int) -> tuple[Budget, float]:
    """Take one request out of the bucket; answers the bucket and the seconds to wait (0: go on)."""
    passed = max(0.0, (at - budget.filled_at).total_seconds())
    tokens = min(float(burst), budget.tokens + passed * per_minute / 60)
    if tokens < 1:
        return Budget(tokens, at), (1 - tokens) * 60 / per_minute
    return Budget(tokens - 1, at), 0.0


def status_of(state: str, reason: str = "") -> str:
    """The word of the interface for a receiver's state. A stopped one never went out: a technical failure."""
    return {
        "waiting": "created",
        "sent": "sending",
        "delivered": "delivered",
        "read": "delivered",
        "acknowledged": "delivered",
        "failed": "permanent-failure",
        "stopped": "technical-failure",
    }.get(state, "created")


def simulated(address: str) -> str:
    """What a test key makes of an address, by its last four characters before any @."""
    return SIMULATED.get(address.partition("@")[0][-4:], "delivered")


def tally(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """(place, state, number) rows as {place: {state: number, "all": number}}."""
    found: dict[str, dict[str, int]] = {}
    for place, state, number in rows:
        held = found.setdefault(place, {})
        held[state] = held.get(state, 0) + number
        held["all"] = held.get("all", 0) + number
    return found
