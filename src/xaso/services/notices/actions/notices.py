"""A notice from the first draft to the sending: written, looked at by a second person, sent, stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.events.models import Event
from xaso.kernel.messages import mass
from xaso.kernel.messages.actions import send
from xaso.kernel.messages.announcements import announce, end_announcement, ring_of
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.people.models import Account, RoleRight
from xaso.kernel.people.sessions import viewer_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean, nfc
from xaso.services.notices import rules
from xaso.services.notices.actions.tasks import due_of, give_tasks, hamlets_in
from xaso.services.notices.models import Notice
from xaso.services.notices.queries import notices as queries
from xaso.services.notices.queries.rights import APPROVE, SEND, URGENT, VIEW, WRITE, must_reach

_State = Notice.State
EDITABLE = (_State.DRAFT, _State.REFUSED)
TEXTS = ("subject", "sms", "push", "zalo_template", "urgent_reason", "task_title", "task_figure")
PLAIN = (
    "sms_accents",
    "urgent",
    "is_public",
    "needs_receipt",
    "send_at",
    "zalo_data",
    "task_asks",
    "task_term",
)
SPOKEN_FOR = timedelta(days=3)
_DEFAULTS: dict[str, Any] = {
    "sms_accents": False,
    "urgent": False,
    "is_public": False,
    "needs_receipt": False,
    "send_at": None,
    "zalo_data": {},
    "task_asks": [],
    "task_term": "",
}


@action
def write_notice(
    viewer: Viewer, *, unit_path: str, facts: Mapping[str, Any], notice_id: UUID | None = None
) -> Notice:
    """Keep a draft: a new one, or one that was not sent yet. Raises ActionErrors by field."""
    viewer.must(WRITE, unit_path)
    row = _draft(viewer, notice_id) if notice_id else None
    if row is None:
        key = uuid7()
        row = Notice(
            pk=key, unit_path=unit_path, code=f"TB-{key.hex[-8:].upper()}", written_by=viewer.account_id
        )
    _check(unit_path, facts)
    row.kind = facts.get("kind") or Notice.Kind.NOTICE
    row.body = nfc(str(facts.get("body") or "")).strip()
    row.speaker = facts.get("speaker") or ""
    row.audience, row.ladder = dict(facts["audience"]), list(facts["ladder"])
    row.template = facts.get("template")
    for name in TEXTS:
        setattr(row, name, clean(str(facts.get(name) or "")))
    for name in PLAIN:
        given = facts.get(name)
        setattr(row, name, _DEFAULTS[name] if given is None else given)
    row.state, row.reason = _State.DRAFT, ""
    row.save()
    emit("notices.notice_written", record=row, unit_path=unit_path, viewer=viewer, data={"kind": row.kind})
    return row


def _draft(viewer: Viewer, notice_id: UUID) -> Notice:
    row = _locked(viewer, WRITE, notice_id)
    if row.state not in EDITABLE:
        raise Conflict("Thông báo này đã trình hoặc đã gửi nên không sửa được. Chép thành thông báo mới.")
    return row


def _locked(viewer: Viewer, right: str, notice_id: UUID) -> Notice:
    row = Notice.objects.select_for_update(of=("self",)).filter(viewer.scope(right), pk=notice_id).first()
    if row is None:
        raise NotFound("Không tìm thấy thông báo này.")
    return row


def _check(unit_path: str, facts: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    spec = facts.get("audience") or {}
    if not clean(str(facts.get("subject") or "")):
        wrong["subject"] = ["Nhập tiêu đề"]
    if not str(facts.get("body") or "").strip():
        wrong["body"] = ["Nhập nội dung"]
    for name in ("subject", "body", "sms", "push"):
        if rules.stray_braces(str(facts.get(name) or "")):
            wrong[name] = ["Có dấu { } không thuộc chỗ điền nào. Viết như {name}"]
    if any(not str(path).startswith(unit_path) for path in spec.get("units", ())):
        wrong["units"] = ["Chỉ chọn nơi thuộc đơn vị mình"]
    try:
        for ring in spec.get("polygons", ()):
            ring_of(ring)
    except (GeometryError, TypeError, ValueError):
        wrong["polygons"] = ["Vùng vẽ chưa khép kín. Vẽ lại, ít nhất ba góc"]
    if facts.get("urgent") and not clean(str(facts.get("urgent_reason") or "")):
        wrong["urgent_reason"] = ["Ghi vì sao khẩn; người thứ hai sẽ đọc"]
    if facts.get("kind") == Notice.Kind.DIRECTIVE:
        wrong |= _check_task(unit_path, facts)
    if wrong:
        raise ActionErrors(wrong)


def _check_task(unit_path: str, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    wrong = {}
    asks = list(facts.get("task_asks") or ())
    if not clean(str(facts.get("task_title") or "")):
        wrong["task_title"] = ["Ghi thôn phải làm gì"]
    if not asks or set(asks) - set(rules.ASKS):
        wrong["task_asks"] = ["Chọn ít nhất một thứ phải báo cáo"]
    if "figure" in asks and not clean(str(facts.get("task_figure") or "")):
        wrong["task_figure"] = ["Đặt tên con số, như “Số hộ đã di dời”"]
    try:
        due_of(str(facts.get("task_term") or ""), unit_path)
    except ActionError as error:
        wrong["task_term"] = [error.message]
    return wrong


# ---- sending --------------------------------------------------------------------------------------------------------


@action
def send_notice(viewer: Viewer, *, notice_id: UUID, seen: int) -> Notice:
    """Send a notice, or hand it to a second person. ``seen``: how many receivers the sender was shown.

    Raises Conflict when the audience is another by now, ActionError when it cannot be sent.
    """
    row = _locked(viewer, SEND, notice_id)
    if row.state not in EDITABLE:
        raise Conflict("Thông báo này đã được gửi hoặc đang chờ duyệt.")
    must_reach(viewer, SEND, row.audience, row.unit_path)
    if row.urgent:
        viewer.must(URGENT, row.unit_path)
    ahead = _as_seen(viewer, row, seen)
    row.count, row.unreachable = ahead.count, len(ahead.unreachable)
    row.submitted_by = viewer.account_id
    # The product itself (the demo, a plan made by a person) was asked by whoever made it act.
    if ahead.needs_second and viewer.account_id is not None:
        row.state = _State.WAITING
        row.save()
        emit(
            "notices.notice_submitted",
            record=row,
            unit_path=row.unit_path,
            viewer=viewer,
            data={"count": row.count},
        )
        _tell_second(viewer, row)
        return row
    return _go(viewer, row, ahead, None)


def _as_seen(viewer: Viewer, row: Notice, seen: int) -> queries.Ahead:
    ahead = queries.look_ahead(viewer, row)
    if ahead.problem:
        raise ActionError(ahead.problem)
    if ahead.count != seen:
        raise Conflict(f"Danh sách người nhận vừa đổi: nay có {ahead.count} người. Xem lại rồi gửi.")
    return ahead


def _tell_second(viewer: Viewer, row: Notice) -> None:
    """Tell those who may approve in the unit itself, but not the sender."""
    roles = RoleRight.objects.filter(right=APPROVE).values_list("role_id", flat=True)
    found = Account.objects.filter(
        is_active=True,
        grants__role_id__in=list(roles),
        grants__unit_path=row.unit_path,
        grants__valid_to__isnull=True,
    )
    for account in found.exclude(pk=viewer.own_account).distinct()[:20]:
        send(
            viewer,
            "notices.to_decide",
            to=account,
            data={"subject": row.subject, "count": row.count, "writer": viewer.name},
            record=row,
            unit_path=row.unit_path,
            link=reverse("notices_desk:notice", args=[row.pk]),
            urgent=row.urgent,
            key=now().isoformat(),
        )


@action
def approve_notice(viewer: Viewer, *, notice_id: UUID, seen: int) -> Notice:
    """The second person lets it go. It must be another account than the sender's, who must still hold the right."""
    row = _locked(viewer, APPROVE, notice_id)
    if row.state != _State.WAITING:
        raise Conflict("Thông báo này không chờ duyệt.")
    if viewer.account_id is not None and viewer.account_id in {row.submitted_by, row.written_by}:
        raise Forbidden("Người soạn, người gửi không tự duyệt được. Nhờ người thứ hai.")
    if row.urgent:
        viewer.must(URGENT, row.unit_path)
    sent_by = Account.objects.filter(pk=row.submitted_by).first() if row.submitted_by else None
    if sent_by is None:
        raise NotFound("Không tìm thấy người gửi.")
    sender = viewer_of(sent_by)
    must_reach(sender, SEND, row.audience, row.unit_path)
    ahead = _as_seen(sender, row, seen)
    row.decided_by, row.decided_at = viewer.account_id, now()
    emit(
        "notices.notice_approved",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"count": ahead.count},
    )
    return _go(sender, row, ahead, viewer.account_id)


