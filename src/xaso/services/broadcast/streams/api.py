"""Where the source-information systems of province and centre hand things to a station, by version of the interface."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Body, Router, Schema

from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth
from xaso.services.broadcast.streams.gateway import SEND, receive_bulletin
from xaso.services.broadcast.streams.reports import receive_voice

router = Router()
DOOR = MachineAuth(SEND)


class TakenItem(Schema):
    """What became of a bulletin at one station."""

    id: str
    station: str
    state: str


class TakenOut(Schema):
    """The receipt of a bulletin: by station; ``unserved``: codes of units without a station here."""

    items: list[TakenItem]
    unserved: list[str]


class VoiceOut(Schema):
    """The receipt of a complaint: the number under which it is followed here."""

    code: str
    state: str


@router.post("/{version}/bulletins", response=TakenOut, auth=DOOR)
def take_bulletin(request: HttpRequest, version: str, wire: dict[str, Any] = Body(...)) -> TakenOut:  # noqa: B008 ninja's way
    """A bulletin from above, in the field names of the version: ordinary is offered to the commune, priority is put
    first in its programme, an emergency is played at once. The same one again changes nothing."""
    taken = receive_bulletin(viewer_in(request), version=version, wire=wire)
    return TakenOut(
        items=[TakenItem(id=str(one.pk), station=one.station.title, state=one.state) for one in taken.items],
        unserved=taken.unserved,
    )


@router.post("/{version}/feedback", response=VoiceOut, auth=DOOR)
def take_voice(request: HttpRequest, version: str, wire: dict[str, Any] = Body(...)) -> VoiceOut:  # noqa: B008 ninja's way
    """A listener's complaint that the province passes to the commune."""
    row = receive_voice(viewer_in(request), version=version, wire=wire)
    return VoiceOut(code=row.code, state=row.state)
