"""What the cases area registers: its right, its page, the sentences of its log."""

from __future__ import annotations

from xaso.kernel.base.manifest import NavItem, Right, Service, TaskSpec
from xaso.kernel.cases.tasks import recalculate_province

CALENDAR = "cases.calendar"

SERVICE = Service(
    key="cases",
    title="Hồ sơ và thời hạn",
    summary="Hồ sơ, các bước xử lý, thời hạn theo lịch làm việc.",
    switchable=False,
    nav=(NavItem("Lịch làm việc", "cases_calendar", CALENDAR, "calendar"),),
    rights=(Right(CALENDAR, "Sửa lịch làm việc, ngày nghỉ, tính lại hạn", ("admin", "province_admin")),),
    tasks=(TaskSpec("cases.recalculate_province", recalculate_province.run),),
    announces={
        "cases.opened": "Tiếp nhận hồ sơ",
        "cases.assigned": "Phân công xử lý",
        "cases.step_begun": "Bắt đầu bước: {title}",
        "cases.step_done": "Xong bước: {title}",
        "cases.handed_over": "Bàn giao hồ sơ sang đơn vị khác",
        "cases.sent_parallel": "Gửi liên thông đồng thời tới {count} cơ quan",
        "cases.paused": "Tạm dừng tính thời hạn",
        "cases.resumed": "Tiếp tục tính thời hạn",
        "cases.restarted": "Tính lại thời hạn từ đầu",
        "cases.extended": "Xin lỗi và hẹn lại ngày trả kết quả",
        "cases.apologised": "Xin lỗi vì chậm trả kết quả",
        "cases.recalculated": "Tính lại hạn theo lịch làm việc mới",
        "cases.opinion_asked": "Lấy ý kiến đơn vị khác",
        "cases.opinion_answered": "Đã có ý kiến trả lời",
        "cases.opinion_late_reported": "Báo chậm trả lời ý kiến",
        "cases.done": "Xử lý xong",
        "cases.refused": "Từ chối giải quyết",
        "cases.withdrawn": "Người nộp rút hồ sơ",
        "cases.stopped": "Dừng xử lý",
        "cases.returned": "Đã trả kết quả",
        "cases.calendar_changed": "Sửa lịch làm việc",
    },
)
