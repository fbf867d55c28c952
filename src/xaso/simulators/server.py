"""Serve the application: one process, a thread a request."""

from __future__ import annotations

import contextlib
import socketserver
import sys
import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from xaso.simulators.app import Application
from xaso.simulators.mail import MailServer
from xaso.simulators.world import World

SAVE_EVERY = 2.0


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        """Without the parent's look-up of a host name, which takes seconds on a machine without a name server."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news."""


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = (
        True  # header and body are two writes: the second would wait 40 ms for an answer
    )

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name is the parent's
        """Silent: testers read the pages, not a log."""

    def address_string(self) -> str:
        return str(self.client_address[0])


def make(world: World, host: str = "127.0.0.1", port: int = 0) -> WSGIServer:
    """A server bound to host and port (0: any free one)."""
    return make_server(host, port, Application(world), server_class=_Server, handler_class=_Handler)


def _keep_saving(world: World, stop: threading.Event) -> None:
    while not stop.wait(SAVE_EVERY):
        world.save()


def serve(world: World, host: str, port: int, smtp_port: int) -> None:
    """Serve until interrupted."""
    stop = threading.Event()
    threading.Thread(target=_keep_saving, args=(world, stop), daemon=True).start()
    with make(world, host, port) as server, contextlib.ExitStack() as stack:
        if smtp_port:
            _take_mail(stack, world, host, smtp_port)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        finally:
            stop.set()
            world.close()


def _take_mail(stack: contextlib.ExitStack, world: World, host: str, port: int) -> None:
    """A busy port costs the mail page only; the other systems go on."""
    try:
        mail = MailServer((host, port), world)
    except OSError as error:
        sys.stderr.write(f"Không nhận thư mô phỏng ở cổng {port}: {error}\n")
        return
    stack.callback(mail.server_close)
    threading.Thread(target=mail.serve_forever, daemon=True).start()


@contextlib.contextmanager
def running(world: World) -> Iterator[str]:
    """Serve on a free loopback port while the block runs; answers the address (tests)."""
    with make(world) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(timeout=5)
            world.close()
