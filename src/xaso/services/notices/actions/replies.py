"""What people wrote back: answered, made into a task, or put aside. Nothing stays unanswered without a name."""

from __future__ import annotations

from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.messages.actions import Address, Receiver, send
from xaso.kernel.messages.models import Reply
from xaso.kernel.messages.replies import handle_reply
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import clean, nfc
from xaso.kernel.units.models import Unit
from xaso.services.notices.actions.tasks import give_task
from xaso.services.notices.models import HamletTask
from xaso.services.notices.queries.rights import REPLIES


def _open(viewer: Viewer, reply_id: UUID) -> Reply:
    rows = Reply.objects.select_for_update(of=("self",)).filter(viewer.scope(REPLIES), pk=reply_id)
    row = rows.select_related("receiver__person", "receiver__account").first()
    if row is None:
        raise NotFound("Không tìm thấy tin này.")
    if row.handled_at is not None:
        raise Conflict("Tin này đã được xử lý.")
    return row


def _writer(row: Reply) -> Receiver:
    """Whom to answer: the person or account whom the mailing reached, else the number itself."""
    receiver = row.receiver
    if receiver is not None and receiver.person is not None:
        return receiver.person
    if receiver is not None and receiver.account is not None:
        return receiver.account
    return Address("", phone=str(row.sender))


@action
def answer_reply(viewer: Viewer, *, reply_id: UUID, answer: str) -> Reply:
    """Write back to the number the answer came from. Raises ActionError without words."""
    row = _open(viewer, reply_id)
    words = nfc(answer).strip()
    if not words:
        raise ActionError("Viết câu trả lời.", "answer")
    unit = Unit.objects.filter(path=row.unit_path).first()
    send(
        viewer,
        "notices.answer",
        to=_writer(row),
        data={"unit": unit.full_name if unit else "Ủy ban nhân dân", "answer": words},
        record=row,
        unit_path=row.unit_path,
        contact={"phone": str(row.sender)},
        key=str(row.pk),
    )
    return handle_reply(viewer, reply_id=row.pk, note=f"Trả lời: {clean(words)}")


@action
def close_reply(viewer: Viewer, *, reply_id: UUID, note: str = "") -> Reply:
    """Nothing has to be answered."""
    row = _open(viewer, reply_id)
    return handle_reply(viewer, reply_id=row.pk, note=clean(note) or "Không phải trả lời")


@action
def task_from_reply(
    viewer: Viewer,
    *,
    reply_id: UUID,
    hamlet: str,
    title: str,
    detail: str,
    asks: list[str],
    figure_label: str = "",
    term: str = "3wd",
) -> HamletTask:
    """Make what somebody wrote into work of a hamlet. Raises ActionErrors by field."""
    row = _open(viewer, reply_id)
    task = give_task(
        viewer,
        unit_path=row.unit_path,
        hamlet_path=hamlet,
        title=title,
        detail=detail,
        asks=asks,
        figure_label=figure_label,
        term=term,
        reply_id=row.pk,
    )
    handle_reply(viewer, reply_id=row.pk, note=f"Giao việc: {task.title}")
    return task
