"""The one-stop shop for other systems: file a dossier, follow it, hear of its changes, read the catalogue."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Field, Header, Query, Router
from ninja.responses import Status
from pydantic import AfterValidator, BaseModel

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.cases.models import Case
from xaso.kernel.people.doors import viewer_in
from xaso.kernel.people.machines import MachineAuth
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import VIETNAM, today
from xaso.kernel.plain.text import storable
from xaso.kernel.units.models import Unit
from xaso.kernel.units.queries import communes_and_provinces, find_unit
from xaso.services.onestop import setups_in_force, webhooks
from xaso.services.onestop.actions.filing import Applicant, Filing, file_dossier
from xaso.services.onestop.models import Dossier
from xaso.services.onestop.queries.machine import dossier_for_machine, filed_since
from xaso.services.onestop.rules import read_applicant

router = Router()


_DEEPEST = 12


def _storable_tree(value: dict[str, Any]) -> dict[str, Any]:
    texts: list[str] = []
    _gather(value, texts, 0)
    storable("\n".join(texts))  # one look at all of them: answers are many small texts
    return value


def _gather(value: Any, texts: list[str], depth: int) -> None:
    """All texts of a tree, its keys among them; raises ValueError when it is nested too deep."""
    if depth > _DEEPEST:
        raise ValueError("lồng quá sâu")
    if isinstance(value, dict):
        texts.extend(value)
        value = value.values()
    for part in value:
        if isinstance(part, str):
            texts.append(part)
        elif not isinstance(part, _PLAIN):
            _gather(part, texts, depth + 1)


_PLAIN = (bool, int, float, type(None))
Text = Annotated[str, AfterValidator(storable)]


class ApplicantIn(BaseModel):
    """Whose dossier it is."""

    full_name: Text = Field(min_length=1, max_length=150, examples=["Triệu Thị Mẩy"])
    id_number: Text = Field("", max_length=20, examples=["019190001234"])
    birth_date: Text = Field("", max_length=10, examples=["1990-05-17"])
    phone: Text = Field("", max_length=30, examples=["0912345678"])
    email: Text = Field("", max_length=200)
    address: Text = Field("", max_length=300)
    sex: Text = Field("", max_length=6)


class DossierIn(BaseModel):
    """A dossier to file. ``unit`` is the five-digit code of the commune (or two-digit province) that decides."""

    procedure: Text = Field(max_length=20, examples=["1.001193"])
    unit: Text = Field(max_length=12, examples=["01906"])
    applicant: ApplicantIn
    answers: Annotated[dict[str, Any], AfterValidator(_storable_tree)] = Field(default_factory=dict)
    variant: Text = Field("", max_length=40)
    outside_code: Text = Field("", max_length=80)
    delivery: Annotated[dict[str, Any], AfterValidator(_storable_tree)] = Field(default_factory=dict)


class DossierOut(BaseModel):
    """What can be told of a dossier to a machine client with the right."""

    code: str
    procedure: str
    unit: str
    status: int
    status_text: str
    submitted_at: str
    due_at: str | None
    finished_at: str | None
    on_time: bool | None
    fee_total: int
    fee_state: str
    tracking_url: str
    missing: list[dict[str, Any]]
    outside_code: str = ""


def _here(moment: datetime | None) -> str | None:
    """A moment in Vietnam's time, as the receipt prints it."""
    return moment.astimezone(VIETNAM).isoformat() if moment else None


def shown(dossier: Dossier, case: Case) -> DossierOut:
    """The outward form of a dossier."""
    return DossierOut(
        code=dossier.code,
        procedure=dossier.procedure.code,
        unit=dossier.unit_path,
        status=dossier.status,
        status_text=Dossier.Status(dossier.status).label,
        submitted_at=_here(dossier.submitted_at) or "",
        due_at=_here(case.due_at),
        finished_at=_here(dossier.finished_at),
        on_time=dossier.on_time,
        fee_total=dossier.fee_total,
        fee_state=dossier.fee_state,
        tracking_url=f"{settings.XASO_BASE_URL}/onestop/tra-cuu/{dossier.code}",
        missing=dossier.missing,
        outside_code=dossier.outside_code,
    )


_KEEP_SECONDS = 600.0
_units: tuple[float, dict[str, Unit]] = (0.0, {})


def unit_of(code: str) -> Unit:
    """Today's commune or province of a code; raises ActionError in words."""
    global _units
    code = code.strip().strip("/").rpartition("/")[2]
    made, known = _units
    if not made or time.monotonic() - made > _KEEP_SECONDS:
        known = {unit.code: unit for unit in communes_and_provinces()}  # a few thousand, read at once
        _units = (time.monotonic(), known)
    found = known.get(code) or find_unit(code)
    if found is None or found.level not in {Unit.Level.COMMUNE, Unit.Level.PROVINCE}:
        raise ActionError("Không có đơn vị hành chính mang mã này. Dùng mã 5 số của xã hiện nay.", "unit")
    return found


