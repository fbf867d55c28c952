"""Small things that several pages of the desk need."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from xaso.kernel.base.errors import ActionError

PER_PAGE = 30


def refused(request: HttpRequest, error: ActionError, form: Any = None) -> int:
    """Show why an action refused; answers the status of the page. What is not this page's to show goes on."""
    if error.status in {403, 404}:
        raise error
    if form is None:
        messages.error(request, error.message)
    else:
        form.take(error)
    return error.status
