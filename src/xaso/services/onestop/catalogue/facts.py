"""What a version tells people: the term and the fee with their source, never more sure than they are.

Pure: reads the JSON of a version. Order of trust: a dated correction of the law, an officer's settlement, the
portal's text, a quoted article, the record cleaned by hand (only its confirmed parts). What stays unknown says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xaso.kernel.plain.clock.terms import parse_term
from xaso.kernel.plain.formats import figure
from xaso.services.onestop.catalogue.shape import CHANNEL_LABELS, PARSED, REASONS

SOURCES = {
    "column": "Cổng Dịch vụ công quốc gia",
    "description": "phần mô tả trên Cổng Dịch vụ công quốc gia",
    "note": "ghi chú trên Cổng Dịch vụ công quốc gia",
    "steps": "trình tự thực hiện trên Cổng Dịch vụ công quốc gia",
    "law": "điều luật",
    "override": "văn bản pháp luật",
    "settled": "cán bộ đã chốt",
    "clean": "đọc lại bằng tay",
}
NO_TERM = {
    "none": "Không có thời hạn giải quyết",
    "no_result": "Không trả kết quả",  # as an officer settled it
    "by_law": "Pháp luật không quy định thời hạn",
}
_UNKNOWN_TERM = "Chưa rõ thời hạn, hỏi nơi tiếp nhận"
_UNKNOWN_FEE = "Chưa rõ mức phí, hỏi nơi tiếp nhận"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line for a page: the words, the machine value if there is one, and how far it can be trusted."""

    words: str
    value: str = ""  # clock code of a term ("5wd", "10wd+5wd") or đồng of a fee ("20000"); empty when not one
    known: bool = True
    source: str = ""
    basis: str = ""
    confirmed: bool = False
    unconfirmed: tuple[str, ...] = ()
    note: str = ""


def term_fact(data: dict[str, Any]) -> Fact:
    """The term of a version for showing and for the clock."""
    term = data.get("term", {})
    if term.get("status") == PARSED:
        return _term(data, term)
    clean = data.get("clean", {})
    days = clean.get("deadline_working_days")
    doubted = " ".join(clean.get("unconfirmed_fields", []))
    if days and "deadline" not in doubted:
        code = f"{days}wd"
        return Fact(
            parse_term(code).words, code, True, SOURCES["clean"], confirmed=bool(clean.get("confirmed"))
        )
    return Fact(_UNKNOWN_TERM, known=False, note=REASONS.get(term.get("reason", ""), ""))


def _term(data: dict[str, Any], term: dict[str, Any]) -> Fact:
    corrected = data.get("corrected", {}) if term.get("source") == "override" else {}
    unconfirmed = tuple(term.get("unconfirmed", ())) + tuple(corrected.get("unconfirmed", ()))
    sure = bool(corrected.get("confirmed", term.get("source") == "settled")) and not unconfirmed
    code = str(term.get("code", ""))
    words = term_words(term) or _per_row_words(data, "term")
    return Fact(
        words=words,
        value=code,
        known=bool(words),
        source=SOURCES.get(str(term.get("source", "")), ""),
        basis=str(term.get("basis", "")),
        confirmed=sure,
        unconfirmed=unconfirmed,
        note=str(corrected.get("note", "")) or _own_words(term),
    )


def _own_words(term: dict[str, Any]) -> str:
    """Where there is no term, what the portal itself prints there."""
    raw = " ".join(str(term.get("raw", "")).split())
    return f"Cổng dịch vụ công ghi: “{raw[:200]}”" if term.get("kind") == "none" and raw else ""


def term_words(term: dict[str, Any]) -> str:
    """“5 ngày làm việc”; empty for kinds that need the rows."""
    kind = term.get("kind", "")
    if kind in NO_TERM:
        return NO_TERM[kind]
    if term.get("code"):
        return _words_of(str(term["code"]))
    if kind == "by_case" and term.get("stages"):
        return "Theo trường hợp: " + "; ".join(_stage_words(term))
    return ""


def _stage_words(term: dict[str, Any]) -> list[str]:
    """“2 giờ làm việc (kiểm tra hồ sơ)”."""
    names = [*term.get("stage_words", []), *[""] * len(term["stages"])]
    return [
        _words_of(stage) + (f" ({name})" if name else "")
        for stage, name in zip(term["stages"], names, strict=False)
    ]


def _words_of(code: str) -> str:
    try:
        return parse_term(code).words
    except ValueError:
        return code


def fee_fact(data: dict[str, Any]) -> Fact:
    """The fee of a version for showing. "Miễn phí" always carries the note that stands beside it."""
    fee = data.get("fee", {})
    note = str(fee.get("note", ""))
    if fee.get("status") != PARSED:
        reason = REASONS.get(fee.get("reason", ""), "")
        return Fact(_UNKNOWN_FEE, known=False, note="; ".join(part for part in (reason, note) if part))
    words = fee_words(fee) or _per_row_words(data, "fee")
    amount = fee.get("amount")
    return Fact(
        words=words,
        value=str(amount) if amount is not None and fee.get("currency", "VND") == "VND" else "",
        known=bool(words),
        source=SOURCES.get(str(fee.get("source", "")), ""),
        basis=str(fee.get("basis", "")),
        confirmed=fee.get("source") == "settled",
        note=note,
    )


def fee_words(fee: dict[str, Any]) -> str:
    """“20.000 đồng/thẻ”; empty for kinds that need the rows."""
    kind = fee.get("kind", "")
    if kind == "none":
        return "Không thu phí"
    if kind == "set_by_council":
        return "Theo nghị quyết của Hội đồng nhân dân cấp tỉnh"
    if kind == "set_by_committee":
        return "Theo quyết định của Ủy ban nhân dân cấp tỉnh"
    if kind == "by_tariff":
        return "Theo biểu phí của văn bản đã dẫn"
    amount = fee.get("amount")
    if amount is None:
        return ""
    unit = "đồng" if fee.get("currency", "VND") == "VND" else str(fee["currency"])
    per = f"/{fee['per']}" if fee.get("per") else ""
    more = " (có mức khác theo trường hợp)" if kind == "by_case" else ""
    return f"{figure(int(amount))} {unit}{per}{more}"


def _per_row_words(data: dict[str, Any], kind: str) -> str:
    """ "Trực tuyến: 30 ngày; Trực tiếp: 40 ngày"."""
    words = term_words if kind == "term" else fee_words
    said: list[str] = []
    for row in data.get("channels", []):
        item = row.get(kind, {})
        if item.get("status") == PARSED and words(item):
            line = f"{CHANNEL_LABELS.get(row.get('channel', ''), '')}: {words(item)}"
            if line not in said:
                said.append(line)
    return "; ".join(said)
