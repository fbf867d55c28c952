"""The short spelling in which the hand-read sample is written, made from parsed rows."""

from __future__ import annotations

from xaso.services.onestop.catalogue.shape import ABSENT, PARSED, Fee, ParsedProcedure, Term


def short_term(term: Term) -> str:
    if term.status == ABSENT:
        return "-"
    if term.status != PARSED:
        return "?"
    if term.kind == "by_case":
        return "by_case:" + ",".join(term.stages)
    return term.code or term.kind


def short_fee(fee: Fee) -> str:
    if fee.status == ABSENT:
        return "-"
    if fee.status != PARSED:
        return "?"
    local = {"set_by_council": "council", "set_by_committee": "committee"}.get(fee.kind)
    return local or f"{fee.amount}{'' if fee.currency == 'VND' else fee.currency}"


def short_rows(procedure: ParsedProcedure) -> list[dict[str, str]]:
    """Rows in the sample's spelling; one row with channel "*" when all rows read alike."""
    rows = [
        {"channel": row.channel, "term": short_term(row.term), "fee": short_fee(row.fee)}
        for row in procedure.channels
    ]
    if len({(row["term"], row["fee"]) for row in rows}) == 1:
        return [{**rows[0], "channel": "*"}]
    return rows
