"""What the people area registers: rights, log sentences."""

from xaso.kernel.base import session_keys
from xaso.kernel.base.bound import role_is_bound
from xaso.kernel.base.manifest import Check, Digests, NavItem, Right, Rotatable, Service, TaskSpec
from xaso.kernel.people.digests import rehash_identifiers
from xaso.kernel.people.holdings import about_person
from xaso.kernel.people.key_changes import (
    change_data_key,
    change_hash_key,
    change_session_key,
    data_status,
    go_on,
    hash_status,
)

SERVICE = Service(
    key="people",
    title="Người và quyền",
    summary="Tài khoản, vai trò theo đơn vị, hệ thống bên ngoài, nhật ký xem hồ sơ.",
    switchable=False,
    nav=(
        NavItem("Tài khoản cán bộ", "people_accounts", "people.accounts", "users"),
        NavItem("Vai trò và quyền", "roles", "people.accounts", "shield"),
        NavItem("Hệ thống gọi API", "people_machines", "people.machines", "link"),
        NavItem("Đổi mật khẩu", "people_own_password", "", "lock"),
        NavItem("Hệ thống", "system", "people.operate", "settings"),
    ),
    rights=(
        Right("people.accounts", "Quản lý tài khoản và giao vai trò", ("admin", "province_admin")),
        Right("people.machines", "Quản lý hệ thống gọi API", ("admin", "province_admin")),
        Right(
            "people.roles", "Đổi quyền của vai trò (khi quản trị toàn hệ thống)", ("admin", "province_admin")
        ),
        Right("people.operate", "Vận hành hệ thống", ("admin", "province_admin")),
        Right("people.consents", "Ghi sự đồng ý của người dân tại quầy", ("receptionist",)),
        Right("people.switches", "Bật tắt dịch vụ cho đơn vị", ("admin", "province_admin")),
    ),
    about_person=about_person,
    checks=(Check("Lớp chặn theo hàng của cơ sở dữ liệu", role_is_bound),),
    digests=(Digests("Định danh của người", rehash_identifiers),),
    keys=(
        Rotatable("data", "Khóa mã hóa dữ liệu", change_data_key, data_status),
        Rotatable("hash", "Khóa băm để tìm", change_hash_key, hash_status),
        Rotatable("session", "Khóa phiên và đường dẫn ký", change_session_key, session_keys.status),
    ),
    tasks=(TaskSpec("people.change_keys", go_on, "*/5 * * * *"),),
    announces={
        "people.consent_given": "Đồng ý cho dùng dữ liệu: {purpose}",
        "people.consent_withdrawn": "Rút lại sự đồng ý: {purpose}",
        "people.consent_refused": "Không đồng ý cho dùng dữ liệu: {purpose}",
        "people.contact_erased": "Xóa cách liên hệ của một người",
        "people.key_changed": "Đổi khóa {kind}",
        "people.password_reset": "Cấp lại mật khẩu",
        "people.password_changed": "Đổi mật khẩu của mình",
        "people.account_closed": "Khóa tài khoản",
        "people.account_opened_again": "Mở lại tài khoản",
        "people.machine_closed": "Ngừng hệ thống gọi API",
        "people.machine_opened_again": "Bật lại hệ thống gọi API",
        "people.account_created": "Lập tài khoản cán bộ",
        "people.right_given": "Thêm quyền cho vai trò",
        "people.right_taken": "Bỏ quyền của vai trò",
        "people.role_granted": "Giao vai trò {role}",
        "people.role_ended": "Thu vai trò {role}",
        "people.citizen_signed_up": "Công dân đăng nhập lần đầu",
        "people.machine_registered": "Đăng ký hệ thống gọi API",
        "people.machine_secret_rotated": "Đổi bí mật của hệ thống gọi API",
        "people.machine_old_secret_ended": "Bỏ bí mật cũ của hệ thống gọi API",
        "people.service_switched": "Bật tắt dịch vụ {service}",
        "people.signed_in": "Đăng nhập",
    },
)

ROLES = {
    "admin": "Quản trị hệ thống",
    "province_admin": "Quản trị tỉnh",
    "leader": "Lãnh đạo",
    "clerk": "Văn thư",
    "receptionist": "Cán bộ một cửa",
    "specialist": "Công chức chuyên môn",
    "province_viewer": "Theo dõi cấp tỉnh",
    "hamlet_head": "Trưởng thôn, trưởng bản",
    "radio": "Cán bộ truyền thanh",
}
