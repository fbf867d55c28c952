"""Which electronic procedure is in force for a unit on a day; parsed once, as versions never change."""

from __future__ import annotations

import functools
import time
from datetime import date
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.errors import NotFound
from xaso.services.onestop import eforms
from xaso.services.onestop.models import FeeRate, ProcedureVersion, Setup

_KEEP_SECONDS = 15.0
_rows: tuple[float, dict[str, list[Setup]]] = (0.0, {})
_rates: tuple[float, list[FeeRate]] = (0.0, [])


def forget() -> None:
    """Drop what is remembered, after a publication in this process."""
    global _rows, _rates
    _rows, _rates = (0.0, {}), (0.0, [])


@functools.lru_cache(maxsize=512)
def _parsed(setup_id: UUID) -> eforms.Setup:
    return eforms.Setup.model_validate(Setup.objects.get(pk=setup_id).body)


def body_of(setup: Setup) -> eforms.Setup:
    """The parsed body of a stored setup. Only published bodies are remembered: drafts still change."""
    if setup.state == Setup.State.DRAFT:
        return eforms.Setup.model_validate(setup.body)
    return _parsed(setup.pk)


def published() -> dict[str, list[Setup]]:
    """Published (and since replaced) setups by procedure code, newest first."""
    global _rows
    made, rows = _rows
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        rows = {}
        found = Setup.objects.exclude(state=Setup.State.DRAFT).select_related("procedure").defer("body")
        for setup in found.order_by("-valid_from", "-number"):
            rows.setdefault(setup.procedure.code, []).append(setup)
        _rows = (time.monotonic(), rows)
    return rows


def setups_for(procedure: str, unit_path: str, day: date) -> list[Setup]:
    """The setups of a procedure in force for a unit on a day: one for each variant, the nearest unit's first."""
    best: dict[str, Setup] = {}
    for setup in published().get(procedure, []):
        covers = setup.valid_from <= day and (setup.valid_to is None or day <= setup.valid_to)
        if not covers or not unit_path.startswith(setup.unit_path):
            continue
        known = best.get(setup.variant)
        if known is None or len(setup.unit_path) > len(known.unit_path):
            best[setup.variant] = setup
    return list(best.values())


def setup_for(procedure: str, unit_path: str, day: date, variant: str = "") -> Setup:
    """The setup in force; with no variant named, the plain one or else the only one.

    Raises NotFound when the procedure cannot be filed electronically here on that day.
    """
    found = setups_for(procedure, unit_path, day)
    named = [setup for setup in found if setup.variant == variant] or (found if not variant else [])
    if not named:
        raise NotFound("Thủ tục này chưa nộp được trực tuyến tại đây. Đến bộ phận một cửa để được hướng dẫn.")
    return named[0]


_versions: dict[tuple[UUID, date], tuple[float, UUID | None]] = {}


def version_id_on(procedure_id: UUID, day: date) -> UUID | None:
    """The catalogue version of a procedure that a dossier of this day pins; None when it is in no catalogue."""
    made, known = _versions.get((procedure_id, day), (0.0, None))
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        found = ProcedureVersion.objects.filter(procedure_id=procedure_id, valid_from__lte=day)
        found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day)).order_by("-number")
        known = found.values_list("pk", flat=True).first()
        if len(_versions) > 20_000:
            _versions.clear()
        _versions[(procedure_id, day)] = (time.monotonic(), known)
    return known


def rates_for(unit_path: str) -> list[eforms.Rate]:
    """The province's dated fee rows that reach a unit."""
    global _rates
    made, rows = _rates
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        rows = list(FeeRate.objects.select_related("procedure"))
        _rates = (time.monotonic(), rows)
    return [
        eforms.Rate.model_validate(
            {
                **row.body,
                "procedure": row.procedure.code,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "legal_basis": row.legal_basis,
            }
        )
        for row in rows
        if unit_path.startswith(row.unit_path)
    ]
