"""What the catalogue says of a procedure, in words for people, with a mark on whatever is not confirmed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xaso.kernel.plain.money import show
from xaso.services.onestop.catalogue.facts import NO_TERM, term_words
from xaso.services.onestop.catalogue.shape import AMBIGUOUS, CHANNEL_LABELS, REASONS
from xaso.services.onestop.models import ProcedureVersion

_TERM_WORDS = {
    **NO_TERM,
    "by_case": "Theo từng trường hợp",
    "per_channel": "Theo cách nộp",
    "same_day": "Trong ngày làm việc",
}
_FEE_WORDS = {
    "none": "không thu",
    "set_by_council": "do Hội đồng nhân dân tỉnh quy định",
    "set_by_committee": "do Ủy ban nhân dân quy định",
    "by_tariff": "theo biểu phí của văn bản dẫn dưới đây",
    "by_case": "theo từng trường hợp",
    "range": "theo khung",
    "formula": "theo cách tính của văn bản dẫn dưới đây",
    "per_channel": "theo cách nộp",
}
MOST_PAPERS, MOST_CHARACTERS = 60, 600


@dataclass(frozen=True)
class Said:
    """A statement and why it is not confirmed; an empty reason means that nothing speaks against it."""

    words: str
    doubt: str = ""
    note: str = ""


@dataclass(frozen=True)
class Way:
    """One way of filing: its term and its fee."""

    label: str
    term: Said
    fee: Said


@dataclass(frozen=True)
class Description:
    """The whole of it."""

    who: list[str]
    submit: list[Said]
    show: list[Said]
    ways: list[Way]
    results: list[str]
    agencies: list[str]
    conditions: str
    steps: list[str]
    legal: list[str]
    doubts: list[str] = field(default_factory=list)


def described(version: ProcedureVersion) -> Description:
    """Read a version's stored data. Nothing is guessed: what is ambiguous is quoted and marked."""
    data = version.data
    papers = [one for one in data.get("components", []) if one.get("mode") != "note"][:MOST_PAPERS]
    return Description(
        who=[str(one) for one in data.get("subjects", [])],
        submit=[_paper(one) for one in papers if one.get("mode") != "show"],
        show=[_paper(one) for one in papers if one.get("mode") == "show"],
        ways=_ways(data),
        results=[str(one.get("name", "")) for one in data.get("results", []) if one.get("name")],
        agencies=[str(one) for one in data.get("competent") or data.get("agencies") or []],
        conditions=str(data.get("conditions", {}).get("text", "")),
        steps=[str(one.get("text", "")) for one in data.get("steps", [])],
        legal=[_law(one) for one in data.get("legal", [])],
        doubts=[f"Còn {version.unsettled} điểm của cổng dữ liệu chưa đọc rõ"] if version.unsettled else [],
    )


def _paper(one: dict[str, Any]) -> Said:
    counts = [f"{one['originals']} bản chính"] if one.get("originals") else []
    counts += [f"{one['copies']} bản sao"] if one.get("copies") else []
    note = ", ".join(counts) + (" (nếu có)" if one.get("optional") else "")
    return Said(str(one.get("name", ""))[:MOST_CHARACTERS], _doubt(one), note.strip())


def _doubt(one: dict[str, Any]) -> str:
    """Why a piece is not confirmed, in words."""
    if one.get("status") == AMBIGUOUS:
        return REASONS.get(str(one.get("reason", "")), "chưa đọc rõ")
    return "; ".join(str(line) for line in one.get("unconfirmed", []))


def _ways(data: dict[str, Any]) -> list[Way]:
    ways = []
    for row in data.get("channels", []):
        label = CHANNEL_LABELS.get(str(row.get("channel")), str(row.get("channel", "")))
        ways.append(Way(label, term_said(row.get("term", {})), fee_said(row.get("fee", {}))))
    alike = {(way.term, way.fee) for way in ways}
    if len(ways) > 1 and len(alike) == 1:
        labels = list(dict.fromkeys(way.label for way in ways))
        return [Way(", ".join(labels), ways[0].term, ways[0].fee)]
    return ways


def term_said(term: dict[str, Any]) -> Said:
    """How long it takes; the portal's own text with the reason when that cannot be told."""
    raw = str(term.get("raw", "")).strip()
    if term.get("status") == AMBIGUOUS or not term:
        return Said(f"cổng quốc gia ghi “{raw}”" if raw else "không ghi", _doubt(term))
    code, kind = str(term.get("code", "")), str(term.get("kind", ""))
    basis = str(term.get("basis", ""))
    if kind == "none":
        return Said(NO_TERM[kind], _doubt(term), f"cổng quốc gia ghi “{raw[:200]}”" if raw else basis)
    words = term_words(term) if code or (kind == "by_case" and term.get("stages")) else ""
    return Said(words or _TERM_WORDS.get(kind, "không ghi"), _doubt(term), basis)


def fee_said(fee: dict[str, Any]) -> Said:
    """What it costs; a fee set by the province is never written as free."""
    raw, note = str(fee.get("raw", "")).strip(), str(fee.get("note", "")).strip()[:MOST_CHARACTERS]
    if fee.get("status") == AMBIGUOUS or not fee:
        return Said(f"cổng quốc gia ghi “{raw[:200]}”" if raw else "không ghi", _doubt(fee))
    amount = fee.get("amount")
    if fee.get("kind") == "fixed" and amount is not None:
        currency = str(fee.get("currency", "VND"))
        words = show(int(amount)) if currency == "VND" else f"{amount} {currency}"
        per = str(fee.get("per", ""))
        return Said(f"{words} {per}".strip(), _doubt(fee), note)
    return Said(_FEE_WORDS.get(str(fee.get("kind", "")), "không ghi"), _doubt(fee), note)


def _law(one: dict[str, Any]) -> str:
    number, title = str(one.get("number", "")), str(one.get("title", ""))
    return title if not number or number in title else f"{title} ({number})"
