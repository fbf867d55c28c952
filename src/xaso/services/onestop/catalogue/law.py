"""Dated law beside the portal's text: terms that the portal leaves without unit, and corrections where it lags.

`legal-terms.json` supplies a unit only when the portal cites the same document for the procedure and its
number, if it prints one, is the law's number or is explained by the row; a row of the procedure's own text
quotes a sentence that no rule reads. `overrides.json` replaces a part of a version from a day on.
Both stay marked: their source is "law", and what was not compared with later amendments is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, ParsedProcedure, Term
from xaso.services.onestop.catalogue.source import load_json
from xaso.services.onestop.catalogue.summaries import summary_term
from xaso.services.onestop.catalogue.terms import KINDS


@dataclass(frozen=True, slots=True)
class Override:
    """A dated correction of one procedure."""

    code: str
    valid_from: date
    valid_to: date | None
    legal_basis: str
    confirmed: bool
    changes: dict[str, Any]  # term, fee: JSON in the shape of the version's data
    unconfirmed: tuple[str, ...] = ()
    note: str = ""
    source: str = ""


@lru_cache(maxsize=1)
def overrides() -> dict[str, list[Override]]:
    """Carried corrections by procedure code, oldest first."""
    found: dict[str, list[Override]] = {}
    for row in load_json("overrides.json")["overrides"]:
        override = Override(
            code=row["code"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
            legal_basis=row["legal_basis"],
            confirmed=row["confirmed"],
            changes={key: row[key] for key in ("term", "fee") if key in row},
            unconfirmed=tuple(row["unconfirmed"]),
            note=row.get("note", ""),
            source=row.get("source", ""),
        )
        found.setdefault(override.code, []).append(override)
    return {code: sorted(rows, key=lambda row: row.valid_from) for code, rows in found.items()}


@lru_cache(maxsize=1)
def _legal_terms() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in load_json("legal-terms.json")["terms"]:
        for code in row["codes"]:
            found.setdefault(code, []).append(row)
    return found


def with_legal_terms(procedure: ParsedProcedure) -> ParsedProcedure:
    """The procedure with the terms that the law gives where the portal lost the unit or prints nothing."""
    for row in _legal_terms().get(procedure.code, ()):
        if not (_cites(procedure, row["document"]) or row.get("own_text")):
            continue
        procedure = _with_candidates(procedure, row) if "candidates" in row else _with_term(procedure, row)
    return procedure


def _cites(procedure: ParsedProcedure, document: str) -> bool:
    """Whether a law is cited, as a row of its own or in the title of the circular that details it."""
    return any(document in (law.number, *law.title.split()) for law in procedure.legal if document)


def _with_term(procedure: ParsedProcedure, row: dict[str, Any]) -> ParsedProcedure:
    changed = False
    for channel in procedure.channels:
        if channel.channel not in row.get("channels", (channel.channel,)):
            continue
        made = _legal_term(channel.term, row)
        if made is not None:
            channel.term, changed = made, True
    if changed:
        procedure.term = summary_term(procedure.channels)
    return procedure


def _with_candidates(procedure: ParsedProcedure, row: dict[str, Any]) -> ParsedProcedure:
    """What the law says, offered to the officer where the portal's number is another one."""
    for channel in procedure.channels:
        term = channel.term
        if term.status == AMBIGUOUS:
            term.candidates = [*term.candidates, *row["candidates"]]
            term.evidence = f"{row['article']}, {row['document']}: {row['quote']}"
    procedure.term = summary_term(procedure.channels)
    return procedure


def _legal_term(term: Term, row: dict[str, Any]) -> Term | None:
    """The term that the row gives here; None when the portal's print speaks against it."""
    code: str = row.get("term", "")
    unit = code.lstrip("0123456789.")
    amount = float(code.removesuffix(unit)) if code and code != "same-day" else None
    silent = term.status == ABSENT or term.reason in ("only_in_steps", *row.get("settles", ()))
    agrees = term.reason == "unit_lost" and amount is not None and term.amount == amount
    explained = _explains(term, row.get("printed", ()))
    if not (silent or agrees or explained):
        return None
    doubts = list(row["unconfirmed"])
    if explained and not agrees:
        doubts.append(row["explained"])
    return replace(
        term,
        status=PARSED,
        kind=_kind(code, unit),
        code=code,
        amount=amount,
        source=row.get("own_text", "law"),
        reason="",
        candidates=[],
        stages=list(row.get("stages", ())),
        stage_words=list(row.get("stage_words", ())),
        evidence=row["quote"],
        basis=", ".join(part for part in (row["article"], row["document"]) if part),
        unconfirmed=doubts,
    )


def _explains(term: Term, printed: Sequence[int]) -> bool:
    """Whether the row says why the portal prints this number: alone, or glued to the fee that follows it."""
    if term.reason == "unit_lost":
        return any(term.amount == number or f"{number}?" in term.candidates for number in printed)
    return term.reason == "digits_glued" and any(f"{number}?" in term.candidates for number in printed)


def _kind(code: str, unit: str) -> str:
    if not code:
        return "by_case"
    return "same_day" if code == "same-day" else KINDS[unit]
