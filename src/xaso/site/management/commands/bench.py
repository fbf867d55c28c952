"""Hand over to a measurement of ``bench/``: ``./xaso bench onestop``."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

HIDDEN = {"common", "generator", "killing", "loading", "sealing", "settings", "urls"}


class Command(BaseCommand):
    help = "Đo một phần của sản phẩm trên cơ sở dữ liệu riêng."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("words", nargs="*", help="Chuyển cho bài đo, ví dụ --rows 20000.")

    def run_from_argv(self, argv: list[str]) -> None:
        """Everything after the name belongs to the measurement, options too."""
        super().run_from_argv([*argv[:3], *(["--", *argv[3:]] if argv[3:] else [])])

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.ROOT / "bench"
        names = sorted(
            one.stem for one in folder.glob("*.py") if one.stem not in HIDDEN and one.stem[0] != "_"
        )
        if options["name"] not in names:
            raise CommandError(f"Các bài đo: {', '.join(names)}. Ví dụ: ./xaso bench onestop")
        paths = [str(settings.ROOT), str(settings.ROOT / "src"), os.environ.get("PYTHONPATH", "")]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
        env.pop("DJANGO_SETTINGS_MODULE", None)
        words = [sys.executable, "-m", f"bench.{options['name']}", *options["words"]]
        os.chdir(settings.ROOT)
        os.execve(sys.executable, words, env)  # noqa: S606 - no shell wanted
