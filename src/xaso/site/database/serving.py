"""``./xaso db serve``: our own server under a supervisor such as systemd, which learns at once when it is gone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from . import is_external, start, status, stop

LOOK_SECONDS = 2.0


def serve() -> int:
    """Start the server (or find it running), say that it is ready, and stay until told to stop or until it is gone.

    SIGTERM and SIGINT stop it in an orderly way: 0. A server that ended by itself, or was killed: 1, so that the
    supervisor starts it again. A database given by ``DATABASE_URL`` is not ours: nothing is started or stopped.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    start()
    _notify("READY=1")
    while not told.wait(LOOK_SECONDS):
        if not is_external() and not status().running:
            sys.stderr.write("The database ended by itself; its log says why.\n")
            return 1
    _notify("STOPPING=1")
    if not is_external():
        stop()
    return 0


def _notify(words: str) -> None:
    """Tell systemd (sd_notify's protocol); nothing where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.send(words.encode())
