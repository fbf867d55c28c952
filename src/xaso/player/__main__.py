"""``python -m xaso.player --home DIR run``; other words: ``enrol``, ``selftest``, ``pack``."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from xaso.player.clock import Clock
from xaso.player.disk import Disk
from xaso.player.enrol import NotEnrolled, enrol
from xaso.player.pack import pack
from xaso.player.running import Running, Station
from xaso.player.sink import AlsaSink, NullSink, Sink


def main(argv: list[str] | None = None) -> int:
    """Reads the words and does them."""
    parser = argparse.ArgumentParser(prog="xaso.player", description="Chương trình trong cụm loa")
    parser.add_argument(
        "--home", type=Path, default=Path("/var/lib/xaso-player"), help="nơi giữ khóa, âm thanh"
    )
    words = parser.add_subparsers(dest="word", required=True)
    entering = words.add_parser("enrol", help="ghép nối với đài bằng mã 8 ký tự")
    entering.add_argument("--server", required=True, help="địa chỉ Xã Số của xã")
    entering.add_argument("--code", default="", help="mã ghép nối; để trống thì hỏi")
    entering.add_argument("--maker", default="", help="hãng, kiểu thiết bị")
    running = words.add_parser("run", help="chạy")
    testing = words.add_parser("selftest", help="tự kiểm tra rồi thôi")
    for word in (running, testing):
        word.add_argument("--sink", choices=("alsa", "null"), default="alsa", help="nơi ra tiếng")
        word.add_argument("--device", default="default", help="thiết bị âm thanh của ALSA")
        word.add_argument("--mixer", default="Master", help="nút âm lượng của ALSA")
    running.add_argument("--sink-log", type=Path, help="sink null: ghi lúc bắt đầu, lúc dừng vào tệp này")
    running.add_argument("--battery", action="store_true", help="máy có đồng hồ chạy pin (RTC)")
    running.add_argument("--budget-mb", type=int, default=2000, help="chỗ dành cho âm thanh")
    packing = words.add_parser("pack", help="gói thành một tệp để chép sang thiết bị")
    packing.add_argument("target", type=Path)
    options = parser.parse_args(argv)
    try:
        return _do(options)
    except (NotEnrolled, ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _do(options: argparse.Namespace) -> int:
    if options.word == "pack":
        print(pack(options.target))
        return 0
    disk = Disk(options.home, budget=getattr(options, "budget_mb", 2000) * 1_000_000)
    if options.word == "enrol":
        code = options.code or input("Mã ghép nối: ")
        facts = enrol(disk, options.server, code, maker=options.maker)
        print(f"Đã ghép nối: {facts['cluster']}, đài {facts['commune']}")
        return 0
    if options.word == "selftest":
        sink = _sink(options, Clock())
        wrong = sink.check()
        print(json.dumps({"sound": wrong or "ok", "disk_free_mb": disk.free() // 1_000_000}))
        return 1 if wrong else 0
    asyncio.run(_run(options, disk))
    return 0


async def _run(options: argparse.Namespace, disk: Disk) -> None:
    clock = Clock()
    running = Running(Station.read(disk), disk, _sink(options, clock), clock=clock, battery=options.battery)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    running.start()
    await stop.wait()
    await running.stop()


def _sink(options: argparse.Namespace, clock: Clock) -> Sink:
    if options.sink == "null":
        return NullSink(getattr(options, "sink_log", None), clock)
    return AlsaSink(options.device, options.mixer)


if __name__ == "__main__":
    sys.exit(main())
