from django.apps import AppConfig


class KeepingConfig(AppConfig):
    name = "xaso.site.keeping"
    label = "keeping"
    verbose_name = "Sao lưu"

    def ready(self) -> None:
        from xaso.site.keeping.tasks import set_schedule

        set_schedule()
