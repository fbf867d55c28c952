"""The worker: delivers events, seals them, runs queued and scheduled jobs, until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xaso.kernel.base import bound
from xaso.kernel.events import relay
from xaso.kernel.plain.collecting import settle
from xaso.kernel.sealing import sealer
from xaso.kernel.tasks import adapter


class Command(BaseCommand):
    help = "Phát sự kiện, chạy việc nền và việc theo lịch, ghi sự kiện vào nhật ký không thể sửa."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Làm hết việc đang chờ rồi thôi.")
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            relay.run_once()
            adapter.run_ready_jobs()
            relay.run_once()
            sealer.seal()
            return
        bound.tell_at_start()
        settle()
        stop = threading.Event()
        helpers = [
            threading.Thread(target=relay.run_forever, args=(stop,), name="relay", daemon=True),
            threading.Thread(target=adapter.tick_forever, args=(stop,), name="tick", daemon=True),
            threading.Thread(target=sealer.run_forever, args=(stop,), name="sealer", daemon=True),
        ]
        for helper in helpers:
            helper.start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            adapter.run_worker_forever(stop, concurrency=options["concurrency"])
        finally:
            stop.set()
            for helper in helpers:
                helper.join(timeout=5)
