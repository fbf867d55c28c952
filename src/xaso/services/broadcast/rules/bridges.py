"""What a bridge says of the older network behind it, read and judged. Pure.

A bridge is an IP receiver that feeds an FM transmitter or a wired amplifier (the older stations that communes keep
until they are worn out). It plays like any cluster; what its horns do it can only measure: the level that goes in,
the level or the power that comes out, and, where the network can be asked, how many horns answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CARRIERS = {"fm": "FM", "wired": "hữu tuyến"}
SOURCES = {"stream", "file", "local", "none"}
QUIET = -45.0  # dBFS: below it nothing is heard of a level
WORDS = {
    "bridge_no_input": "Bộ ghép nối không nhận được tiếng dù đang phát",
    "bridge_no_output": "Bộ ghép nối có tiếng vào mà đài cũ không phát ra",
    "bridge_horns": "Một số loa của đài cũ không trả lời",
    "bridge_foreign": "Đài cũ đang phát tiếng không phải của đài xã",
}


@dataclass(frozen=True)
class Bridge:
    """One report. Levels in dBFS, frequency in MHz, power in watts; None where the bridge cannot measure it."""

    carrier: str
    frequency: float | None = None
    input_level: float | None = None
    output_level: float | None = None
    power: float | None = None
    horns_answering: int | None = None
    source: str = ""


def read_bridge(told: Any) -> Bridge | None:
    """The part ``bridge`` of a device's state; None where it says nothing that can be used."""
    if not isinstance(told, Mapping) or told.get("carrier") not in CARRIERS:
        return None
    horns = told.get("horns_answering")
    source = told.get("source")
    return Bridge(
        carrier=str(told["carrier"]),
        frequency=_number(told.get("frequency"), 60, 120),
        input_level=_number(told.get("input_level"), -200, 0),
        output_level=_number(told.get("output_level"), -200, 0),
        power=_number(told.get("power"), 0, 10_000),
        horns_answering=horns
        if isinstance(horns, int) and not isinstance(horns, bool) and 0 <= horns < 10_000
        else None,
        source=source if isinstance(source, str) and source in SOURCES else "",
    )


def _number(value: Any, least: float, most: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if least <= value <= most else None


def judge(bridge: Bridge, *, horns: int, playing: bool) -> dict[str, str]:
    """What is wrong, by kind of fault, with figures for who goes there.

    Sound on the old network while the bridge plays nothing is the worst of them: loudspeakers of a ward once carried
    somebody else's transmitter for half an hour.
    """
    found: dict[str, str] = {}
    loud_in = bridge.input_level is not None and bridge.input_level > QUIET
    loud_out = _loud_out(bridge)
    if playing and bridge.input_level is not None and not loud_in:
        found["bridge_no_input"] = f"Mức vào {bridge.input_level:.0f} dBFS."
    if loud_in and loud_out is False:
        found["bridge_no_output"] = f"Mức vào {bridge.input_level:.0f} dBFS, đầu ra không có tiếng."
    if (
        not playing
        and not loud_in
        and loud_out
        and bridge.source in {"none", ""}
        and bridge.output_level is not None
    ):
        found["bridge_foreign"] = f"Mức ra {bridge.output_level:.0f} dBFS lúc bộ ghép nối không phát gì."
    if bridge.horns_answering is not None and bridge.horns_answering < horns:
        found["bridge_horns"] = f"{bridge.horns_answering}/{horns} loa trả lời."
    return found


def _loud_out(bridge: Bridge) -> bool | None:
    """Whether sound came out; None where it cannot be known. A transmitter's power says that its carrier is up."""
    if bridge.power is not None and bridge.power <= 0:
        return False
    return None if bridge.output_level is None else bridge.output_level > QUIET
