"""What traceability registers."""

from xaso.kernel.base.manifest import CaseType, HomeCard, NavItem, Right, Service, TaskSpec
from xaso.kernel.sealing.shown import show_data
from xaso.services.trace import recall_register as recall
from xaso.services.trace import store_register as store
from xaso.services.trace.actions.buyer_feedback import forget_contacts_daily
from xaso.services.trace.actions.buyer_pages import CHANGING, on_change
from xaso.services.trace.actions.buyer_scans import forget_salts_daily, on_unknown_scanned
from xaso.services.trace.actions.ocop_decisions import remind_of_expiry
from xaso.services.trace.buyer import light
from xaso.services.trace.buyer.telling import on_feedback
from xaso.services.trace.demo import fill
from xaso.services.trace.queries.buyer import fakes_count
from xaso.services.trace.queries.figures import INDICATORS
from xaso.services.trace.queries.ocop import waiting_count

# The proof of an event carries its hash, so that anybody may hold it beside the event.
show_data("trace.event_captured")
LISTENERS = (
    *recall.LISTENERS,
    (CHANGING, on_change),
    (("trace.feedback_given",), on_feedback),
    (("trace.unknown_scanned",), on_unknown_scanned),
)
HEARD = dict.fromkeys(name for names, _ in LISTENERS for name in names)

