"""Calls to addresses that others gave us: public machines only, and the very machine that was looked at."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx

PORTS = {443, 8443}
TIMEOUT = 10.0
MOST_HOPS = 4
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses that are an IPv4 one in other clothes (RFC 6052, 6147, 8215).
_TRANSLATED = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))


class AddressRefused(Exception):
    """An address that we do not call; ``why``: scheme, user, port, unknown, inside."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_public(address: _Address) -> bool:
    """Whether an address is a machine of the open network, and no disguise of one inside."""
    if isinstance(address, ipaddress.IPv6Address):
        hidden = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if hidden is None and any(address in network for network in _TRANSLATED):
            hidden = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        # Old notation ::a.b.c.d, which some systems still take for the IPv4 address itself.
        if hidden is None and int(address) < 1 << 32:
            return False
        if hidden is not None and not is_public(hidden):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    )


@dataclass(frozen=True)
class Target:
    """An address that was looked at: where it leads, and the machine to call for it."""

    parts: SplitResult
    host: str
    port: int
    machine: str


def look_at(url: str, *, inside: bool = False, plain: bool = False) -> Target:
    """Resolve an address and judge every machine behind its name. Raises AddressRefused.

    ``inside``: the operator lets us call machines of our own network, over plain http too. ``plain``: what is open to
    all and only read (radio streams, news feeds) may come over http and from high ports, as such servers have them.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressRefused("scheme") from error
    if parts.scheme not in ({"https", "http"} if inside or plain else {"https"}) or not parts.hostname:
        raise AddressRefused("scheme")
    if parts.username or parts.password or "\\" in url or any(ord(letter) < 33 for letter in url):
        raise AddressRefused("user")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressRefused("port") from error
    if not inside and port not in PORTS and not (plain and (port == 80 or port >= 1024)):
        raise AddressRefused("port")
    try:
        rows = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        found = [ipaddress.ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    except (OSError, ValueError) as error:  # UnicodeError of impossible names is a ValueError
        raise AddressRefused("unknown") from error
    if not found:
        raise AddressRefused("unknown")
    if not inside and not all(is_public(address) for address in found):
        raise AddressRefused("inside")
    return Target(parts, parts.hostname, port, str(found[0]))


def post(target: Target, content: bytes, headers: Mapping[str, str]) -> int:
    """Post to the machine that was looked at, whatever its name leads to by now; answer the status.

    The certificate is still checked against the name. Redirects are not followed, proxies of the environment not
    asked, the answer's body not read. Raises httpx.HTTPError.
    """
    url, shown = _machine_url(target)
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        sent = {**headers, "Host": shown}
        with client.stream(
            "POST", url, content=content, headers=sent, extensions={"sni_hostname": target.host}
        ) as answer:
            return answer.status_code


def _machine_url(target: Target) -> tuple[str, str]:
    """The address with the machine in the place of its name, and the name as the Host header tells it."""
    machine = f"[{target.machine}]" if ":" in target.machine else target.machine
    url = target.parts._replace(netloc=f"{machine}:{target.port}", fragment="").geturl()
    name = f"[{target.host}]" if ":" in target.host else target.host
    return url, name if target.parts.port is None else f"{name}:{target.port}"


@dataclass(frozen=True)
class Fetched:
    """An answer that is being read: where it came from at last, and its pieces as they arrive."""

    url: str
    answer: httpx.Response

    def pieces(self, most: int | None = None) -> Iterator[bytes]:
        """The body as it was sent; at most so many bytes of it, whatever its length says. Raises httpx.HTTPError."""
        if self.answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise httpx.DecodingError(
                "packed, though we asked for it plain"
            )  # what it unpacks to has no bound
        left = most
        for piece in self.answer.iter_raw():
            if left is not None:
                piece, left = piece[:left], left - len(piece)
            yield piece
            if left is not None and left <= 0:
                return


@contextlib.contextmanager
def fetching(
    url: str,
    *,
    inside: bool = False,
    plain: bool = False,
    connect: float = TIMEOUT,
    silence: float = TIMEOUT,
    headers: Mapping[str, str] | None = None,
) -> Iterator[Fetched]:
    """Read an address that others gave us. Each redirect is looked at like the first address.

    ``connect`` and ``silence``: seconds to wait for the connection and for the next bytes. Raises AddressRefused,
    httpx.HTTPError (a status other than 2xx is one too).
    """
    limits = httpx.Timeout(silence, connect=connect)
    with contextlib.ExitStack() as open_now:
        client = open_now.enter_context(httpx.Client(timeout=limits, follow_redirects=False, trust_env=False))
        for _ in range(MOST_HOPS):
            target = look_at(url, inside=inside, plain=plain)
            machine_url, shown = _machine_url(target)
            request = client.build_request(
                "GET",
                machine_url,
                headers={
                    "User-Agent": "XaSo",
                    **(headers or {}),
                    "Accept-Encoding": "identity",
                    "Host": shown,
                },
                extensions={"sni_hostname": target.host},
            )
            answer = open_now.enter_context(contextlib.closing(client.send(request, stream=True)))
            if not answer.is_redirect:
                answer.raise_for_status()
                yield Fetched(url, answer)
                return
            url = urljoin(url, answer.headers["location"])
        raise AddressRefused("hops")
