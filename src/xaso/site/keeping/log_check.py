"""The tamper-evident log of a restored copy, checked by the product's own ``log`` commands when they are installed."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path


def is_installed() -> bool:
    """Whether this product seals its log."""
    return importlib.util.find_spec("xaso.kernel.sealing.cli") is not None


def check(url: str, home: Path) -> list[tuple[bool, str]]:
    """Ask the restored system to export its log and verify the export without trust in the server."""
    if not is_installed():
        return []
    export = home / "log-export"
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("XASO_")},
        "DATABASE_URL": url,
        "XASO_HOME": str(home),
        "XASO_AS_OWNER": "yes",
    }
    for words in (["log", "export", str(export)], ["log", "verify", str(export)]):
        done = subprocess.run(
            [sys.executable, "-m", "xaso.site", *words],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            return [(False, f"Nhật ký niêm phong: {(done.stderr or done.stdout).strip()[-300:]}")]
    return [
        (True, f"Nhật ký niêm phong: {done.stdout.strip().splitlines()[-1][:200] if done.stdout else 'đúng'}")
    ]