SERVICE = Service(
    key="trace",
    title="Truy xuất nguồn gốc",
    summary="Nhật ký sản xuất, lô hàng, tem mã QR, trang cho người mua, thu hồi và OCOP.",
    roots="xaso.services.trace.roots",
    api=store.API,
    sockets=store.SOCKETS,
    public="xaso.services.trace.public",
    desk="xaso.services.trace.desk",
    message_templates="messages.toml",
    light=("/trace/q/", light.answer),
    listens={name: tuple(run for names, run in LISTENERS if name in names) for name in HEARD},
    home=(
        HomeCard(
            "Tra nguồn gốc hàng hóa",
            "Nhập mã trên tem để xem ai làm ra, làm thế nào.",
            "trace:front",
            "qr-code",
        ),
        *recall.HOME,
        HomeCard("Nhật ký sản xuất", "Cơ sở của tôi: ghi việc, thu hái, lô hàng.", "trace:mine", "sprout"),
    ),
    nav=(
        NavItem("Cơ sở sản xuất", "trace_desk:enterprises", "trace.view", icon="sprout"),
        *recall.NAV,
        NavItem("Lô hàng", "trace_desk:lots", "trace.view", icon="package"),
        NavItem("OCOP", "trace_desk:ocop", "trace.view", icon="star", count=waiting_count),
        NavItem("Tin báo hàng giả", "trace_desk:buyer_fakes", "trace.fakes", icon="flag", count=fakes_count),
    ),
    cases=(
        CaseType(
            "trace.ocop", "Đánh giá sản phẩm OCOP", "trace.view", "trace.ocop_handle", "trace_desk:ocop"
        ),
    ),
    tasks=(
        *store.TASKS,
        *recall.TASKS,
        TaskSpec("trace.ocop_reminders", remind_of_expiry, "10 7 * * *"),
        TaskSpec("trace.forget_salts", forget_salts_daily, "20 0 * * *"),
        TaskSpec("trace.forget_contacts", forget_contacts_daily, "25 0 * * *"),
    ),
    indicators=INDICATORS,
    demo=fill,
    demo_beside=True,
    rights=(
        *recall.RIGHTS,
        Right(
            "trace.view",
            "Xem cơ sở sản xuất, nhật ký và lô hàng",
            ("leader", "specialist", "province_viewer", "province_admin"),
        ),
        Right("trace.manage", "Đăng ký, sửa cơ sở sản xuất và người của cơ sở", ("specialist",)),
        Right("trace.ocop_handle", "Xem xét, đề xuất, thẩm định hồ sơ OCOP", ("specialist", "leader")),
        Right("trace.ocop_council", "Chấm điểm trong hội đồng OCOP", ("specialist", "leader")),
        Right("trace.ocop_decide", "Kết luận, công nhận, thu hồi sao OCOP", ("leader",)),
        Right("trace.ocop_register", "Ghi quyết định cũ vào sổ OCOP", ("specialist", "province_admin")),
        Right("trace.ocop_criteria", "Nhập bộ tiêu chí OCOP", ("province_admin", "admin")),
        Right("trace.fakes", "Xem, kết luận tin báo hàng giả", ("leader", "specialist")),
        Right("trace.capture", "Gửi sự kiện EPCIS qua API", ()),
        Right("trace.query", "Truy vấn sự kiện EPCIS qua API", ()),
    ),
    checks=recall.CHECKS,
    announces={
        **recall.ANNOUNCES,
        "trace.event_captured": "Ghi một sự kiện truy xuất",
        "trace.ocop_begun": "Lập hồ sơ OCOP",
        "trace.ocop_scored": "Chấm điểm OCOP",
        "trace.ocop_evidence_attached": "Thêm minh chứng OCOP",
        "trace.ocop_evidence_dropped": "Bỏ minh chứng OCOP",
        "trace.ocop_submitted": "Nộp hồ sơ OCOP",
        "trace.ocop_returned": "Trả hồ sơ OCOP để bổ sung",
        "trace.ocop_proposed": "Xã đề xuất hồ sơ OCOP lên tỉnh",
        "trace.ocop_accepted": "Hồ sơ OCOP vào danh sách chấm",
        "trace.ocop_forwarded": "Chuyển hồ sơ OCOP 5 sao lên Bộ",
        "trace.ocop_recognised": "Công nhận sản phẩm OCOP",
        "trace.ocop_refused": "Không công nhận sản phẩm OCOP",
        "trace.ocop_withdrawn": "Cơ sở rút hồ sơ OCOP",
        "trace.ocop_entered": "Ghi quyết định OCOP cũ vào sổ",
        "trace.ocop_withdrawn_stars": "Thu hồi sao OCOP",
        "trace.ocop_reminded": "Nhắc sao OCOP sắp hết giá trị",
        "trace.ocop_office_named": "Ghi cơ quan OCOP của tỉnh",
        "trace.ocop_criteria_loaded": "Nhập bộ tiêu chí OCOP",
        "trace.lot_opened": "Lập lô hàng {code}",
        "trace.lot_processed": "Chế biến thành lô {code}",
        "trace.lot_packed": "Đóng thùng lô {code}",
        "trace.lot_published": "Công bố lô hàng cho người mua",
        "trace.lot_held": "Tạm giữ lô hàng {code}",
        "trace.lot_recalled": "Thu hồi lô hàng {code}",
        "trace.lot_released": "Cho dùng lại lô hàng {code}",
        "trace.goods_shipped": "Gửi hàng đi",
        "trace.goods_received": "Bên nhận đã nhận hàng",
        "trace.shipment_cancelled": "Hủy chuyến hàng",
        "trace.key_issued": "Cấp mã GS1 {value}",
        "trace.labels_printed": "In tem",
        "trace.labels_reprinted": "In lại tem",
        "trace.link_kept": "Ghi đường dẫn của mã",
        "trace.unknown_scanned": "Có người quét một mã chưa ai cấp",
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
        "trace.feedback_given": "Người mua gửi {what}",
        "trace.feedback_answered": "Cơ sở trả lời người mua",
        "trace.feedback_published": "Hiện ý kiến người mua trên trang sản phẩm",
        "trace.feedback_hidden": "Gỡ ý kiến người mua khỏi trang sản phẩm",
        "trace.feedback_judged": "Cán bộ kết luận ý kiến người mua",
        "trace.photo_kept": "Đổi ảnh cho người mua xem",
        "trace.recording_added": "Thêm lời kể của sản phẩm",
        "trace.recording_ended": "Bỏ lời kể của sản phẩm",
        "trace.entry_recorded": "Ghi nhật ký sản xuất",
        "trace.entry_corrected": "Sửa dòng nhật ký",
        "trace.entry_withdrawn": "Rút dòng nhật ký",
        "trace.entry_resolved": "Xem lại dòng nhật ký",
    },
)
