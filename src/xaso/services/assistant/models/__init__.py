"""Tables of the room: the law as it is kept; what was asked of it."""

from xaso.services.assistant.models.asking import (
    Asked,
    CheckedAnswer,
    LegalTask,
    ReasonedNote,
    WrongMark,
)
from xaso.services.assistant.models.corpus import (
    FIRST_OWN_SEQ,
    Article,
    Document,
    Import,
    Mention,
    Relation,
    SetAside,
)

__all__ = [
    "FIRST_OWN_SEQ",
    "Article",
    "Asked",
    "CheckedAnswer",
    "Document",
    "Import",
    "LegalTask",
    "Mention",
    "ReasonedNote",
    "Relation",
    "SetAside",
    "WrongMark",
]
