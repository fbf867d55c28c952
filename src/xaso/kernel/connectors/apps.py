from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    name = "xaso.kernel.connectors"
    label = "connectors"
    verbose_name = "Kết nối ngoài"