@action
def refuse_notice(viewer: Viewer, *, notice_id: UUID, reason: str) -> Notice:
    """The second person sends it back, saying why."""
    row = _locked(viewer, APPROVE, notice_id)
    if row.state != _State.WAITING:
        raise Conflict("Thông báo này không chờ duyệt.")
    if not clean(reason):
        raise ActionError("Ghi lý do trả lại.", "words")
    row.state, row.reason = _State.REFUSED, clean(reason)[:300]
    row.decided_by, row.decided_at = viewer.account_id, now()
    row.save()
    emit("notices.notice_refused", record=row, unit_path=row.unit_path, viewer=viewer)
    writer = Account.objects.filter(pk=row.submitted_by).first() if row.submitted_by else None
    if writer is not None:
        send(
            viewer,
            "notices.sent_back",
            to=writer,
            data={"subject": row.subject, "reason": row.reason},
            record=row,
            unit_path=row.unit_path,
            link=reverse("notices_desk:notice", args=[row.pk]),
            key=now().isoformat(),
        )
    return row


def _go(sender: Viewer, row: Notice, ahead: queries.Ahead, approved_by: UUID | None) -> Notice:
    at = row.send_at if row.send_at and row.send_at > now() else None
    row.state, row.count, row.unreachable = _State.SENT, ahead.count, len(ahead.unreachable)
    row.sent_at = at or now()
    row.save()
    mailing = mass.start(
        sender,
        title=row.subject,
        wording=queries.wording_of(row),
        recipients=ahead.recipients,
        ladder=queries.ladder_of(row),
        urgent=row.urgent,
        unit_path=row.unit_path,
        record=row,
        key=f"notice:{row.pk}",
        at=at,
        goal=Mailing.Goal.ACKNOWLEDGED if row.needs_receipt else Mailing.Goal.DELIVERED,
        approved_by=approved_by,
        template=row.template,
    )
    mass.estimate(sender, mailing, ahead.channels)
    row.mailing_id = mailing.pk
    row.save(update_fields=["mailing_id"])
    emit(
        "notices.notice_sent",
        record=row,
        unit_path=row.unit_path,
        viewer=sender,
        data={"count": row.count, "urgent": row.urgent},
    )
    if at is None:
        _begin(sender, row)
    return row


