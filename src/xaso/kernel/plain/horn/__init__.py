"""What a loudspeaker and its station say to each other: signed commands, schedules, play logs, topics, certificates.

Pure: standard library and ``cryptography`` only, so that the same files run on the device. Nothing here opens a
socket or a file.
"""

from xaso.kernel.plain.horn.commands import (
    ALL,
    KINDS,
    PRIORITIES,
    RESUMES,
    Command,
    Refused,
    Window,
    key_number,
    open_sealed,
    rank,
    seal,
)
from xaso.kernel.plain.horn.programme import Entry, Programme, open_programme, seal_programme

__all__ = [
    "ALL",
    "KINDS",
    "PRIORITIES",
    "RESUMES",
    "Command",
    "Entry",
    "Programme",
    "Refused",
    "Window",
    "key_number",
    "open_programme",
    "open_sealed",
    "rank",
    "seal",
    "seal_programme",
]
