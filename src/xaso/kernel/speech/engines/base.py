"""What all engines may answer when they cannot speak."""

from __future__ import annotations


class NoVoice(Exception):
    """A voice cannot speak now; the sentence is Vietnamese and says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
