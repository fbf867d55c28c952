"""The documents area of the kernel."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Registers the area's events and their sentences."""

    name = "xaso.kernel.documents"
    label = "documents"
    verbose_name = "Văn bản và chữ ký số"

    def ready(self) -> None:
        from xaso.kernel.documents.manifest import ANNOUNCES
        from xaso.kernel.events.registry import announce

        for name, sentence in ANNOUNCES.items():
            announce(name, sentence)
