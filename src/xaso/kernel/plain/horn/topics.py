"""Topics, and who may read and write which: one text that Mosquitto and the embedded broker both read."""

from __future__ import annotations

import re
from typing import NamedTuple

ROOT = "tt"
SERVER = "xaso-server"  # the name in the certificate of the station's own client
# What a device writes and what it reads in its own branch.
UP = ("state", "ack", "telemetry", "log", "clock")
DOWN = ("desired", "cmd")
_WORD = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


class Address(NamedTuple):
    """What a topic of a device names."""

    commune: str
    cluster: str
    leaf: str


def topic(commune: str, cluster: str, leaf: str) -> str:
    """``tt/02728/<cluster>/cmd``; ValueError for words that are no part of a topic."""
    for word in (commune, cluster, leaf):
        if not _WORD.fullmatch(word):
            raise ValueError(f"'{word}' cannot stand in a topic")
    return f"{ROOT}/{commune}/{cluster}/{leaf}"


def all_commands(commune: str) -> str:
    """Where commands to every cluster of a station go."""
    return topic(commune, "all", "cmd")


def emergency(commune: str) -> str:
    """Where emergencies of a station go."""
    if not _WORD.fullmatch(commune):
        raise ValueError(f"'{commune}' cannot stand in a topic")
    return f"{ROOT}/{commune}/emergency"


def read_topic(text: str) -> Address | None:
    """The parts of a topic of a device, or None."""
    parts = text.split("/")
    if len(parts) != 4 or parts[0] != ROOT or not all(_WORD.fullmatch(part) for part in parts[1:]):
        return None
    return Address(*parts[1:])


def device_filters(commune: str, cluster: str) -> list[str]:
    """What a device subscribes to."""
    own = [topic(commune, cluster, leaf) for leaf in DOWN]
    return [*own, all_commands(commune), emergency(commune)]


def server_filters() -> list[str]:
    """What the station's client subscribes to."""
    return [f"{ROOT}/+/+/{leaf}" for leaf in UP]


def acl() -> str:
    """The rules in Mosquitto's form; ``%u`` is the name in the client's certificate."""
    lines = [
        "# Written by Xa So; changes are overwritten.",
        f"user {SERVER}",
        f"topic readwrite {ROOT}/#",
        "",
    ]
    lines += [f"pattern write {ROOT}/+/%u/{leaf}" for leaf in UP]
    lines += [f"pattern read {ROOT}/+/%u/{leaf}" for leaf in DOWN]
    lines += [f"pattern read {ROOT}/+/all/cmd", f"pattern read {ROOT}/+/emergency"]
    return "\n".join(lines) + "\n"
