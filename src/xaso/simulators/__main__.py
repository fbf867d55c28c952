"""``python -m xaso.simulators --port 8301``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from typing import Any

from xaso.simulators.server import serve
from xaso.simulators.world import World


def main(argv: list[str] | None = None) -> int:
    """Read the options and serve until stopped."""
    home = Path(os.environ.get("XASO_HOME", "var"))
    parser = argparse.ArgumentParser(prog="xaso.simulators", description="Mô phỏng các hệ thống bên ngoài")
    parser.add_argument("--port", type=int, default=8301)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--product",
        default=os.environ.get("XASO_BASE_URL", "http://127.0.0.1:8300"),
        help="địa chỉ Xã Số, nơi nhận các thông báo",
    )
    parser.add_argument("--state", type=Path, default=home / "simulators" / "state.json")
    parser.add_argument(
        "--smtp-port", type=int, default=0, help="nhận thư điện tử ở cổng này (0: không nhận)"
    )
    options = parser.parse_args(argv)

    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        serve(
            World(product=options.product.rstrip("/"), path=options.state),
            options.host,
            options.port,
            options.smtp_port,
        )
    except OSError as error:
        sys.stderr.write(f"Không mở được cổng {options.port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
