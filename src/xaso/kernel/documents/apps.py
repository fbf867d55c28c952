"""The documents area of the kernel."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files, papers, signatures and their public verification."""

    name = "xaso.kernel.documents"
    label = "documents"
    verbose_name = "Văn bản và chữ ký số"
