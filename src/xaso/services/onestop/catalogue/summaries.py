"""The one term and the one fee of a procedure, made from its rows. One rule for parsed rows and for stored JSON."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from typing import Any, TypeVar

from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, Channel, Fee, Term, pack
from xaso.services.onestop.catalogue.terms import spoken_terms

_CASE = re.compile(r"trường\s+h[ợơ]p|đối\s+với", re.IGNORECASE)
Item = TypeVar("Item", Term, Fee)


def summary_term(channels: list[Channel]) -> Term:
    """The one term of a procedure, when its rows agree; per channel or by case when they do not.

    Ambiguous as soon as one row is ambiguous; absent rows do not count against the others.
    """
    return _term([(row.channel, row.term, row.note) for row in channels])


def summary_fee(channels: list[Channel]) -> Fee:
    """The one fee of a procedure, when its rows agree; per channel or by case when they do not."""
    return _fee([(row.channel, row.fee) for row in channels])


def summary_of_rows(rows: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    """The summary of stored rows, as JSON again. `kind` is "term" or "fee"."""
    made: Term | Fee
    if kind == "term":
        made = _term(
            [(row["channel"], _from_json(Term, row.get("term", {})), row.get("note", "")) for row in rows]
        )
    else:
        made = _fee([(row["channel"], _from_json(Fee, row.get("fee", {}))) for row in rows])
    packed: dict[str, Any] = pack(asdict(made))
    return packed


def _from_json(shape: type[Item], value: dict[str, Any]) -> Item:
    known = {item.name for item in fields(shape)}
    return shape(**{"status": ABSENT, **{key: item for key, item in value.items() if key in known}})


def _term(rows: list[tuple[str, Term, str]]) -> Term:
    terms = [(channel, term) for channel, term, _ in rows if term.status != ABSENT]
    if not terms:
        return Term(ABSENT)
    unclear = [term for _, term in terms if term.status == AMBIGUOUS]
    first = terms[0][1]
    if unclear:
        codes = [code for _, term in terms for code in (term.candidates or [term.code])]
        return Term(
            AMBIGUOUS,
            amount=unclear[0].amount,
            raw=unclear[0].raw,
            reason=unclear[0].reason,
            candidates=list(dict.fromkeys(code for code in codes if code))[:8],
            evidence=unclear[0].evidence,
        )
    codes = list(dict.fromkeys(term.code or term.kind for _, term in terms))
    if len(codes) == 1 and _stage_by_stage(rows):
        return Term(
            AMBIGUOUS, raw=first.raw, reason="several_terms", candidates=codes, evidence=first.evidence
        )
    if len(codes) == 1:
        return Term(
            PARSED,
            kind=first.kind,
            code=first.code,
            amount=first.amount,
            source=first.source,
            raw=first.raw,
            stages=first.stages,
            stage_words=first.stage_words,
            evidence=first.evidence,
            basis=first.basis,
            unconfirmed=first.unconfirmed,
        )
    names = [channel for channel, _ in terms]
    kind = "per_channel" if len(set(names)) == len(names) else "by_case"
    return Term(PARSED, kind=kind, source=first.source, raw=first.raw, stages=codes)


def _stage_by_stage(rows: list[tuple[str, Term, str]]) -> bool:
    """Rows of one channel whose descriptions each give a duration, and not for cases: "Công an cấp tỉnh: 10 ngày",
    "Cục Tổ chức cán bộ: 10 ngày". They may follow one another, so none of them is the whole term."""
    by_channel: dict[str, set[str]] = {}
    for channel, _, note in rows:
        if spoken_terms(note):
            by_channel.setdefault(channel, set()).add(" ".join(note.split()))
    return any(
        len(notes) > 1 and not all(_CASE.search(note) for note in notes) for notes in by_channel.values()
    )


def _fee(rows: list[tuple[str, Fee]]) -> Fee:
    fees = [(channel, fee) for channel, fee in rows if fee.status != ABSENT]
    if not fees:
        return Fee(ABSENT)
    unclear = [fee for _, fee in fees if fee.status == AMBIGUOUS]
    if unclear:
        labels = [
            label
            for _, fee in fees
            for label in (
                fee.candidates or ([f"{fee.amount} {fee.currency}"] if fee.amount is not None else [])
            )
        ]
        return Fee(
            AMBIGUOUS,
            kind=unclear[0].kind,
            raw=unclear[0].raw,
            note=unclear[0].note,
            reason=unclear[0].reason,
            candidates=list(dict.fromkeys(labels))[:8],
        )
    kinds = {(fee.kind, fee.amount, fee.currency) for _, fee in fees}
    local = next((fee for _, fee in fees if fee.kind == "set_by_council"), None)
    if local and kinds <= {("set_by_council", None, "VND"), ("none", 0, "VND")}:
        # the note stands on some rows only; a free row beside it is the same zero that the portal prints there
        return local
    first = fees[0][1]
    if len(kinds) == 1:
        return first
    names = [channel for channel, _ in fees]
    kind = "per_channel" if len(set(names)) == len(names) else "by_case"
    return Fee(PARSED, kind=kind, source="column", raw=first.raw, note=first.note)
