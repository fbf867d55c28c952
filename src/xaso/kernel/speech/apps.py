from django.apps import AppConfig


class SpeechConfig(AppConfig):
    name = "xaso.kernel.speech"
    label = "speech"
    verbose_name = "Đọc thành tiếng"
