from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "xaso.services.alerts"
    label = "alerts"
    verbose_name = "Cảnh báo thiên tai"
