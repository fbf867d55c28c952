"""Bulletins: written, heard, submitted, agreed to or refused, stopped. Each kept content is a version."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import nfc
from xaso.kernel.speech import spoken_text
from xaso.kernel.speech.actions import keep_recording, render
from xaso.kernel.tasks import enqueue
from xaso.services.broadcast.actions.common import APPROVE, LONGEST_TEXT, WRITE, replan
from xaso.services.broadcast.actions.sounds import JINGLES, compose
from xaso.services.broadcast.in_force import approval_rule, class_rule
from xaso.services.broadcast.models import Approval, Bulletin, BulletinVersion, Kind, Origin, Station

COMPOSE = "broadcast.compose_bulletin"
CONTENT = {
    "title",
    "text",
    "spoken",
    "voice",
    "speed",
    "jingle",
    "repeats",
    "language",
    "rendering",
    "recorded",
}
EDITABLE = {"kind", "topic", "valid_from", "valid_to", *(CONTENT - {"rendering", "recorded"})}
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
    _change(row, facts)
    _check(row)
    row.save(force_insert=True)
    _keep_version(viewer, row)
    _emit("broadcast.bulletin_written", row, viewer)
    if origin != Origin.COMMUNE and not class_rule(kind, station.unit_path).from_above_waits:
        _approved(viewer, row)
    return row


@action
def edit_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int, **changes: Any) -> Bulletin:
    """Change a bulletin that was version ``number`` when it was shown; a new content is a new version and a draft.

    Where the text changes and no ``spoken`` is given, the spoken text is made anew. Raises Conflict when somebody
    else changed it first, ActionErrors, Forbidden.
    """
    row = _locked(viewer, bulletin, WRITE)
    if row.version != number:
        raise Conflict("Có người vừa sửa bản tin này. Mở lại để xem bản mới rồi sửa tiếp.")
    if row.state not in OPEN:
        raise Conflict("Bản tin đã dừng, không sửa được. Soạn bản tin mới.")
    before = _content(row)
    _change(row, changes)
    _check(row)
    if _content(row) != before:
        row.version += 1
        row.state, row.reason = Bulletin.State.DRAFT, ""
        row.rendering, row.sound, row.seconds, row.trouble = None, None, None, ""
        row.recorded = False
        _keep_version(viewer, row)
    row.save()
    _emit("broadcast.bulletin_edited", row, viewer, number=row.version)
    replan(row.station)
    return row


@action
def speak_again(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Make the spoken text anew by the dictionary as it is now. A changed one is a new version and a draft."""
    row = _locked(viewer, bulletin, WRITE)
    spoken = spoken_text(row.text, row.unit_path).text
    if spoken == row.spoken or not row.text:
        return row
    return edit_bulletin(viewer, bulletin=row, number=row.version, spoken=spoken)


