"""Dossier codes: unit identifier, day, number of the day without gaps.

Shape of TT 01/2018/TT-VPCP art. 19 in the short form in use since QĐ 20/2020: ``H38.12-261121-0001``.
"""

from __future__ import annotations

import re
from datetime import date

from django.db import connection

from xaso.kernel.units.models import Unit, UnitIdentifier

CODE = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9]+)*-\d{6}-\d{4,}")

_TAKE = """
INSERT INTO onestop_daynumber (unit_code, day, last) VALUES (%s, %s, 1)
ON CONFLICT (unit_code, day) DO UPDATE SET last = onestop_daynumber.last + 1
RETURNING last
"""

_codes: dict[str, str] = {}


def unit_code_of(unit_path: str) -> str:
    """The organisation identifier of a receiving unit; where none is on record, the statistics code is used.

    Which identifiers the merged provinces keep is not confirmed, so the fallback has visibly another shape:
    ``U15.04321``.
    """
    known = _codes.get(unit_path)
    if known is None:
        row = (
            UnitIdentifier.objects.filter(unit__path=unit_path, valid_to__isnull=True)
            .order_by("-valid_from")
            .first()
        )
        known = str(row.value) if row else "U" + unit_path.strip("/").replace("/", ".").upper()
        if Unit.objects.filter(path=unit_path).exists():
            _codes[unit_path] = known
    return known


def take_code(unit_path: str, day: date) -> str:
    """The next code of a unit for a day. Belongs in the filing transaction: a roll-back gives the number back."""
    unit_code = unit_code_of(unit_path)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [unit_code, day])
        number = cursor.fetchone()[0]
    return f"{unit_code}-{day:%y%m%d}-{number:04d}"
