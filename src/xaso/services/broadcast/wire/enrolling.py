"""How a device is let in: a code for one cluster, good once and for a day; a certificate for the key it made itself."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.base.fields import keyed_hash
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.horn import certificates
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.actions.common import replan
from xaso.services.broadcast.models import Cluster, WireCertificate, WireEnrolment
from xaso.services.broadcast.wire.keys import authority, commune_of, public_keys
from xaso.services.broadcast.wire.outbox import tell

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that reads like something else
LENGTH = 8
GOOD_FOR = timedelta(hours=24)
RIGHT = "broadcast.station"


def _digest(code: str) -> str:
    plain = "".join(char for char in code.upper() if char in ALPHABET)
    return keyed_hash(plain, "broadcast-enrolment")


@action
def issue_code(viewer: Viewer, *, cluster: Cluster) -> dict[str, Any]:
    """A code for the device of a cluster: {"plain", "shown", "until"}. An earlier one no longer counts."""
    viewer.must(RIGHT, cluster.station.unit_path)
    if cluster.ended_at is not None:
        raise Conflict("Cụm loa này đã thôi dùng.")
    moment = now()
    WireEnrolment.objects.filter(cluster=cluster, used_at=None, expires_at__gt=moment).update(
        expires_at=moment
    )
    plain = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = WireEnrolment.objects.create(
        cluster=cluster, unit_path=cluster.unit_path, digest=_digest(plain), expires_at=moment + GOOD_FOR
    )
    emit("broadcast.code_issued", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
    return {"plain": plain, "shown": f"{plain[:4]}-{plain[4:]}", "until": row.expires_at}


@action
def enrol_device(
    viewer: Viewer, *, code: str, csr: bytes, firmware: str = "", maker: str = ""
) -> dict[str, Any]:
    """What a device is told that shows the right code: who it is, its certificate, whom to trust, where to connect.

    The code is used up, certificates of a former device of the cluster end. Raises ActionError with the reason.
    """
    row = (
        WireEnrolment.objects.select_for_update(of=("self",))
        .select_related("cluster__station")
        .filter(digest=_digest(code))
        .first()
    )
    moment = now()
    if row is None or row.used_at is not None or row.expires_at <= moment or row.cluster.ended_at is not None:
        raise ActionError(
            "Mã ghép nối không đúng, đã dùng hoặc đã hết hạn. Xin mã mới ở trang của cụm loa.", "code"
        )
    cluster, station = row.cluster, row.cluster.station
    commune, vouching = commune_of(station), authority()
    try:
        granted = certificates.grant(vouching, csr, cluster=cluster.code, commune=commune, moment=moment)
    except certificates.BadRequest as error:
        raise ActionError(f"{error}.", "csr") from error
    row.used_at = moment
    row.save(update_fields=["used_at"])
    _end(cluster, "Ghép nối thiết bị khác")
    serial = f"{certificates.serial_of(granted):x}"
    WireCertificate.objects.create(
        cluster=cluster, unit_path=cluster.unit_path, serial=serial, until=certificates.ends(granted)
    )
    cluster.certificate_serial, cluster.enrolled_at = serial, moment
    cluster.firmware, cluster.maker = firmware[:60] or cluster.firmware, maker[:120] or cluster.maker
    if cluster.state == Cluster.State.NEW:
        cluster.state, cluster.state_since = Cluster.State.OFFLINE, moment
    fields = ["certificate_serial", "enrolled_at", "firmware", "maker", "state", "state_since"]
    cluster.save(update_fields=fields)
    emit("broadcast.cluster_enrolled", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
    replan(station)
    tell()
    return {
        "commune": commune,
        "cluster": cluster.code,
        "keys": public_keys(station),
        "certificate": granted.decode(),
        "authority": vouching.certificate.decode(),
        "broker": broker_address(),
    }


def broker_address() -> dict[str, Any]:
    """Where devices find the broker."""
    host = settings.XASO_BROKER_PUBLIC or urlsplit(settings.XASO_BASE_URL).hostname
    return {"host": host, "port": settings.XASO_BROKER_PORT, "tls": True}


@action
def end_certificates(viewer: Viewer, *, cluster: Cluster, reason: str) -> int:
    """The device of a cluster is locked out: brokers read the list within seconds. Answers how many ended."""
    count = _end(cluster, reason)
    if count:
        emit("broadcast.certificate_ended", record=cluster, unit_path=cluster.unit_path, viewer=viewer)
        tell()
    return count


def _end(cluster: Cluster, reason: str) -> int:
    return WireCertificate.objects.filter(cluster=cluster, ended_at=None).update(
        ended_at=now(), reason=reason[:200]
    )


def on_cluster_ended(event: Any) -> None:
    """A cluster that is used no more is locked out."""
    cluster = Cluster.objects.filter(pk=event.record_id).first()
    if cluster is not None and cluster.ended_at is not None:
        end_certificates(Viewer.system(), cluster=cluster, reason="Cụm loa thôi dùng")
