"""What warnings register."""

from xaso.kernel.base.manifest import Check, HomeCard, NavItem, Right, Service, TaskSpec
from xaso.services.alerts import tasks
from xaso.services.alerts.api import router
from xaso.services.alerts.demo import fill
from xaso.services.alerts.holdings import about_person
from xaso.services.alerts.listening import health
from xaso.services.alerts.queries.figures import INDICATORS
from xaso.services.alerts.queries.warnings import waiting_count

SERVICE = Service(
    key="alerts",
    title="Cảnh báo thiên tai",
    summary="Trạm đo mưa và mực nước, ngưỡng, cảnh báo có chữ ký ra loa, tin nhắn, trang web; ai đã an toàn.",
    roots="xaso.services.alerts.roots",
    desk="xaso.services.alerts.desk",
    api=router,
    checks=(Check("Số đo của trạm qua MQTT", health),),
    home=(
        HomeCard(
            "Cảnh báo thiên tai",
            "Cảnh báo đang có, mưa và mực nước, nơi sơ tán, báo tôi an toàn.",
            "alerts:now",
            "triangle-alert",
        ),
    ),
    nav=(
        NavItem("Cảnh báo thiên tai", "alerts_desk:board", "alerts.view", "triangle-alert", waiting_count),
        NavItem("Trạm đo mưa, nước", "alerts_desk:gauges", "alerts.view", "chart-column"),
        NavItem("Người cần giúp, nơi sơ tán", "alerts_desk:frail", "alerts.people", "users"),
    ),
    rights=(
        Right(
            "alerts.view",
            "Xem trạm đo, đề xuất và cảnh báo",
            ("leader", "specialist", "clerk", "radio", "hamlet_head", "province_viewer", "province_admin"),
        ),
        Right("alerts.readings", "Ghi số đo mưa, mực nước", ("specialist", "hamlet_head")),
        Right("alerts.draft", "Soạn cảnh báo, diễn tập", ("leader", "specialist", "radio")),
        Right("alerts.confirm", "Xác nhận phát cảnh báo, báo yên", ("leader", "clerk")),
        Right(
            "alerts.people",
            "Xem người trong vùng, người cần giúp, ghi an toàn",
            ("leader", "specialist", "hamlet_head"),
        ),
        Right(
            "alerts.manage",
            "Quản lý trạm, ngưỡng, quy tắc xác nhận, nguồn bản tin, nơi sơ tán",
            ("leader", "admin"),
        ),
        Right("alerts.cap_in", "Gửi bản tin CAP của nơi khác qua API", ()),
    ),
    listens={
        "messages.outlet_reported": tasks.on_outlet,
        "messages.mailing_finished": tasks.on_mailing,
        "messages.reply_received": tasks.on_reply,
    },
    announces={
        "alerts.gauge_kept": "Đăng ký trạm đo {code}",
        "alerts.gauge_ended": "Thôi dùng trạm đo {code}",
        "alerts.threshold_kept": "Đặt ngưỡng cấp {level} cho trạm {gauge}",
        "alerts.threshold_ended": "Thôi dùng ngưỡng của trạm {gauge}",
        "alerts.risk_kept": "Ghi mức dễ xảy ra lũ quét, sạt lở",
        "alerts.reading_taken": "Nhận số đo của trạm {gauge}",
        "alerts.reading_judged": "Xem lại số đo nghi ngờ",
        "alerts.forecast_taken": "Nhận dự báo mưa {mm} mm",
        "alerts.proposed": "Đề xuất cảnh báo cấp {level}",
        "alerts.proposal_dismissed": "Không cảnh báo theo đề xuất",
        "alerts.drafted": "Soạn cảnh báo cấp {level}",
        "alerts.changed": "Sửa nội dung cảnh báo chờ xác nhận",
        "alerts.dropped": "Bỏ nội dung cảnh báo chờ xác nhận",
        "alerts.issued": "Phát cảnh báo cấp {level}",
        "alerts.updated": "Phát nội dung sửa của cảnh báo",
        "alerts.cancelled": "Hủy cảnh báo",
        "alerts.all_clear": "Báo yên",
        "alerts.key_made": "Tạo khóa ký cảnh báo",
        "alerts.source_kept": "Ghi nguồn bản tin CAP",
        "alerts.source_ended": "Thôi nhận nguồn bản tin CAP",
        "alerts.cap_taken": "Nhận bản tin CAP",
        "alerts.cap_refused": "Từ chối bản tin CAP: {code}",
        "alerts.rule_set": "Đặt quy tắc xác nhận cảnh báo: {people} người",
        "alerts.frail_kept": "Ghi người cần giúp khi thiên tai",
        "alerts.frail_ended": "Đưa một người ra khỏi sổ cần giúp",
        "alerts.answered": "Có người báo tình trạng: {state}",
        "alerts.helped": "Đã đến giúp người báo cần giúp",
        "alerts.shelter_kept": "Ghi nơi sơ tán",
        "alerts.shelter_ended": "Thôi dùng nơi sơ tán",
        "alerts.sheltered": "Hộ {people} người vào nơi sơ tán",
        "alerts.left_shelter": "Hộ rời nơi sơ tán",
    },
    tasks=(
        TaskSpec("alerts.send_messages", tasks.send_messages),
        TaskSpec("alerts.sound_by_itself", tasks.sound_by_itself),
        TaskSpec("alerts.watch", tasks.watch, "*/5 * * * *"),
    ),
    indicators=INDICATORS,
    about_person=about_person,
    demo=fill,
)
