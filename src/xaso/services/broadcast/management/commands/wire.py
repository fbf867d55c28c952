"""``python -m xaso.site wire``: the station's side of the line to the loudspeakers."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from xaso.kernel.base import bound
from xaso.services.broadcast.wire import files
from xaso.services.broadcast.wire.serving import Serving


class Command(BaseCommand):
    help = "Gửi lệnh và lịch tới cụm loa qua máy chủ tin MQTT, nhận trả lời, tình trạng và nhật ký phát."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--files", action="store_true", help="Chỉ ghi chứng thư và luật cho máy chủ tin rồi thôi."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        place = files.write_files()
        if options["files"]:
            self.stdout.write(str(place))
            return
        bound.tell_at_start()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        Serving().run(stop)
