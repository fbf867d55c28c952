"""The streams of all stations: made in step with the clock until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from xaso.services.broadcast.streams.program import run_forever


class Command(BaseCommand):
    help = "Làm luồng phát của các đài truyền thanh: tiếp âm, giọng trực tiếp, bản tin."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        run_forever(stop)
