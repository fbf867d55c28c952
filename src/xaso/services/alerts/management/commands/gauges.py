"""``python -m xaso.site gauges``: takes readings from the broker of the stations."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from xaso.kernel.base import bound
from xaso.services.alerts.listening import HOW, run


class Command(BaseCommand):
    help = "Nhận số đo mưa, mực nước từ máy chủ tin MQTT đặt ở XASO_GAUGES_MQTT."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.XASO_GAUGES_MQTT:
            raise CommandError(f"Chưa đặt XASO_GAUGES_MQTT. {HOW}")
        bound.tell_at_start()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run(stop)
