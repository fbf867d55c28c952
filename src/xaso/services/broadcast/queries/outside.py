"""What other systems may read: rows of the units where their scope was given."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.people.viewer import Viewer
from xaso.services.broadcast.models import Bulletin, Cluster, Play, Station

READ, SEND = "broadcast.read", "broadcast.send"
MOST = 200


def stations_read(viewer: Viewer) -> QuerySet[Station]:
    """Stations whose programme and plays the viewer may read."""
    return Station.objects.filter(viewer.scope(READ), ended_at=None).order_by("unit_path")


def station_read(viewer: Viewer, unit_path: str, scope: str = READ) -> Station:
    """The station of exactly this unit. Raises NotFound for others and for none."""
    found = Station.objects.filter(viewer.scope(scope), unit_path=unit_path, ended_at=None).first()
    if found is None:
        raise NotFound("Không có đài truyền thanh của đơn vị này, hoặc ứng dụng không được đọc.")
    return found


def bulletins_read(viewer: Viewer, station: Station, after: UUID | None) -> list[Bulletin]:
    """Approved and ended bulletins of a station, newest first, from after one on."""
    rows = Bulletin.objects.filter(
        viewer.scope(READ), station=station, state__in=[Bulletin.State.APPROVED, Bulletin.State.ENDED]
    )
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return list(rows.select_related("sound").order_by("-pk")[:MOST])


def sent_bulletin(viewer: Viewer, bulletin_id: UUID) -> Bulletin:
    """A bulletin that a sender asks about. Raises NotFound."""
    found = Bulletin.objects.filter(viewer.scope(SEND), pk=bulletin_id).select_related("station").first()
    if found is None:
        raise NotFound("Không có bản tin này.")
    return found


def clusters_read(viewer: Viewer, station: Station) -> list[Cluster]:
    """The clusters of a station in use."""
    return list(Cluster.objects.filter(viewer.scope(READ), station=station, ended_at=None).order_by("code"))


def plays_read(
    viewer: Viewer, station: Station, since: datetime, before: datetime, after: UUID | None
) -> list[Play]:
    """What devices did from a moment to a moment (at most 31 days), by id. Raises ActionError for longer spans."""
    if before <= since or (before - since).days > 31:
        raise ActionError("Chọn từ lúc nào đến lúc nào, nhiều nhất 31 ngày.", "before")
    rows = Play.objects.filter(viewer.scope(READ), airing__station=station, at__gte=since, at__lt=before)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return list(rows.select_related("airing", "cluster").order_by("pk")[:MOST])
