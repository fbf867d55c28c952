"""What the documents area announces, and the rights it knows."""

from __future__ import annotations

from xaso.kernel.base.manifest import Right, Service

SIGN = "documents.sign"
SEAL = "documents.seal"
REVOKE = "documents.revoke"
TEMPLATES = "documents.templates"
KEYS = "documents.keys"

RIGHTS = (
    Right(SIGN, "Ký số văn bản với tư cách người có thẩm quyền", ("leader",)),
    Right(SEAL, "Cấp số, đóng dấu số của cơ quan", ("clerk",)),
    Right(REVOKE, "Thu hồi văn bản đã phát hành", ("leader",)),
    Right(TEMPLATES, "Sửa mẫu văn bản", ("admin",)),
    Right(KEYS, "Cấp, thu hồi chứng thư dùng thử; gắn khóa ký", ("admin",)),
)

ANNOUNCES = {
    "documents.drafted": "Dự thảo văn bản",
    "documents.signed": "Người có thẩm quyền đã ký số",
    "documents.signature_refused": "Người có thẩm quyền trả lại dự thảo",
    "documents.issued": "Văn thư đã cấp số và đóng dấu số",
    "documents.revoked": "Thu hồi văn bản",
    "documents.key_added": "Gắn khóa ký số",
    "documents.key_revoked": "Thu hồi chứng thư chữ ký số",
    "documents.template_changed": "Sửa mẫu văn bản",
    "documents.file_received": "Nhận tệp",
}

SERVICE = Service(
    key="documents",
    title="Văn bản và chữ ký số",
    summary="Tệp, văn bản, mẫu, chữ ký số, kiểm tra công khai.",
    switchable=False,
    rights=RIGHTS,
    announces=ANNOUNCES,
)
