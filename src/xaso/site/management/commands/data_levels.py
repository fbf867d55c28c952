"""Every table with its level of sensitivity, as it really is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from xaso.site.operating.levels import LABELS, classed


class Command(BaseCommand):
    help = "Liệt kê mức nhạy cảm của từng bảng, đọc từ chính cơ sở dữ liệu."

    def handle(self, *args: Any, **options: Any) -> None:
        for one in classed():
            columns = ", ".join(f"{name} ({level.value})" for name, level in one.columns)
            words = f"{one.level.value}  {one.table:<40} {one.title} — {LABELS[one.level]}"
            self.stdout.write(f"{words}{f'; niêm phong hoặc băm: {columns}' if columns else ''}")
