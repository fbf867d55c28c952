"""What the heart of commune radio registers: rights, programme, engine, listening figures."""

from __future__ import annotations

from collections.abc import Mapping

from xaso.kernel.base.manifest import Check, HomeCard, NavItem, Right, TaskSpec
from xaso.services.broadcast import listeners, tasks
from xaso.services.broadcast.queries.figures import INDICATORS as INDICATORS
from xaso.services.broadcast.queries.health import certificates, schedules

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
TASKS = (
    TaskSpec("broadcast.plan_all", tasks.plan_all, "*/15 * * * *"),
    TaskSpec("broadcast.settle_all", tasks.settle_all, "* * * * *"),
)
CHECKS = (
    Check("Lịch phát gửi tới cụm loa", schedules),
    Check("Chứng thư của cụm loa", certificates),
)
LISTENERS = (
    (("messages.announced",), listeners.on_announced),
    (("messages.announcement_ended",), listeners.on_announcement_ended),
    (("speech.rendered",), listeners.on_rendered),
    (("speech.render_failed",), listeners.on_render_failed),
)
ANNOUNCES: Mapping[str, str] = {
    "broadcast.station_opened": "Mở đài truyền thanh",
    "broadcast.station_edited": "Sửa thông tin đài truyền thanh",
    "broadcast.cluster_registered": "Đăng ký cụm loa",
    "broadcast.cluster_edited": "Sửa thông tin cụm loa",
    "broadcast.cluster_ended": "Thôi dùng cụm loa",
    "broadcast.volume_set": "Đặt âm lượng cụm loa {volume}%",
    "broadcast.fault_began": "Cụm loa {cluster} có lỗi",
    "broadcast.fault_ended": "Cụm loa {cluster} hết lỗi",
    "broadcast.window_kept": "Đặt khung giờ phát",
    "broadcast.window_ended": "Bỏ khung giờ phát",
    "broadcast.cap_kept": "Đặt âm lượng tối đa {most}%",
    "broadcast.cap_ended": "Bỏ mức âm lượng tối đa",
    "broadcast.approval_rule_kept": "Đặt số người duyệt: {approvals}",
    "broadcast.bulletin_written": "Soạn bản tin truyền thanh",
    "broadcast.bulletin_edited": "Sửa bản tin truyền thanh, bản {number}",
    "broadcast.bulletin_recorded": "Gắn bản ghi âm vào bản tin",
    "broadcast.bulletin_submitted": "Trình duyệt bản tin truyền thanh",
    "broadcast.bulletin_agreed": "Một người đã duyệt bản tin truyền thanh",
    "broadcast.bulletin_approved": "Duyệt bản tin truyền thanh",
    "broadcast.bulletin_refused": "Trả lại bản tin truyền thanh",
    "broadcast.bulletin_ended": "Dừng phát bản tin truyền thanh",
    "broadcast.bulletin_ready": "Bản tin truyền thanh đã có tiếng",
    "broadcast.slot_kept": "Lập mục chương trình phát",
    "broadcast.slot_ended": "Bỏ mục chương trình phát",
    "broadcast.day_changed": "Đổi một buổi phát ngày {day}",
    "broadcast.day_restored": "Trả buổi phát ngày {day} về như cũ",
    "broadcast.airing_missed": "Một lượt phát bị lỡ hoặc bị cắt",
    "broadcast.airing_replayed": "Phát lại lượt bị lỡ",
    "broadcast.emergency_asked": "Lập tin khẩn cấp",
    "broadcast.emergency_started": "Phát tin khẩn cấp",
    "broadcast.emergency_refused": "Không phát tin khẩn cấp",
    "broadcast.emergency_ended": "Dừng tin khẩn cấp, báo yên",
}
