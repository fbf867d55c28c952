"""``python -m xaso.broker --home var/broker --port 8883``."""

from __future__ import annotations

import argparse
import asyncio
import ipaddress
import logging
import os
import signal
import sys
from pathlib import Path

from xaso.broker.server import Broker, raised_limit


def main(argv: list[str] | None = None) -> int:
    """Reads the options and serves until stopped."""
    parser = argparse.ArgumentParser(prog="xaso.broker", description="Máy chủ tin MQTT của đài truyền thanh")
    home = Path(os.environ.get("XASO_HOME", "var")) / "broker"
    parser.add_argument(
        "--home", type=Path, default=home, help="thư mục có ca.pem, server.pem, server.key, acl"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8883)
    parser.add_argument("--plain", action="store_true", help="không TLS; chỉ ở 127.0.0.1, để thử")
    options = parser.parse_args(argv)
    if options.plain and not _is_loopback(options.host):
        parser.error("không TLS thì chỉ được nghe ở 127.0.0.1")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    try:
        with raised_limit():
            asyncio.run(_serve(options))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"Không mở được máy chủ tin ở {options.host}:{options.port}: {error}\n")
        return 1
    return 0


async def _serve(options: argparse.Namespace) -> None:
    await _certificates(options)
    broker = Broker(options.home, plain=options.plain)
    port = await broker.start(options.host, options.port)
    print(f"listening {options.host}:{port}", flush=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    await broker.stop()


async def _certificates(options: argparse.Namespace) -> None:
    """The product writes them (``python -m xaso.site wire``); at a first start that takes a moment."""
    for _ in range(240):
        if options.plain or all((options.home / name).exists() for name in ("ca.pem", "server.pem", "acl")):
            return
        await asyncio.sleep(0.5)
    raise ValueError(f"không có chứng thư ở {options.home}; chạy: python -m xaso.site wire --files")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    sys.exit(main())
