from django.apps import AppConfig


class TraceConfig(AppConfig):
    name = "xaso.services.trace"
    label = "trace"
    verbose_name = "Truy xuất nguồn gốc"
