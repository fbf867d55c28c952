"""Three stories: the flood of the bad night, a drill, a low warning of today that says it is a demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from xaso.kernel.people.models import Person
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import moment
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.drafting import beginning, change_pending, draft_warning
from xaso.services.alerts.actions.issuing import confirm_warning
from xaso.services.alerts.actions.people import answer_safe, check_in, check_out, mark_helped
from xaso.services.alerts.actions.sending import send_messages
from xaso.services.alerts.models import Gauge, HazardWarning, SafeAnswer, Shelter, WarningProposal
from xaso.services.alerts.rules import wording

SYSTEM = Viewer.system()
MINUTE = timedelta(minutes=1)


def _confirm(leader: Viewer, row: HazardWarning) -> None:
    row.refresh_from_db()
    message = confirm_warning(leader, warning_id=row.pk, digest=wording.digest(row.pending))
    send_messages(SYSTEM, message_id=message.pk)
    row.refresh_from_db()


def _end(deputy: Viewer, leader: Viewer, row: HazardWarning, words: Mapping[str, str]) -> None:
    contents = {**row.told, **words, "expires": (now() + timedelta(hours=2)).isoformat()}
    change_pending(deputy, warning_id=row.pk, contents=contents, kind=wording.ALL_CLEAR)
    _confirm(leader, row)


def flood(
    deputy: Viewer,
    leader: Viewer,
    gauge: Gauge,
    night: datetime,
    people: Sequence[Person],
    hamlets: Mapping[str, Unit],
) -> None:
    """Proposed by the gauge, written and confirmed within minutes, answered, sheltered, ended in the morning."""
    proposal = (
        WarningProposal.objects.filter(reading__gauge=gauge, hazard="flash_flood")
        .order_by("created_at")
        .first()
    )
    if proposal is None or proposal.reading is None:
        return
    WarningProposal.objects.filter(pk=proposal.pk).update(created_at=proposal.reading.at + MINUTE * 2)
    begun = proposal.reading.at + MINUTE * 5
    paths = [hamlets[name].path for name in ("Mường Hum 1", "Mường Hum 2") if name in hamlets]
    area: dict[str, Any] = {
        **proposal.area,
        "words": "thôn Mường Hum 1, Mường Hum 2, nhà ven suối",
        "words_en": "Muong Hum 1 and 2 hamlets, houses by the stream",
        "units": paths,
    }
    with moment.frozen(begun):
        contents = beginning("flash_flood", 2, area, proposal.reason)
        commune = leader.unit_path
        row = draft_warning(deputy, unit_path=commune, contents=contents, proposal_id=proposal.pk)
    with moment.frozen(begun + MINUTE * 3):
        _confirm(leader, row)
    _answers(leader, row, begun, people)
    with moment.frozen(begun + timedelta(hours=5)):
        for stay in row.stays.all():
            check_out(leader, stay_id=stay.pk)
        _end(
            deputy,
            leader,
            row,
            {
                "headline": "Báo yên: hết nguy hiểm lũ quét tại suối Mường Hum",
                "description": "Mưa đã dứt, nước suối xuống dưới mức báo động.",
                "instruction": "Bà con về nhà, kiểm tra điện và nguồn nước. Nhà ven taluy chờ cán bộ xem rồi hãy vào.",
                "headline_en": "All clear: flash flood, Muong Hum stream",
                "description_en": "The rain has stopped and the stream has fallen.",
                "instruction_en": "Return home. Check electricity and water before use.",
            },
        )
    WarningProposal.objects.filter(state="open", created_at__lt=now() - MINUTE).exclude(
        pk=proposal.pk
    ).update(
        state="dismissed", why_not="Cùng đợt mưa, đã có cảnh báo", decided_by=leader.name, decided_at=begun
    )


def _answers(leader: Viewer, row: HazardWarning, begun: datetime, people: Sequence[Person]) -> None:
    shelter = Shelter.objects.filter(unit_path__startswith=leader.unit_path).order_by("name").first()
    for place, person in enumerate(people[:26]):
        with moment.frozen(begun + MINUTE * (6 + place)):
            if place in {4, 17}:
                asked = answer_safe(
                    SYSTEM, warning=row, state="help", way=SafeAnswer.Way.LINK, person_id=person.pk, people=3,
                    facts={"note": "Nước vào sân, có cụ già"},
                )  # fmt: skip
                mark_helped(leader, answer_id=asked.pk)
            elif place % 6 == 2 and shelter is not None:
                check_in(
                    leader, shelter_id=shelter.pk, warning=row, people=4, person_id=person.pk,
                    facts={"name": person.full_name},
                )  # fmt: skip
            else:
                way = (SafeAnswer.Way.LINK, SafeAnswer.Way.SMS, SafeAnswer.Way.OFFICER)[place % 3]
                answer_safe(
                    SYSTEM, warning=row, state="safe", way=way, person_id=person.pk, people=1 + place % 4
                )


def drill(deputy: Viewer, leader: Viewer, commune: Unit, hamlets: Mapping[str, Unit]) -> None:
    """A drill of the week before, ended."""
    begun = (now() - timedelta(days=5)).replace(hour=9, minute=0, second=0, microsecond=0)
    unit = hamlets.get("Dền Sáng", commune)
    area = {"words": unit.full_name, "words_en": unit.full_name, "units": [unit.path], "polygons": []}
    with moment.frozen(begun):
        contents = beginning("landslide", 3, area, "Giả định mưa 150 mm trong 24 giờ.")
        row = draft_warning(deputy, unit_path=commune.path, contents=contents, drill=True)
    with moment.frozen(begun + MINUTE * 2):
        _confirm(leader, row)
    with moment.frozen(begun + MINUTE * 45):
        words = {
            "headline": "Báo yên: kết thúc diễn tập sạt lở đất",
            "description": "Diễn tập đã xong.",
            "instruction": "Bà con về nhà. Cảm ơn mọi người đã tham gia.",
            "headline_en": "All clear: end of the landslide exercise",
            "description_en": "The exercise is over.",
            "instruction_en": "Please return home.",
        }
        _end(deputy, leader, row, words)


def today(deputy: Viewer, leader: Viewer, commune: Unit, hamlets: Mapping[str, Unit]) -> None:
    """A low warning of the demo's own day; its words say that it is made up."""
    unit = hamlets.get("Mường Hum 1", commune)
    area = {
        "words": f"{unit.words} (dữ liệu minh họa)",
        "words_en": "Muong Hum 1 hamlet (made-up data of the demo)",
        "units": [unit.path],
        "polygons": [],
    }
    begun = now() - MINUTE * 40
    with moment.frozen(begun):
        contents = beginning(
            "heavy_rain", 1, area, "Bản dùng thử: mưa vừa, có nơi mưa to trong chiều nay.", hours=24
        )
        contents |= {"loud": False}
        row = draft_warning(deputy, unit_path=commune.path, contents=contents)
        _confirm(leader, row)
