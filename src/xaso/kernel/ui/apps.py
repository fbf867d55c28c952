"""The `ui` room: page shell, components, one style sheet, small scripts."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Registers the templates, tags and static files that every page is made of."""

    name = "xaso.kernel.ui"
    label = "ui"
    verbose_name = "Giao diện"
    default_auto_field = "django.db.models.BigAutoField"
