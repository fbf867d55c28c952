"""How a call to an outside system can fail. Sentences are Vietnamese, fit for an officer's screen."""

from __future__ import annotations

from xaso.kernel.base.errors import ActionError


class OutsideError(ActionError):
    """A call failed. ``retryable``: the same call may succeed later. ``code``: what the other side said."""

    status = 503
    outcome = "failed"
    retryable = False

    def __init__(self, message: str, *, code: str = "", retryable: bool | None = None) -> None:
        super().__init__(message)
        self.code = code
        if retryable is not None:
            self.retryable = retryable


class OutsideUnavailable(OutsideError):
    """No answer in time, no connection, an answer of 5xx, or the breaker is open."""

    outcome = "unavailable"
    retryable = True


class OutsideRefused(OutsideError):
    """The other side understood and said no; ``code`` is its own error code."""

    status = 422
    outcome = "refused"


class OutsideDenied(OutsideError):
    """Our credentials or token were not accepted."""

    outcome = "denied"


class OutsideGarbled(OutsideError):
    """The answer does not follow the contract or its signature is wrong: not to be trusted, not to be retried."""

    status = 502
    outcome = "garbled"
