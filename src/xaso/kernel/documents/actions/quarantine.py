"""Quarantine: what the virus scanner found, kept sealed until an officer decides; each step leaves a trace."""

from __future__ import annotations

import base64
import hashlib
import logging
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.base.reach import widened
from xaso.kernel.documents.config import upload_limits
from xaso.kernel.documents.intake import BadFile, Checked, IntakeRule, checked_kind
from xaso.kernel.documents.models import File, HeldFile
from xaso.kernel.documents.rights import QUARANTINE
from xaso.kernel.documents.scanning import CLEAN, Finding, State, scan
from xaso.kernel.documents.store import Damaged, Missing, store
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.plain.text import clean

log = logging.getLogger("xaso.documents")
AT_ONCE = 50
_NAME = 200
_BY_CONTENT = b"xaso.quarantine"

_INFECTED = (
    "Máy quét thấy tệp này có mã độc ({name}) nên không nhận. Quét mã độc máy đang dùng, chụp hoặc in lại giấy tờ"
    " rồi gửi tệp mới. Nếu chắc là nhầm, hỏi bộ phận một cửa."
)
_AWAY = "Máy quét mã độc đang bận nên chưa nhận được tệp. Thử lại sau ít phút; ảnh chụp giấy tờ vẫn gửi được."


def judge(
    viewer: Viewer, content: bytes, name: str, rule: IntakeRule | None, owner_service: str, unit_path: str
) -> Finding:
    """What the scanner says of a received content, before any parser reads it.

    Raises BadFile for what the rule does not take, and for a virus; the file is then held for an officer.
    """
    media_type = checked_kind(content, (rule or IntakeRule()).bounded())
    finding = scan(content)
    if finding.state is State.UNKNOWN:
        log.warning("virus scanner gave no judgement: %s", finding.reason)
    if finding.state is not State.INFECTED:
        return finding
    sha256 = hashlib.sha256(content).hexdigest()
    with widened("whether an officer has judged this very content harmless"):
        released = HeldFile.objects.filter(sha256=sha256, state=HeldFile.State.RELEASED).exists()
    if released:
        return CLEAN
    hold_content(
        viewer,
        content=content,
        held=HeldFile(
            sha256=sha256,
            size=len(content),
            media_type=media_type,
            name=clean(name)[:_NAME] or "tep",
            finding=finding.name,
            owner_service=owner_service,
            unit_path=unit_path or str(settings.XASO_HOME_UNIT),
            account_id=viewer.account_id,
        ),
    )
    raise BadFile(_INFECTED.format(name=finding.name))


def scan_state(finding: Finding, checked: Checked) -> str:
    """How a file that was taken stands. Raises BadFile when the settings take nothing without a judgement."""
    if finding.state is State.CLEAN:
        return File.Scan.CLEAN
    if finding.state is State.NONE or checked.redrawn:
        return File.Scan.NONE
    if upload_limits().clamd_away == "refuse":
        raise BadFile(_AWAY)
    return File.Scan.WAITING


@action
def hold_content(viewer: Viewer, *, content: bytes, held: HeldFile) -> HeldFile:
    """Seal a content and keep it for an officer to judge; the same content of the same sender is held once."""
    with widened("whether this very content of this sender is held already"):
        known = HeldFile.objects.filter(
            sha256=held.sha256, state=HeldFile.State.HELD, account_id=held.account_id, file=held.file
        ).first()
    if known is not None:
        return known
    key, nonce = AESGCM.generate_key(256), secrets.token_bytes(12)
    held.sealed_sha256, _ = store().put(nonce + AESGCM(key).encrypt(nonce, content, _BY_CONTENT))
    held.content_key = base64.b64encode(key).decode()
    held.save(force_insert=True)
    emit("documents.file_held", record=held, unit_path=held.unit_path, viewer=viewer, data=_about(held))
    return held


