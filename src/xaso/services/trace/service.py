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
        "trace.enterprise_registered": "Đăng ký cơ sở sản xuất",
        "trace.enterprise_edited": "Sửa thông tin cơ sở sản xuất",
        "trace.seat_given": "Giao vai trò ở cơ sở sản xuất",
        "trace.seat_ended": "Thôi vai trò ở cơ sở sản xuất",
        "trace.group_kept": "Ghi tổ sản xuất",
        "trace.member_kept": "Ghi hộ thành viên",
        "trace.member_ended": "Hộ thôi thành viên",
        "trace.site_kept": "Ghi nơi sản xuất",
        "trace.site_ended": "Thôi dùng nơi sản xuất",
        "trace.plants_added": "Đánh số cây theo dõi",
        "trace.plant_ended": "Thôi theo dõi cây",
        "trace.product_kept": "Ghi sản phẩm",
        "trace.item_kept": "Ghi quy cách sản phẩm",
        "trace.input_kept": "Ghi vật tư đầu vào",
        "trace.template_taken": "Dùng mẫu cây trồng",
        "trace.certificate_added": "Ghi giấy chứng nhận",
        "trace.certificate_ended": "Giấy chứng nhận không còn hiệu lực",
        "trace.lab_test_added": "Ghi phiếu kiểm nghiệm",
        "trace.entry_recorded": "Ghi nhật ký sản xuất",
        "trace.entry_corrected": "Sửa dòng nhật ký",
        "trace.entry_withdrawn": "Rút dòng nhật ký",
        "trace.entry_resolved": "Xem lại dòng nhật ký",
    },
)
