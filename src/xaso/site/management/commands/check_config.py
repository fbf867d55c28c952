"""The configuration looked over before the product starts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from xaso.site.operating.advice import advice


class Command(BaseCommand):
    help = "Soát cấu hình: mỗi điều chưa ổn là một câu nói cần đặt gì. Thoát 1 khi có điều nguy hiểm."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quiet", action="store_true", help="Chỉ in điều nguy hiểm.")

    def handle(self, *args: Any, **options: Any) -> None:
        found = advice()
        for one in found:
            if one.is_wrong or not options["quiet"]:
                self.stdout.write(f"{'NGUY HIỂM' if one.is_wrong else 'Nên sửa  '}  {one.text}")
        wrong = sum(one.is_wrong for one in found)
        if wrong and not settings.DEMO:
            raise CommandError(
                f"Còn {wrong} điều nguy hiểm, hệ thống chưa chạy. Sửa theo các câu trên rồi chạy lại."
            )
        if not found:
            self.stdout.write("Cấu hình ổn.")