def sealed_content(held: HeldFile) -> bytes:
    """The content of a held file, for a second scanner or the police; never served to a browser. Raises NotFound."""
    if not held.content_key:
        raise NotFound("Nội dung tệp này đã được hủy.")
    blob = store().read(held.sealed_sha256)
    return AESGCM(base64.b64decode(str(held.content_key))).decrypt(blob[:12], blob[12:], _BY_CONTENT)


def _about(held: HeldFile) -> dict[str, str]:
    """Ids and codes for the log; the sender is told by the listener of messages."""
    return {"account": str(held.account_id or ""), "finding": held.finding}


def _decide(viewer: Viewer, held_id: UUID, reason: str, state: str) -> HeldFile:
    held = HeldFile.objects.select_for_update().filter(pk=held_id).first()
    if held is None or not viewer.can(QUARANTINE, held.unit_path):
        raise NotFound()
    if held.state != HeldFile.State.HELD:
        raise Conflict("Tệp này đã có người quyết định. Tải lại trang để xem.")
    if len(clean(reason)) < 5:
        raise ActionError("Ghi lý do, ít nhất 5 chữ cái: người sau cần biết vì sao.", "reason")
    held.state, held.reason = state, clean(reason)[:300]
    held.decided_at, held.decided_by = now(), viewer.account_id
    held.save()
    return held


def _forget(held: HeldFile) -> None:
    """Without its key the sealed content is noise; the bytes go too."""
    sealed, held.content_key, held.sealed_sha256 = held.sealed_sha256, None, ""
    held.save(update_fields=["content_key", "sealed_sha256"])
    if sealed:
        store().delete(sealed)


@action
def release_file(viewer: Viewer, *, held_id: UUID, reason: str) -> HeldFile:
    """Judge a held file harmless: one that was kept may be opened again, one that was refused may be sent again."""
    held = _decide(viewer, held_id, reason, HeldFile.State.RELEASED)
    if held.file is not None:
        held.file.scan = File.Scan.CLEAN
        held.file.save(update_fields=["scan"])
    _forget(held)
    emit("documents.file_released", record=held, unit_path=held.unit_path, viewer=viewer, data=_about(held))
    return held


@action
def destroy_file(viewer: Viewer, *, held_id: UUID, reason: str) -> HeldFile:
    """Destroy the content of a held file for good; what it was and who decided stays."""
    held = _decide(viewer, held_id, reason, HeldFile.State.DESTROYED)
    file = held.file
    if file is not None:
        file.erased_at = now()
        file.save(update_fields=["erased_at"])
        if not File.objects.filter(sha256=file.sha256, erased_at__isnull=True).exists():
            store().delete(file.sha256)
    _forget(held)
    emit("documents.file_destroyed", record=held, unit_path=held.unit_path, viewer=viewer, data=_about(held))
    return held


def rescan_waiting() -> int:
    """Look at files that came while the scanner was away; answer how many got a judgement. Safe to repeat."""
    judged = 0
    waiting = File.objects.filter(scan=File.Scan.WAITING, erased_at=None).order_by("created_at")
    for file in waiting[:AT_ONCE]:
        try:
            content = store().read(file.sha256)
        except (Missing, Damaged):
            log.error("a file that waits for the virus scanner has no sound content: %s", file.pk)
            continue
        finding = scan(content)
        if finding.state is State.UNKNOWN:
            break  # still away: the next round tries again
        _note_finding(Viewer.system(), file=file, content=content, finding=finding)
        judged += 1
    return judged


@action
def _note_finding(viewer: Viewer, *, file: File, content: bytes, finding: Finding) -> None:
    infected = finding.state is State.INFECTED
    if not infected:
        file.scan = File.Scan.CLEAN if finding.state is State.CLEAN else File.Scan.NONE
        file.save(update_fields=["scan"])
        return
    file.scan = File.Scan.HELD
    file.save(update_fields=["scan"])
    held = HeldFile(
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        name=file.name,
        finding=finding.name,
        owner_service=file.owner_service,
        unit_path=file.unit_path or str(settings.XASO_HOME_UNIT),
        file=file,
    )
    hold_content(viewer, content=content, held=held)
