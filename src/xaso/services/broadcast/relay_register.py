"""What relays, live microphones, streams and the province's interface register."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec
from xaso.services.broadcast.streams import light, reports, upward
from xaso.services.broadcast.streams.live import close_late
from xaso.services.broadcast.streams.queries import offered_count, stream_health

LIGHT = (light.START, light.answer)
NAV: tuple[NavItem, ...] = (
    NavItem("Tin cấp trên", "broadcast_desk:from_above", "broadcast.view", icon="inbox", count=offered_count),
    NavItem("Lấy tin từ nơi khác", "broadcast_desk:imports", "broadcast.write", icon="download"),
    NavItem("Nói trực tiếp", "broadcast_desk:live_sessions", "broadcast.view", icon="mic"),
    NavItem("Nguồn tiếp âm", "broadcast_desk:relays", "broadcast.view", icon="link"),
)
HOME: tuple[HomeCard, ...] = ()
RIGHTS: tuple[Right, ...] = ()
TASKS: tuple[TaskSpec, ...] = (
    TaskSpec("broadcast.close_late_live", close_late, "* * * * *"),
    TaskSpec("broadcast.sweep_source", upward.sweep, "*/20 * * * *"),
    TaskSpec("broadcast.tell_inventories", reports.tell_inventories, "20 2 * * *"),
    TaskSpec("broadcast.tell_devices", reports.tell_devices, "*/15 * * * *"),
    TaskSpec("broadcast.tell_reports", reports.tell_reports, "10 3 1 * *"),
    TaskSpec("broadcast.tell_played", reports.tell_played, "*/10 * * * *"),
    TaskSpec("broadcast.pull_missed", reports.pull_missed, "45 * * * *"),
)
CHECKS: tuple[Check, ...] = (
    Check("Luồng phát của đài truyền thanh", stream_health),
    Check("Báo hệ thống thông tin nguồn", upward.health),
)
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
    (("broadcast.bulletin_approved",), reports.on_approved),
    (("broadcast.complained", "broadcast.complaint_answered"), reports.on_complaint),
)
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
    "broadcast.feed_kept": "Ghi nguồn tin RSS",
    "broadcast.feed_ended": "Thôi dùng nguồn tin RSS",
    "broadcast.source_received": "Nhận tin từ hệ thống thông tin nguồn",
    "broadcast.source_withdrawn": "Nơi gửi thu hồi tin",
    "broadcast.source_taken": "Nhận phát tin của cấp trên",
    "broadcast.source_refused": "Không phát tin thông thường của cấp trên",
    "broadcast.source_again": "Gửi lại tin báo tỉnh",
}
