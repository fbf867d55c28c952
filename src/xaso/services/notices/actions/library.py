"""Texts kept for use again: written in versions, used only after another person approved them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages import audience, mass_templates
from xaso.kernel.messages.audience import Recipient
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.messages.models import AudienceList, MailingTemplate
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import clean, nfc
from xaso.services.notices import sheets
from xaso.services.notices.queries.rights import LISTS, WORDINGS

_State = MailingTemplate.State
_ONE_LINE = ("subject", "sms", "zalo_template")


@action
def write_template(
    viewer: Viewer, *, unit_path: str, title: str, words: Mapping[str, Any], template_id: UUID | None = None
) -> MailingTemplate:
    """A new text, or the next version of one; it waits for somebody else. Raises ActionError by field."""
    viewer.must(WORDINGS, unit_path)
    if not clean(title):
        raise ActionError("Đặt tên mẫu.", "title")
    before = _locked(viewer, template_id) if template_id else None
    key = before.key if before is not None else f"notices.{sheets.place_name(title) or 'mau'}"[:80]
    lines = {name: clean(str(words.get(name) or "")) for name in _ONE_LINE}
    body = nfc(str(words.get("body") or "")).strip()
    wording = Wording(
        subject=lines["subject"],
        body=body,
        sms=lines["sms"],
        zalo_template=lines["zalo_template"],
        zalo_data=dict(words.get("zalo_data") or {}),
    )
    return mass_templates.write_template(viewer, unit_path=unit_path, key=key, title=title, wording=wording)


def _locked(viewer: Viewer, template_id: UUID) -> MailingTemplate:
    rows = MailingTemplate.objects.select_for_update(of=("self",)).filter(
        viewer.scope(WORDINGS), pk=template_id
    )
    row = rows.first()
    if row is None:
        raise NotFound("Không tìm thấy mẫu này.")
    return row


@action
def end_template(viewer: Viewer, *, template_id: UUID) -> MailingTemplate:
    """Use a text no more; what was sent by it stays."""
    row = _locked(viewer, template_id)
    row.state = _State.ENDED
    row.save(update_fields=["state"])
    emit("notices.template_ended", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


# ---- lists of receivers ---------------------------------------------------------------------------------------------


@action
def keep_list(
    viewer: Viewer, *, unit_path: str, title: str, purpose: str, sheet: sheets.Sheet, good_only: bool
) -> AudienceList:
    """Keep a list from a sheet. With bad lines nothing is kept, unless the officer wants the good ones alone."""
    viewer.must(LISTS, unit_path)
    if sheet.bad and not good_only:
        raise ActionError(
            f"{len(sheet.bad)} dòng có lỗi. Sửa trong tệp rồi gửi lại, hoặc chọn lấy các dòng đúng.", "file"
        )
    if not sheet.lines:
        raise ActionError("Không có dòng nào dùng được.", "file")
    row = audience.keep_list(viewer, unit_path=unit_path, title=title, purpose=purpose)
    people = [
        Recipient(
            name=one.name, phone=one.phone, email=one.email, unit_path=one.hamlet or unit_path, data=one.data
        )
        for one in sheet.lines
    ]
    audience.add_members(viewer, audience=row, recipients=people)
    return row


@action
def end_list(viewer: Viewer, *, list_id: UUID) -> AudienceList:
    """Use a list no more."""
    row = AudienceList.objects.filter(viewer.scope(LISTS), pk=list_id).first()
    if row is None:
        raise NotFound("Không có danh sách này.")
    audience.end_list(viewer, audience=row)
    return row
