"""What the heart of commune radio registers: rights, programme, engine, listening figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xaso.kernel.base.manifest import Check, HomeCard, IndicatorSpec, NavItem, Right, TaskSpec

NAV: tuple[NavItem, ...] = ()
HOME: tuple[HomeCard, ...] = ()
RIGHTS = (
    Right(
        "broadcast.view",
        "Xem đài truyền thanh, chương trình, lượt phát",
        ("radio", "leader", "specialist", "clerk", "province_viewer", "province_admin"),
    ),
    Right("broadcast.write", "Soạn bản tin truyền thanh", ("radio", "specialist", "clerk")),
    Right("broadcast.approve", "Duyệt bản tin truyền thanh", ("leader",)),
    Right("broadcast.programme", "Lập chương trình phát", ("radio", "specialist", "leader")),
    Right("broadcast.speak", "Xin phát trực tiếp bằng giọng nói", ("radio", "specialist", "leader")),
    Right("broadcast.emergency", "Ra lệnh phát tin khẩn cấp", ("radio", "specialist", "leader")),
    Right("broadcast.confirm", "Xác nhận tin khẩn cấp, cho phát trực tiếp", ("leader", "specialist")),
    Right("broadcast.station", "Quản lý đài, cụm loa, giờ phát, âm lượng", ("radio", "admin", "specialist")),
    Right("broadcast.read", "Đọc chương trình, lượt phát qua API", ()),
    Right("broadcast.send", "Gửi bản tin tới đài xã qua API", ()),
)
TASKS: tuple[TaskSpec, ...] = ()
CHECKS: tuple[Check, ...] = ()
INDICATORS: tuple[IndicatorSpec, ...] = ()
LISTENERS: tuple[tuple[tuple[str, ...], Callable[..., None]], ...] = ()
ANNOUNCES: Mapping[str, str] = {}
