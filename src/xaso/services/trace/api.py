"""Where other systems find traceability: the standard's own interface, and what it takes at once."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema

from xaso.kernel.people.machines import MachineAuth

router = Router()


class Doors(Schema):
    """Addresses of the interfaces of the standards, and the limits of one capture."""

    epcis: str
    epcis_version: str
    stream: str
    digital_link: str
    capture_bytes: int
    capture_events: int


@router.get("/doors", response=Doors, auth=MachineAuth("trace.query"))
def doors(request: HttpRequest) -> Doors:
    """Where GS1 EPCIS 2.0 and GS1 Digital Link are spoken here."""
    base = settings.XASO_BASE_URL
    return Doors(
        epcis=f"{base}/epcis/v2/",
        epcis_version="2.0",
        stream=f"{base.replace('http', 'ws', 1)}/epcis/v2/",
        digital_link=f"{base}/id/",
        capture_bytes=settings.XASO_EPCIS_MAX_BYTES,
        capture_events=settings.XASO_EPCIS_MAX_EVENTS,
    )
