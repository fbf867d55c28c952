from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "xaso.kernel.tasks"
    label = "tasks"
    verbose_name = "Việc nền"
