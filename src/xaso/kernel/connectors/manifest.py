"""What the connectors register: rights, log sentences, hourly reconciliation, a health check each."""

from __future__ import annotations

from xaso.kernel.base.manifest import Check, NavItem, Right, Service, TaskSpec
from xaso.kernel.connectors.actions import reconcile_yesterday_and_today
from xaso.kernel.connectors.base import by_key
from xaso.kernel.connectors.everything import ALL


def _check(key: str, title: str) -> Check:
    def run() -> tuple[bool, str]:
        health = by_key(key).health()
        return health.ok, health.sentence

    return Check(title, run)


SERVICE = Service(
    key="connectors",
    title="Kết nối ngoài",
    summary="Đăng nhập VNeID, Cổng quốc gia, thanh toán, bưu chính, dân cư, SMS, Zalo: hợp đồng và mô phỏng.",
    switchable=False,
    nav=(NavItem("Kết nối ngoài", "connectors", "connectors.operate", icon="link"),),
    rights=(Right("connectors.operate", "Theo dõi và thử kết nối ngoài", ("admin", "province_admin")),),
    announces={
        "connectors.payment_arrived": "Có tiền đến: {amount} đồng",
        "connectors.payment_failed": "Thanh toán không thành",
        "connectors.payment_settled": "Khớp khoản tiền với bản ghi",
    },
    tasks=(TaskSpec("connectors.reconcile", reconcile_yesterday_and_today, "20 * * * *"),),
    checks=tuple(_check(kind.key, kind.title) for kind in ALL),
)
