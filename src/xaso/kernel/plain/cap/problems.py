"""Why a message is refused: a code for programs, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """``code``: malformed, schema, time, identifier, reference, scope, area, level, signature, untrusted, expired."""

    code: str
    text: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


class Refused(ValueError):
    """The message is not taken; ``problems`` says all that was found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(str(one) for one in problems))
        self.problems = problems

    @property
    def code(self) -> str:
        """The code of the first problem."""
        return self.problems[0].code
