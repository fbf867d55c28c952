"""What signing in registers: rights, menu lines, log sentences, the watch on unusual things."""

from xaso.kernel.access.alerts import on_sign_in, open_count, watch_views
from xaso.kernel.access.digests import rename_accounts
from xaso.kernel.base.manifest import Digests, NavItem, Right, Service, TaskSpec

SERVICE = Service(
    key="access",
    title="Đăng nhập và thiết bị",
    summary="Mật khẩu, lớp hai, khóa đăng nhập, phiên đang mở, ủy quyền, nhật ký và cảnh báo.",
    switchable=False,
    nav=(
        NavItem("Đăng nhập và thiết bị", "access_own", "", "shield-check"),
        NavItem("Ủy quyền", "access_delegations", "", "handshake"),
        NavItem("Cảnh báo đăng nhập", "access_alerts", "people.accounts", "triangle-alert", count=open_count),
    ),
    rights=(
        Right("access.delegate", "Ủy quyền cho cán bộ khác trong một thời gian", ("leader",)),
        Right("access.policy", "Đặt quy định đăng nhập và cảnh báo", ("admin", "province_admin")),
    ),
    announces={
        "access.app_added": "Bật ứng dụng tạo mã",
        "access.app_removed": "Gỡ ứng dụng tạo mã",
        "access.codes_made": "Lập mã dự phòng mới",
        "access.code_used": "Dùng một mã dự phòng",
        "access.passkey_added": "Thêm khóa đăng nhập",
        "access.passkey_removed": "Gỡ khóa đăng nhập",
        "access.factors_removed": "Quản trị gỡ lớp hai của tài khoản",
        "access.sessions_ended": "Kết thúc {count} phiên đăng nhập",
        "access.policy_set": "Đặt quy định đăng nhập hai lớp cho vai trò {role}",
        "access.rule_set": "Đổi quy tắc cảnh báo {kind}",
        "access.alert_raised": "Cảnh báo đăng nhập: {kind}",
        "access.alert_answered": "Trả lời cảnh báo đăng nhập",
        "access.alert_closed": "Quản trị đã xem cảnh báo đăng nhập",
        "access.exported": "Xuất dữ liệu: {what}, {rows} dòng",
        "access.delegated": "Ủy quyền vai trò {role} theo văn bản số {document_number}",
        "access.delegation_ended": "Kết thúc ủy quyền theo văn bản số {document_number}",
    },
    listens={"people.signed_in": on_sign_in},
    tasks=(TaskSpec("access.watch_views", watch_views, "*/10 * * * *"),),
    message_templates="messages.toml",
    digests=(Digests("phone_accounts", rename_accounts),),
)
