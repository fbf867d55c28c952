from django.apps import AppConfig


class AssistantConfig(AppConfig):
    name = "xaso.services.assistant"
    label = "assistant"
    verbose_name = "Hỏi đáp pháp luật"
