"""The ASGI door for granian: WebSocket only, beside the WSGI server, for what the manifests offer as ``sockets``."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")
django.setup()

from xaso.kernel.base import reach  # noqa: E402 - only after the settings are there
from xaso.kernel.service import services  # noqa: E402

reach.close_outside_requests()
_ROUTES = [part.sockets for part in services() if part.sockets is not None]

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def application(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    """One connection. Plain requests belong to the other server and are told so."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "websocket":
        await _connect(scope, receive, send)
    else:
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"upgrade", b"websocket")]
        await send({"type": "http.response.start", "status": 426, "headers": headers})
        await send({"type": "http.response.body", "body": "Chỉ nhận WebSocket ở cổng này.\n".encode()})


async def _connect(scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
    for start, talk in _ROUTES:
        if str(scope["path"]).startswith(start):
            await talk(scope, receive, send)
            return
    await receive()
    await send({"type": "websocket.close", "code": 1008})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        step = str(message["type"]).removeprefix("lifespan.")
        await send({"type": f"lifespan.{step}.complete"})
        if step == "shutdown":
            return
