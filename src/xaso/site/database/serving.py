"""``./xaso db serve``: our own server under a supervisor such as systemd, which learns at once when it is gone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import Any

from . import DatabaseProblem, is_external, start, status, stop, var

LOOK_SECONDS = 2.0


def serve() -> int:
    """Start the server (or find it running), say that it is ready, and stay until told to stop or until it is gone.

    A standby of this installation is kept up with it. SIGTERM and SIGINT stop both in an orderly way: 0. A server that
    ended by itself, or was killed: 1, so that the supervisor starts it again. A database given by ``DATABASE_URL`` is
    not ours: nothing is started or stopped.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    start()
    with_standby()
    _notify("READY=1")
    while not told.wait(LOOK_SECONDS):
        if is_external():
            continue
        with_standby()
        if not status().running:
            sys.stderr.write("The database ended by itself; its log says why.\n")
            return 1
    _notify("STOPPING=1")
    if not is_external():
        stop()
        _standby().stop_known(var())
    return 0


def with_standby() -> None:
    """Raise the standby of this installation when it is down; a fault is told and does not keep the primary away."""
    if is_external():
        return
    try:
        if _standby().raise_known(var()):
            sys.stderr.write("The standby runs again.\n")
    except (DatabaseProblem, OSError) as fault:
        sys.stderr.write(f"The standby cannot be started: {fault}\n")


def _standby() -> Any:
    # Keeping stands on this package; only its words for the command line look up to it.
    from xaso.site.keeping import standby

    return standby


def _notify(words: str) -> None:
    """Tell systemd (sd_notify's protocol); nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.send(words.encode())
