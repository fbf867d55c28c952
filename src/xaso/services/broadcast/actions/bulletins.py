"""Bulletins: written, heard, submitted, agreed to or refused, stopped. Each kept content is a version."""

from __future__ import annotations

from typing import Any

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.kernel.speech import spoken_text
from xaso.services.broadcast.actions.bulletin_parts import (
    change,
    check,
    content,
    keep_version,
    locked,
    tell,
)
from xaso.services.broadcast.actions.bulletin_parts import still_valid as still_valid
from xaso.services.broadcast.actions.bulletin_sound import COMPOSE as COMPOSE
from xaso.services.broadcast.actions.bulletin_sound import attach_recording as attach_recording
from xaso.services.broadcast.actions.bulletin_sound import listen_bulletin as listen_bulletin
from xaso.services.broadcast.actions.bulletin_sound import note_silence as note_silence
from xaso.services.broadcast.actions.bulletin_sound import render_sound
from xaso.services.broadcast.actions.bulletin_sound import take_sound as take_sound
from xaso.services.broadcast.actions.common import APPROVE, SEND, WRITE, replan
from xaso.services.broadcast.in_force import approval_rule, class_rule
from xaso.services.broadcast.models import Approval, Bulletin, Kind, Origin, Station

OPEN = (Bulletin.State.DRAFT, Bulletin.State.SUBMITTED, Bulletin.State.APPROVED, Bulletin.State.REFUSED)


@action
def write_bulletin(
    viewer: Viewer,
    *,
    station: Station,
    title: str,
    text: str = "",
    kind: str = Kind.ORDINARY,
    origin: str = Origin.COMMUNE,
    source: str = "",
    source_id: str = "",
    **facts: Any,
) -> Bulletin:
    """A new draft. ``facts``: topic, spoken, voice, speed, jingle, repeats, language, valid_from, valid_to.

    The spoken text is made by the commune's dictionary unless it is given. A bulletin from above (``origin``,
    ``source``, ``source_id``) that comes again answers the one that is there; a priority one needs no approval here.
    An emergency is no bulletin: see ``actions.emergencies``. Raises ActionErrors, Forbidden.
    """
    viewer.must(WRITE, station.unit_path)
    return _write(
        viewer,
        station=station,
        title=title,
        text=text,
        kind=kind,
        origin=origin,
        source=source,
        source_id=source_id,
        facts=facts,
    )


def _write(
    viewer: Viewer,
    *,
    station: Station,
    title: str,
    text: str,
    kind: str,
    origin: str,
    source: str,
    source_id: str,
    facts: dict[str, Any],
) -> Bulletin:
    if source_id:
        known = Bulletin.objects.filter(station=station, source=source, source_id=source_id).first()
        if known is not None:
            return known
    row = Bulletin(
        station=station,
        unit_path=station.unit_path,
        title=nfc(title).strip()[:200],
        text=nfc(text).strip(),
        kind=kind,
        origin=origin,
        source=source[:160],
        source_id=source_id[:120],
        voice=station.voice,
        speed=station.speed,
        language=station.language,
        written_by=viewer.account_id,
    )
    if kind in {Kind.ORDINARY, Kind.PRIORITY}:
        row.repeats = class_rule(kind, station.unit_path).repeats
    change(row, facts)
    check(row)
    row.save(force_insert=True)
    keep_version(viewer, row)
    tell("broadcast.bulletin_written", row, viewer)
    if origin != Origin.COMMUNE:
        waits = class_rule(kind, station.unit_path).from_above_waits
        return _wait(viewer, row) if waits else _approved(viewer, row)
    return row


def _wait(viewer: Viewer, row: Bulletin) -> Bulletin:
    """What came from above lies with those who approve, without anybody of the commune having to hand it in."""
    row.state, row.submitted_at = Bulletin.State.SUBMITTED, now()
    row.save(update_fields=["state", "submitted_at"])
    tell("broadcast.bulletin_submitted", row, viewer, number=row.version)
    return row


@action
def receive_bulletin(
    viewer: Viewer,
    *,
    station: Station,
    source: str,
    source_id: str,
    title: str,
    text: str,
    kind: str = Kind.ORDINARY,
    origin: str = Origin.PROVINCE,
    **facts: Any,
) -> Bulletin:
    """A bulletin from above, by who holds ``broadcast.send`` on the station. The same ``source_id`` again is the same.

    Its class says what happens (dated rows): an ordinary one waits for the commune's yes, a priority one is approved.
    Raises ActionErrors, Forbidden.
    """
    viewer.must(SEND, station.unit_path)
    if origin not in {Origin.PROVINCE, Origin.CENTRE}:
        raise ActionErrors({"origin": ["Bản tin gửi xuống là của tỉnh hoặc của trung ương."]})
    return _write(
        viewer,
        station=station,
        title=title,
        text=text,
        kind=kind,
        origin=origin,
        source=source,
        source_id=source_id,
        facts=facts,
    )


