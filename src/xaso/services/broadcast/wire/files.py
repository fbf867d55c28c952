"""The folder that a broker reads, embedded or Mosquitto: certificates, rules, revocations."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from xaso.kernel.plain.horn import certificates, topics
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import WireCertificate
from xaso.services.broadcast.wire.keys import authority

RENEW_BEFORE = timedelta(days=30)


def folder() -> Path:
    """Where it is."""
    return Path(settings.XASO_BROKER_HOME)


def names() -> list[str]:
    """All names by which devices and we call the broker."""
    given = [one.strip() for one in settings.XASO_BROKER_NAMES.split(",") if one.strip()]
    known = [
        settings.XASO_BROKER_PUBLIC,
        urlsplit(settings.XASO_BASE_URL).hostname or "",
        settings.XASO_BROKER_HOST,
    ]
    return list(dict.fromkeys([*given, *(one for one in known if one), "localhost", "127.0.0.1"]))


def write_files(place: Path | None = None) -> Path:
    """Writes what is missing, changed or about to end; repeatable. Answers the folder."""
    place = place or folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o750)
    vouching = authority()
    _write(place / "ca.pem", vouching.certificate, 0o644)
    _write(place / "acl", topics.acl().encode(), 0o644)
    _pair(place, "server", vouching, names())
    _pair(place, "client", vouching, [topics.SERVER])
    write_revocations(place)
    return place


def write_revocations(place: Path | None = None) -> int:
    """The list of ended certificates, written when it changed; answers how many stand on it."""
    place = place or folder()
    path = place / "crl.pem"
    rows = WireCertificate.objects.exclude(ended_at=None).filter(until__gt=now())
    wanted = {int(serial, 16) for serial in rows.values_list("serial", flat=True)}
    try:
        held = certificates.revoked_serials(path.read_bytes())
    except (OSError, ValueError):
        held = None
    if held != wanted:
        _write(path, certificates.revocations(authority(), sorted(wanted), moment=now()), 0o644)
    return len(wanted)


def _pair(place: Path, name: str, vouching: certificates.Authority, called: list[str]) -> None:
    path, key_path = place / f"{name}.pem", place / f"{name}.key"
    mark = place / f"{name}.names"
    said = "\n".join([*called, str(certificates.serial_of(vouching.certificate))])
    if path.exists() and key_path.exists() and mark.exists() and mark.read_text() == said:
        if certificates.ends(path.read_bytes()) > now() + RENEW_BEFORE:
            return
    key = certificates.new_key()
    made = certificates.server_certificate(vouching, key, called, moment=now(), client=name == "client")
    _write(key_path, key, 0o640)
    _write(path, made, 0o644)
    _write(mark, said.encode(), 0o644)


def _write(path: Path, content: bytes, mode: int) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(content)
    fresh.replace(path)
