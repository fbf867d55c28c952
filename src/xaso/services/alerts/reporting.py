"""The after-action report: how long each step took, what each outlet did, who answered. All from records."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from xaso.kernel.documents.typeset import typeset
from xaso.kernel.messages.announcement_models import Announcement
from xaso.kernel.messages.mass import figures as mass_figures
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.formats import figure, stamp
from xaso.kernel.plain.moment import VIETNAM, now
from xaso.kernel.units.models import Unit
from xaso.services.alerts.models import HazardWarning
from xaso.services.alerts.queries.warnings import answers_of, messages_of, steps_of
from xaso.services.alerts.rules import law, wording

_TEMPLATE = Path(__file__).parent / "papers" / "report.typ"
OUTLETS = {"loudspeaker": "Loa truyền thanh", "web": "Trang web", "messages": "Tin nhắn"}
WORDS = {
    "clusters": "cụm loa", "playing": "đang phát", "played": "đã phát", "failed": "lỗi", "sent": "đã gửi lệnh",
    "offline": "mất liên lạc", "missed": "không phát được", "state": "trạng thái",
}  # fmt: skip


def outlets(row: HazardWarning) -> list[tuple[str, str]]:
    """What each outlet told: name, words."""
    found: list[tuple[str, str]] = []
    for said in Announcement.objects.filter(record_id=row.pk).order_by("created_at"):
        for name, facts in said.outlets.items():
            parts = [
                f"{WORDS[key]}: {figure(value) if isinstance(value, int) else value}"
                for key, value in facts.items()
                if key in WORDS and isinstance(value, int | str)
            ]
            found.append((OUTLETS.get(name, name), ", ".join(parts) or "đã báo lại"))
    for mailing in Mailing.objects.filter(record_id=row.pk, record_type="alerts.hazardwarning").order_by(
        "created_at"
    ):
        told = mass_figures(Viewer.system(), mailing.pk)
        words = f"{figure(told.receivers)} người nhận, tới nơi chắc chắn {figure(told.reached)}"
        found.append(("Tin nhắn", words + (f", phải gọi {figure(told.to_call)}" if told.to_call else "")))
    return found


def durations(row: HazardWarning) -> list[tuple[str, str]]:
    """From reading to proposal to confirmation to the first answer, in words."""
    first = messages_of(row)[-1] if row.messages.exists() else None
    proposal = row.proposal
    moments: list[tuple[str, datetime | None]] = [
        ("Số đo", proposal.reading.at if proposal and proposal.reading else None),
        ("Đề xuất", proposal.created_at if proposal else None),
        ("Soạn", row.created_at),
        ("Xác nhận, phát", first.created_at if first else None),
        (
            "Lời báo an toàn đầu tiên",
            row.answers.order_by("created_at").values_list("created_at", flat=True).first(),
        ),
        ("Báo yên", row.ended_at),
    ]
    found: list[tuple[str, str]] = []
    before: datetime | None = None
    for name, moment in moments:
        if moment is None:
            continue
        found.append((name, stamp(moment) + (f" (sau {_span(before, moment)})" if before else "")))
        before = moment
    return found


def _span(before: datetime, after: datetime) -> str:
    seconds = max(int((after - before).total_seconds()), 0)
    if seconds < 120:
        return f"{seconds} giây"
    minutes = seconds // 60
    return f"{minutes} phút" if minutes < 120 else f"{minutes // 60} giờ {minutes % 60} phút"


def report_pdf(row: HazardWarning) -> bytes:
    """The report as it stands now. The caller checked the right."""
    return typeset(_TEMPLATE.read_text(encoding="utf-8"), _data(row), fields=False)


def _data(row: HazardWarning) -> dict[str, Any]:
    at = (row.ended_at or now()).astimezone(VIETNAM)
    unit = Unit.objects.filter(path=row.unit_path).first()
    words = wording.told(row.told, drill=row.drill)
    answers = answers_of(row)
    level = law.level(row.level)
    return {
        "drill": row.drill,
        "code": row.code,
        "agency": f"UBND {unit.words}" if unit else "…",
        "date": f"{unit.name if unit else '…'}, ngày {at.day} tháng {at.month} năm {at.year}",
        "facts": [
            ["Cảnh báo", words.headline],
            ["Cấp độ", f"{level.name} ({level.meaning.lower()}), màu {level.colour}, {level.source}"],
            ["Vùng", str((row.told.get("area") or {}).get("words", ""))],
            ["Vì sao", row.proposal.reason if row.proposal else "Người có trách nhiệm tự lập"],
            ["Xác nhận", ", ".join(one["name"] for one in row.confirmed)],
            ["Tình trạng", str(row.get_state_display())],
        ],
        "durations": [list(one) for one in durations(row)],
        "outlets": [list(one) for one in outlets(row)],
        "answers": [
            ["Người trong vùng được nhắn", figure(row.people_count or 0)],
            ["Báo an toàn", figure(answers.safe)],
            ["Báo cần giúp", figure(answers.help)],
            ["Cần giúp mà chưa tới được", figure(answers.waiting_help)],
            ["Người vào nơi sơ tán", figure(sum(row.stays.values_list("people", flat=True)))],
        ],
        "steps": [[stamp(one.at), one.text, one.by_name or "Hệ thống"] for one in steps_of(row)],
        "messages": [[one.identifier, stamp(one.sent), one.msg_type, one.status] for one in messages_of(row)],
    }
