"""The words ``backup``, ``restore``, ``drill`` and ``standby`` of the command line."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from xaso.site.database import DatabaseProblem
from xaso.site.keeping import config
from xaso.site.keeping.crypt import make_recovery_file, read_recovery_file
from xaso.site.keeping.places import place_of
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.repository import Repository


def guarded(run: Callable[[], int]) -> int:
    """Problems are sentences, not tracebacks; a terminated run takes its scratch servers with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        return run()
    except (KeepingProblem, DatabaseProblem) as problem:
        print(problem, file=sys.stderr)
        return 1


def with_key(parser: argparse.ArgumentParser) -> None:
    """The way into the repository."""
    parser.add_argument("--key", help="tệp khóa khôi phục (mặc định: keys/backup.key của máy này)")
    parser.add_argument("--quiet", action="store_true", help="chỉ in khi có lỗi")


def open_repository(address: str, options: argparse.Namespace, *, create: bool = False) -> Repository:
    """The repository, by the recovery key of this machine, ``--key`` or the passphrase."""
    path = Path(options.key) if options.key else config.recovery_path()
    recovery = None
    if create and not options.key and not path.exists():
        recovery = make_recovery_file(path)
        print(
            f"Đã tạo khóa khôi phục {path}. In ra hoặc chép đi cất nơi khác NGAY: mất khóa này là mất mọi bản sao lưu."
        )
    elif path.exists() or options.key:
        recovery = read_recovery_file(path)
    return Repository.open(
        place_of(address), recovery=recovery, passphrase=config.passphrase(), create=create
    )


def teller(options: argparse.Namespace) -> Callable[[str], None]:
    """Says what goes on, unless it was asked to be quiet."""
    return (lambda _: None) if options.quiet else print


def megabytes(number: int) -> str:
    """For people."""
    return f"{number / 1_000_000:.1f} MB".replace(".", ",")
