from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "xaso.kernel.indicators"
    label = "indicators"
    verbose_name = "Chỉ tiêu"
