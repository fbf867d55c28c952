from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "xaso.kernel.base"
    label = "base"
    verbose_name = "Nền chung"
