"""What the documents area registers: rights, log sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from xaso.kernel.base.manifest import Check, Digests, HomeCard, Right, SealedFiles, Service, TaskSpec

SIGN = "documents.sign"
SEAL = "documents.seal"
REVOKE = "documents.revoke"
TEMPLATES = "documents.templates"
KEYS = "documents.keys"


def _clean_up() -> None:
    from xaso.kernel.documents.tasks import clean_up  # the manifest is read before the models

    clean_up()


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
    tasks=(TaskSpec("documents.clean_up", _clean_up, "17 3 * * *"),),
    checks=(Check("Kho tệp", _store_works), Check("Dấu thời gian", _timestamps_work)),
    rights=(
        Right(SIGN, "Ký số văn bản với tư cách người có thẩm quyền", ("leader",)),
        Right(SEAL, "Cấp số, đóng dấu số của cơ quan", ("clerk",)),
        Right(REVOKE, "Thu hồi văn bản đã phát hành", ("leader",)),
        Right(TEMPLATES, "Sửa mẫu văn bản", ("admin", "province_admin")),
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
        "documents.template_changed": "Sửa mẫu văn bản {template}",
    },
)
