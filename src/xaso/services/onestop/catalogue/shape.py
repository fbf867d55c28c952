"""The shape of a parsed procedure: plain data classes that turn into JSON and back.

Every item says how sure it is. `raw` is the piece of the portal's text that it was read from; `reason` is a
code of `REASONS` and is set exactly when the item is ambiguous.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

PARSED, AMBIGUOUS, ABSENT = "parsed", "ambiguous", "absent"

ONLINE, POST, IN_PERSON = "online", "post", "in_person"
CHANNEL_LABELS = {ONLINE: "Trực tuyến", POST: "Dịch vụ bưu chính", IN_PERSON: "Trực tiếp"}

REASONS = {
    # terms
    "unit_lost": "Cổng dịch vụ công không ghi đơn vị của thời hạn",
    "unit_conflict": "Đơn vị ở cột thời gian khác đơn vị ở phần mô tả",
    "number_mismatch": "Số ở cột thời gian không có trong phần mô tả",
    "several_terms": "Phần mô tả nêu nhiều thời hạn, không rõ thời hạn chung",
    "digits_glued": "Chữ số của thời hạn và của phí dính liền nhau",
    "only_in_steps": "Cột thời gian để trống; thời hạn chỉ thấy trong trình tự thực hiện",
    "free_text": "Thời hạn ghi bằng lời, không đọc được thành số",
    "not_set_in_text": "Cột thời gian có số nhưng phần mô tả ghi không quy định",
    "zero_term": "Thời hạn ghi là 0",
    "to_confirm": "Đã đọc được nhưng cần cán bộ xác nhận",
    # fees
    "free_but_tariff": "Ghi miễn phí nhưng lại dẫn văn bản quy định mức thu",
    "free_but_amount": "Ghi miễn phí nhưng phần chú thích nêu số tiền",
    "free_but_exemptions": "Ghi miễn phí nhưng lại liệt kê đối tượng được miễn",
    "free_with_note": "Ghi miễn phí kèm chú thích chưa rõ nghĩa",
    "thousands_lost": "Số tiền nhỏ bất thường, có thể mất ba chữ số cuối",
    "amount_mismatch": "Số tiền ở cột phí không có trong phần chú thích",
    "dated_reduction": "Mức phí có giảm hoặc miễn theo thời gian",
    "several_amounts": "Phần chú thích hoặc mô tả nêu nhiều mức thu",
    "currency_conflict": "Đơn vị tiền ở cột phí khác phần chú thích",
    "note_border_lost": "Không rõ phần chú thích phí kết thúc ở đâu",
    # components
    "zero_copies": "Số bản chính và bản sao đều là 0",
    "count_border_lost": "Số lượng dính liền với tên giấy tờ",
    "file_border_lost": "Tên tệp mẫu đơn dính liền với tên giấy tờ",
    "count_mismatch": "Số lượng ở cột khác số lượng ghi trong tên giấy tờ",
    "no_counts": "Không đọc được bảng thành phần hồ sơ",
    # other fields
    "steps_unnumbered": "Trình tự không đánh số bước",
    "pair_border_lost": "Tên và số hiệu văn bản dính liền nhau",
    "code_missing": "Kết quả không có mã giấy tờ",
    "rows_unreadable": "Không tách được bảng cách thức thực hiện",
}


@dataclass(slots=True)
class Term:
    """How long the authority may take. `code` is the clock's spelling: 5wd, 15d, 8h, same-day, 10wd+5wd."""

    status: str
    kind: str = "unknown"  # working_days calendar_days hours working_hours months minutes same_day staged
    #                        by_case per_channel none unknown; none: the portal states that
    #                        there is no term (its words stay in raw)
    code: str = ""
    amount: float | None = None
    source: str = ""  # column description steps law clean settled override
    raw: str = ""
    reason: str = ""
    candidates: list[str] = field(default_factory=list)  # codes that fit the text; "5?" has no unit
    stages: list[str] = field(default_factory=list)  # codes of the parts when the text splits the term
    stage_words: list[str] = field(default_factory=list)  # what each part of `stages` is for, when known
    evidence: str = ""  # the sentence that gave the unit
    basis: str = ""  # article and document, when the law gave the term
    unconfirmed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Fee:
    """What the applicant pays. Amounts are whole đồng, or whole units of `currency`."""

    status: str
    kind: str = "unknown"  # none fixed by_case range formula set_by_council set_by_committee by_tariff
    #                        per_channel unknown
    amount: int | None = None
    currency: str = "VND"
    per: str = ""
    source: str = ""
    raw: str = ""
    note: str = ""
    reason: str = ""
    candidates: list[str] = field(default_factory=list)
    basis: str = ""


@dataclass(slots=True)
class Channel:
    """One row of the portal's table of ways to file. The same channel may have several rows (cases)."""

    channel: str
    term: Term
    fee: Fee
    note: str = ""
    raw: str = ""


@dataclass(slots=True)
class Component:
    """One paper of the dossier."""

    status: str
    name: str
    originals: int | None
    copies: int | None
    form: str  # "yes" or "no"
    files: list[str] = field(default_factory=list)
    mode: str = "submit"  # submit show note
    case: str = ""  # heading of the group of papers
    condition: str = ""  # "Trường hợp …" at the head of the name
    optional: bool = False  # "(nếu có)"
    waived_by_data: bool = False  # not asked when a national database has it
    raw: str = ""
    reason: str = ""
    candidates: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    number: str
    text: str


@dataclass(slots=True)
class LegalReference:
    status: str
    title: str
    number: str
    raw: str = ""
    reason: str = ""


@dataclass(slots=True)
class ResultDocument:
    status: str
    name: str
    code: str  # KQ.G15.000031
    raw: str = ""
    reason: str = ""


@dataclass(slots=True)
class TextItem:
    """A part of the record that stays text: steps as a whole, conditions, agencies."""

    status: str
    text: str = ""
    reason: str = ""


@dataclass(slots=True)
class ParsedProcedure:
    code: str
    name: str
    decision: str
    field_name: str
    ministry: str
    procedure_type: str
    levels: list[str]
    subjects: list[str]
    agencies: list[str]
    competent: list[str]
    cooperating: list[str]
    authorised: str
    address: str
    portal_url: str
    term: Term
    fee: Fee
    channels: list[Channel]
    components: list[Component]
    cases: list[str]
    steps: list[Step]
    steps_status: TextItem
    legal: list[LegalReference]
    results: list[ResultDocument]
    conditions: TextItem
    related: list[str]
    problems: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """JSON for storing: empty values are left out, so that equal meaning gives equal bytes."""
        packed = pack(asdict(self))
        return packed if isinstance(packed, dict) else {}


def pack(value: Any) -> Any:
    """The value without what is empty, whole floats as integers."""
    if isinstance(value, dict):
        packed = {key: pack(item) for key, item in value.items()}
        return {key: item for key, item in packed.items() if item not in ("", None, [], {})}
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