@router.post("/dossiers", auth=MachineAuth("onestop.file"), response={201: DossierOut, 200: DossierOut})
def file(
    request: HttpRequest,
    body: DossierIn,
    response: HttpResponse,
    idempotency_key: Annotated[Text, Header(alias="Idempotency-Key", max_length=200)] = "",
) -> Status[DossierOut]:
    """File a dossier. The same ``Idempotency-Key`` answers the same dossier (200); other content with it is 409."""
    viewer = viewer_in(request)
    unit = unit_of(body.unit)
    setup = setups_in_force.setup_for(body.procedure, unit.path, today(), body.variant)
    applicant = Applicant(**read_applicant(body.applicant.model_dump()))
    filing = Filing(
        setup=setup,
        unit_path=unit.path,
        channel=Dossier.Channel.ONLINE,
        answers=body.answers,
        applicant=applicant,
        delivery=body.delivery,
        client_key=_own_key(viewer, idempotency_key),
        outside_code=body.outside_code,
        strict=False,
    )
    dossier, fresh = file_dossier(viewer, filing)
    return Status(201 if fresh else 200, shown(dossier, dossier.case))


def _own_key(viewer: Viewer, key: str) -> str | None:
    """Keys of one client never meet those of another."""
    return f"{viewer.account_id}:{hashlib.sha256(key.encode()).hexdigest()}" if key else None


@router.get("/dossiers/{code}", auth=MachineAuth("onestop.read"), response=DossierOut)
def read(request: HttpRequest, code: Text) -> DossierOut:
    """One dossier of the client's units."""
    dossier = dossier_for_machine(viewer_in(request), code)
    return shown(dossier, dossier.case)


class DossiersOut(BaseModel):
    """A page of dossiers; ``next`` is the ``after`` of the next page, empty at the end."""

    dossiers: list[DossierOut]
    next: str


@router.get("/dossiers", auth=MachineAuth("onestop.read"), response=DossiersOut)
def listed(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DossiersOut:
    """Dossiers of the client's units in the order they came, a page at a time."""
    try:
        key = UUID(after) if after else None
    except ValueError as error:
        raise ActionError("after phải là giá trị next của trang trước.", "after") from error
    rows = filed_since(viewer_in(request), key, limit + 1)
    more = str(rows[limit - 1].pk) if len(rows) > limit else ""
    return DossiersOut(dossiers=[shown(row, row.case) for row in rows[:limit]], next=more)


class WebhookIn(BaseModel):
    """Where to send status changes."""

    url: Text = Field(max_length=400, examples=["https://lgsp.example.gov.vn/hooks/xaso"])


class WebhookOut(BaseModel):
    """The address and, at registration only, the secret that signs what is sent there."""

    id: str
    url: str
    secret: str = ""


@router.post("/webhooks", auth=MachineAuth("onestop.read"), response={201: WebhookOut})
def hook(request: HttpRequest, body: WebhookIn) -> tuple[int, WebhookOut]:
    """Register an address for status changes of the client's units."""
    viewer = viewer_in(request)
    row, secret = webhooks.register_webhook(viewer, url=body.url, unit_path=viewer.unit_path)
    return 201, WebhookOut(id=str(row.pk), url=row.url, secret=secret)


@router.delete("/webhooks/{webhook_id}", auth=MachineAuth("onestop.read"), response={204: None})
def unhook(request: HttpRequest, webhook_id: UUID) -> tuple[int, None]:
    """Stop sending to an address."""
    webhooks.end_webhook(viewer_in(request), webhook_id=webhook_id)
    return 204, None


class ProcedureOut(BaseModel):
    """An electronic procedure in force at a unit."""

    code: str
    variant: str
    title: str
    valid_from: str
    legal_basis: str


@router.get("/procedures", auth=MachineAuth("onestop.read"), response=list[ProcedureOut])
def procedures(request: HttpRequest, unit: Annotated[Text, Query(max_length=12)]) -> list[ProcedureOut]:
    """The procedures that can be filed electronically at a unit today."""
    path = unit_of(unit).path
    found = []
    for code in setups_in_force.published():
        for setup in setups_in_force.setups_for(code, path, today()):
            found.append(
                ProcedureOut(
                    code=code,
                    variant=setup.variant,
                    title=setup.title,
                    valid_from=setup.valid_from.isoformat(),
                    legal_basis=setup.legal_basis,
                )
            )
    return sorted(found, key=lambda one: (one.code, one.variant))


@router.get("/procedures/{code}/form", auth=MachineAuth("onestop.read"), response=dict)
def form(
    request: HttpRequest, code: Text, unit: Annotated[Text, Query(max_length=12)], variant: Text = ""
) -> Any:
    """The electronic form of a procedure: pages, fields, papers, fees, term."""
    setup = setups_in_force.setup_for(code, unit_of(unit).path, today(), variant)
    body = setups_in_force.body_of(setup)
    if body is None:
        raise NotFound()
    return body.model_dump(mode="json", exclude={"sample_answers", "sample_draft"})
