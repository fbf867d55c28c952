"""The little web frame of the simulators: routes, requests, answers, on WSGI."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from xaso.simulators.world import World

MAX_BODY = 30 * 1024 * 1024


class BadRequest(Exception):
    """The request cannot be read; answered with 400."""


@dataclass
class Request:
    """One request, its body already read."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str  # scheme and host as the caller knows them

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        try:
            content = json.loads(self.body)
        except ValueError:
            raise BadRequest("not JSON") from None
        if not isinstance(content, dict):
            raise BadRequest("not a JSON object")
        return content

    def form(self) -> dict[str, str]:
        """The body as form fields."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def bearer(self) -> str:
        """The bearer token, or an empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    def basic(self) -> tuple[str, str]:
        """Client and secret of basic authentication, or empty texts."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return "", ""
        try:
            name, _, secret = base64.b64decode(token).decode().partition(":")
        except ValueError:
            return "", ""
        return name, secret


@dataclass
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(content: Any, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(content, ensure_ascii=False).encode())


def redirect(url: str) -> Answer:
    """Send the browser elsewhere."""
    return Answer(302, headers={"Location": url})


Handler = Callable[..., Answer]


class Routes:
    """Routes by method and path; ``<name>`` in a path takes one part of it."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Register a handler ``(world, request, **parts)``."""
        pattern = re.compile(re.sub(r"<(\w+)>", r"(?P<\1>[^/]+)", path) + "/?$")

        def register(handler: Handler) -> Handler:
            self._routes.append((method, pattern, handler))
            return handler

        return register

    def include(self, other: Routes) -> None:
        """Take the routes of another set."""
        self._routes += other._routes

    def answer(self, world: World, request: Request) -> Answer:
        """Find the handler and run it."""
        seen = False
        for method, pattern, handler in self._routes:
            found = pattern.match(request.path)
            if found and (method == request.method or (method == "GET" and request.method == "HEAD")):
                return handler(world, request, **found.groupdict())
            seen = seen or bool(found)
        return as_json({"error": "method not allowed" if seen else "not found"}, 405 if seen else 404)


StartResponse = Callable[[str, list[tuple[str, str]]], Any]


def read_request(environ: dict[str, Any]) -> Request:
    """A request from what WSGI gives."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        raise BadRequest("body too long")
    headers = {
        key[5:].replace("_", "-").lower(): value for key, value in environ.items() if key.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    host = headers.get("host") or f"{environ.get('SERVER_NAME')}:{environ.get('SERVER_PORT')}"
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace"),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if length else b"",
        base=f"{environ.get('wsgi.url_scheme', 'http')}://{host}",
    )


def send_answer(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    """Hand an answer to WSGI."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unknown"
    headers = {
        "Content-Type": answer.type,
        "Content-Length": str(len(answer.body)),
        "Cache-Control": "no-store",
        "X-Simulator": "xaso",
        **answer.headers,
    }
    start_response(f"{answer.status} {phrase}", list(headers.items()))
    return [answer.body]
