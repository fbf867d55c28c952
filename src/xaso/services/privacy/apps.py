from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PrivacyConfig(AppConfig):
    name = "xaso.services.privacy"
    label = "privacy"
    verbose_name = "Dữ liệu cá nhân"

    def ready(self) -> None:
        from xaso.services.privacy.seeding import seed

        post_migrate.connect(seed, sender=self)
