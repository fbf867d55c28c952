"""The manifest of the one-stop shop."""

from xaso.kernel.base.manifest import CaseType, HomeCard, NavItem, Panel, Right, Service, TaskSpec
from xaso.services.onestop.actions.drafts import end_drafts_daily
from xaso.services.onestop.api import router
from xaso.services.onestop.connectors import on_change, pull_all
from xaso.services.onestop.demo import fill
from xaso.services.onestop.desk.panel import home_panel, my_count, opinions_count, return_count
from xaso.services.onestop.finding import find_procedures
from xaso.services.onestop.holdings import about_person
from xaso.services.onestop.listeners import on_payment_arrived
from xaso.services.onestop.parcels import follow_parcels
from xaso.services.onestop.queries.figures import INDICATORS
from xaso.services.onestop.queries.results import count_to_seal, count_to_sign
from xaso.services.onestop.queries.troubles import count_troubles
from xaso.services.onestop.reminders import (
    end_unanswered_supplements,
    remind_of_late,
    warn_before_deadline,
)
from xaso.services.onestop.telling import TOLD, give_by_itself, tell_citizen, tell_holder
from xaso.services.onestop.webhooks import on_status_event

READERS = ("receptionist", "specialist", "leader", "clerk", "province_viewer", "admin")

RIGHTS = (
    Right("onestop.view", "Xem hồ sơ một cửa", READERS),
    Right("onestop.receive", "Tiếp nhận, số hóa, trả kết quả", ("receptionist",)),
    Right("onestop.take_money", "Thu phí, lệ phí tại quầy", ("receptionist",)),
    Right("onestop.handle", "Thụ lý hồ sơ", ("specialist", "leader", "receptionist", "clerk")),
    Right("onestop.draft", "Soạn kết quả", ("specialist",)),
    Right("onestop.sign", "Ký kết quả", ("leader",)),
    Right("onestop.seal", "Cấp số, đóng dấu, phát hành kết quả", ("clerk",)),
    Right("onestop.extend", "Xin lỗi và hẹn lại, dừng hồ sơ", ("leader",)),
    Right("onestop.forms", "Soạn và công bố thủ tục điện tử", ("admin", "province_admin")),
    Right("onestop.settle", "Chốt điểm chưa rõ của danh mục thủ tục", ("admin", "province_admin")),
    Right("onestop.rates", "Nhập mức phí theo nghị quyết của tỉnh", ("province_admin",)),
    Right("onestop.file", "Nộp hồ sơ qua API", ()),
    Right("onestop.read", "Đọc trạng thái hồ sơ qua API", ()),
)

ANNOUNCES = {
    "onestop.dossier_filed": "Nộp hồ sơ {code}",
    "onestop.dossier_received": "Tiếp nhận hồ sơ",
    "onestop.dossier_refused": "Không tiếp nhận hồ sơ",
    "onestop.supplement_asked": "Yêu cầu bổ sung giấy tờ",
    "onestop.supplement_answered": "Công dân đã bổ sung giấy tờ",
    "onestop.dossier_withdrawn": "Công dân rút hồ sơ",
    "onestop.dossier_stopped": "Dừng giải quyết hồ sơ",
    "onestop.step_done": "Xong bước {step}",
    "onestop.dossier_extended": "Xin lỗi và hẹn lại ngày trả kết quả",
    "onestop.form_sealed": "Đóng dấu số giấy gửi công dân",
    "onestop.result_drafted": "Soạn dự thảo kết quả",
    "onestop.result_submitted": "Trình ký kết quả",
    "onestop.result_sent_back": "Lãnh đạo trả lại dự thảo",
    "onestop.result_signed": "Lãnh đạo đã ký kết quả",
    "onestop.result_issued": "Văn thư đã đóng dấu, phát hành kết quả",
    "onestop.dossier_done": "Hồ sơ đã xử lý xong",
    "onestop.result_posted": "Đã giao kết quả cho bưu điện",
    "onestop.result_returned": "Đã trả kết quả",
    "onestop.payment_asked": "Yêu cầu nộp phí, lệ phí",
    "onestop.payment_made": "Đã nộp phí, lệ phí",
    "onestop.payment_waived": "Miễn phí, lệ phí",
    "onestop.paper_added": "Thêm giấy tờ",
    "onestop.paper_judged": "Kiểm tra giấy tờ",
    "onestop.rated": "Công dân đánh giá",
    "onestop.setup_saved": "Lưu bản nháp thủ tục điện tử",
    "onestop.setup_published": "Công bố thủ tục điện tử",
    "onestop.setup_dropped": "Bỏ bản nháp thủ tục điện tử",
    "onestop.setup_ended": "Kết thúc áp dụng thủ tục điện tử",
    "onestop.account_opened": "Khai báo tài khoản nhận phí",
    "onestop.rate_set": "Nhập mức phí theo nghị quyết",
    "onestop.catalogue_imported": "Nhập danh mục thủ tục",
    "onestop.point_settled": "Chốt một điểm chưa rõ của thủ tục",
    "onestop.dossier_erased": "Xóa nội dung hồ sơ theo yêu cầu",
    "onestop.draft_erased": "Xóa bản đang điền theo yêu cầu",
    "onestop.webhook_registered": "Đăng ký địa chỉ nhận tin",
}

