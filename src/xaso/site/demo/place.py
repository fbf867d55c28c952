"""One commune of the mountains and its province: offices, hamlets, officers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xaso.kernel.access.policy import last_words, set_policy
from xaso.kernel.people.actions import create_officer, grant_role
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.actions import place_hamlet
from xaso.kernel.plain.moment import today
from xaso.kernel.units import actions as units
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import unit_at

PROVINCE, COMMUNE, NEIGHBOUR = "15/", "15/02728/", "15/02683/"
PASSWORD = "xaso-demo-2026"
PIN = "246810"
START = date(2025, 7, 1)

OFFICES = {
    COMMUNE: (
        ("trung tâm", "Phục vụ hành chính công", "ttphcc"),
        ("ban", "Tư pháp – Hộ tịch", "tuphap"),
        ("phòng", "Kinh tế", "kinhte"),
        ("phòng", "Văn hóa – Xã hội", "vhxh"),
        ("văn phòng", "Hội đồng nhân dân và Ủy ban nhân dân", "vanthu"),
        ("ban", "Lãnh đạo Ủy ban nhân dân", "lanhdao"),
        ("trạm", "Công an xã", "congan-xa"),
    ),
    NEIGHBOUR: (
        ("trung tâm", "Phục vụ hành chính công", "ttphcc"),
        ("ban", "Tư pháp – Hộ tịch", "tuphap"),
    ),
    PROVINCE: (
        ("trung tâm", "Phục vụ hành chính công tỉnh", "ttphcc-tinh"),
        ("sở", "Văn hóa, Thể thao và Du lịch", "so-vanhoa"),
        ("sở", "Tư pháp", "lltp"),
        ("chi cục", "Thuế", "thue"),
        ("đơn vị sự nghiệp", "Bảo hiểm xã hội tỉnh", "bhxh"),
        ("sở", "Nông nghiệp và Môi trường", "snnmt"),
    ),
}

# Kind, name, and how far north and east of the commune's own place it stands on the maps of the demo (not surveyed).
HAMLETS = (
    ("thôn", "Ky Quan San", -0.034, -0.046), ("thôn", "Séo Pờ Hồ", -0.018, -0.026),
    ("thôn", "Nậm Pẻn 1", 0.031, 0.034), ("thôn", "Nậm Pẻn 2", 0.042, 0.045), ("thôn", "Piềng Láo", 0.019, 0.018),
    ("thôn", "Tả Pa Cheo", -0.021, 0.033), ("thôn", "Dền Sáng", 0.047, -0.028),
    ("thôn", "Trung Chải", 0.061, 0.004), ("thôn", "Hồng Ngài", 0.022, -0.041),
    ("thôn", "Mường Hum 1", 0.005, 0.007), ("thôn", "Mường Hum 2", -0.004, 0.001),
    ("thôn", "Nậm Ban", -0.012, 0.016), ("thôn", "Bản Xèo", -0.036, 0.049),
)  # fmt: skip


@dataclass(frozen=True)
class Officer:
    """An officer of the demo: where they work and with what role."""

    login: str
    name: str
    title: str
    role: str
    path: str
    also: tuple[tuple[str, str], ...] = ()


OFFICERS = (
    Officer("motcua", "Hoàng Thị Mai", "Cán bộ một cửa", "receptionist", f"{COMMUNE}ttphcc/"),
    Officer("motcua2", "Lù Văn Páo", "Cán bộ một cửa", "receptionist", f"{COMMUNE}ttphcc/"),
    Officer("tuphap", "Vàng A Sính", "Công chức Tư pháp – Hộ tịch", "specialist", f"{COMMUNE}tuphap/"),
    Officer("tuphap2", "Nông Thị Bích", "Công chức Tư pháp – Hộ tịch", "specialist", f"{COMMUNE}tuphap/"),
    Officer("kinhte", "Đặng Văn Chiến", "Công chức phòng Kinh tế", "specialist", f"{COMMUNE}kinhte/"),
    Officer("tpkinhte", "Sùng A Chư", "Trưởng phòng Kinh tế", "leader", f"{COMMUNE}kinhte/"),
    Officer(
        "vhxh",
        "Tẩn Thị Liều",
        "Công chức phòng Văn hóa – Xã hội",
        "specialist",
        f"{COMMUNE}vhxh/",
        (("radio", COMMUNE),),
    ),
    Officer("lanhdao", "Nguyễn Hữu Thọ", "Chủ tịch Ủy ban nhân dân xã", "leader", COMMUNE),
    Officer("pct", "Giàng Thị Dung", "Phó Chủ tịch Ủy ban nhân dân xã", "leader", COMMUNE),
    Officer("vanthu", "Phàn Thị Hoa", "Văn thư", "clerk", COMMUNE),
    Officer("congan", "Trần Quốc Việt", "Công an xã", "specialist", f"{COMMUNE}congan-xa/"),
    Officer("xaban", "Bàn Văn Lâm", "Cán bộ một cửa xã Bát Xát", "receptionist", f"{NEIGHBOUR}ttphcc/"),
    Officer(
        "sovanhoa",
        "Lê Minh Đức",
        "Chuyên viên Sở Văn hóa, Thể thao và Du lịch",
        "specialist",
        f"{PROVINCE}so-vanhoa/",
    ),
    Officer("sotuphap", "Phạm Thu Hằng", "Chuyên viên Sở Tư pháp", "specialist", f"{PROVINCE}lltp/"),
    Officer("ocop1", "Đào Thị Lan", "Thành viên Hội đồng OCOP tỉnh", "specialist", f"{PROVINCE}snnmt/"),
    Officer("ocop2", "Hà Văn Thiệu", "Thành viên Hội đồng OCOP tỉnh", "specialist", f"{PROVINCE}snnmt/"),
    Officer("hdocop", "Hoàng Quốc Khánh", "Chủ tịch Hội đồng OCOP tỉnh", "leader", f"{PROVINCE}snnmt/"),
    Officer("tinh", "Vũ Đình Nam", "Theo dõi cấp tỉnh", "province_viewer", PROVINCE),
    Officer("quantri", "Lục Văn Toàn", "Quản trị tỉnh", "province_admin", PROVINCE, (("admin", ""),)),
)


# The heads of the hamlets above, in the same order; their sign-ins are truongthon1, truongthon2 and so on.
HEADS = (
    "Tẩn A Sài", "Lý A Dế", "Chảo Láo San", "Phàn A Sử", "Sùng A Tráng", "Vàng A Lử", "Lò Văn Ón", "Tẩn Láo Tả",
    "Giàng A Chớ", "Lù Văn Hợp", "Nùng Thị Xuân", "Má A Páo", "Hoàng Văn Chấn",
)  # fmt: skip


def heads(commune: Unit) -> list[Officer]:
    """Who leads each hamlet of the demo commune."""
    paths = dict(Unit.objects.filter(parent=commune, level=Unit.Level.HAMLET).values_list("name", "path"))
    return [
        Officer(f"truongthon{number}", name, f"Trưởng thôn {hamlet}", "hamlet_head", paths[hamlet])
        for number, ((_, hamlet, *_), name) in enumerate(zip(HAMLETS, HEADS, strict=True), 1)
        if hamlet in paths
    ]


def make_place(viewer: Viewer) -> dict[str, Account]:
    """Offices, hamlets and officers; what is there already stays. Answers the accounts by sign-in name."""
    for parent_path, rows in OFFICES.items():
        parent = unit_at(parent_path)
        for kind, name, code in rows:
            if not Unit.objects.filter(path=f"{parent_path}{code}/").exists():
                units.add_office(viewer, parent=parent, kind=kind, name=name, code=code, valid_from=START)
    commune = unit_at(COMMUNE)
    if not Unit.objects.filter(parent=commune, level=Unit.Level.HAMLET).exists():
        for kind, name, north, east in HAMLETS:
            made = units.add_hamlet(viewer, commune=commune, kind=kind, name=name, valid_from=START)
            if commune.lat is not None and commune.lon is not None:
                place_hamlet(viewer, unit=made, lat=commune.lat + north, lon=commune.lon + east)
    _one_proof_is_enough(viewer)
    return {one.login: _account(viewer, one) for one in (*OFFICERS, *heads(commune))}


def _one_proof_is_enough(viewer: Viewer) -> None:
    """The demo prints its passwords: everybody signs in by password alone, and a row says so."""
    for row in last_words():
        if not row.is_required:
            continue
        set_policy(
            viewer,
            role=row.role,
            is_required=False,
            valid_from=max(row.valid_from, today()),
            legal_basis="Bản trình diễn: đăng nhập bằng mật khẩu in sẵn, không có dữ liệu thật",
        )


def _account(viewer: Viewer, one: Officer) -> Account:
    known = Account.objects.filter(username=one.login).first()
    if known is not None:
        return known
    account = create_officer(
        viewer,
        username=one.login,
        password=PASSWORD,
        display_name=one.name,
        unit_path=one.path,
        title=one.title,
    )
    for role, path in ((one.role, one.path), *one.also):
        grant_role(viewer, account=account, role=role, unit_path=path)
    return account
