"""What recalls and the national portal register in the manifest of traceability."""

from __future__ import annotations

from xaso.kernel.base.manifest import Check, HomeCard, NavItem, Right, TaskSpec
from xaso.services.trace import outward
from xaso.services.trace.actions.recall import RIGHT
from xaso.services.trace.queries.recall import outward_trouble_count, running_count
from xaso.services.trace.recall_tasks import chase_all

NAV = (
    NavItem(
        "Thu hồi sản phẩm", "trace_desk:recalls", "trace.view", icon="octagon-alert", count=running_count
    ),
    NavItem(
        "Gửi cổng truy xuất quốc gia",
        "trace_desk:outward",
        "trace.view",
        icon="upload",
        count=outward_trouble_count,
    ),
)
HOME = (
    HomeCard(
        "Sản phẩm bị thu hồi",
        "Xem lô nào không được dùng, phải làm gì.",
        "trace:recalls",
        "octagon-alert",
    ),
)
RIGHTS = (Right(RIGHT, "Quyết định thu hồi, tạm giữ lô hàng", ("leader", "province_admin")),)
TASKS = (
    TaskSpec("trace.chase_holders", chase_all, "10 6-20/2 * * *"),
    TaskSpec("trace.sweep_outward", outward.sweep, "35 * * * *"),
)
CHECKS = (Check("Hàng đợi cổng truy xuất quốc gia", outward.health),)
LISTENERS = ((outward.CHANGING, outward.on_change),)
ANNOUNCES = {
    "trace.recall_prepared": "Xem trước đợt thu hồi {code}",
    "trace.recall_started": "Bắt đầu thu hồi {code}",
    "trace.recall_dropped": "Bỏ đợt thu hồi {code}",
    "trace.recall_answered": "Nơi giữ hàng trả lời đợt thu hồi {code}",
    "trace.recall_closed": "Kết thúc thu hồi {code}",
    "trace.outward_again": "Gửi lại lô hàng tới cổng truy xuất quốc gia",
}
