from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "xaso.kernel.places"
    label = "places"
    verbose_name = "Địa điểm"
