"""The hostile client's tools: a browser that does as it is told, a crawler, and bare sockets."""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

HOST = "xaso.example"
SESSION, TOKEN = "__Host-session", "__Host-csrf"
_HREF = re.compile(r"""(?:href|src|action|data-[a-z-]*url)\s*=\s*["']([^"'#]+)""")
_CSRF = re.compile(r"""name="csrfmiddlewaretoken" value="([^"]+)""")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def all_headers(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def everything(self) -> str:
        return self.text + repr(self.headers)


@dataclass
class Browser:
    """Keeps cookies; comes through the proxy, as everybody does."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    address: str = "203.0.113.7"
    name: str = "somebody"

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 60,
    ) -> Answer:
        """One request, one answer; redirects are not followed."""
        sent = {
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.address,
            "Accept-Encoding": "identity",
        }
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= dict(headers or {})
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            try:
                line.request(method, path, body=body, headers=sent)
            except (BrokenPipeError, ConnectionResetError):
                pass  # turned away while we still send: the answer may stand there already
            came = line.getresponse()
            answer = Answer(came.status, came.getheaders(), came.read())
        finally:
            line.close()
        for one in answer.all_headers("Set-Cookie"):
            for key, morsel in SimpleCookie(one).items():
                if morsel.value and morsel["max-age"] != 0 and morsel["max-age"] != "0":
                    self.cookies[key] = morsel.value
                else:
                    self.cookies.pop(key, None)
        return answer

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send("GET", path, None, headers)

    def csrf(self) -> str:
        """A good token of this very browser: what a forger does not have."""
        found = _CSRF.search(self.get("/dang-nhap/can-bo").text)
        assert found, "the sign-in page has no token"
        return found.group(1)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        forged: bool = False,
    ) -> Answer:
        """A form post with a good token, or with none."""
        fields: list[tuple[str, str]] = []
        for key, value in (data or {}).items():
            fields += [(key, str(one)) for one in (value if isinstance(value, list) else [value])]
        sent = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        if not forged:
            sent = {
                "X-CSRFToken": self.csrf(),
                "Referer": f"https://{HOST}/",
                "Origin": f"https://{HOST}",
            } | sent
        return self.send("POST", path, urlencode(fields).encode(), sent)

    def json(self, method: str, path: str, content: Any, headers: Mapping[str, str] | None = None) -> Answer:
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.send(method, path, json.dumps(content).encode(), sent)


def links_of(answer: Answer, path: str) -> set[str]:
    """Addresses of this site in a page."""
    found = set()
    for raw in _HREF.findall(answer.text):
        to = urlsplit(urljoin(f"https://{HOST}{path}", html.unescape(raw)))
        if to.netloc == HOST and to.scheme == "https":
            found.add(to.path + (f"?{to.query}" if to.query else ""))
    return found


def crawl(who: Browser, starts: Iterable[str], most: int) -> dict[str, Answer]:
    """Every page reached by links from the starts, up to ``most`` of them."""
    waiting, seen = list(starts), dict[str, Answer]()
    shapes: dict[str, int] = {}
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        # Three pages of a shape show what the shape shows: a list of a hundred is not walked to its end.
        shape = re.sub(r"\d+", "0", _UUID.sub("U", path.partition("?")[0]))
        if path in seen or path.startswith(("/static/", "/dang-xuat")) or shapes.get(shape, 0) >= 4:
            continue
        shapes[shape] = shapes.get(shape, 0) + 1
        seen[path] = who.get(path)
        if "text/html" in seen[path].header("Content-Type"):
            waiting += sorted(links_of(seen[path], path) - set(seen))
    return seen


def raw(port: int, content: bytes, *, seconds: float = 5) -> bytes:
    """Bytes to the server as they are; answer what comes back until it hangs up or is silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as line:
        try:
            line.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            pass
        line.settimeout(seconds)
        held = b""
        try:
            while piece := line.recv(65536):
                held += piece
        except (TimeoutError, ConnectionResetError):
            pass
    return held


def some_id() -> str:
    return str(uuid.uuid4())
