"""What the wire to the devices registers: its sentences, its health, its clean-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec
from xaso.services.broadcast.wire.enrolling import on_cluster_ended
from xaso.services.broadcast.wire.health import forget_daily, health

NAV: tuple[NavItem, ...] = ()
HOME: tuple[HomeCard, ...] = ()
RIGHTS: tuple[Right, ...] = ()
TASKS = (TaskSpec("broadcast.wire_forget", forget_daily, "50 2 * * *"),)
CHECKS = (Check("Đường truyền tới cụm loa", health),)
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = (
    (("broadcast.cluster_ended",), on_cluster_ended),
)
ANNOUNCES: Mapping[str, str] = {
    "broadcast.code_issued": "Cấp mã ghép nối cụm loa",
    "broadcast.cluster_enrolled": "Ghép nối thiết bị vào cụm loa",
    "broadcast.certificate_ended": "Thu hồi chứng thư của cụm loa",
}
