"""What the pages of commune radio register: menu, cards of the home page, complaints about loudspeakers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec
from xaso.services.broadcast.actions.complaints import forget_contacts_daily
from xaso.services.broadcast.queries.counts import asked_count, fault_count, waiting_count
from xaso.services.broadcast.telling import on_complaint

VIEW = "broadcast.view"
NAV: tuple[NavItem, ...] = (
    NavItem("Đang phát", "broadcast_desk:now", VIEW, icon="loudspeaker"),
    NavItem("Bản tin", "broadcast_desk:bulletins", VIEW, icon="file-text", count=waiting_count),
    NavItem("Lịch phát", "broadcast_desk:week", VIEW, icon="calendar"),
    NavItem("Cụm loa", "broadcast_desk:clusters", VIEW, icon="map-pin", count=fault_count),
    NavItem("Nhật ký phát", "broadcast_desk:log", VIEW, icon="history"),
    NavItem("Phát khẩn cấp", "broadcast_desk:emergencies", VIEW, icon="octagon-alert", count=asked_count),
    NavItem("Quy định phát", "broadcast_desk:settings", VIEW, icon="settings"),
)
HOME: tuple[HomeCard, ...] = (
    HomeCard(
        "Đài truyền thanh",
        "Nghe lại bản tin, xem lịch phát, phản ánh về loa.",
        "broadcast:station",
        "loudspeaker",
    ),
)
RIGHTS: tuple[Right, ...] = ()
TASKS: tuple[TaskSpec, ...] = (TaskSpec("broadcast.forget_contacts", forget_contacts_daily, "35 0 * * *"),)
CHECKS: tuple[Check, ...] = ()
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
    (("broadcast.complained",), on_complaint),
)
ANNOUNCES: Mapping[str, str] = {
    "broadcast.complained": "Có phản ánh về loa {code}",
    "broadcast.complaint_answered": "Trả lời phản ánh về loa {code}",
    "broadcast.selftest_asked": "Yêu cầu cụm loa tự kiểm tra",
}