ANNOUNCES_OF_DOSSIERS = tuple(
    name
    for name in ANNOUNCES
    if name.startswith(
        ("onestop.dossier_", "onestop.supplement_", "onestop.result_returned", "onestop.payment_made")
    )
)

LISTENERS = (
    (ANNOUNCES_OF_DOSSIERS, on_status_event),
    (ANNOUNCES_OF_DOSSIERS, on_change),
    (TOLD, tell_citizen),
    (("onestop.supplement_answered",), tell_holder),
    (("onestop.dossier_done", "onestop.result_issued"), give_by_itself),
    (("connectors.payment_arrived",), on_payment_arrived),
)
HEARD = dict.fromkeys(name for names, _ in LISTENERS for name in names)

SERVICE = Service(
    key="onestop",
    title="Một cửa và dịch vụ công",
    summary="Nộp hồ sơ, theo dõi, nhận kết quả có chữ ký số.",
    public="xaso.services.onestop.public",
    desk="xaso.services.onestop.desk",
    home=(
        HomeCard("Làm thủ tục", "Tìm thủ tục, nộp hồ sơ, nộp phí tại nhà.", "onestop:front", "file-text"),
        HomeCard("Tra cứu hồ sơ", "Xem hồ sơ đã đến đâu bằng mã.", "onestop:look_up", "search"),
        HomeCard("Hồ sơ của tôi", "Theo dõi, bổ sung, nhận kết quả.", "onestop:mine", "folder"),
    ),
    nav=(
        NavItem("Hồ sơ một cửa", "onestop_desk:queue", "onestop.view", "folder", my_count),
        NavItem("Tiếp nhận hồ sơ", "onestop_desk:reception", "onestop.receive", "file-plus"),
        NavItem("Chờ trả kết quả", "onestop_desk:returning", "onestop.receive", "handshake", return_count),
        NavItem(
            "Ý kiến chờ trả lời", "onestop_desk:opinions", "onestop.handle", "message-square", opinions_count
        ),
        NavItem("Sổ theo dõi hồ sơ", "onestop_desk:register", "onestop.view", "book-open"),
        NavItem("Ký kết quả", "onestop_desk:signing", "onestop.sign", "signature", count_to_sign),
        NavItem("Đóng dấu, phát hành", "onestop_desk:sealing", "onestop.seal", "stamp", count_to_seal),
        NavItem(
            "Hồ sơ Cổng quốc gia chưa nhận",
            "onestop_desk:troubles",
            "onestop.receive",
            "inbox",
            count_troubles,
        ),
        NavItem("Thủ tục điện tử", "onestop_desk:forms", "onestop.forms", "file-pen"),
        NavItem("Cần chốt", "onestop_desk:to_settle", "onestop.settle", "circle-help"),
        NavItem("Mức phí của tỉnh", "onestop_desk:rates", "onestop.rates", "wallet"),
        NavItem("Tài khoản nhận phí", "onestop_desk:accounts", "onestop.rates", "landmark"),
    ),
    rights=RIGHTS,
    cases=(
        CaseType(
            "onestop.dossier", "Hồ sơ một cửa", "onestop.view", "onestop.handle", "onestop_desk:dossier"
        ),
    ),
    announces=ANNOUNCES,
    about_person=about_person,
    demo=fill,
    api=router,
    indicators=INDICATORS,
    finders={"procedures": find_procedures},
    panels=(Panel("home", "onestop.view", "onestop/desk/panel.html", home_panel),),
    message_templates="messages.toml",
    tasks=(
        TaskSpec("onestop.end_old_drafts", end_drafts_daily, "40 1 * * *"),
        TaskSpec("onestop.pull_from_portal", pull_all, "*/5 * * * *"),
        TaskSpec("onestop.warn_before_deadline", warn_before_deadline, "30 7 * * 1-6"),
        TaskSpec("onestop.remind_of_late", remind_of_late, "40 7 * * 1-6"),
        TaskSpec("onestop.end_unanswered_supplements", end_unanswered_supplements, "15 0 * * *"),
        TaskSpec("onestop.follow_parcels", follow_parcels, "25 * * * *"),
    ),
    listens={name: tuple(run for names, run in LISTENERS if name in names) for name in HEARD},
)
