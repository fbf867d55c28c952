"""The information-security level file as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xaso.site.operating.level import level_facts, level_file


class Command(BaseCommand):
    help = "Lập hồ sơ đề xuất cấp độ từ cấu hình đang chạy."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("-o", "--output", default="ho-so-cap-do.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["output"])
        path.write_bytes(level_file())
        facts = level_facts()
        met = sum(row["met"] for row in facts["measures"])
        self.stdout.write(f"{path}: cấp độ {facts['level']}, đạt {met}/{len(facts['measures'])} yêu cầu.")
