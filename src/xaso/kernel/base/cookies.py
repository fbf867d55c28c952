"""Names of our cookies."""

from __future__ import annotations

from django.conf import settings


def cookie_name(name: str) -> str:
    """The name as browsers bind it to this very host over TLS (``__Host-``): no neighbour can plant one.

    Without TLS, on one's own machine, browsers refuse the prefix, so the bare name is used.
    """
    return f"__Host-{name}" if settings.HTTPS else name
