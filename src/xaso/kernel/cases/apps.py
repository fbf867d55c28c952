from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "xaso.kernel.cases"
    label = "cases"
    verbose_name = "Hồ sơ"
