from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NoticesConfig(AppConfig):
    name = "xaso.services.notices"
    label = "notices"
    verbose_name = "Thông báo, chỉ đạo"

    def ready(self) -> None:
        from xaso.services.notices.seeding import seed

        post_migrate.connect(seed, sender=self)
