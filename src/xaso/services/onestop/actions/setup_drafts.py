"""Drafts of electronic procedures while an officer writes them, and the end of one that is in force.

A draft may be unfinished: its body is kept as typed, and only publishing asks that it be whole.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.setups import RIGHT, next_number
from xaso.services.onestop.models import Procedure, Setup

MOST_BYTES = 2_000_000


def _facts(body: dict[str, Any]) -> dict[str, Any]:
    """The columns that lists show, as far as the body says them."""
    return {
        "title": str(body.get("title") or "")[:200],
        "valid_from": _day(body.get("valid_from")) or today() + timedelta(days=1),
        "valid_to": _day(body.get("valid_to")),
        "legal_basis": "; ".join(str(one) for one in body.get("legal_basis") or []),
    }


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


@action
def begin_draft_setup(
    viewer: Viewer, *, procedure: Procedure, body: dict[str, Any], unit_path: str = ""
) -> Setup:
    """A new draft for a procedure of the catalogue; ``body`` may be unfinished."""
    viewer.must(RIGHT, unit_path)
    variant = str(body.get("variant") or "")[:40]
    draft = Setup.objects.create(
        procedure=procedure,
        number=next_number(procedure, variant, unit_path),
        variant=variant,
        unit_path=unit_path,
        body={**body, "procedure": procedure.code},
        made_by=viewer.account_id,
        **_facts(body),
    )
    emit("onestop.setup_saved", record=draft, unit_path=unit_path, viewer=viewer)
    return draft


def locked_draft(viewer: Viewer, setup_id: UUID) -> Setup:
    """A draft held until the transaction ends. NotFound for what is no draft (any more) or not the viewer's."""
    draft = (
        Setup.objects.select_for_update(of=("self",))
        .select_related("procedure")
        .filter(pk=setup_id, state=Setup.State.DRAFT)
        .first()
    )
    if draft is None or not viewer.can(RIGHT, draft.unit_path):
        raise NotFound("Không có bản nháp này, hoặc bản nháp đã được công bố.")
    return draft


@action
def keep_draft_setup(viewer: Viewer, *, setup_id: UUID, body: dict[str, Any]) -> Setup:
    """Keep what was typed, finished or not. The procedure and the variant of a draft never change."""
    draft = locked_draft(viewer, setup_id)
    if len(repr(body)) > MOST_BYTES:
        raise ActionError("Bản nháp quá dài. Chia thủ tục thành các biến thể.")
    if draft.body == body:
        return draft
    kept = {**body, "procedure": draft.procedure.code}
    for name, value in (("variant", draft.variant),):
        kept.pop(name, None)
        if value:
            kept[name] = value
    draft.body = kept
    for name, value in _facts(kept).items():
        setattr(draft, name, value)
    draft.save()
    emit("onestop.setup_saved", record=draft, unit_path=draft.unit_path, viewer=viewer)
    return draft


@action
def drop_draft_setup(viewer: Viewer, *, setup_id: UUID) -> Setup:
    """Give up a draft: it stays on record and never comes into force."""
    draft = locked_draft(viewer, setup_id)
    draft.state = Setup.State.ENDED
    draft.valid_to = draft.valid_from - timedelta(days=1)
    draft.save(update_fields=["state", "valid_to"])
    emit("onestop.setup_dropped", record=draft, unit_path=draft.unit_path, viewer=viewer)
    setups_in_force.forget()
    return draft


@action
def end_setup(viewer: Viewer, *, setup_id: UUID, last_day: date, legal_basis: str) -> Setup:
    """End an electronic procedure after a day; dossiers taken in until then keep it.

    Raises ActionErrors when the day has passed or no legal basis is given.
    """
    row = (
        Setup.objects.select_for_update(of=("self",)).select_related("procedure").filter(pk=setup_id).first()
    )
    if row is None or row.state != Setup.State.PUBLISHED:
        raise NotFound("Không có thủ tục điện tử đang áp dụng này.")
    viewer.must(RIGHT, row.unit_path)
    if last_day < today():
        raise ActionError("Chọn từ hôm nay trở đi: hồ sơ đã nhận giữ bản đang có.", "last_day")
    if last_day < row.valid_from:
        raise ActionError("Ngày cuối phải từ ngày bắt đầu áp dụng trở đi.", "last_day")
    if len(legal_basis.strip()) < 5:
        raise ActionError("Ghi căn cứ: số, ký hiệu văn bản.", "legal_basis")
    row.valid_to = last_day
    row.legal_basis = "; ".join(part for part in (row.legal_basis, legal_basis.strip()) if part)
    row.save(update_fields=["valid_to", "legal_basis"])
    emit(
        "onestop.setup_ended",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"procedure": row.procedure.code, "last_day": last_day.isoformat()},
    )
    setups_in_force.forget()
    return row
