"""What a warning says: its first words, the marks of a drill, and the CAP message of it. Pure.

Contents are a plain mapping (kept as JSON): hazard, level, loud, headline, description, instruction, the same with
``_en``, area {words, words_en, units, polygons}, urgency, certainty, expires (ISO), note.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xaso.kernel.plain import cap
from xaso.services.alerts.rules import law

WORDS = ("headline", "description", "instruction", "headline_en", "description_en", "instruction_en")
URGENCIES = {
    "Immediate": "Phải làm ngay",
    "Expected": "Trong một giờ tới",
    "Future": "Còn thời gian chuẩn bị",
    "Past": "Đã qua",
}
CERTAINTIES = {
    "Observed": "Đã đo, đã thấy",
    "Likely": "Rất có thể",
    "Possible": "Có thể",
    "Unlikely": "Ít khả năng",
}
ALERT, UPDATE, CANCEL, ALL_CLEAR = "Alert", "Update", "Cancel", "AllClear"
TYPES = {
    ALERT: "Phát cảnh báo",
    UPDATE: "Sửa cảnh báo đang phát",
    CANCEL: "Hủy vì phát nhầm",
    ALL_CLEAR: "Báo yên",
}
DRILL, DRILL_EN = "DIỄN TẬP", "EXERCISE"
DRILL_WORDS = "Đây là diễn tập."
DRILL_WORDS_EN = "This is an exercise."


@dataclass(frozen=True)
class Told:
    """The words that go out, with the marks of a drill where it is one."""

    headline: str
    description: str
    instruction: str

    @property
    def body(self) -> str:
        """Description and what to do, as one text."""
        return f"{self.description} {self.instruction}".strip()


def first_words(hazard: str, level: int, place: str, why: str) -> dict[str, Any]:
    """The contents to begin with, by the data of the hazard. Raises KeyError for a hazard that is not there."""
    kind = law.hazards()[hazard]
    values = {"place": place, "why": why, "level": str(level)}
    words = {name: " ".join(getattr(kind, name).format(**values).split()) for name in WORDS}
    return {
        **words,
        "hazard": hazard,
        "level": level,
        "loud": level >= kind.loud_from,
        "urgency": "Immediate" if level >= kind.loud_from else "Expected",
        "certainty": "Likely",
        "note": "",
    }


def digest(contents: Mapping[str, Any]) -> str:
    """A mark of the contents: who confirms, confirms exactly what was shown."""
    text = json.dumps(contents, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def told(contents: Mapping[str, Any], *, drill: bool, english: bool = False) -> Told:
    """The words in Vietnamese or English. A drill says so before, within and after."""
    end = "_en" if english else ""
    headline, description, instruction = (
        str(contents.get(name + end, "")) for name in ("headline", "description", "instruction")
    )
    if not drill:
        return Told(headline, description, instruction)
    mark, words = (DRILL_EN, DRILL_WORDS_EN) if english else (DRILL, DRILL_WORDS)
    return Told(
        f"{mark}: {headline}",
        f"{words} {description}".strip(),
        f"{instruction} {words}".strip(),
    )


@dataclass(frozen=True)
class Envelope:
    """What a message needs beyond its contents."""

    identifier: str
    sender: str
    sent: datetime
    sender_name: str
    web: str
    contact: str
    codes: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str, str], ...] = ()


def cap_message(contents: Mapping[str, Any], kind: str, envelope: Envelope, *, drill: bool) -> cap.Message:
    """The CAP message of the contents: Vietnamese and English, the level as a parameter, units old and new.

    An all-clear is an Update with response AllClear. ``status`` of a drill is Exercise, and its note says so too.
    """
    note = str(contents.get("note", ""))
    return cap.Message(
        identifier=envelope.identifier,
        sender=envelope.sender,
        sent=envelope.sent,
        status="Exercise" if drill else "Actual",
        msg_type=UPDATE if kind == ALL_CLEAR else kind,
        scope="Public",
        source=envelope.sender_name,
        note=f"{DRILL}. {note}".strip() if drill else note,
        references=envelope.references,
        infos=tuple(
            _info(contents, kind, envelope, drill=drill, english=english) for english in (False, True)
        ),
    )


def _info(
    contents: Mapping[str, Any], kind: str, envelope: Envelope, *, drill: bool, english: bool
) -> cap.Info:
    hazard, level = law.hazards()[contents["hazard"]], law.level(int(contents["level"]))
    words = told(contents, drill=drill, english=english)
    over = kind in {ALL_CLEAR, CANCEL}
    return cap.Info(
        language="en-US" if english else "vi-VN",
        categories=(hazard.category,),
        event=_event(hazard, drill=drill, english=english),
        responses=("AllClear",) if kind == ALL_CLEAR else () if over else hazard.responses,
        urgency="Past" if over else str(contents["urgency"]),
        severity="Minor" if over else level.severity,
        certainty=str(contents["certainty"]),
        event_codes=(("OET:v1.2", hazard.code),),
        effective=envelope.sent,
        expires=datetime.fromisoformat(str(contents["expires"])),
        sender_name=envelope.sender_name,
        headline=words.headline,
        description=words.description,
        instruction=words.instruction,
        web=envelope.web,
        contact=envelope.contact,
        parameters=(
            ("VN-CapDoRuiRoThienTai", str(level.number)),
            ("VN-MauCapDo", level.colour),
            ("VN-CanCuCapDo", level.source),
        ),
        areas=(_area(contents["area"], envelope.codes, english=english),),
    )


def _event(hazard: law.Hazard, *, drill: bool, english: bool) -> str:
    name = hazard.english if english else hazard.name
    return f"{DRILL_EN if english else DRILL}: {name}" if drill else name


def _area(area: Mapping[str, Any], codes: tuple[tuple[str, str], ...], *, english: bool) -> cap.Area:
    polygons = tuple(
        tuple((float(lat), float(lon)) for lat, lon in ring) for ring in area.get("polygons", ())
    )
    return cap.Area(
        description=str((english and area.get("words_en")) or area["words"]),
        polygons=polygons,
        geocodes=codes,
    )


def problems(contents: Mapping[str, Any], at: datetime) -> dict[str, list[str]]:
    """What must be mended before anybody may confirm it: {field: sentences}."""
    wrong: dict[str, list[str]] = {}
    names = {"headline": "tít", "description": "diễn biến", "instruction": "việc phải làm"}
    for name, word in names.items():
        if not str(contents.get(name, "")).strip():
            wrong[name] = [f"Nhập {word}."]
        if not str(contents.get(f"{name}_en", "")).strip():
            wrong[f"{name}_en"] = [f"Nhập {word} bằng tiếng Anh."]
    area = contents.get("area") or {}
    if not area.get("units") and not area.get("polygons"):
        wrong["area"] = ["Chọn thôn, bản hoặc vẽ vùng phải cảnh báo."]
    elif not str(area.get("words", "")).strip():
        wrong["place"] = ["Ghi tên vùng bằng lời, như “thôn ven suối Nậm Thi”."]
    if contents.get("hazard") not in law.hazards():
        wrong["hazard"] = ["Chọn loại thiên tai."]
    try:
        ends = datetime.fromisoformat(str(contents.get("expires", "")))
    except ValueError:
        wrong["hours"] = ["Chọn cảnh báo có hiệu lực mấy giờ."]
    else:
        if ends <= at:
            wrong["hours"] = ["Cảnh báo đã hết hạn trước khi phát. Chọn lại số giờ."]
    return wrong


def people_needed(*, loud: bool, rule: int | None) -> int:
    """How many confirm: an emergency two, unless the unit's own rule says otherwise; any other warning one."""
    return (rule or 2) if loud else 1