@action
def listen_bulletin(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Ask for the sound of a bulletin before it is approved; it is the one that will be aired.

    Ready at once when these words were spoken before; else the sound comes with speech.rendered.
    Raises ActionError for a voice that cannot speak.
    """
    row = _locked(viewer, bulletin, WRITE, APPROVE)
    return _render(viewer, row)


def attach_recording(viewer: Viewer, *, bulletin: Bulletin, upload: Any, language: str = "vi") -> Bulletin:
    """Take a recording in place of the machine's voice: a new version, with no words to be read. Raises BadFile,
    ActionError, Forbidden. Call it outside a transaction (a refused file stays in quarantine).
    """
    viewer.must(WRITE, bulletin.unit_path)
    rendering = keep_recording(
        viewer, upload=upload, language=language, unit_path=bulletin.unit_path, record=bulletin
    )
    return _with_recording(viewer, bulletin=bulletin, rendering_id=rendering.pk, language=language)


@action
def _with_recording(viewer: Viewer, *, bulletin: Bulletin, rendering_id: UUID, language: str) -> Bulletin:
    row = _locked(viewer, bulletin, WRITE)
    row.version += 1
    row.recorded, row.language, row.rendering = True, language[:12], rendering_id
    row.state, row.reason, row.sound, row.seconds, row.trouble = Bulletin.State.DRAFT, "", None, None, ""
    _keep_version(viewer, row)
    row.save()
    enqueue(COMPOSE, {"bulletin_id": str(row.pk)}, key=str(row.pk))
    _emit("broadcast.bulletin_recorded", row, viewer, number=row.version)
    return row


@action
def submit_bulletin(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """Hand a draft in for approval. Where the rule asks for nobody it is approved at once. Raises Conflict."""
    row = _locked(viewer, bulletin, WRITE)
    if row.state not in {Bulletin.State.DRAFT, Bulletin.State.REFUSED}:
        raise Conflict(f"Bản tin {row.get_state_display().lower()}, không trình được.")
    row.state, row.submitted_at, row.reason = Bulletin.State.SUBMITTED, now(), ""
    row.save(update_fields=["state", "submitted_at", "reason"])
    _emit("broadcast.bulletin_submitted", row, viewer, number=row.version)
    rule = approval_rule(row.kind, row.unit_path)
    if rule is not None and rule.approvals == 0:
        return _approved(viewer, row)
    _render(viewer, row, quietly=True)
    return row


@action
def approve_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int) -> Bulletin:
    """Agree to version ``number``. By the rule in force one or more must, and not who wrote it unless the rule says so.

    With the last one the sound is made and the bulletin may be aired. Raises Conflict when the version is no longer
    the one that was shown, Forbidden.
    """
    row = _locked(viewer, bulletin, APPROVE)
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
        _emit("broadcast.bulletin_agreed", row, viewer, number=number)
        return row
    return _approved(viewer, row)


@action
def refuse_bulletin(viewer: Viewer, *, bulletin: Bulletin, number: int, reason: str) -> Bulletin:
    """Send version ``number`` back to its writer with a reason. Raises ActionError, Conflict, Forbidden."""
    row = _locked(viewer, bulletin, APPROVE)
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
    _emit("broadcast.bulletin_refused", row, viewer, number=number)
    return row


@action
def end_bulletin(viewer: Viewer, *, bulletin: Bulletin, reason: str = "") -> Bulletin:
    """Air it no more, from now on. Raises Forbidden."""
    row = _locked(viewer, bulletin, WRITE, APPROVE)
    if row.state != Bulletin.State.ENDED:
        row.state, row.reason = Bulletin.State.ENDED, reason.strip()[:300]
        row.save(update_fields=["state", "reason"])
        _emit("broadcast.bulletin_ended", row, viewer)
        replan(row.station)
    return row


@action
def agree_to_announced(viewer: Viewer, *, bulletin: Bulletin) -> Bulletin:
    """A bulletin made of an announcement needs no yes here: it was asked for where the announcement was made.

    Only the product itself may. Repeatable.
    """
    if viewer.kind != "system":
        raise Forbidden()
    row = _locked(viewer, bulletin, WRITE)
    return row if row.state != Bulletin.State.DRAFT else _approved(viewer, row)


@action
def take_sound(viewer: Viewer, *, bulletin_id: UUID) -> Bulletin | None:
    """The words have been spoken: put the air file together. For the task and listeners; repeatable."""
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id).first()
    if row is None or row.rendering is None or row.sound_id is not None:
        return row
    try:
        row.sound = compose(
            viewer,
            rendering_id=row.rendering,
            jingle=row.jingle,
            repeats=row.repeats,
            unit_path=row.unit_path,
        )
    except ActionError:
        return row  # its event will come
    row.seconds, row.trouble = row.sound.seconds, ""
    row.save(update_fields=["sound", "seconds", "trouble"])
    _emit("broadcast.bulletin_ready", row, viewer, number=row.version)
    replan(row.station)
    return row


@action
def note_silence(viewer: Viewer, *, bulletin_id: UUID, why: str) -> None:
    """The words could not be spoken; the sentence says why. For the listener; repeatable."""
    row = Bulletin.objects.select_for_update(of=("self",)).filter(pk=bulletin_id, sound=None).first()
    if row is not None:
        row.trouble = why[:300] or "Không đọc thành tiếng được"
        row.save(update_fields=["trouble"])


def _approved(viewer: Viewer, row: Bulletin) -> Bulletin:
    row.state, row.approved_at = Bulletin.State.APPROVED, now()
    row.save(update_fields=["state", "approved_at"])
    _emit("broadcast.bulletin_approved", row, viewer, number=row.version)
    replan(row.station)
    return _render(viewer, row, quietly=True)


def _render(viewer: Viewer, row: Bulletin, *, quietly: bool = False) -> Bulletin:
    """Ask for the sound; ``quietly``: a voice that cannot speak is noted and does not stop the caller."""
    if row.sound_id is not None:
        return row
    if not row.recorded:
        try:
            made = render(
                viewer,
                spoken=row.spoken,
                voice=row.voice,
                speed=row.speed,
                unit_path=row.unit_path,
                record=row,
            )
        except ActionError as error:
            if not quietly:
                raise
            row.trouble = error.message[:300]
            row.save(update_fields=["trouble"])
            return row
        row.rendering = made.pk
        row.save(update_fields=["rendering"])
        BulletinVersion.objects.filter(bulletin=row, number=row.version).update(rendering=made.pk)
    enqueue(COMPOSE, {"bulletin_id": str(row.pk)}, key=str(row.pk))
    return row


def _must_wait(row: Bulletin, number: int) -> None:
    if row.version != number:
        raise Conflict("Bản tin vừa được sửa. Mở lại để xem bản mới rồi duyệt.")
    if row.state != Bulletin.State.SUBMITTED:
        raise Conflict(f"Bản tin {row.get_state_display().lower()}, không chờ duyệt.")


def _locked(viewer: Viewer, bulletin: Bulletin, *rights: str) -> Bulletin:
    """The row as it is now, for who holds one of the rights."""
    if not any(viewer.can(right, bulletin.unit_path) for right in rights):
        raise Forbidden()
    return Bulletin.objects.select_for_update(of=("self",)).select_related("station").get(pk=bulletin.pk)


def _content(row: Bulletin) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CONTENT}


def _change(row: Bulletin, facts: dict[str, Any]) -> None:
    if facts.keys() - EDITABLE:
        raise ValueError(facts.keys() - EDITABLE)
    old_text = row.text
    for name, value in facts.items():
        setattr(row, name, nfc(value).strip() if isinstance(value, str) else value)
    fresh = "spoken" not in facts and (row.text != old_text or not row.spoken)
    if fresh or not row.spoken:
        row.spoken = spoken_text(row.text, row.unit_path).text if row.text else ""


def _check(row: Bulletin) -> None:
    wrong: dict[str, list[str]] = {}
    if not row.title:
        wrong["title"] = ["Nhập tên bản tin."]
    if not row.text and not row.recorded:
        wrong["text"] = ["Nhập nội dung."]
    if len(row.text) > LONGEST_TEXT:
        wrong["text"] = [f"Nội dung dài quá {LONGEST_TEXT:,} ký tự. Chia thành nhiều bản tin."]
    if row.kind not in {Kind.ORDINARY, Kind.PRIORITY}:
        wrong["kind"] = ["Bản tin là loại thông thường hoặc ưu tiên. Tin khẩn cấp có trang riêng."]
    if row.jingle not in JINGLES:
        wrong["jingle"] = ["Chọn nhạc hiệu trong danh sách."]
    if not 1 <= row.repeats <= 5:
        wrong["repeats"] = ["Đọc từ 1 đến 5 lượt."]
    if not 0.5 <= row.speed <= 2:
        wrong["speed"] = ["Tốc độ đọc từ 0,5 đến 2."]
    if row.valid_from and row.valid_to and row.valid_to <= row.valid_from:
        wrong["valid_to"] = ["Hạn phát phải sau lúc bắt đầu có hiệu lực."]
    if wrong:
        raise ActionErrors(wrong)


def _keep_version(viewer: Viewer, row: Bulletin) -> None:
    if row._state.adding:
        raise RuntimeError("a version needs its bulletin")
    BulletinVersion.objects.create(
        bulletin=row,
        number=row.version,
        title=row.title,
        text=row.text,
        spoken=row.spoken,
        voice=row.voice,
        speed=row.speed,
        rendering=row.rendering,
        written_by=viewer.account_id,
        written_by_name=viewer.name[:160],
    )


def _emit(name: str, row: Bulletin, viewer: Viewer, **data: Any) -> None:
    emit(name, record=row, unit_path=row.unit_path, viewer=viewer, data={"kind": row.kind, **data})


def still_valid(row: Bulletin, at: datetime) -> bool:
    """Whether a bulletin may be aired at a moment."""
    return (row.valid_from is None or row.valid_from <= at) and (row.valid_to is None or at < row.valid_to)
