"""Why a device did not play what it should have: the one reason that explains it best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

REASONS = {
    "not_enrolled": "Cụm loa chưa ghép nối lúc đó",
    "not_sent": "Máy chủ chưa gửi lịch tới cụm loa",
    "not_held": "Cụm loa chưa nhận lịch mới nhất",
    "offline": "Cụm loa mất nối, chưa gửi nhật ký",
    "sd_full": "Thẻ nhớ của cụm loa đầy",
    "clock_off": "Đồng hồ của cụm loa sai",
    "no_sound": "Có phát nhưng loa không ra tiếng",
    "emergency": "Bị tin khẩn cấp chen",
    "no_audio": "Âm thanh của bản tin chưa sẵn sàng",
    "programme": "Chương trình không dành chỗ",
    "silent": "Cụm loa đang nối nhưng không báo đã phát",
    # What a device itself gives as its reason (xaso/player).
    "late": "Cụm loa nhận được khi đã quá giờ phát",
    "too_late": "Đã hết giờ dành cho bản tin",
    "outranked": "Nhường tin ưu tiên hơn",
    "interrupted": "Bị tin ưu tiên hơn chen ngang",
    "removed": "Bị bỏ khỏi lịch khi đang phát",
    "time_over": "Hết giờ dành cho bản tin nên phải dừng",
    "stopped": "Cán bộ cho dừng",
    "shut_down": "Máy của cụm loa tắt",
    "power": "Mất điện khi đang phát",
}


@dataclass(frozen=True)
class Trouble:
    """A fault of a device, from when to when."""

    kind: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Heard:
    """What is known of a device and an airing that it did not report."""

    at: datetime
    until: datetime
    enrolled_at: datetime | None
    airing_state: str
    has_audio: bool
    schedule_made: bool
    schedule_held: bool
    online: bool
    cut_by_emergency: bool
    troubles: Sequence[Trouble] = ()


def explain(facts: Heard) -> str:
    """The code of the reason (a key of ``REASONS``), the most telling first."""
    if facts.enrolled_at is None or facts.enrolled_at > facts.at:
        return "not_enrolled"
    if facts.cut_by_emergency:
        return "emergency"
    if facts.airing_state in {"missed", "refused"}:
        return "programme"
    if not facts.has_audio:
        return "no_audio"
    near = {
        one.kind
        for one in facts.troubles
        if one.started_at < facts.until and (one.ended_at is None or one.ended_at > facts.at)
    }
    for kind in ("sd_full", "clock_off", "no_sound"):
        if kind in near:
            return kind
    if not facts.schedule_made:
        return "not_sent"
    if "offline" in near or not facts.online:
        return "offline"
    return "silent" if facts.schedule_held else "not_held"
