"""Electronic procedures: shipped ones put in place, new versions drafted, checked and published."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from pydantic import ValidationError

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, NotFound
from xaso.kernel.documents.papers_in_force import shipped
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.plain.text import fold
from xaso.services.onestop import eforms, setups_in_force
from xaso.services.onestop.models import FeeRate, Procedure, Setup

RIGHT = "onestop.forms"


def _procedure_of(body: eforms.Setup) -> Procedure:
    found, _ = Procedure.objects.get_or_create(
        code=body.procedure,
        defaults={"name": body.formal_name, "field": body.field, "search_text": fold(body.formal_name)},
    )
    return found


def next_number(procedure: Procedure, variant: str, unit_path: str) -> int:
    """The number of the next version of a procedure's setup at a unit."""
    held = Setup.objects.filter(procedure=procedure, variant=variant, unit_path=unit_path)
    return int(held.aggregate(last=Max("number"))["last"] or 0) + 1


@action
def load_shipped(viewer: Viewer) -> int:
    """Put the shipped electronic procedures in place as published versions; answers how many were new.

    A version that is there already (same procedure, variant, first day, content) is left alone, so that this
    may run at every start; a changed shipped file becomes a new version from its own first day.
    """
    viewer.must(RIGHT, "")
    added = 0
    for body in eforms.shipped_setups():
        content = json.loads(eforms.dump_setup(body))
        procedure = _procedure_of(body)
        same_start = Setup.objects.filter(
            procedure=procedure, variant=body.variant, unit_path="", valid_from=body.valid_from
        ).order_by("-number")
        newest = same_start.first()
        if newest is not None and newest.body == content:
            continue
        same_start.filter(state=Setup.State.PUBLISHED).update(
            state=Setup.State.ENDED, valid_to=body.valid_from
        )
        row = Setup.objects.create(
            procedure=procedure,
            number=next_number(procedure, body.variant, ""),
            title=body.title,
            variant=body.variant,
            body=content,
            state=Setup.State.PUBLISHED,
            valid_from=body.valid_from,
            valid_to=body.valid_to,
            legal_basis="; ".join(body.legal_basis),
        )
        emit(
            "onestop.setup_published",
            record=row,
            unit_path="",
            viewer=viewer,
            data={"procedure": procedure.code},
        )
        added += 1
    setups_in_force.forget()
    return added


def _checked(body: Any) -> eforms.Setup:
    # A draft keeps parts that were taken out beside the document; they are no part of it.
    body = {name: part for name, part in dict(body).items() if not name.startswith("_")}
    try:
        parsed = eforms.Setup.model_validate(body)
    except ValidationError as error:
        raise ActionErrors(
            {".".join(str(part) for part in one["loc"]): [str(one["msg"])] for one in error.errors()}
        ) from error
    return parsed


def _templates() -> set[str]:
    """The result templates that ship with this service."""
    return {key.partition(".")[2] for key in shipped() if key.startswith("onestop.")}


@action
def save_draft_setup(
    viewer: Viewer, *, body: dict[str, Any], unit_path: str = "", setup_id: UUID | None = None
) -> Setup:
    """Keep a draft of an electronic procedure; a published version is never edited, a new draft is made from it.

    Raises ActionErrors with the place of each mistake in the document.
    """
    viewer.must(RIGHT, unit_path)
    parsed = _checked(body)
    content = json.loads(eforms.dump_setup(parsed))
    draft = (
        Setup.objects.select_for_update().filter(pk=setup_id, state=Setup.State.DRAFT).first()
        if setup_id
        else None
    )
    if draft is not None:
        viewer.must(RIGHT, draft.unit_path)
        draft.body, draft.title = content, parsed.title
        draft.valid_from, draft.valid_to = parsed.valid_from, parsed.valid_to
        draft.legal_basis = "; ".join(parsed.legal_basis)
        draft.save()
    else:
        procedure = _procedure_of(parsed)
        draft = Setup.objects.create(
            procedure=procedure,
            number=next_number(procedure, parsed.variant, unit_path),
            title=parsed.title,
            variant=parsed.variant,
            unit_path=unit_path,
            body=content,
            valid_from=parsed.valid_from,
            valid_to=parsed.valid_to,
            legal_basis="; ".join(parsed.legal_basis),
            made_by=viewer.account_id,
        )
    emit("onestop.setup_saved", record=draft, unit_path=unit_path, viewer=viewer)
    return draft


@action
def publish_setup(viewer: Viewer, *, setup_id: UUID) -> Setup:
    """Put a draft in force from its first day; the version before it ends the day before.

    Running dossiers keep the version they pinned.

    Raises ActionErrors with what the check of the document found.
    """
    draft = Setup.objects.select_for_update().filter(pk=setup_id).select_related("procedure").first()
    if draft is None:
        raise NotFound("Không có bản thủ tục này.")
    viewer.must(RIGHT, draft.unit_path)
    if draft.state != Setup.State.DRAFT:
        return draft
    parsed = _checked(draft.body)
    findings = [one for one in eforms.lint_setup(parsed, _templates()) if one.level == "error"]
    if findings:
        raise ActionErrors({one.path: [one.message] for one in findings})
    draft.body = json.loads(eforms.dump_setup(parsed))
    if draft.valid_from < today():
        raise ActionError(
            "Ngày bắt đầu đã qua. Chọn từ hôm nay trở đi, vì hồ sơ đã nhận giữ bản cũ.", "valid_from"
        )
    before = Setup.objects.filter(
        procedure=draft.procedure,
        variant=draft.variant,
        unit_path=draft.unit_path,
        state=Setup.State.PUBLISHED,
    )
    for old in before:
        if old.valid_to is None or old.valid_to >= draft.valid_from:
            old.valid_to = max(draft.valid_from - timedelta(days=1), old.valid_from)
            old.state = Setup.State.PUBLISHED if old.valid_from < draft.valid_from else Setup.State.ENDED
            old.save(update_fields=["valid_to", "state"])
    draft.state = Setup.State.PUBLISHED
    draft.published_by = viewer.account_id
    draft.save(update_fields=["state", "published_by", "body"])
    emit(
        "onestop.setup_published",
        record=draft,
        unit_path=draft.unit_path,
        viewer=viewer,
        data={"procedure": draft.procedure.code},
    )
    setups_in_force.forget()
    return draft


@action
def set_rate(
    viewer: Viewer,
    *,
    procedure: Procedure,
    unit_path: str,
    body: dict[str, Any],
    valid_from: date,
    legal_basis: str,
    confirmed: bool = False,
) -> FeeRate:
    """Enter what a resolution of the provincial council sets; the earlier row of the same fee ends the day before."""
    viewer.must("onestop.rates", unit_path)
    if not legal_basis.strip():
        raise ActionError("Nhập số nghị quyết của Hội đồng nhân dân tỉnh.", "legal_basis")
    earlier = FeeRate.objects.filter(procedure=procedure, unit_path=unit_path, valid_to__isnull=True)
    for old in earlier:
        same = (old.body.get("fee"), old.body.get("channel")) == (body.get("fee"), body.get("channel"))
        if same and old.valid_from < valid_from:
            old.valid_to = valid_from - timedelta(days=1)
            old.save(update_fields=["valid_to"])
    row = FeeRate.objects.create(
        procedure=procedure,
        unit_path=unit_path,
        body=body,
        valid_from=valid_from,
        legal_basis=legal_basis.strip(),
        confirmed=confirmed,
    )
    emit(
        "onestop.rate_set", record=row, unit_path=unit_path, viewer=viewer, data={"procedure": procedure.code}
    )
    setups_in_force.forget()
    return row
