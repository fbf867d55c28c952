"""Counting scans without knowing who scans; the scratch code; days of salts."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, timedelta
from typing import Any

from django.db import connection

from xaso.kernel.base.actions import action
from xaso.kernel.events.models import Event
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now, today
from xaso.services.trace.models import Scan, ScanSalt, ScratchCheck

SALT_DAYS = 2
UNKNOWN_A_DAY = 500  # codes nobody issued that are kept by their own name; the rest are counted together
REST = "?"
_salts: dict[date, bytes] = {}
_COUNT = """
INSERT INTO trace_scan (id, created_at, code, serial, is_known, day, device, times, first_at, last_at, place)
VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (code, serial, day, device) DO UPDATE SET times = trace_scan.times + 1, last_at = EXCLUDED.last_at,
  place = CASE WHEN EXCLUDED.place <> '' THEN EXCLUDED.place ELSE trace_scan.place END
"""
_FIRST = """
INSERT INTO trace_scratchcheck (id, created_at, token, serial, first_at, times) VALUES (%s, %s, %s, %s, %s, 1)
ON CONFLICT (token, serial) DO UPDATE SET times = trace_scratchcheck.times + 1
"""


def salt_of(day: date) -> bytes:
    """The salt of a day, made by whoever needs it first; each process keeps it for that day only."""
    if day not in _salts:
        ScanSalt.objects.bulk_create([ScanSalt(day=day, salt=secrets.token_bytes(32))], ignore_conflicts=True)
        _salts.clear()
        _salts[day] = bytes(ScanSalt.objects.get(pk=day).salt)
    return _salts[day]


def device_hash(origin: str, day: date) -> str:
    """A device on one day: its address and browser, salted. With the salt gone nobody can find out which."""
    return hmac.new(salt_of(day), origin.encode(), hashlib.sha256).hexdigest()[:32]


@action
def note_scan(
    viewer: Viewer, *, code: str, origin: str, serial: str = "", place: str = "", is_known: bool = True
) -> None:
    """Count one scan: one row for a device, a code and a day, however often it is opened."""
    day, moment = today(), now()
    if not is_known and Scan.objects.filter(day=day, is_known=False).count() >= UNKNOWN_A_DAY:
        code = REST
    values: list[Any] = [
        uuid7(),
        moment,
        code[:200],
        serial[:40],
        is_known,
        day,
        device_hash(origin, day),
        moment,
        moment,
        place,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)


@action
def check_scratch(viewer: Viewer, *, token: str, serial: str) -> ScratchCheck:
    """Somebody typed the right code below the scratch layer: answers when that happened first, and how often.

    The caller has checked the code itself.
    """
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, [uuid7(), moment, token, serial, moment])
    return ScratchCheck.objects.get(token=token, serial=serial)


@action
def forget_salts(viewer: Viewer) -> int:
    """Drop the salts of past days: what devices they hid is gone with them."""
    gone, _ = ScanSalt.objects.filter(day__lt=today() - timedelta(days=SALT_DAYS)).delete()
    return gone


def forget_salts_daily() -> None:
    """The job of each night."""
    forget_salts(Viewer.system())


def on_unknown_scanned(event: Event) -> None:
    """Listener: the resolver was asked for a code that nobody issued. Told once per event, counted once."""
    code = str(event.data.get("uri") or event.data.get("path") or event.data.get("code") or REST)
    origin = str(event.data.get("device") or event.pk)
    note_scan(Viewer.system(), code=code, origin=origin, is_known=False)
