"""What the documents area registers: rights, log sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from xaso.kernel.base.manifest import Check, Digests, HomeCard, NavItem, Right, SealedFiles, Service, TaskSpec
from xaso.kernel.documents.rights import KEYS, QUARANTINE, REVOKE, SEAL, SIGN, TEMPLATES
from xaso.kernel.sealing.shown import show_data

# Number and hash of a paper that anyone may check: its proof in the log carries them.
show_data("documents.issued")


def _clean_up() -> None:
    from xaso.kernel.documents.tasks import clean_up  # the manifest is read before the models

    clean_up()


def _rescan() -> None:
    from xaso.kernel.documents.tasks import rescan

    rescan()


def _held_count(viewer: Any) -> int:
    from xaso.kernel.documents.queries import held_count

    return held_count(viewer)


def _scanner_works() -> tuple[bool, str]:
    from xaso.kernel.documents.scanning import scanner

    found = scanner()
    if found is None:
        return True, "Chưa gắn máy quét mã độc (đặt XASO_CLAMD để quét tệp gửi lên)."
    try:
        return True, f"Máy quét mã độc trả lời: {found.version()[:100]}"
    except OSError:
        return False, "Máy quét mã độc không trả lời. Xem dịch vụ clamav-daemon."


def _store_works() -> tuple[bool, str]:
    from xaso.kernel.documents.store import store

    sha256, _ = store().put(b"xaso")
    return (
        (True, "Kho tệp ghi và đọc được.") if store().read(sha256) == b"xaso" else (False, "Kho tệp đọc sai.")
    )


def _timestamps_work() -> tuple[bool, str]:
    from xaso.kernel.documents.signing.timestamps import time_stamper

    asyncio.run(time_stamper().async_dummy_response("sha256"))
    return True, "Máy chủ cấp dấu thời gian trả lời."


def _locks_left() -> int:
    from xaso.kernel.documents.signing.file_key import locks_under_older_keys

    return locks_under_older_keys()


def _provider_files() -> Iterable[tuple[Path, str]]:
    from xaso.kernel.documents.signing.simulator import sealed_files

    return sealed_files()


SERVICE = Service(
    digests=(Digests("Khóa ký bằng tệp", left=_locks_left, what="khóa ký chờ người giữ nhập mã PIN"),),
    sealed_files=(SealedFiles("Khóa của nhà cung cấp mô phỏng", _provider_files),),
    key="documents",
    title="Văn bản và chữ ký số",
    summary="Tệp, mẫu văn bản, ký số, đóng dấu số, kiểm tra văn bản.",
    switchable=False,
    home=(
        HomeCard(
            "Kiểm tra văn bản",
            "Quét mã QR, nhập mã hoặc chọn tệp PDF để biết giấy thật hay giả.",
            "verify",
            "shield-check",
        ),
    ),
    nav=(
        NavItem("Khóa ký, con dấu", "documents_keys", KEYS, icon="stamp"),
        NavItem("Mẫu văn bản", "documents_templates", TEMPLATES, icon="file-text"),
        NavItem("Tệp cách ly", "held_files", QUARANTINE, icon="shield-check", count=_held_count),
    ),
    tasks=(
        TaskSpec("documents.clean_up", _clean_up, "17 3 * * *"),
        TaskSpec("documents.rescan", _rescan, "*/5 * * * *"),
    ),
    checks=(
        Check("Kho tệp", _store_works),
        Check("Quét mã độc", _scanner_works),
        Check("Dấu thời gian", _timestamps_work),
    ),
    rights=(
        Right(SIGN, "Ký số văn bản với tư cách người có thẩm quyền", ("leader",)),
        Right(SEAL, "Cấp số, đóng dấu số của cơ quan", ("clerk",)),
        Right(REVOKE, "Thu hồi văn bản đã phát hành", ("leader",)),
        Right(TEMPLATES, "Sửa mẫu văn bản", ("admin", "province_admin")),
        Right(QUARANTINE, "Cho nhận hoặc hủy tệp bị cách ly", ("admin", "province_admin")),
        Right(KEYS, "Gắn khóa ký, cấp và thu hồi chứng thư dùng thử", ("admin", "province_admin")),
    ),
    announces={
        "documents.drafted": "Lập dự thảo văn bản",
        "documents.signed": "Người có thẩm quyền đã ký số",
        "documents.signature_refused": "Người có thẩm quyền trả lại dự thảo",
        "documents.issued": "Văn thư đã cấp số {number} và đóng dấu số",
        "documents.stored": "Lưu văn bản nhận từ ngoài",
        "documents.revoked": "Thu hồi văn bản",
        "documents.key_added": "Gắn khóa ký số",
        "documents.key_revoked": "Thu hồi chứng thư chữ ký số",
        "documents.erased": "Xóa nội dung một tệp",
        "documents.file_held": "Cách ly một tệp nghi có mã độc",
        "documents.file_released": "Cho nhận tệp đã cách ly",
        "documents.file_destroyed": "Hủy tệp đã cách ly",
        "documents.template_changed": "Sửa mẫu văn bản {template}",
    },
)
