from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "xaso.kernel.events"
    label = "events"
    verbose_name = "Nhật ký sự kiện"
