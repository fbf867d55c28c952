from typing import Any

from django.apps import AppConfig
from django.core.signals import request_started
from django.db.models.signals import post_migrate


class BaseConfig(AppConfig):
    name = "xaso.kernel.base"
    label = "base"
    verbose_name = "Nền chung"

    def ready(self) -> None:
        """Look-ups of our own, the session key as it lies; after migrations the server's role may use what is new."""
        from xaso.kernel.base import many, paths  # noqa: F401 - register the look-ups
        from xaso.kernel.base.session_keys import refresh

        post_migrate.connect(_grant, sender=self)
        request_started.connect(refresh, dispatch_uid="base.session_keys")


def _grant(using: str, plan: Any = None, **_: Any) -> None:
    from django.db import connections

    from xaso.kernel.base.policies import grant_to_app
    from xaso.kernel.base.reach import app_role

    if plan is not None:  # a migration, and not the emptying of a test database
        with connections[using].cursor() as cursor:
            cursor.execute(grant_to_app(app_role()))
