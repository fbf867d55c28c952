"""What the documents area registers: rights, log sentences."""

from __future__ import annotations

from xaso.kernel.base.manifest import Right, Service

SIGN = "documents.sign"
SEAL = "documents.seal"
REVOKE = "documents.revoke"
TEMPLATES = "documents.templates"
KEYS = "documents.keys"

SERVICE = Service(
    key="documents",
    title="Văn bản và chữ ký số",
    summary="Tệp, mẫu văn bản, ký số, đóng dấu số, kiểm tra văn bản.",
    switchable=False,
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
