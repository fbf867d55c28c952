"""The shape of a write: one verb, one transaction."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import ParamSpec, TypeVar

from django.db import transaction

from xaso.kernel.base import reach

P = ParamSpec("P")
R = TypeVar("R")


def action(verb: Callable[P, R]) -> Callable[P, R]:
    """Run a write verb in one transaction: right, change and event stand or fall together.

    What the product does by itself (``Viewer.system()``) reaches everywhere, also inside somebody's request.
    """

    @functools.wraps(verb)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        by_itself = getattr(args[0], "kind", "") == "system" if args else False
        with reach.widened("by the product itself") if by_itself else nullcontext(), transaction.atomic():
            return verb(*args, **kwargs)

    run.is_action = True  # type: ignore[attr-defined]
    return run
