from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "xaso.kernel.messages"
    label = "messages"
    verbose_name = "Tin nhắn"
