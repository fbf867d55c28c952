"""The configuration looked over: each finding is a sentence that says what to set, for start-up and for the page.

``wrong`` keeps the product from starting outside trials; ``weak`` is shown until somebody mends it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error, connection

from xaso.site.operating import facts, lines

Look = Callable[[], Iterator["Finding"]]


@dataclass(frozen=True)
class Finding:
    """One thing to mend. ``is_wrong``: personal data would be at risk, so a real installation does not start."""

    is_wrong: bool
    text: str
    setting: str = ""


def _wrong(text: str, setting: str = "") -> Finding:
    return Finding(True, text, setting)


def _weak(text: str, setting: str = "") -> Finding:
    return Finding(False, text, setting)


def _address() -> Iterator[Finding]:
    parts = urlsplit(settings.XASO_BASE_URL)
    at_home = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme != "https" and not at_home:
        yield _wrong(
            "Địa chỉ công khai chưa dùng https nên mật khẩu và giấy tờ đi trên mạng không được mã hóa."
            " Đặt XASO_BASE_URL=https://… sau khi cài chứng chỉ cho máy chủ web.",
            "XASO_BASE_URL",
        )
    if at_home:
        yield _weak(
            "Địa chỉ hệ thống là máy này. Đặt XASO_BASE_URL bằng địa chỉ người dân sẽ mở, ví dụ"
            " https://dichvu.xa-muong-hum.gov.vn.",
            "XASO_BASE_URL",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield _wrong(
            "Máy chủ nhận mọi tên miền. Đặt XASO_HOSTS là các tên miền của hệ thống, cách nhau dấu phẩy.",
            "XASO_HOSTS",
        )
    if parts.scheme == "https" and not getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        yield _weak(
            "Hệ thống chạy https nhưng chưa biết mình đứng sau máy chủ web. Đặt XASO_BEHIND_PROXY=yes nếu nginx"
            " hoặc Caddy chuyển yêu cầu vào.",
            "XASO_BEHIND_PROXY",
        )


def _trial() -> Iterator[Finding]:
    if settings.DEBUG:
        yield _wrong("Chế độ dò lỗi đang bật và có thể lộ dữ liệu. Bỏ XASO_DEBUG.", "XASO_DEBUG")
    trial = [one for one in facts.certificates() if one.trial]
    if trial:
        yield _weak(
            f"Có {len(trial)} chứng thư ký số dùng thử: chữ ký không có giá trị pháp lý. Gắn chứng thư thật ở"
            " mục Khóa ký số."
        )
    simulators = urlsplit(settings.XASO_SIMULATORS).netloc
    pretended = sorted(
        name for name, one in settings.XASO_OUTSIDE.items() if urlsplit(one.url).netloc == simulators
    )
    if pretended:
        yield _weak(
            f"Các kết nối còn dùng hệ thống giả lập: {', '.join(pretended)}. Đặt địa chỉ thật theo"
            " docs/build/outside-systems.md."
        )


def _keys() -> Iterator[Finding]:
    if "XASO_SECRET_KEY" in os.environ and len(settings.SECRET_KEY) < 40:
        yield _wrong(
            "XASO_SECRET_KEY quá ngắn. Bỏ biến này để hệ thống tự sinh, hoặc đặt chuỗi ngẫu nhiên ít nhất 40 ký tự.",
            "XASO_SECRET_KEY",
        )
    for path in (Path(settings.XASO_KEY_RING), settings.XASO_HOME / "keys" / "session.key"):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield _wrong(f"Người khác trên máy đọc được khóa {path.name}. Chạy: chmod 600 {path}")


def _room() -> Iterator[Finding]:
    disk = facts.disk()
    if disk.is_low:
        yield _weak(
            f"Ổ đĩa chỉ còn {disk.free // 1_000_000} MB. Dọn ổ đĩa hoặc chuyển XASO_HOME sang ổ lớn hơn.",
            "XASO_HOME",
        )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
            " current_setting('synchronous_commit')"
        )
        fsync, pages, commit = cursor.fetchone()
    if fsync != "on" or pages != "on":
        yield _wrong(
            "PostgreSQL không ghi chắc xuống đĩa: đặt fsync = on và full_page_writes = on rồi khởi động lại."
        )
    if commit == "off":
        yield _wrong(
            "PostgreSQL báo xong trước khi ghi: đặt synchronous_commit = on, nếu không mất điện là mất hồ sơ."
        )


def _certificates() -> Iterator[Finding]:
    for one in facts.certificates():
        if one.days < 0:
            yield _weak(f"Chứng thư ký số của {one.holder} đã hết hạn. Xin cấp mới rồi gắn ở mục Khóa ký số.")
        elif one.is_near:
            yield _weak(f"Chứng thư ký số của {one.holder} còn {one.days} ngày. Gia hạn ngay.")


def _lines() -> Iterator[Finding]:
    for setting, text in lines.open_lines():
        yield _wrong(text, setting)
    for setting, text in lines.loose_lines():
        yield _weak(text, setting)


def _logs() -> Iterator[Finding]:
    if not settings.XASO_LOG_TO:
        yield _weak(
            "Nhật ký vận hành chỉ nằm trên máy này: ai chiếm máy thì sửa được. Đặt XASO_LOG_TO=tls://máy:6514 để gửi"
            " sang máy khác.",
            "XASO_LOG_TO",
        )


LOOKS: tuple[Look, ...] = (_address, _trial, _keys, _room, _database, _lines, _logs, _certificates)


def advice() -> list[Finding]:
    """Every finding, the dangerous ones first. A database that does not answer is itself the finding."""
    found: list[Finding] = []
    for look in LOOKS:
        try:
            found += look()
        except Error:
            found.append(_wrong("Không hỏi được cơ sở dữ liệu. Xem ./xaso doctor."))
            break
    return sorted(found, key=lambda one: not one.is_wrong)
