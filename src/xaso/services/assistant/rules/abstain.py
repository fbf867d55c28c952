"""When the assistant answers, when it only shows what is near, and the honest words for each."""

from __future__ import annotations

from dataclasses import dataclass

FOUND, RELATED, ASK_BACK, NOT_FOUND = "found", "related", "ask_back", "not_found"
KINDS = {
    FOUND: "Tìm thấy",
    RELATED: "Có thể liên quan",
    ASK_BACK: "Hỏi lại",
    NOT_FOUND: "Không tìm thấy",
}
HONEST = "Không tìm thấy quy định trả lời trực tiếp trong kho văn bản."
LACKS = (
    "văn bản của tỉnh, xã (nghị quyết, quyết định của Hội đồng nhân dân, Ủy ban nhân dân) chưa nhập vào kho",
    "nhiều nghị định xử phạt vi phạm hành chính",
    "biểu mẫu, phụ lục và văn bản ban hành sau ngày nhập kho",
)


@dataclass(frozen=True)
class Limits:
    """From which calibrated confidence an answer is shown as one, and from which as possibly related."""

    answer: float
    near: float

    def kind(self, confidence: float, hits: int) -> str:
        """found, related or not_found."""
        if hits and confidence >= self.answer:
            return FOUND
        return RELATED if hits and confidence >= self.near else NOT_FOUND


# The confidence is the share of right first articles among questions that look like this one. Out of fold on the
# development questions (932 with an answer, 742 without): from 0.45 on 63 % of the former and 13 % of the latter are
# answered, 87 % of the first articles of the former are right, 74 % of all. Below 0.05 are 0.3 % of the right ones
# and 45 % of the questions without an answer (docs/build/assistant-search.md).
LIMITS = Limits(answer=0.45, near=0.05)
