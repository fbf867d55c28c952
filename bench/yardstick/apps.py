"""The app of the yardsticks; its one table is made by the bench itself."""

from django.apps import AppConfig


class YardstickConfig(AppConfig):
    name = "bench.yardstick"
    label = "yardstick"
