from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xaso.kernel.people"
    label = "people"
    verbose_name = "Người và quyền"
