"""What the units area registers: rights, log sentences, a daily job."""

from xaso.kernel.base.manifest import Right, Service, TaskSpec
from xaso.kernel.units.actions import refresh_names

SERVICE = Service(
    key="units",
    title="Đơn vị hành chính",
    summary="Tỉnh, xã, thôn bản, cơ quan theo thời gian; đơn vị cũ nay thuộc đâu.",
    switchable=False,
    rights=(
        Right(
            "units.hamlets",
            "Lập, đổi tên, kết thúc thôn, bản, tổ dân phố",
            ("admin", "province_admin", "clerk", "leader"),
        ),
        Right("units.offices", "Lập và sửa cơ quan, phòng, trung tâm", ("admin", "province_admin", "leader")),
        Right("units.lists", "Sửa danh mục tỉnh, xã và mã định danh", ("admin", "province_admin")),
    ),
    announces={
        "units.hamlet_added": "Lập thôn, bản, tổ dân phố {code}",
        "units.office_added": "Lập cơ quan {code}",
        "units.unit_renamed": "Đổi tên đơn vị từ ngày {from}",
        "units.unit_ended": "Kết thúc đơn vị sau ngày {last_day}",
        "units.units_merged": "Nhập đơn vị từ ngày {from}",
        "units.identifier_set": "Đặt mã định danh {value}",
    },
    tasks=(TaskSpec("units.refresh_names", refresh_names, schedule="5 0 * * *"),),
)
