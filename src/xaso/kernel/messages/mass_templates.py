"""Wordings for mailings in versions, let go by a second person; templates of the Zalo account and their state."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Max

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.connectors.zalo import zalo
from xaso.kernel.events import emit
from xaso.kernel.messages.audience import RIGHT
from xaso.kernel.messages.mass_models import MailingTemplate, MassRule, Price, Quota, ZaloTemplate
from xaso.kernel.messages.mass_wording import CHANNELS, Wording, WordingError
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean

log = logging.getLogger("xaso.messages")
APPROVE, ROWS = "messages.mass_approve", "messages.templates"
State = MailingTemplate.State
_STATES = {
    "ENABLE": ZaloTemplate.State.ENABLED,
    "PENDING_REVIEW": ZaloTemplate.State.PENDING,
    "REJECT": ZaloTemplate.State.REJECTED,
    "DISABLE": ZaloTemplate.State.DISABLED,
}


@action
def write_template(
    viewer: Viewer, *, unit_path: str, key: str, title: str, wording: Wording
) -> MailingTemplate:
    """Write the next version of a wording; it waits for approval before it can be used."""
    viewer.must(RIGHT, unit_path)
    try:
        wording.check()
    except WordingError as error:
        raise ActionError(str(error), error.field) from error
    if not clean(title) or not clean(key):
        raise ActionError("Nhập tên và khóa của mẫu.", "title")
    rows = MailingTemplate.objects.filter(unit_path=unit_path, key=clean(key)[:80])
    last = rows.aggregate(last=Max("version"))["last"] or 0
    row = MailingTemplate.objects.create(
        unit_path=unit_path,
        key=clean(key)[:80],
        version=last + 1,
        title=clean(title)[:150],
        wording=wording.as_json(),
        state=State.SUBMITTED,
        written_by=viewer.account_id,
    )
    _tell("messages.mailing_template_written", row, viewer)
    return row


@action
def decide_template(viewer: Viewer, *, template_id: UUID, approved: bool, note: str = "") -> MailingTemplate:
    """A second person approves or refuses a version; the version in use before ends. Never by who wrote it."""
    row = MailingTemplate.objects.select_for_update().filter(pk=template_id).first()
    if row is None:
        raise NotFound("Không có mẫu này.")
    viewer.must(APPROVE, row.unit_path)
    if row.state != State.SUBMITTED:
        raise ActionError("Mẫu này không chờ duyệt.")
    if viewer.account_id is not None and viewer.account_id == row.written_by:
        raise Forbidden("Người soạn không tự duyệt được mẫu của mình.")
    if not approved and not clean(note):
        raise ActionError("Nhập lý do không duyệt.", "note")
    if approved:
        older = MailingTemplate.objects.filter(unit_path=row.unit_path, key=row.key, state=State.APPROVED)
        older.update(state=State.ENDED)
    row.state = State.APPROVED if approved else State.REFUSED
    row.decided_by, row.decided_at, row.note = viewer.account_id, now(), clean(note)[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])
    if approved:
        _tell("messages.mailing_template_approved", row, viewer)
    else:
        _tell("messages.mailing_template_refused", row, viewer)
    return row


def templates_for(unit_path: str) -> list[MailingTemplate]:
    """Wordings in use for a unit: its own and those of units above."""
    rows = MailingTemplate.objects.filter(state=State.APPROVED).order_by("title")
    return [row for row in rows if unit_path.startswith(row.unit_path)]


def _tell(name: str, row: MailingTemplate, viewer: Viewer) -> None:
    emit(name, record=row, unit_path=row.unit_path, viewer=viewer, data={"version": row.version})


@action
def keep_zalo_template(viewer: Viewer, *, number: str, title: str, fields: list[str]) -> ZaloTemplate:
    """Note a template of the Zalo account, and ask Zalo for its state at the next hour."""
    viewer.must(ROWS, "")
    if not number.isdigit():
        raise ActionError("Mã mẫu Zalo chỉ gồm chữ số.", "number")
    row, _ = ZaloTemplate.objects.update_or_create(
        number=number[:20], defaults={"title": clean(title)[:150], "fields": fields}
    )
    return row


def ask_template(row: ZaloTemplate) -> ZaloTemplate:
    """Ask Zalo what it says of a template now. Raises OutsideError when Zalo does not answer."""
    facts = zalo().template_facts(Asked(purpose="Hỏi trạng thái mẫu tin Zalo"), row.number)
    row.state = _STATES.get(facts.status, ZaloTemplate.State.UNKNOWN)
    row.quality, row.price, row.asked_at = facts.quality[:20], facts.price, now()
    row.save(update_fields=["state", "quality", "price", "asked_at"])
    return row


def ask_all_templates() -> None:
    """Every template's state, once an hour. Without templates nobody is asked."""
    for row in ZaloTemplate.objects.order_by("number"):
        try:
            ask_template(row)
        except OutsideError as error:
            log.warning("Zalo says nothing of template %s: %s", row.number, error.code)
            return


@action
def set_price(
    viewer: Viewer,
    *,
    unit_path: str,
    channel: str,
    amount: int,
    source: str,
    operator: str = "",
    valid_from: date | None = None,
    confirmed: bool = True,
) -> Price:
    """A new price from a day on; what counted before stays for its time. ``amount`` in đồng."""
    viewer.must(ROWS, unit_path)
    _check_row(channel, source)
    row = Price.objects.create(
        unit_path=unit_path,
        channel=channel,
        operator=operator,
        amount=amount,
        source=clean(source)[:300],
        valid_from=valid_from or today(),
        confirmed=confirmed,
    )
    _tell_row("giá", channel, row, viewer)
    return row


@action
def set_quota(
    viewer: Viewer,
    *,
    unit_path: str,
    channel: str,
    span: str,
    most: int,
    source: str,
    valid_from: date | None = None,
    confirmed: bool = True,
) -> Quota:
    """A new quota from a day on: at most so many messages of a channel in each span."""
    viewer.must(ROWS, unit_path)
    _check_row(channel, source)
    if span not in Quota.Span.values or most < 1:
        raise ActionError("Hạn mức phải từ 1 tin mỗi giây, phút, giờ hoặc ngày.", "most")
    row = Quota.objects.create(
        unit_path=unit_path,
        channel=channel,
        span=span,
        most=most,
        source=clean(source)[:300],
        valid_from=valid_from or today(),
        confirmed=confirmed,
    )
    _tell_row("hạn mức", channel, row, viewer)
    return row


@action
def set_mass_rule(
    viewer: Viewer, *, unit_path: str, approve_above: int, urgent_too: bool, source: str
) -> MassRule:
    """From today on a second person approves mailings of the unit above so many receivers."""
    viewer.must(ROWS, unit_path)
    row = MassRule.objects.create(
        unit_path=unit_path,
        approve_above=approve_above,
        urgent_too=urgent_too,
        source=clean(source)[:300],
        confirmed=True,
    )
    _tell_row("ngưỡng phải duyệt", "mọi kênh", row, viewer)
    return row


def _check_row(channel: str, source: str) -> None:
    if channel not in CHANNELS:
        raise ActionError("Chọn kênh gửi.", "channel")
    if not clean(source):
        raise ActionError("Ghi nguồn của số này: hợp đồng, thông báo của nhà cung cấp.", "source")


def _tell_row(kind: str, channel: str, row: Any, viewer: Viewer) -> None:
    data = {"kind": kind, "channel": channel}
    emit("messages.row_set", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
