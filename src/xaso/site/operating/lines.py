"""Lines to other machines, looked over: each is encrypted and its other end is known, or start-up says what to set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from xaso.kernel.plain.inner_tls import is_this_machine
from xaso.kernel.plain.moment import now
from xaso.site.inner.authority import ends

NEAR_DAYS = 30


def open_lines() -> Iterator[tuple[str, str]]:
    """(setting, sentence) for each line to another machine that others could listen to."""
    hosts = [
        host
        for host in str(connection.settings_dict.get("HOST") or "").split(",")
        if not is_this_machine(host)
    ]
    if hosts and not _database_is_sealed():
        yield (
            "DATABASE_URL",
            f"Đường tới cơ sở dữ liệu ở máy {', '.join(hosts)} không mã hóa. Bật TLS ở PostgreSQL rồi đặt"
            " XASO_INNER_TLS, hoặc thêm sslmode=verify-full&sslrootcert=… vào DATABASE_URL.",
        )
    bus = settings.XASO_BUS.split(",") if settings.XASO_BUS != "local" else []
    scheme = bus[0].partition("://")[0] if bus else "tls"
    names = [_host(one) for one in bus]
    if scheme != "tls" and not all(is_this_machine(name) for name in names):
        yield "XASO_BUS", "Đường tới NATS không mã hóa. Viết XASO_BUS=tls://… và đặt XASO_INNER_TLS."
    for name, address in (("XASO_S3_URL", settings.XASO_S3_URL),):
        parts = urlsplit(address)
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            yield name, f"Đường tới kho tệp {parts.hostname} không mã hóa. Viết {name}=https://…"


def loose_lines() -> Iterator[tuple[str, str]]:
    """Encrypted, but the other end is not checked by name; or our own certificate is about to end."""
    options = connection.settings_dict.get("OPTIONS") or {}
    hosts = [
        host
        for host in str(connection.settings_dict.get("HOST") or "").split(",")
        if not is_this_machine(host)
    ]
    if hosts and options.get("sslmode") != "verify-full":
        yield (
            "DATABASE_URL",
            "Chưa kiểm tra tên máy chủ cơ sở dữ liệu: đặt XASO_INNER_TLS hoặc sslmode=verify-full trong DATABASE_URL.",
        )
    if not settings.XASO_INNER_TLS:
        return
    end = certificate_end()
    if end is None:
        yield (
            "XASO_INNER_TLS",
            "Thư mục XASO_INNER_TLS thiếu ca.pem, cert.pem hoặc key.pem. Tạo bằng ./xaso inner-tls.",
        )
    elif (end - now()).days < NEAR_DAYS:
        yield (
            "XASO_INNER_TLS",
            f"Chứng chỉ giữa các máy hết hạn ngày {end:%d/%m/%Y}. Cấp lại bằng ./xaso inner-tls.",
        )


def certificate_end() -> datetime | None:
    """When this node's certificate ends; None when a file is missing or unreadable."""
    folder = Path(settings.XASO_INNER_TLS)
    try:
        found = ends(folder)
    except (OSError, ValueError):
        return None
    return found if all((folder / name).is_file() for name in ("ca.pem", "key.pem")) else None


def _database_is_sealed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        row = cursor.fetchone()
    return bool(row and row[0])


def _host(address: str) -> str:
    return urlsplit(address if "://" in address else f"tls://{address}").hostname or ""
