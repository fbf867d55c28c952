"""A confirmed warning goes out: signed message, announcement, messages to people; then its changes and its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, Forbidden
from xaso.kernel.events import emit
from xaso.kernel.messages.announcements import announce, end_announcement
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.tasks import enqueue
from xaso.kernel.units.queries import unit_at
from xaso.services.alerts.actions.drafting import beginning, checked, draft_warning, locked, note_step
from xaso.services.alerts.actions.keys import key_for
from xaso.services.alerts.models import CapMessage, HazardWarning, WarningProposal
from xaso.services.alerts.queries.reading import CONFIRM
from xaso.services.alerts.queries.warnings import codes_of, needed, rule_for
from xaso.services.alerts.rules import wording

State = HazardWarning.State
SEND = "alerts.send_messages"
_NOW = {
    wording.ALERT: State.LIVE,
    wording.UPDATE: State.LIVE,
    wording.CANCEL: State.CANCELLED,
    wording.ALL_CLEAR: State.ENDED,
}
_EVENTS = {
    wording.ALERT: "alerts.issued",
    wording.UPDATE: "alerts.updated",
    wording.CANCEL: "alerts.cancelled",
    wording.ALL_CLEAR: "alerts.all_clear",
}


@action
def confirm_warning(viewer: Viewer, *, warning_id: UUID, digest: str) -> CapMessage:
    """Confirm exactly what was shown (``digest``); it goes out in the same transaction. Answer the signed message.

    An emergency needs two people: who wrote it cannot confirm it, unless the unit's dated rule says one person.
    Raises Conflict when the words changed meanwhile, Forbidden for the writer of an emergency.
    """
    row = locked(viewer, warning_id, CONFIRM)
    if not row.pending:
        raise Conflict("Không có gì chờ xác nhận. Có thể người khác vừa xác nhận.")
    if wording.digest(row.pending) != digest:
        raise Conflict("Nội dung vừa được sửa. Đọc lại rồi xác nhận.")
    if needed(row) > 1 and _wrote(row) == str(viewer.account_id or ""):
        raise Forbidden("Cảnh báo khẩn cấp cần hai người: người soạn không tự xác nhận. Nhờ người thứ hai.")
    row.confirmed = [{"account": str(viewer.account_id or ""), "name": viewer.name, "at": now().isoformat()}]
    return _issue(viewer, row, by_rule=needed(row))


def _wrote(row: HazardWarning) -> str:
    return str(row.pending.get("by") or "")


@action
def sound_by_itself(viewer: Viewer, *, proposal_id: UUID) -> CapMessage | None:
    """A gauge speaks without waiting, where the unit's rule in force allows it. Answers None where it does not.

    Only good readings and confirmed thresholds come here (see ``readings``); never a forecast, never a drill.
    """
    proposal = WarningProposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None or proposal.state != WarningProposal.State.OPEN or proposal.threshold is None:
        return None
    rule = rule_for(proposal.unit_path)
    bad = proposal.facts.get("doubtful") or proposal.facts.get("unconfirmed")
    if rule is None or not rule.auto_siren or not proposal.threshold.siren or bad:
        return None
    commune = "/".join(proposal.unit_path.split("/")[:2]) + "/"
    contents = beginning(proposal.hazard, proposal.level, proposal.area, proposal.reason, hours=3)
    row = draft_warning(
        viewer, unit_path=commune, contents={**contents, "loud": True}, proposal_id=proposal.pk
    )
    row = locked(viewer, row.pk, CONFIRM)
    row.confirmed = [{"account": "", "name": f"Tự phát theo {rule.paper}", "at": now().isoformat()}]
    note_step(row, "by_itself", f"Trạm tự phát theo quy tắc của xã: {rule.paper}", record=rule)
    return _issue(viewer, row, by_rule=0)


def _issue(viewer: Viewer, row: HazardWarning, *, by_rule: int) -> CapMessage:
    """Everything that must stand or fall together: message, state, announcement, and the order to send."""
    contents = checked(row.pending, row.unit_path)
    kind = str(contents["type"])
    who = row.confirmed[-1]["name"] if row.confirmed else viewer.name
    message = _signed(viewer, row, contents, kind)
    note_step(row, "confirmed", f"Xác nhận: {wording.TYPES[kind].lower()}", by=who, record=message)
    expires = datetime.fromisoformat(str(contents["expires"]))
    contents = {**contents, "areas_before": _areas_before(row, contents)}
    row.told, row.pending, row.state = contents, {}, _NOW[kind]
    row.hazard, row.level, row.loud = contents["hazard"], contents["level"], contents["loud"]
    row.issued_at, row.expires_at = row.issued_at or message.sent, expires
    if row.state in {State.ENDED, State.CANCELLED}:
        row.ended_at = now()
    _say(viewer, row, message, contents, kind)
    row.save()
    data = {
        "warning_id": str(row.pk), "message_id": str(message.pk), "kind": kind, "drill": row.drill,
        "level": row.level, "people": by_rule,
    }  # fmt: skip
    emit(_EVENTS[kind], record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    approved = row.confirmed[-1]["account"] if row.confirmed else ""
    enqueue(SEND, {"message_id": str(message.pk), "approved_by": approved}, key=str(message.pk), priority=100)
    return message


def _areas_before(row: HazardWarning, contents: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Where earlier messages of this warning went and the new one does not: they are told of its end too."""
    kept: list[dict[str, Any]] = []
    now_in = contents["area"]
    for area in [row.told.get("area"), *row.told.get("areas_before", ())]:
        where = {key: list((area or {}).get(key, ())) for key in ("units", "polygons")}
        same = all(where[key] == list(now_in.get(key, ())) for key in where)
        if area and not same and where not in kept:
            kept.append(where)
    return kept


