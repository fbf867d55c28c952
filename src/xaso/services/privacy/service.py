"""The manifest of people's data."""

from xaso.kernel.base.manifest import CaseType, HomeCard, NavItem, Right, Service, TaskSpec
from xaso.services.privacy.actions.breaches import remind_of_breaches
from xaso.services.privacy.actions.exports import drop_exports, make_export
from xaso.services.privacy.actions.requests import CASE_TYPE
from xaso.services.privacy.api import router
from xaso.services.privacy.demo import fill
from xaso.services.privacy.holdings import about_person
from xaso.services.privacy.queries import breach_count, open_count

SERVICE = Service(
    key="privacy",
    title="Dữ liệu cá nhân",
    summary="Ai đã xem dữ liệu của tôi, đồng ý và rút lại, yêu cầu về dữ liệu, vi phạm và sổ xử lý dữ liệu.",
    public="xaso.services.privacy.public",
    desk="xaso.services.privacy.desk",
    api=router,
    home=(
        HomeCard(
            "Dữ liệu của tôi",
            "Ai đã xem, điều đã đồng ý, lấy bản sao, gửi yêu cầu.",
            "privacy:front",
            "shield-check",
        ),
    ),
    nav=(
        NavItem("Yêu cầu về dữ liệu", "privacy_desk:requests", "privacy.view", "shield", open_count),
        NavItem(
            "Vi phạm dữ liệu", "privacy_desk:breaches", "privacy.breaches", "triangle-alert", breach_count
        ),
        NavItem("Sổ xử lý dữ liệu", "privacy_desk:register", "privacy.register", "book-open"),
    ),
    rights=(
        Right("privacy.view", "Xem yêu cầu về dữ liệu cá nhân", ("leader", "clerk", "admin")),
        Right("privacy.handle", "Xử lý yêu cầu về dữ liệu cá nhân, xóa dữ liệu", ("clerk", "admin")),
        Right("privacy.breaches", "Ghi và thông báo vi phạm dữ liệu", ("leader", "admin", "province_admin")),
        Right("privacy.register", "Xem, in sổ xử lý dữ liệu", ("leader", "admin", "province_admin")),
        Right("privacy.consent", "Hỏi sự đồng ý của một người qua API", ()),
    ),
    cases=(
        CaseType(
            CASE_TYPE, "Yêu cầu về dữ liệu cá nhân", "privacy.view", "privacy.handle", "privacy_desk:requests"
        ),
    ),
    announces={
        "privacy.request_asked": "Gửi yêu cầu về dữ liệu cá nhân",
        "privacy.request_answered": "Trả lời yêu cầu về dữ liệu cá nhân",
        "privacy.request_ended": "Kết thúc yêu cầu về dữ liệu cá nhân",
        "privacy.person_corrected": "Sửa dữ liệu theo yêu cầu",
        "privacy.use_stopped": "Dừng dùng dữ liệu theo yêu cầu",
        "privacy.erased": "Xóa dữ liệu theo yêu cầu",
        "privacy.export_asked": "Xin bản dữ liệu của mình",
        "privacy.export_ready": "Đã lập bản dữ liệu",
        "privacy.export_taken": "Tải bản dữ liệu của mình",
        "privacy.export_gone": "Xóa bản dữ liệu đã hết hạn",
        "privacy.breach_recorded": "Ghi vi phạm bảo vệ dữ liệu",
        "privacy.breach_notified": "Thông báo vi phạm cho cơ quan chuyên trách",
        "privacy.breach_told": "Báo người bị ảnh hưởng",
        "privacy.breach_closed": "Khép lại vi phạm",
    },
    tasks=(
        TaskSpec("privacy.make_export", make_export),
        TaskSpec("privacy.drop_exports", drop_exports, "20 * * * *"),
        TaskSpec("privacy.remind_of_breaches", remind_of_breaches, "5 * * * *"),
    ),
    message_templates="messages.toml",
    about_person=about_person,
    demo=fill,
)
