"""Looks at the running installation: each answers (met, what was found) in words for the level file."""

from __future__ import annotations

import platform
from collections.abc import Callable
from importlib.metadata import version as installed

import django
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from xaso.kernel.access.factors import factors_of
from xaso.kernel.access.policy import required_roles
from xaso.kernel.base.fields import SealedText
from xaso.kernel.base.keys import key_ring
from xaso.kernel.events.models import Event
from xaso.kernel.people.models import Account, Person, PersonView, RoleGrant
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.sealing.proofs import newest_head
from xaso.kernel.service import everything, services
from xaso.kernel.units.models import Unit
from xaso.site.keeping import records
from xaso.site.operating import facts
from xaso.site.operating.advice import advice

Answer = tuple[bool, str]


def people() -> int:
    """Persons whose data are kept."""
    return Person.objects.count()


def version() -> str:
    """Version of the product."""
    return str(settings.XASO_VERSION)


def _home() -> Unit | None:
    return Unit.objects.filter(path=settings.XASO_HOME_UNIT).first() if settings.XASO_HOME_UNIT else None


def system_name() -> str:
    """The system by the unit whose pages these are."""
    unit = _home()
    return f"Nền tảng số {unit.name}" if unit else "Nền tảng số Xã Số"


def general() -> list[tuple[str, str]]:
    """Who runs it and where it is found."""
    unit = _home()
    return [
        ("Đơn vị", unit.name if unit else "Nhiều đơn vị"),
        ("Địa chỉ trên mạng", settings.XASO_BASE_URL),
        ("Dịch vụ đang bật", "; ".join(part.title for part in services())),
        ("Nơi công dân nộp hồ sơ", "Tại hệ thống này" if settings.XASO_FILING == "here" else "Cổng quốc gia"),
    ]


def scale(persons: int) -> list[tuple[str, str]]:
    """How much is kept, counted now."""
    officers = Account.objects.filter(kind=Account.Kind.OFFICER, is_active=True).count()
    return [
        ("Người có dữ liệu trong hệ thống", f"{persons}"),
        ("Tài khoản cán bộ đang dùng", f"{officers}"),
        ("Dung lượng cơ sở dữ liệu", f"{facts.database_bytes() // 1_000_000} MB"),
        (
            "Sự kiện trong nhật ký",
            f"{Event.objects.order_by('-seq').values_list('seq', flat=True).first() or 0}",
        ),
    ]


