"""Every write of the room."""

from xaso.services.privacy.actions.breaches import close_breach, notify_breach, record_breach, tell_people
from xaso.services.privacy.actions.exports import ask_export, drop_exports, make_export, take_export
from xaso.services.privacy.actions.requests import (
    answer,
    ask,
    correct,
    erase,
    extend,
    finish,
    refuse,
    stop_using,
)

__all__ = [
    "answer",
    "ask",
    "ask_export",
    "close_breach",
    "correct",
    "drop_exports",
    "erase",
    "extend",
    "finish",
    "make_export",
    "notify_breach",
    "record_breach",
    "refuse",
    "stop_using",
    "take_export",
    "tell_people",
]