def _begin(viewer: Viewer, row: Notice) -> None:
    """What else begins with the mailing: work for hamlets, and the loudspeakers. Repeatable."""
    paths = row.audience.get("units") or [row.unit_path]
    if row.kind == Notice.Kind.DIRECTIVE:
        give_tasks(viewer, row, hamlets_in(paths), row.sent_at or now())
    if row.speaker and row.announcement_id is None:
        said = announce(
            viewer,
            kind=row.speaker,
            title=row.subject,
            body=queries.body_for(row, "bà con"),
            area={"units": list(paths), "polygons": list(row.audience.get("polygons", ()))},
            unit_path=row.unit_path,
            expires_at=now() + SPOKEN_FOR,
            record=row,
            key=f"notice:{row.pk}",
        )
        row.announcement_id = said.pk
        row.save(update_fields=["announcement_id"])


def on_mailing_started(event: Event) -> None:
    """Listener: a notice that waited for its hour goes out now."""
    _begin_by_itself(Viewer.system(), mailing_id=event.record_id)


@action
def _begin_by_itself(viewer: Viewer, *, mailing_id: UUID) -> None:
    """The tasks and the loudspeaker of a scheduled notice."""
    row = (
        Notice.objects.select_for_update(of=("self",))
        .filter(mailing_id=mailing_id, state=_State.SENT)
        .first()
    )
    if row is not None and row.send_at is not None:
        _begin(viewer, row)


@action
def stop_notice(viewer: Viewer, *, notice_id: UUID, reason: str = "") -> Notice:
    """Stop a notice: what has not gone out stays, the loudspeakers fall silent, open tasks are dropped."""
    row = _locked(viewer, SEND, notice_id)
    if row.state != _State.SENT or row.mailing_id is None:
        raise Conflict("Thông báo này không đang gửi.")
    mass.stop(viewer, mailing_id=row.mailing_id, reason=reason)
    if row.announcement_id is not None:
        end_announcement(viewer, announcement_id=row.announcement_id, cancelled=True)
    row.tasks.filter(state__in=["open", "returned"]).update(state="cancelled", ended_at=now())
    row.state, row.stopped_at, row.reason = _State.STOPPED, now(), clean(reason)[:300]
    row.save(update_fields=["state", "stopped_at", "reason"])
    emit("notices.notice_stopped", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def drop_notice(viewer: Viewer, *, notice_id: UUID) -> Notice:
    """A draft is not wanted any more."""
    row = _draft(viewer, notice_id)
    row.state = _State.DROPPED
    row.save(update_fields=["state"])
    emit("notices.notice_dropped", record=row, unit_path=row.unit_path, viewer=viewer)
    return row


@action
def copy_notice(viewer: Viewer, *, notice_id: UUID) -> Notice:
    """A new draft with the same text, audience and ladder."""
    old = _locked(viewer, VIEW, notice_id)
    viewer.must(WRITE, old.unit_path)
    key = uuid7()
    kept = {
        name: getattr(old, name)
        for name in (*TEXTS, *PLAIN, "unit_path", "kind", "body", "speaker", "audience", "ladder", "template")
        if name != "send_at"
    }
    row = Notice.objects.create(
        pk=key, code=f"TB-{key.hex[-8:].upper()}", written_by=viewer.account_id, **kept
    )
    emit(
        "notices.notice_written", record=row, unit_path=row.unit_path, viewer=viewer, data={"kind": row.kind}
    )
    return row
