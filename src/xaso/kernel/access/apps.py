from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "xaso.kernel.access"
    label = "access"
    verbose_name = "Đăng nhập và thiết bị"

    def ready(self) -> None:
        from xaso.kernel.access.policy import seed

        post_migrate.connect(seed, sender=self, dispatch_uid="access.policy")
