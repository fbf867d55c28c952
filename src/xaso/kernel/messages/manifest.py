"""What messages register: rights, menu lines, log sentences, the delivery job and its sweeper."""

from xaso.kernel.base.manifest import Check, Digests, NavItem, Right, Service, TaskSpec
from xaso.kernel.messages import mass_run
from xaso.kernel.messages.channels import mail_health
from xaso.kernel.messages.delivery import deliver, scheduled_sweep
from xaso.kernel.messages.digests import left, rehash_refusals
from xaso.kernel.messages.holdings import about_person
from xaso.kernel.messages.listeners import tell_sender_of_held_file
from xaso.kernel.messages.mass_finishing import scheduled_forgetting
from xaso.kernel.messages.mass_templates import ask_all_templates
from xaso.kernel.messages.queries import unread_count

SERVICE = Service(
    about_person=about_person,
    digests=(Digests("Địa chỉ từ chối nhận tin", rehash_refusals, left, "địa chỉ từ chối nhận tin"),),
    key="messages",
    title="Tin nhắn",
    summary="Một tin tới một người qua kênh tới được họ: Zalo, SMS, thư điện tử, hộp thư.",
    switchable=False,
    nav=(
        NavItem("Hộp thư", "desk_inbox", "", icon="inbox", count=unread_count),
        NavItem("Tin không gửi được", "messages_failures", "messages.operate", icon="triangle-alert"),
        NavItem("Mẫu tin", "messages_templates", "messages.templates", icon="file-text"),
    ),
    rights=(
        Right("messages.operate", "Theo dõi tin không gửi được, gửi lại", ("admin", "province_admin")),
        Right("messages.templates", "Sửa mẫu tin", ("admin", "province_admin")),
        Right("messages.mass", "Gửi tin tới nhiều người", ("clerk", "leader")),
        Right("messages.mass_approve", "Duyệt tin gửi tới nhiều người", ("leader",)),
    ),
    message_templates="messages.toml",
    listens={
        "documents.file_released": tell_sender_of_held_file,
        "documents.file_destroyed": tell_sender_of_held_file,
    },
    announces={
        "messages.sent": "Gửi tin qua {channel}",
        "messages.delivered": "Người nhận đã nhận tin qua {channel}",
        "messages.erased": "Xóa nội dung tin theo yêu cầu",
        "messages.read": "Người nhận đã đọc tin qua {channel}",
        "messages.failed": "Không gửi được tin",
        "messages.retried": "Gửi lại tin",
        "messages.wishes_set": "Đổi cách nhận tin",
        "messages.address_refused": "Từ chối nhận tin qua {channel}",
        "messages.announced": "Thông báo tới địa bàn, loại {kind}",
        "messages.announcement_ended": "Kết thúc thông báo tới địa bàn",
        "messages.outlet_reported": "Nơi phát {outlet} báo lại",
        "messages.mailing_submitted": "Trình duyệt đợt gửi tin tới {receivers} người",
        "messages.mailing_approved": "Duyệt đợt gửi tin tới {receivers} người",
        "messages.mailing_refused": "Không duyệt đợt gửi tin",
        "messages.mailing_started": "Bắt đầu gửi tin tới {receivers} người",
        "messages.mailing_finished": "Gửi xong tin tới {receivers} người",
        "messages.mailing_stopped": "Dừng đợt gửi tin",
        "messages.acknowledged": "Người nhận xác nhận đã nhận",
        "messages.reply_received": "Có tin trả lời qua {channel}",
        "messages.reply_handled": "Xử lý tin trả lời",
        "messages.push_subscribed": "Một trình duyệt đăng ký nhận thông báo",
        "messages.mailing_template_written": "Soạn mẫu thông báo, phiên bản {version}",
        "messages.mailing_template_approved": "Duyệt mẫu thông báo, phiên bản {version}",
        "messages.mailing_template_refused": "Không duyệt mẫu thông báo, phiên bản {version}",
        "messages.row_set": "Đặt {kind} của {channel}",
        "messages.list_kept": "Lập danh sách người nhận",
        "messages.list_filled": "Thêm {count} người vào danh sách nhận tin",
        "messages.list_ended": "Thôi dùng danh sách người nhận",
        "messages.template_rewritten": "Sửa mẫu tin, phiên bản {version}",
    },
    checks=(Check("Máy chủ thư", mail_health),),
    tasks=(
        TaskSpec("messages.deliver", deliver),
        TaskSpec("messages.sweep", scheduled_sweep, "*/5 * * * *"),
        TaskSpec("messages.mass_run", mass_run.work),
        TaskSpec("messages.mass_sweep", mass_run.sweep, "* * * * *"),
        TaskSpec("messages.forget_addresses", scheduled_forgetting, "40 2 * * *"),
        TaskSpec("messages.ask_zalo_templates", ask_all_templates, "15 * * * *"),
    ),
)
