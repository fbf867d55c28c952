from django.apps import AppConfig


class OnestopConfig(AppConfig):
    name = "xaso.services.onestop"
    label = "onestop"
    verbose_name = "Một cửa và dịch vụ công"