@action
def edit_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int, **changes: Any) -> Bulletin:
    """Change a bulletin that was version ``number`` when it was shown; a new content is a new version and a draft.

    Where the text changes and no ``spoken`` is given, the spoken text is made anew. Raises Conflict when somebody
    else changed it first, ActionErrors, Forbidden.
    """
    row = locked(viewer, bulletin, WRITE)
    if row.version != number:
        raise Conflict("Có người vừa sửa bản tin này. Mở lại để xem bản mới rồi sửa tiếp.")
    if row.state not in OPEN:
        raise Conflict("Bản tin đã dừng, không sửa được. Soạn bản tin mới.")
    before = content(row)
    change(row, changes)
    check(row)
    if content(row) != before:
        row.version += 1
        row.state, row.reason = Bulletin.State.DRAFT, ""
        row.rendering, row.sound, row.seconds, row.trouble = None, None, None, ""
        row.recorded = False
        keep_version(viewer, row)
    row.save()
    tell("broadcast.bulletin_edited", row, viewer, number=row.version)
    replan(row.station)
    return row


@action
def speak_again(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Make the spoken text anew by the dictionary as it is now. A changed one is a new version and a draft."""
    row = locked(viewer, bulletin, WRITE)
    spoken = spoken_text(row.text, row.unit_path).text
    if spoken == row.spoken or not row.text:
        return row
    return edit_bulletin(viewer, bulletin=row, number=row.version, spoken=spoken)


@action
def submit_bulletin(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Hand a draft in for approval. Where the rule asks for nobody it is approved at once. Raises Conflict."""
    row = locked(viewer, bulletin, WRITE)
    if row.state not in {Bulletin.State.DRAFT, Bulletin.State.REFUSED}:
        raise Conflict(f"Bản tin {row.get_state_display().lower()}, không trình được.")
    row.state, row.submitted_at, row.reason = Bulletin.State.SUBMITTED, now(), ""
    row.save(update_fields=["state", "submitted_at", "reason"])
    tell("broadcast.bulletin_submitted", row, viewer, number=row.version)
    rule = approval_rule(row.kind, row.unit_path)
    if rule is not None and rule.approvals == 0:
        return _approved(viewer, row)
    render_sound(viewer, row, quietly=True)
    return row


@action
def approve_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int) -> Bulletin:
    """Agree to version ``number``. By the rule in force one or more must, and not who wrote it unless the rule says so.

    With the last one the sound is made and the bulletin may be aired. Raises Conflict when the version is no longer
    the one that was shown, Forbidden.
    """
    row = locked(viewer, bulletin, APPROVE)
    _must_wait(row, number)
    rule = approval_rule(row.kind, row.unit_path)
    wanted, own = (rule.approvals, rule.own) if rule is not None else (1, False)
    if not own and viewer.account_id and row.versions.filter(written_by=viewer.account_id).exists():
        raise Forbidden("Người soạn không tự duyệt bản tin của mình. Nhờ người khác duyệt.")
    if Approval.objects.filter(bulletin=row, number=number, account_id=viewer.account_id).exists():
        raise Conflict("Bạn đã duyệt bản này rồi. Cần thêm người khác duyệt.")
    Approval.objects.create(
        bulletin=row, number=number, agreed=True, account_id=viewer.account_id, name=viewer.name[:160]
    )
    if row.approvals.filter(number=number, agreed=True).count() < wanted:
        tell("broadcast.bulletin_agreed", row, viewer, number=number)
        return row
    return _approved(viewer, row)


@action
def refuse_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int, reason: str) -> Bulletin:
    """Send version ``number`` back to its writer with a reason. Raises ActionError, Conflict, Forbidden."""
    row = locked(viewer, bulletin, APPROVE)
    _must_wait(row, number)
    if len(reason.strip()) < 5:
        raise ActionError("Ghi lý do để người soạn biết phải sửa gì.", "reason")
    Approval.objects.update_or_create(
        bulletin=row,
        number=number,
        account_id=viewer.account_id,
        defaults={"agreed": False, "name": viewer.name[:160], "reason": reason.strip()[:300]},
    )
    row.state, row.reason = Bulletin.State.REFUSED, reason.strip()[:300]
    row.save(update_fields=["state", "reason"])
    tell("broadcast.bulletin_refused", row, viewer, number=number)
    return row


@action
def end_bulletin(viewer: Viewer, *, bulletin: Bulletin, reason: str = "") -> Bulletin:
    """Air it no more, from now on. Raises Forbidden."""
    row = locked(viewer, bulletin, WRITE, APPROVE)
    if row.state != Bulletin.State.ENDED:
        row.state, row.reason = Bulletin.State.ENDED, reason.strip()[:300]
        row.save(update_fields=["state", "reason"])
        tell("broadcast.bulletin_ended", row, viewer)
        replan(row.station)
    return row


@action
def agree_to_announced(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """A bulletin made of an announcement needs no yes here: it was asked for where the announcement was made.

    Only the product itself may. Repeatable.
    """
    if viewer.kind != "system":
        raise Forbidden()
    row = locked(viewer, bulletin, WRITE)
    return row if row.state != Bulletin.State.DRAFT else _approved(viewer, row)


def _approved(viewer: Viewer, row: Bulletin) -> Bulletin:
    row.state, row.approved_at = Bulletin.State.APPROVED, now()
    row.save(update_fields=["state", "approved_at"])
    tell("broadcast.bulletin_approved", row, viewer, number=row.version)
    replan(row.station)
    return render_sound(viewer, row, quietly=True)


def _must_wait(row: Bulletin, number: int) -> None:
    if row.version != number:
        raise Conflict("Bản tin vừa được sửa. Mở lại để xem bản mới rồi duyệt.")
    if row.state != Bulletin.State.SUBMITTED:
        raise Conflict(f"Bản tin {row.get_state_display().lower()}, không chờ duyệt.")
