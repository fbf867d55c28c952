"""Keys of the stations and the authority that vouches for devices and broker."""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from xaso.kernel.plain.horn import certificates
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Station
from xaso.services.broadcast.models.wire import WireAuthority, WireKey

_LOCK = 0x7861736F  # one process at a time makes the authority or a station's key


def commune_of(station: Station) -> str:
    """The word for a station in topics: the code of its unit."""
    return station.unit_path.rstrip("/").rsplit("/", 1)[-1]


def key_row(station: Station) -> WireKey:
    """The key that signs now; made at the first need."""
    row = WireKey.objects.filter(station=station, ended_at=None).first()
    if row is not None:
        return row
    with transaction.atomic():
        Station.objects.select_for_update().get(pk=station.pk)
        row = WireKey.objects.filter(station=station, ended_at=None).first()
        if row is not None:
            return row
        key = Ed25519PrivateKey.generate()
        return WireKey.objects.create(
            station=station,
            unit_path=station.unit_path,
            public=_raw(key),
            private=key.private_bytes_raw().hex(),
        )


def signing_key(station: Station) -> Ed25519PrivateKey:
    """The station's private key."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(str(key_row(station).private)))


def public_keys(station: Station) -> list[str]:
    """Public keys (hex) whose commands the station's devices obey; the newest first."""
    key_row(station)
    return list(
        WireKey.objects.filter(station=station, ended_at=None)
        .order_by("-created_at")
        .values_list("public", flat=True)
    )


def authority() -> certificates.Authority:
    """The authority of this installation; made at the first need."""
    row = WireAuthority.objects.order_by("-created_at").first()
    if row is None:
        with transaction.atomic():
            from django.db import connection

            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            row = WireAuthority.objects.order_by("-created_at").first()
            if row is None:
                made = certificates.new_authority("Xa So loudspeakers", now())
                row = WireAuthority.objects.create(
                    certificate=made.certificate.decode(), key=made.key.decode()
                )
    return certificates.Authority(str(row.certificate).encode(), str(row.key).encode())


def _raw(key: Ed25519PrivateKey) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return public.hex()
