from django.apps import AppConfig
from django.db.models.signals import post_migrate


class UnitsConfig(AppConfig):
    name = "xaso.kernel.units"
    label = "units"
    verbose_name = "Đơn vị hành chính"

    def ready(self) -> None:
        from xaso.kernel.units.loading import load_after_migrate

        post_migrate.connect(load_after_migrate, sender=self, dispatch_uid="units.load")