def _signed(viewer: Viewer, row: HazardWarning, contents: Mapping[str, Any], kind: str) -> CapMessage:
    unit = unit_at(row.unit_path)
    base = settings.XASO_BASE_URL
    before = list(row.messages.order_by("sent"))
    sent = now().astimezone(VIETNAM).replace(microsecond=0)
    identifier = f"{row.code}.{len(before) + 1}"
    envelope = wording.Envelope(
        identifier=identifier,
        sender=f"canhbao.{unit.code}@{urlsplit(base).hostname or 'localhost'}",
        sent=sent,
        sender_name=f"UBND {unit.words}",
        web=f"{base}/canh-bao/{row.code}/",
        contact=f"UBND {unit.words}",
        codes=codes_of(list(contents["area"].get("units", ())), row.unit_path),
        references=tuple(_triple(one.reference) for one in before if one.status != "Draft"),
    )
    message = wording.cap_message(contents, kind, envelope, drill=row.drill)
    problems = cap.rule_problems(message)
    if problems:
        raise ActionError("; ".join(str(one) for one in problems))
    key = key_for(viewer, row.unit_path)
    return CapMessage.objects.create(
        warning=row,
        unit_path=row.unit_path,
        identifier=identifier,
        msg_type=message.msg_type,
        status=message.status,
        sent=sent,
        expires_at=message.expires,
        reference=message.reference,
        headline=message.infos[0].headline[:300],
        xml=cap.sign(cap.write(message), key.private.encode(), key.certificate.encode()).decode(),
    )


def _triple(reference: str) -> tuple[str, str, str]:
    sender, identifier, sent = reference.split(",")
    return sender, identifier, sent


def _say(
    viewer: Viewer, row: HazardWarning, message: CapMessage, contents: Mapping[str, Any], kind: str
) -> None:
    """Loudspeakers, web pages and the like listen to announcements."""
    words = wording.told(contents, drill=row.drill)
    over = kind in {wording.CANCEL, wording.ALL_CLEAR}
    if row.announcement_id is not None:
        end_announcement(
            viewer,
            announcement_id=row.announcement_id,
            cancelled=kind == wording.CANCEL,
            all_clear=words.body if over else "",
        )
    if over:
        return
    english = wording.told(contents, drill=row.drill, english=True)
    area = contents["area"]
    spoken = announce(
        viewer,
        kind="emergency" if row.loud else "priority",
        title=str(contents["headline"]),
        body=words.body,
        texts={"en": f"{english.headline}. {english.body}"},
        area={"units": list(area.get("units", ())), "polygons": list(area.get("polygons", ()))},
        unit_path=row.unit_path,
        expires_at=datetime.fromisoformat(str(contents["expires"])),
        record=row,
        drill=row.drill,
        key=f"alerts:{message.identifier}",
    )
    row.announcement_id = spoken.pk
