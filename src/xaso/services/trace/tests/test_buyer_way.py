"""A year on the plots is one line, what became of the goods is a timeline; nobody is named who has not agreed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from xaso.kernel.ui.maps import HEIGHT, WIDTH
from xaso.services.trace.buyer import drawing, sound, way, words
from xaso.services.trace.graph import Line, Stage


def stage(label: str, day: int, *, depth: int = 0, flow: int = 1, month: int = 3, **facts: Any) -> Stage:
    known = {
        "seq": 1, "event_id": "ni:///x", "event_hash": "x", "kind": "ObjectEvent", "step": "", "disposition": "",
        "place": "Xưởng", "place_uri": "", "lat": None, "lon": None, "enterprise": "HTX", "enterprise_token": "t",
    }  # fmt: skip
    at = datetime(2026, month, day, 5, tzinfo=UTC)
    lines = (Line(1, "chè", flow, Decimal(2), "KGM"),)
    return Stage(**{**known, "at": at, "label": label, "depth": depth, "lines": lines, **facts})


def test_like_steps_that_follow_each_other_are_one_line() -> None:
    found = way.steps_of(
        [stage("Thu hái", 1), stage("Thu hái", 3, place="Nương"), stage("Sao", 4), stage("Thu hái", 5)],
        {},
        "vi",
    )
    assert [(one.title, one.times) for one in found] == [("Thu hái", 2), ("Sao", 1), ("Thu hái", 1)]
    assert (found[0].first, found[0].last) == (date(2026, 3, 1), date(2026, 3, 3))
    assert found[0].where() == "Xưởng, Nương"
    assert found[0].out("vi") == "4 kg"
    assert found[0].when("en") == "1 March 2026 – 3 March 2026"


def test_work_on_the_plants_is_told_by_kind() -> None:
    year = [stage("Làm cỏ", day, depth=2, flow=0, month=month) for month in range(4, 9) for day in (3, 9)]
    stages = [
        *year,
        stage("Phun thuốc", 1, depth=2, flow=0),
        stage("Cất kho", 2, flow=0),
        stage("Thu hái", 9, depth=1),
    ]
    assert [(one.title, one.times, one.last.month) for one in way.care_of(stages)] == [
        ("Làm cỏ", 10, 8),
        ("Phun thuốc", 1, 3),
    ]
    assert [one.title for one in way.steps_of(stages, {}, "vi")] == ["Cất kho", "Thu hái"]


def test_a_plot_is_named_only_where_its_household_agreed() -> None:
    member = SimpleNamespace(shows_name=False)
    site: Any = SimpleNamespace(name="Nương nhà Páo", member=member)
    assert way.site_name(site, "vi") == "Nương của hộ thành viên"
    assert way.site_name(site, "en") == "Plot of a member household"
    member.shows_name = True
    assert way.site_name(site, "vi") == "Nương nhà Páo"


def test_places_lie_below_the_frame_of_the_islands_however_far_apart() -> None:
    pairs = [
        ((22.53, 103.71), (22.54, 103.73)),
        ((22.5, 103.7), (21.0, 105.8)),
        ((22.5, 103.7), (8.6, 104.7)),
    ]
    for one, other in pairs:
        spots = [way.Spot(1, "a", *one), way.Spot(2, "b", *other)]
        box = drawing.map_of(spots, "Bản đồ")
        assert box is not None
        svg = box.svg()
        seen = re.findall(r'class="spot" cx="([\d.-]+)" cy="([\d.-]+)"', svg)
        assert len(seen) == 2, "both are in the picture"
        for x, y in seen:
            assert 0 < float(x) < WIDTH
            assert 70 < float(y) < HEIGHT, seen
        assert "Hoàng Sa" in svg
        assert "Trường Sa" in svg
    assert drawing.map_of([way.Spot(1, "a", 22.5, 103.7)], "Bản đồ") is None
    country = drawing.country_of([way.Spot(1, "a", 22.5, 103.7)], "Việt Nam")
    assert country is not None
    assert "Quần đảo Hoàng Sa" in country
    assert "Quần đảo Trường Sa" in country


def test_amounts_and_days_in_both_languages() -> None:
    assert words.amount(Decimal("1234.5"), "KGM", "vi") == "1.234,5 kg"
    assert words.amount(Decimal("1234.5"), "KGM", "en") == "1,234.5 kg"
    assert words.amount(None, "KGM", "vi") == ""
    assert words.day(date(2026, 3, 12), "en") == "12 March 2026"
    assert set(words.words("vi")) == set(words.words("en"))


def test_recordings_are_known_by_their_first_bytes() -> None:
    known = {
        b"ID3\x04": "audio/mpeg",
        b"\xff\xfb\x90": "audio/mpeg",
        b"OggS\x00": "audio/ogg",
        b"\x1aE\xdf\xa3....webm": "audio/webm",
        b"\x00\x00\x00\x20ftypM4A ": "audio/mp4",
        b"RIFF\x00\x00\x00\x00WAVE": "audio/wav",
    }
    for content, kind in known.items():
        assert sound.kind_of_sound(content) == kind
    for content in (b"", b"<html>", b"\xff\xd8\xff\xe0", b"RIFF\x00\x00\x00\x00WEBP", b"%PDF-1.7"):
        assert sound.kind_of_sound(content) == ""