def parts() -> list[tuple[str, str]]:
    """Programs and versions that really run."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    outside = "; ".join(f"{name}: {one.url}" for name, one in sorted(settings.XASO_OUTSIDE.items()))
    return [
        ("Máy chủ", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"),
        ("Cơ sở dữ liệu", f"PostgreSQL {postgres}"),
        ("Khung phần mềm", f"Django {django.get_version()}, granian {installed('granian')}"),
        ("Kho tệp", "S3" if settings.XASO_S3_URL else f"Thư mục {settings.XASO_FILES}"),
        ("Kết nối ra ngoài", outside),
    ]


def _accounts() -> Answer:
    roles = RoleGrant.objects.filter(valid_to__isnull=True).count()
    rights = sum(len(part.rights) for part in everything())
    return True, f"{roles} lượt giao vai trò đang hiệu lực, {rights} quyền, mỗi quyền gắn với nhánh đơn vị."


def _passwords() -> Answer:
    hasher = import_string(settings.PASSWORD_HASHERS[0]).algorithm
    return hasher == "argon2", f"Hàm băm {hasher}."


def _second_factor() -> Answer:
    """Holders of the roles that need two proofs today, and how many of them have set up the second."""
    roles = required_roles()
    if not roles:
        return False, "Chưa vai trò nào bắt buộc xác thực hai lớp."
    holders = Account.objects.filter(
        is_active=True, grants__role_id__in=roles, grants__valid_to__isnull=True
    ).distinct()
    bare = sum(not factors_of(account.pk).any for account in holders)
    if bare:
        return False, f"{bare} tài khoản phải có xác thực hai lớp mà chưa bật."
    return True, f"{len(roles)} vai trò bắt buộc, mọi tài khoản giữ vai trò đó đã bật."


def _sessions() -> Answer:
    idle = getattr(settings, "XASO_SESSION_IDLE_MINUTES", None)
    hours = settings.SESSION_COOKIE_AGE // 3600
    if idle is None:
        return False, f"Phiên hết sau {hours} giờ, chưa tự hết khi không dùng."
    return True, f"Phiên hết sau {idle} phút không dùng và sau {hours} giờ."


def _transport() -> Answer:
    good = settings.XASO_BASE_URL.startswith("https://")
    return good, f"Địa chỉ {settings.XASO_BASE_URL}" + (
        ", HSTS bật." if settings.SECURE_HSTS_SECONDS else "."
    )


def _sealed() -> Answer:
    columns = sum(
        isinstance(field, SealedText) for model in apps.get_models() for field in model._meta.fields
    )
    ring = key_ring()
    return (
        columns > 0,
        f"{columns} cột mã hóa AES-256-GCM, khóa số {ring.active} trong {len(ring.keys)} khóa.",
    )


def _row_security() -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FILTER (WHERE relrowsecurity AND relforcerowsecurity) FROM pg_class")
        walled = cursor.fetchone()[0]
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        passes = cursor.fetchone()[0]
    if passes:
        return False, f"{walled} bảng có chính sách, nhưng vai trò đang dùng bỏ qua được chính sách."
    return walled > 0, f"{walled} bảng có chính sách, vai trò chạy phần mềm không bỏ qua được."


def _uploads() -> Answer:
    clamd = getattr(settings, "XASO_CLAMD", "")
    if not clamd:
        return False, "Kiểu tệp xét theo nội dung; chưa nối máy quét mã độc (đặt XASO_CLAMD)."
    return True, f"Kiểu tệp xét theo nội dung; mã độc quét qua {clamd}."


def _log() -> Answer:
    head = newest_head()
    if head is None:
        return False, "Chưa ký đầu cây nào."
    return (
        True,
        f"Đầu cây mới nhất gồm {head.size} sự kiện, ký lúc {head.at.astimezone(VIETNAM):%H:%M %d/%m/%Y}.",
    )


def _views() -> Answer:
    return True, f"{PersonView.objects.count()} lượt xem đã ghi, người dân xem được ai đã xem mình."


def _kept(name: str, longest_hours: int) -> Answer:
    """The newest row of backup or drill, from the part that makes them."""
    last = records.last_backup() if name == "backup" else records.last_drill()
    if last is None:
        return False, "Chưa có lần nào."
    fresh = (now() - last.at).total_seconds() < longest_hours * 3600
    return bool(fresh and last.ok), f"Lần gần nhất {last.at:%H:%M %d/%m/%Y}: {last.words}"


def _configuration() -> Answer:
    wrong = sum(one.is_wrong for one in advice())
    return not wrong, "Không có điều nguy hiểm." if not wrong else f"{wrong} điều nguy hiểm, xem mục VI."


def _monitoring() -> Answer:
    alive = len(facts.workers())
    return alive > 0, f"/readyz, /metrics, trang Hệ thống; {alive} tiến trình nền đang chạy."


LOOKS: dict[str, Callable[[], Answer]] = {
    "accounts": _accounts,
    "passwords": _passwords,
    "second_factor": _second_factor,
    "sessions": _sessions,
    "transport": _transport,
    "sealed": _sealed,
    "row_security": _row_security,
    "uploads": _uploads,
    "log": _log,
    "views": _views,
    "backup": lambda: _kept("backup", 26),
    "drill": lambda: _kept("drill", 8 * 24),
    "configuration": _configuration,
    "monitoring": _monitoring,
}
