"""The form of a warning: what, where, how long, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain import cap
from xaso.kernel.plain.moment import now
from xaso.kernel.ui.fields import DecimalField, LongTextField, TextField
from xaso.kernel.units.models import Unit
from xaso.services.alerts.actions.drafting import HOURS
from xaso.services.alerts.forms import PickField
from xaso.services.alerts.queries.reading import DRAFT
from xaso.services.alerts.rules import law, wording

TEXTS = (
    ("headline", "Tít", 200, True),
    ("description", "Diễn biến", 1500, False),
    ("instruction", "Việc phải làm", 1500, False),
    ("headline_en", "Tít bằng tiếng Anh", 200, True),
    ("description_en", "Diễn biến bằng tiếng Anh", 1500, False),
    ("instruction_en", "Việc phải làm bằng tiếng Anh", 1500, False),
)


def unit_choices(viewer: Viewer) -> list[tuple[str, str]]:
    """Communes where the viewer may write warnings."""
    found: dict[str, str] = {}
    for path in viewer.paths(DRAFT):
        if path:
            rows = Unit.objects.on().under(path).filter(level=Unit.Level.COMMUNE).sorted()[:200]
            found |= {unit.path: unit.full_name for unit in rows}
    return sorted(found.items(), key=lambda pair: pair[1])


class StartForm(forms.Form):
    """First step: what for; the words come by themselves and are mended in the second."""

    unit_path = PickField(label="Xã, phường")
    hazard = PickField(label="Loại thiên tai")
    level = PickField(label="Cấp độ rủi ro", widget=forms.RadioSelect)
    drill = PickField(
        label="Thật hay diễn tập",
        choices=[("no", "Cảnh báo thật"), ("yes", "Diễn tập")],
        widget=forms.RadioSelect,
        help_text="Đã chọn thì không đổi được.",
        error_messages={"required": "Chọn thật hay diễn tập"},
    )

    def __init__(self, units: list[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit_path"].choices = units  # type: ignore[attr-defined]
        self.fields["hazard"].choices = [(one.key, one.name) for one in law.hazards().values()]  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (str(one.number), f"{one.name}, {one.meaning.lower()} (màu {one.colour})") for one in law.levels()
        ]


class ContentsForm(forms.Form):
    """Second step: everything that is told."""

    level = PickField(label="Cấp độ rủi ro")
    loud = forms.BooleanField(label="Khẩn cấp: ngắt loa đang phát, hú còi, cần hai người", required=False)
    place = TextField(
        label="Vùng bằng lời",
        longest=200,
        help_text="Ví dụ: bản Nậm Thi, nhà ven suối.",
        error_messages={"required": "Nhập tên vùng"},
    )
    place_en = TextField(label="Vùng bằng lời, cho bản tiếng Anh", longest=200, required=False)
    units = forms.MultipleChoiceField(label="Thôn, bản", required=False, widget=forms.CheckboxSelectMultiple)
    lat = DecimalField(label="Vĩ độ tâm vùng", required=False, help_text="Bỏ trống nếu đã chọn thôn, bản.")
    lon = DecimalField(label="Kinh độ tâm vùng", required=False)
    radius = DecimalField(label="Bán kính (km)", required=False, least=0, most=50)
    polygon = LongTextField(
        label="Hoặc vùng theo điểm",
        longest=8000,
        required=False,
        help_text="Mỗi điểm “vĩ độ,kinh độ”, cách nhau dấu cách, điểm cuối trùng điểm đầu.",
    )
    hours = PickField(label="Có hiệu lực", choices=[(str(one), f"{one} giờ") for one in HOURS])
    urgency = PickField(label="Phải làm khi nào", choices=list(wording.URGENCIES.items()))
    certainty = PickField(label="Chắc đến đâu", choices=list(wording.CERTAINTIES.items()))
    note = TextField(label="Ghi chú cho nơi nhận bản tin", longest=300, required=False)

    def __init__(self, unit_path: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.unit_path = unit_path
        hamlets = Unit.objects.on().under(unit_path).filter(level__in=[Unit.Level.HAMLET]).sorted()
        whole = Unit.objects.filter(path=unit_path).first()
        choices = [(unit_path, f"Cả {whole.words}")] if whole else []
        choices += [(one.path, one.full_name) for one in hamlets[:300]]
        self.fields["units"].choices = choices  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (str(one.number), f"{one.name}, {one.meaning.lower()}") for one in law.levels()
        ]
        for name, label, longest, short in TEXTS:
            kind: Any = TextField if short else LongTextField
            self.fields[name] = kind(
                label=label, longest=longest, error_messages={"required": f"Nhập {label.lower()}"}
            )

    def clean(self) -> dict[str, Any]:
        """A circle needs all of its three figures; a polygon must be one."""
        facts = super().clean() or {}
        three = [facts.get(name) for name in ("lat", "lon", "radius")]
        if any(one is not None for one in three) and not all(one is not None for one in three):
            self.add_error("radius", "Nhập đủ vĩ độ, kinh độ và bán kính.")
        if facts.get("polygon"):
            try:
                facts["ring"] = cap.read_polygon(facts["polygon"])
            except cap.AreaError as error:
                self.add_error("polygon", str(error))
        return facts

    def contents(self, hazard: str) -> dict[str, Any]:
        """What was typed, as contents."""
        facts = self.cleaned_data
        rings = []
        if facts.get("ring"):
            rings.append([list(point) for point in facts["ring"]])
        if facts.get("lat") is not None:
            ring = cap.ring_around(float(facts["lat"]), float(facts["lon"]), float(facts["radius"]))
            rings.append([list(point) for point in ring])
        return {
            **{name: facts[name] for name, *_ in TEXTS},
            "hazard": hazard,
            "level": int(facts["level"]),
            "loud": bool(facts["loud"]),
            "urgency": facts["urgency"],
            "certainty": facts["certainty"],
            "note": facts["note"],
            "area": {
                "words": facts["place"],
                "words_en": facts["place_en"] or facts["place"],
                "units": facts["units"],
                "polygons": rings,
            },
            "expires": (now() + timedelta(hours=int(facts["hours"]))).replace(microsecond=0).isoformat(),
        }


def initial_of(contents: Mapping[str, Any]) -> dict[str, Any]:
    """Contents as the form shows them."""
    area = contents.get("area") or {}
    rings = area.get("polygons") or []
    return {
        **{name: contents.get(name, "") for name, *_ in TEXTS},
        "level": str(contents.get("level", 1)),
        "loud": bool(contents.get("loud")),
        "place": area.get("words", ""),
        "place_en": area.get("words_en", ""),
        "units": list(area.get("units", ())),
        "polygon": cap.write_polygon([(float(lat), float(lon)) for lat, lon in rings[0]]) if rings else "",
        "hours": "6",
        "urgency": contents.get("urgency", "Expected"),
        "certainty": contents.get("certainty", "Likely"),
        "note": contents.get("note", ""),
    }
