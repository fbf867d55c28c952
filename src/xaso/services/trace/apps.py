from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TraceConfig(AppConfig):
    name = "xaso.services.trace"
    label = "trace"
    verbose_name = "Truy xuất nguồn gốc"

    def ready(self) -> None:
        from xaso.services.trace.ocop_seeding import seed

        post_migrate.connect(seed, sender=self)
