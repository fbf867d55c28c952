"""What the check of a paper answers: facts first, then the words for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from xaso.kernel.documents.models import Document


class Verdict(StrEnum):
    """The one-line answer."""

    VALID = "valid"
    ALTERED = "altered"
    REVOKED = "revoked"
    BAD_CERTIFICATE = "bad_certificate"
    UNFINISHED = "unfinished"
    UNCHECKED = "unchecked"
    UNSIGNED = "unsigned"
    NOT_PDF = "not_pdf"
    UNKNOWN_CODE = "unknown_code"


HEADINGS = {
    Verdict.VALID: "Hợp lệ",
    Verdict.ALTERED: "Không hợp lệ: tệp đã bị sửa",
    Verdict.REVOKED: "Không còn hiệu lực: văn bản đã bị thu hồi",
    Verdict.BAD_CERTIFICATE: "Không hợp lệ: chứng thư chữ ký số không dùng được lúc ký",
    Verdict.UNFINISHED: "Chưa có hiệu lực: văn bản chưa phát hành",
    Verdict.UNCHECKED: "Chưa kiểm tra được",
    Verdict.UNSIGNED: "Tệp không có chữ ký số",
    Verdict.NOT_PDF: "Đây không phải tệp PDF",
    Verdict.UNKNOWN_CODE: "Không tìm thấy văn bản có mã này",
}
_ADVICE = {
    Verdict.VALID: "Chữ ký số đúng, nội dung không đổi từ lúc phát hành.",
    Verdict.ALTERED: "Không dùng tệp này. Xin lại bản gốc từ cơ quan ban hành.",
    Verdict.REVOKED: "Không dùng văn bản này nữa. Hỏi cơ quan ban hành để nhận bản thay thế.",
    Verdict.BAD_CERTIFICATE: "Không dùng tệp này. Hỏi cơ quan ban hành.",
    Verdict.UNFINISHED: "Văn bản chưa đủ chữ ký của người có thẩm quyền và cơ quan.",
    Verdict.UNCHECKED: "Chưa đủ căn cứ để nói đúng hay sai. Hỏi cơ quan ban hành trước khi dùng.",
    Verdict.UNSIGNED: "Tệp không chứng minh được ai ban hành. Xin tệp gốc có chữ ký số.",
    Verdict.NOT_PDF: "Chọn tệp PDF của văn bản. Ảnh chụp không mang chữ ký số.",
    Verdict.UNKNOWN_CODE: "Kiểm tra lại từng ký tự. Nếu vẫn không thấy, hỏi cơ quan ghi trên văn bản.",
}
# Good, bad, or neither: decides colour and icon; the words stand by themselves.
TONES = {
    Verdict.VALID: "good",
    Verdict.ALTERED: "danger",
    Verdict.REVOKED: "danger",
    Verdict.BAD_CERTIFICATE: "danger",
}


@dataclass(frozen=True)
class SignatureReport:
    """One signature: what was found, each fact by itself."""

    field: str
    signer: str
    organisation: str
    issuer: str
    serial: str
    signed_at: datetime | None
    time_proven: bool
    time_authority: str
    intact: bool
    whole_file: bool
    changes: str  # none | allowed | forbidden | unknown
    certificate: str  # good | untrusted | expired | revoked | unknown
    revocation: str  # good | revoked | revoked_later | unknown
    known: bool
    role: str = ""
    value_sha256: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing speaks against this signature."""
        return (
            self.intact
            and self.changes in {"none", "allowed"}
            and self.certificate == "good"
            and self.time_proven
        )

    @property
    def lines(self) -> list[str]:
        """The facts in Vietnamese."""
        return [
            "Nội dung còn nguyên vẹn từ lúc ký." if self.intact else "Nội dung không còn như lúc ký.",
            _CHANGES[self.changes],
            f"Dấu thời gian của {self.time_authority}."
            if self.time_proven
            else "Thời điểm ký chưa được xác thực.",
            _CERTIFICATES[self.certificate],
            _REVOCATIONS[self.revocation],
        ]


_CHANGES = {
    "none": "Sau khi ký không có thay đổi.",
    "allowed": "Sau khi ký chỉ có phần được phép: cấp số, ngày và chữ ký của cơ quan.",
    "forbidden": "Sau khi ký tệp đã bị thay đổi trái phép.",
    "unknown": "Chưa xác định được thay đổi sau khi ký.",
}
_CERTIFICATES = {
    "good": "Chứng thư có hiệu lực lúc ký, nơi cấp được tin cậy.",
    "untrusted": "Chưa nhận ra nơi cấp chứng thư.",
    "expired": "Chứng thư không có hiệu lực lúc ký.",
    "revoked": "Chứng thư đã bị thu hồi trước lúc ký.",
    "unknown": "Chưa kiểm tra được chứng thư.",
}
_REVOCATIONS = {
    "good": "Chứng thư không bị thu hồi.",
    "revoked": "Chứng thư có tên trong danh sách thu hồi.",
    "revoked_later": "Chứng thư bị thu hồi sau khi ký; chữ ký này không bị ảnh hưởng.",
    "unknown": "Chưa kiểm tra được danh sách thu hồi.",
}


@dataclass(frozen=True)
class Report:
    """The whole answer. ``document`` is ours when a signature or code is known to our store."""

    verdict: Verdict
    sha256: str = ""
    signatures: tuple[SignatureReport, ...] = ()
    document: Document | None = None
    exact: bool = False
    notes: tuple[str, ...] = field(default=())
    by_code: bool = False

    @property
    def heading(self) -> str:
        return HEADINGS[self.verdict]

    @property
    def advice(self) -> str:
        """What to do with the paper, in one sentence."""
        if self.by_code and self.verdict == Verdict.VALID:
            return "Cơ quan đã phát hành văn bản này, chữ ký số đúng. Bản đang cầm phải giống như dưới đây."
        return _ADVICE[self.verdict]

    @property
    def tone(self) -> str:
        return TONES.get(self.verdict, "warn")

    def as_json(self) -> dict[str, Any]:
        """For the API: no personal data beyond who signed."""
        paper = self.document
        answer: dict[str, Any] = {
            "verdict": self.verdict.value,
            "heading": self.heading,
            "notes": list(self.notes),
            "sha256": self.sha256,
            "signatures": [
                {
                    "signer": one.signer,
                    "organisation": one.organisation,
                    "role": one.role,
                    "issuer": one.issuer,
                    "serial": one.serial,
                    "signed_at": one.signed_at.isoformat() if one.signed_at else None,
                    "time_proven": one.time_proven,
                    "time_authority": one.time_authority,
                    "intact": one.intact,
                    "whole_file": one.whole_file,
                    "changes": one.changes,
                    "certificate": one.certificate,
                    "revocation": one.revocation,
                }
                for one in self.signatures
            ],
        }
        if paper is not None:
            answer["document"] = {
                "kind": paper.kind,
                "agency": paper.agency,
                "number": paper.shown_number,
                "issued_at": paper.issued_at.isoformat() if paper.issued_at else None,
                "state": paper.state,
                "result_code": paper.result_code,
            }
        return answer
