"""What can be wrong with a payload: a code for programs, a Vietnamese sentence for people, a place."""

from __future__ import annotations


class PayloadError(ValueError):
    """The payload breaks a rule. ``code`` is stable; ``path`` is where ("38.01.00"), or empty."""

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path
