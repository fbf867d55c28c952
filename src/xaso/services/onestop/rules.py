"""Pure rules of the one-stop shop: statuses, codes, figures. No Django here."""

from __future__ import annotations

from uuid import UUID

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def payment_reference(identity: UUID) -> str:
    """What a payer's bank carries back to us: 16 characters without look-alikes, random part of the identity."""
    number = identity.int & ((1 << 75) - 1)
    text = ""
    for _ in range(14):
        number, rest = divmod(number, 32)
        text = _LETTERS[rest] + text
    return "XS" + text


# Statuses of the National Portal (names in models.Dossier.Status).
NEW, RECEIVED, NOT_RECEIVED, IN_PROCESS, SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE, RETURNED = range(
    1, 11
)
PAUSED = frozenset({SUPPLEMENT, PAYMENT, STOPPED})
HANDLED = frozenset({DONE, RETURNED, WITHDRAWN})
ENDED = frozenset({NOT_RECEIVED, WITHDRAWN, STOPPED, DONE, RETURNED})

MOVES: dict[int, frozenset[int]] = {
    NEW: frozenset({RECEIVED, NOT_RECEIVED, SUPPLEMENT, PAYMENT, WITHDRAWN}),
    PAYMENT: frozenset({NEW, RECEIVED, IN_PROCESS, WITHDRAWN, NOT_RECEIVED}),
    SUPPLEMENT: frozenset({NEW, RECEIVED, IN_PROCESS, WITHDRAWN, NOT_RECEIVED, STOPPED, DONE}),
    RECEIVED: frozenset({IN_PROCESS, SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE}),
    IN_PROCESS: frozenset({SUPPLEMENT, PAYMENT, WITHDRAWN, STOPPED, DONE}),
    DONE: frozenset({RETURNED}),
    NOT_RECEIVED: frozenset(),
    WITHDRAWN: frozenset(),
    STOPPED: frozenset(),
    RETURNED: frozenset(),
}


def may_move(before: int, after: int) -> bool:
    """Whether a dossier may go from one status to another; staying is allowed (a repeat does no harm)."""
    return before == after or after in MOVES[before]


def percent_done(status: int, steps_done: int, steps_all: int) -> int:
    """Degree of completion shown to anybody with the code (TT 01/2018 art. 16): nothing else is public."""
    if status in {DONE, RETURNED}:
        return 100
    if status in {NOT_RECEIVED, WITHDRAWN, STOPPED}:
        return 100
    if not steps_all or status == NEW:
        return 5
    return min(95, max(10, round(100 * steps_done / steps_all)))


def read_applicant(given: dict[str, str]) -> dict[str, str]:
    """Tidy what another system states of a person: no spaces in numbers, a sex we know or none."""
    tidy = {name: (value or "").strip() for name, value in given.items()}
    tidy["id_number"] = "".join(ch for ch in tidy.get("id_number", "") if ch.isalnum()).upper()
    sexes = {"male": "male", "nam": "male", "female": "female", "nữ": "female", "nu": "female"}
    tidy["sex"] = sexes.get(tidy.get("sex", "").lower(), "")
    return tidy
