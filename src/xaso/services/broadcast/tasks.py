"""Background work of commune radio. Each job may run twice: what is done is not done again."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.tasks import enqueue, task
from xaso.services.broadcast.actions import bulletins, emergencies, engine, settling
from xaso.services.broadcast.actions.common import PLAN
from xaso.services.broadcast.models import Airing, Bulletin, LiveSession, Station

SETTLE = "broadcast.settle_station"


@task(PLAN, queue="default", retries=5)
def plan_station(station_id: str) -> None:
    """Plan a station's coming days and send what changed."""
    engine.plan_station(Viewer.system(), station_id=UUID(station_id))


@task(SETTLE, queue="default", retries=5)
def settle_station(station_id: str) -> None:
    """Close what is over at a station."""
    settling.settle_station(Viewer.system(), station_id=UUID(station_id))


@task(bulletins.COMPOSE, queue="default", retries=5)
def compose_bulletin(bulletin_id: str) -> None:
    """Put the air file of a bulletin together, when its words have been spoken."""
    bulletins.take_sound(Viewer.system(), bulletin_id=UUID(bulletin_id))


@task(emergencies.REPORT, queue="default", retries=5)
def report_emergency(announcement_id: str) -> None:
    """Tell an announcement how many loudspeakers have played it."""
    emergencies.report(Viewer.system(), announcement_id=UUID(announcement_id))


def plan_all() -> None:
    """Scheduled: every station, so that documents always reach days ahead."""
    for key in Station.objects.filter(ended_at=None).values_list("pk", flat=True):
        enqueue(plan_station, {"station_id": str(key)}, key=str(key))


def settle_all() -> None:
    """Scheduled: stations where something is over and not yet closed; live voices that
    nobody began; sounds that were overlooked."""
    over = Airing.objects.filter(settled_at=None, until__lt=now() - settling.GRACE)
    for key in over.values_list("station_id", flat=True).distinct():
        enqueue(settle_station, {"station_id": str(key)}, key=str(key))
    near = LiveSession.objects.filter(
        state=LiveSession.State.GRANTED, starts_at__lt=now(), ends_by__gt=now() - timedelta(minutes=5)
    )
    for key in near.values_list("station_id", flat=True).distinct():
        enqueue(plan_station, {"station_id": str(key)}, key=str(key))
    waiting = Bulletin.objects.filter(
        Q(state=Bulletin.State.APPROVED) | Q(state=Bulletin.State.SUBMITTED),
        sound=None,
        trouble="",
        rendering__isnull=False,
        created_at__gt=now() - timedelta(days=7),
    )
    for key in waiting.values_list("pk", flat=True):
        enqueue(compose_bulletin, {"bulletin_id": str(key)}, key=str(key))
