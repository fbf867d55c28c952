from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "xaso.kernel.sealing"
    label = "sealing"
    verbose_name = "Nhật ký không thể sửa"
