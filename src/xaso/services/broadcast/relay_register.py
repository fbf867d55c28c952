"""What relays, live microphones, streams and the province's interface register."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec
from xaso.services.broadcast.streams import light
from xaso.services.broadcast.streams.live import close_late
from xaso.services.broadcast.streams.queries import stream_health

LIGHT = (light.START, light.answer)
NAV: tuple[NavItem, ...] = ()
HOME: tuple[HomeCard, ...] = ()
RIGHTS: tuple[Right, ...] = ()
TASKS: tuple[TaskSpec, ...] = (TaskSpec("broadcast.close_late_live", close_late, "* * * * *"),)
CHECKS: tuple[Check, ...] = (Check("Luồng phát của đài truyền thanh", stream_health),)
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = ()
ANNOUNCES: Mapping[str, str] = {
    "broadcast.relay_kept": "Ghi nguồn tiếp âm",
    "broadcast.relay_ended": "Thôi dùng nguồn tiếp âm",
    "broadcast.relay_lost": "Nguồn tiếp âm hoặc giọng trực tiếp mất tiếng ({why})",
    "broadcast.relay_back": "Nguồn tiếp âm có tiếng trở lại",
    "broadcast.live_asked": "Xin phát trực tiếp",
    "broadcast.live_granted": "Cho phát trực tiếp",
    "broadcast.live_refused": "Không cho phát trực tiếp",
    "broadcast.live_started": "Bắt đầu phát trực tiếp",
    "broadcast.live_ended": "Dừng phát trực tiếp",
}
