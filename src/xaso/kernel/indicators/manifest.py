"""What the indicators area registers."""

from xaso.kernel.base.manifest import NavItem, Right, Service

SERVICE = Service(
    key="indicators",
    title="Chỉ tiêu",
    summary="Số liệu tự giải thích: mỗi con số mở ra tới từng hồ sơ.",
    switchable=False,
    nav=(NavItem("Số liệu", "figures", "indicators.view", "chart-column"),),
    rights=(
        Right(
            "indicators.view",
            "Xem số liệu",
            ("leader", "province_viewer", "admin", "province_admin", "clerk"),
        ),
        Right("indicators.fix", "Chốt số liệu", ("leader", "province_viewer")),
    ),
    announces={"indicators.fixed": "Chốt số liệu {code}"},
)
