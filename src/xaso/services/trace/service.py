"""What traceability registers."""

from xaso.kernel.base.manifest import Right, Service

SERVICE = Service(
    key="trace",
    title="Truy xuất nguồn gốc",
    summary="Nhật ký sản xuất, lô hàng, tem mã QR, trang cho người mua, thu hồi và OCOP.",
    roots="xaso.services.trace.roots",
    rights=(
        Right(
            "trace.view",
            "Xem cơ sở sản xuất, nhật ký và lô hàng",
            ("leader", "specialist", "province_viewer", "province_admin"),
        ),
        Right("trace.manage", "Đăng ký, sửa cơ sở sản xuất và người của cơ sở", ("specialist",)),
        Right("trace.capture", "Gửi sự kiện EPCIS qua API", ()),
        Right("trace.query", "Truy vấn sự kiện EPCIS qua API", ()),
    ),
    announces={
        "trace.event_captured": "Ghi một sự kiện truy xuất",
    },
)
