"""The manifest of directives and messages to hamlets and households."""

from xaso.kernel.base.manifest import HomeCard, NavItem, Right, Service, TaskSpec
from xaso.services.notices.actions.notices import on_mailing_started
from xaso.services.notices.actions.outside import follow_messages
from xaso.services.notices.actions.tasks import chase_overdue
from xaso.services.notices.api import router
from xaso.services.notices.demo import fill
from xaso.services.notices.queries.head import head_count
from xaso.services.notices.queries.library import template_count
from xaso.services.notices.queries.notices import waiting_count
from xaso.services.notices.queries.replies import reply_count
from xaso.services.notices.queries.tasks import waiting_count as report_count

SERVICE = Service(
    key="notices",
    title="Thông báo, chỉ đạo",
    summary="Soạn một lần, gửi tới thôn, bản và người dân qua kênh tới được họ; giao việc, báo cáo, phản hồi.",
    public="xaso.services.notices.public",
    desk="xaso.services.notices.desk",
    api=router,
    home=(HomeCard("Thông báo", "Thông báo của xã tới bà con.", "notices:front", "megaphone"),),
    nav=(
        NavItem("Thông báo, chỉ đạo", "notices_desk:board", "notices.view", "megaphone", waiting_count),
        NavItem("Việc của các thôn", "notices_desk:tasks", "notices.view", "list-checks", report_count),
        NavItem("Phản hồi", "notices_desk:replies", "messages.mass", "message-square", reply_count),
        NavItem("Mẫu thông báo", "notices_desk:templates", "messages.mass", "file-text", template_count),
        NavItem("Danh sách người nhận", "notices_desk:lists", "messages.mass", "users"),
        NavItem("Tin của hệ thống ngoài", "notices_desk:outside", "messages.mass_approve", "share-2"),
        NavItem("Việc của thôn tôi", "notices_desk:head", "notices.head", "house", head_count),
    ),
    rights=(
        Right("notices.view", "Xem thông báo, chỉ đạo và số liệu", ("leader", "clerk", "specialist")),
        Right("notices.write", "Soạn thông báo, chỉ đạo", ("leader", "clerk", "specialist")),
        Right("notices.urgent", "Gửi tin khẩn, phá giờ yên tĩnh", ("leader", "clerk")),
        Right("notices.tasks", "Giao việc cho thôn, xem báo cáo", ("leader", "clerk", "specialist")),
        Right("notices.head", "Nhận chỉ đạo, báo cáo việc của thôn, bản", ("hamlet_head",)),
        Right("notices.api_live", "Gửi tin thật qua API theo mẫu đã duyệt", ()),
        Right("notices.api_team", "Gửi tin thử cho cán bộ đơn vị qua API", ()),
        Right("notices.api_test", "Gửi tin giả lập qua API, không ai nhận", ()),
    ),
    listens={"messages.mailing_started": on_mailing_started},
    announces={
        "notices.notice_written": "Soạn thông báo",
        "notices.notice_submitted": "Trình người thứ hai, {count} người nhận",
        "notices.notice_approved": "Duyệt gửi tới {count} người",
        "notices.notice_refused": "Trả lại thông báo",
        "notices.notice_sent": "Gửi thông báo tới {count} người",
        "notices.notice_stopped": "Dừng gửi thông báo",
        "notices.notice_dropped": "Bỏ bản nháp thông báo",
        "notices.task_given": "Giao việc cho thôn, bản",
        "notices.task_reported": "Thôn, bản báo cáo",
        "notices.task_accepted": "Báo cáo đạt, việc xong",
        "notices.task_returned": "Trả lại báo cáo",
        "notices.task_cancelled": "Bỏ việc đã giao",
        "notices.task_chased": "Nhắc việc quá hạn lần {time}",
        "notices.template_ended": "Thôi dùng mẫu thông báo",
        "notices.api_sent": "Hệ thống ngoài gửi {count} tin ({kind})",
        "notices.callback_kept": "Hệ thống ngoài đặt địa chỉ nhận trạng thái tin",
    },
    tasks=(
        TaskSpec("notices.chase_overdue", chase_overdue, "10 7-20 * * *"),
        TaskSpec("notices.follow_messages", follow_messages, "* * * * *"),
    ),
    message_templates="messages.toml",
    demo=fill,
)
