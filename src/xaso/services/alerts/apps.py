from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "xaso.services.alerts"
    label = "alerts"
    verbose_name = "Cảnh báo thiên tai"

    def ready(self) -> None:
        from xaso.kernel.messages.announcement_models import told_on

        told_on("alerts.hazardwarning", "alerts:now")
