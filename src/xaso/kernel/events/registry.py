"""Who listens to what, and the sentence by which an event is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xaso.kernel.events.models import Event

Listener = Callable[["Event"], None]

_listeners: dict[str, dict[str, Listener]] = {}
_sentences: dict[str, str] = {}


def listen(event_name: str, listener_name: str, run: Listener) -> None:
    """Register a repeatable listener; ``event_name`` may be ``*`` for all events."""
    _listeners.setdefault(event_name, {})[listener_name] = run


def announce(event_name: str, sentence: str) -> None:
    """Register the Vietnamese sentence of an event; ``{key}`` takes from the event's data."""
    _sentences[event_name] = sentence


def listeners_of(event_name: str) -> dict[str, Listener]:
    """All listeners of an event by name, the wildcard ones included."""
    return {**_listeners.get("*", {}), **_listeners.get(event_name, {})}


def announced() -> dict[str, str]:
    """Every announced event with its sentence."""
    return dict(_sentences)


def heard() -> set[str]:
    """The names of events somebody listens to."""
    return {name for name in _listeners if name != "*"}


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence_of(event: Event) -> str:
    """The event in plain Vietnamese."""
    return _sentences.get(event.name, event.name).format_map(_Blank(event.data))
