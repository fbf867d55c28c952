from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BroadcastConfig(AppConfig):
    name = "xaso.services.broadcast"
    label = "broadcast"
    verbose_name = "Truyền thanh cơ sở"

    def ready(self) -> None:
        from xaso.services.broadcast.seeding import seed

        post_migrate.connect(seed, sender=self)
