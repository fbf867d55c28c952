"""What the writes of bulletins share: the row locked, its fields changed and checked, its versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from xaso.kernel.base.errors import ActionErrors, Forbidden
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import nfc
from xaso.kernel.speech import spoken_text
from xaso.services.broadcast.actions.common import LONGEST_TEXT
from xaso.services.broadcast.actions.sounds import JINGLES
from xaso.services.broadcast.models import Bulletin, BulletinVersion, Kind

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


def locked(viewer: Viewer, bulletin: Bulletin, *rights: str) -> Bulletin:
    """The row as it is now, for who holds one of the rights."""
    if not any(viewer.can(right, bulletin.unit_path) for right in rights):
        raise Forbidden()
    return Bulletin.objects.select_for_update(of=("self",)).select_related("station").get(pk=bulletin.pk)


def content(row: Bulletin) -> dict[str, Any]:
    """What makes a version."""
    return {name: getattr(row, name) for name in CONTENT}


def change(row: Bulletin, facts: dict[str, Any]) -> None:
    """Put facts into the row; the spoken text follows the text unless it is given."""
    if facts.keys() - EDITABLE:
        raise ValueError(facts.keys() - EDITABLE)
    old_text = row.text
    for name, value in facts.items():
        setattr(row, name, nfc(value).strip() if isinstance(value, str) else value)
    fresh = "spoken" not in facts and (row.text != old_text or not row.spoken)
    if fresh or not row.spoken:
        row.spoken = spoken_text(row.text, row.unit_path).text if row.text else ""


def check(row: Bulletin) -> None:
    """Raises ActionErrors for what is wrong, field by field."""
    wrong: dict[str, list[str]] = {}
    if not row.title:
        wrong["title"] = ["Nhập tên bản tin."]
    if len(row.title) > 200:
        wrong["title"] = ["Tên bản tin dài tối đa 200 ký tự."]
    if len(row.topic) > 60:
        wrong["topic"] = ["Chủ đề dài tối đa 60 ký tự."]
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


def keep_version(viewer: Viewer, row: Bulletin) -> None:
    """Keep the content as it is now under the row's number."""
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


def tell(name: str, row: Bulletin, viewer: Viewer, **data: Any) -> None:
    """Emit an event of a bulletin."""
    emit(name, record=row, unit_path=row.unit_path, viewer=viewer, data={"kind": row.kind, **data})


def still_valid(row: Bulletin, at: datetime) -> bool:
    """Whether a bulletin may be aired at a moment."""
    return (row.valid_from is None or row.valid_from <= at) and (row.valid_to is None or at < row.valid_to)
