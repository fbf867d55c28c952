from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "xaso.site"
    label = "site"
    verbose_name = "Sản phẩm"
