"""What gauges, forecasters and other warning systems send, and what is in force."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, StringConstraints

from xaso.kernel.base.errors import ActionError
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth
from xaso.services.alerts.actions import arrivals, proposing, readings
from xaso.services.alerts.queries import warnings as queries

router = Router()
GAUGES = "alerts.readings"
CAP_IN = arrivals.SCOPE
Code = Annotated[str, StringConstraints(pattern=r"^[-a-zA-Z0-9_]{1,40}$")]
Path = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}/([0-9a-z-]{1,40}/){0,3}$")]


class ReadingIn(Schema):
    """One reading: rain in millimetres since the reading before, water in metres."""

    gauge: Code = Field(examples=["muong-hoa"])
    at: AwareDatetime
    value: float = Field(ge=-1000, le=10000)


class ReadingsIn(Schema):
    """Readings, at most 5,000."""

    readings: list[ReadingIn] = Field(max_length=5000)


class OutcomeOut(Schema):
    """What became of one: taken, same, refused."""

    gauge: str
    at: datetime
    result: str
    flags: list[str]
    reason: str


@router.post("/readings", auth=MachineAuth(GAUGES), response=list[OutcomeOut])
def take(request: HttpRequest, body: ReadingsIn) -> list[OutcomeOut]:
    """Readings of gauges in units of the client; repeating is harmless. One answer a reading, in their order."""
    rows = [readings.Row(one.gauge, one.at, one.value) for one in body.readings]
    found = readings.take_readings(viewer_in(request), rows=rows, source="api")
    return [
        OutcomeOut(gauge=one.gauge, at=one.at, result=one.result, flags=list(one.flags), reason=one.reason)
        for one in found
    ]


class ForecastIn(Schema):
    """Rain that somebody expects."""

    unit_path: Path = Field(examples=["15/02683/"])
    source: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    made_at: AwareDatetime
    valid_from: AwareDatetime
    valid_to: AwareDatetime
    rain_mm: float = Field(ge=0, le=3000)
    rain_days_before: int = Field(0, ge=0, le=60)
    note: Annotated[str, StringConstraints(max_length=300)] = ""


class ForecastOut(Schema):
    """The forecast as kept, and whether people were asked to look."""

    id: str
    proposed: bool


@router.post("/forecasts", auth=MachineAuth(GAUGES), response=ForecastOut)
def forecast(request: HttpRequest, body: ForecastIn) -> ForecastOut:
    """A forecast of rain for a unit of the client; the same one again is the same."""
    row, proposal = proposing.take_forecast(viewer_in(request), **body.dict())
    return ForecastOut(id=str(row.pk), proposed=proposal is not None)


class CapOut(Schema):
    """Taken or refused, with the reason."""

    id: str
    state: str
    code: str
    reason: str
    identifier: str


class CapIn(Schema):
    """A CAP 1.2 message as text, for a unit."""

    unit_path: Path = Field(examples=["15/02683/"])
    xml: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]


@router.post("/cap", auth=MachineAuth(CAP_IN), response={200: CapOut, 422: CapOut})
def cap_in(request: HttpRequest, body: CapIn) -> tuple[int, CapOut]:
    """A warning of somebody else: 200 when it is taken, 422 with the reason when it is refused."""
    try:
        data = body.xml.encode()
    except UnicodeEncodeError as error:
        raise ActionError("Nội dung không phải văn bản UTF-8.", "xml") from error
    row = arrivals.take_cap(viewer_in(request), unit_path=body.unit_path, data=data)
    told = CapOut(
        id=str(row.pk), state=row.state, code=row.code, reason=row.reason, identifier=row.identifier
    )
    return (200 if row.state == row.State.TAKEN else 422), told


class WarningOut(Schema):
    """One warning in force."""

    code: str
    drill: bool
    level: int
    hazard: str
    headline: str
    issued_at: datetime | None
    expires_at: datetime | None
    cap: str


@router.get("/warnings", auth=MachineAuth(GAUGES), response=list[WarningOut])
def in_force(request: HttpRequest) -> list[WarningOut]:
    """Warnings in force now; each with the address of its signed CAP message."""
    return [
        WarningOut(
            code=row.code,
            drill=row.drill,
            level=row.level,
            hazard=row.hazard,
            headline=row.told.get("headline", ""),
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            cap=f"/canh-bao/{row.code}/cap.xml",
        )
        for row in queries.current()
    ]
