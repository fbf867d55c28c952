"""Dossier codes: unit identifier, day, number of the day without gaps.

Shape of TT 01/2018/TT-VPCP art. 19 in the short form in use since QĐ 20/2020: ``H38.12-261121-0001``.
"""

from __future__ import annotations

import re
import time
from datetime import date

from django.db import connection
from django.db.models import F

from xaso.kernel.units.models import UnitIdentifier

CODE = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9]+)*-\d{6}-\d{4,}")

TAKE = """
INSERT INTO onestop_daynumber (unit_code, day, last) VALUES (%s, %s, 1)
ON CONFLICT (unit_code, day) DO UPDATE SET last = onestop_daynumber.last + 1
RETURNING last
"""

_KEEP_SECONDS = 60.0
_codes: tuple[float, dict[str, str]] = (0.0, {})


def unit_code_of(unit_path: str) -> str:
    """The organisation identifier of a receiving unit; where none is on record, the statistics code is used.

    Which identifiers the merged provinces keep is not confirmed, so the fallback has visibly another shape:
    ``U15.04321``.
    """
    return _on_record().get(unit_path) or "U" + unit_path.strip("/").replace("/", ".").upper()


def _on_record() -> dict[str, str]:
    """The identifiers in force by unit, read again each minute."""
    global _codes
    made, codes = _codes
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        rows = UnitIdentifier.objects.filter(valid_to__isnull=True).order_by(
            F("valid_from").asc(nulls_first=True)
        )
        codes = dict(rows.values_list("unit__path", "value"))
        _codes = (time.monotonic(), codes)
    return codes


def forget() -> None:
    """Drop what is remembered, after an identifier changed in this process."""
    global _codes
    _codes = (0.0, {})


def take_code(unit_path: str, day: date) -> str:
    """The next code of a unit for a day. Belongs in the filing transaction: a roll-back gives the number back."""
    unit_code = unit_code_of(unit_path)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [unit_code, day])
        number = cursor.fetchone()[0]
    return code_of(unit_code, day, number)


def code_of(unit_code: str, day: date, number: int) -> str:
    """The code of a number that was taken (by ``TAKE``, whose values are unit identifier and day)."""
    return f"{unit_code}-{day:%y%m%d}-{number:04d}"
