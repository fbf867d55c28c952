"""Requests that our server is talked into: it calls no machine of its own network, however the address is written."""

from __future__ import annotations

import http.server
import io
import ipaddress
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.hostile.conftest import Site
from xaso.kernel.connectors.outbound import AddressRefused, is_public, look_at, post
from xaso.kernel.documents.typeset import TemplateError, typeset

INSIDE = [
    "https://127.0.0.1/", "https://localhost/", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0177.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[::127.0.0.1]/", "https://0.0.0.0/", "https://0/",
    "https://10.0.0.1/", "https://172.16.5.4/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/",
    "https://[fe80::1]/", "https://[fd00::1]/", "https://100.64.0.1/", "https://198.18.0.1/", "https://224.0.0.1/",
    "https://255.255.255.255/", "https://[ff02::1]/", "https://[::]/", "https://localhost./", "https://LOCALHOST/",
    "https://１２７.0.0.1/", "https://①②⑦.0.0.1/",
]  # fmt: skip
ODD = [
    "http://1.1.1.1/", "ftp://1.1.1.1/", "file:///etc/passwd", "gopher://1.1.1.1/",
    "https:///x", "https://", "//1.1.1.1/",
    "https://user:word@1.1.1.1/", "https://1.1.1.1:22/", "https://1.1.1.1:5432/", "https://1.1.1.1:99999/", "https://1.1.1.1\\@127.0.0.1/",
    "https://1.1.1.1 @127.0.0.1/", "https://1.1.1.1\r\nHost: inside/", "https://khong-co.invalid/",
    "https://" + "a" * 300 + ".vn/",
    "data:text/plain,x", "https://1.1.1.1#@127.0.0.1:22/ ",
]  # fmt: skip


@pytest.mark.parametrize("url", [*INSIDE, *ODD], ids=lambda one: one[:40])
def test_addresses_inside_or_odd_are_refused(site: Site, url: str):
    answer = site.browser("machine here").json("POST", "/api/v1/onestop/webhooks", {"url": url})
    assert answer.status == 422, (url, answer.status)
    with pytest.raises(AddressRefused):
        look_at(url)


def test_public_addresses_are_not_refused():
    for text in ("1.1.1.1", "2606:4700:4700::1111"):
        assert is_public(ipaddress.ip_address(text)), text
    assert look_at("https://1.1.1.1/hook?x=1").machine == "1.1.1.1"


@pytest.fixture
def inside() -> Iterator[tuple[int, list[str]]]:
    """A machine inside that nobody may reach: it writes down who came, and sends visitors on."""
    came: list[str] = []

    class Trap(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.append(f"{self.path} {self.headers['Host']}")
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_address[1]}/secret")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Trap)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], came
    server.shutdown()
    server.server_close()


def test_a_name_that_changes_its_mind_leads_nowhere_else(inside, monkeypatch: pytest.MonkeyPatch):
    """DNS rebinding: the name is asked once; what it says afterwards is not heard."""
    port, came = inside
    answers = iter(["8.8.8.8"])

    def resolve(host: str, *rest: object, **more: object):
        if host == "rebind.example":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "127.0.0.1"), 443))]
        return real(host, *rest, **more)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    target = look_at("https://rebind.example/hook")
    assert target.machine == "8.8.8.8" and target.host == "rebind.example"
    assert socket.getaddrinfo("rebind.example", 443)[0][4][0] == "127.0.0.1"
    called: list[str] = []
    monkeypatch.setattr(
        "httpx.Client.stream", lambda self, method, url, **more: called.append(url) or _Stub()
    )
    assert post(target, b"{}", {}) == 204
    assert called == ["https://8.8.8.8:443/hook"] and not came
    # One bad machine among good ones is enough to refuse.
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))],
    )
    with pytest.raises(AddressRefused):
        look_at("https://two.example/")


class _Stub:
    status_code = 204

    def __enter__(self) -> _Stub:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_redirects_and_proxies_of_the_environment_are_not_followed(inside, monkeypatch: pytest.MonkeyPatch):
    port, came = inside
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}/proxy")
    target = look_at(f"http://127.0.0.1:{port}/hook", inside=True)
    assert post(target, b"{}", {"webhook-id": "1"}) == 302
    assert came == [f"/hook 127.0.0.1:{port}"]


# ---- templates of papers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        '#import "@preview/cetz:0.3.1"',
        '#import ("@" + "preview/cetz:0.3.1")',
        '#import "\\u{40}preview/cetz:0.3.1"',
        "#let p = sys.inputs.data\n#import p",
        '#include ("@" + "preview/cetz:0.3.1")',
        '#import  /* x */ ("@preview" + "/cetz:0.3.1"): *',
        '#eval("im" + "port \\"@" + "preview/cetz:0.3.1\\"")',
        '#dictionary(std).at("ev" + "al")("1")',
        '#let f() = { import str.from-unicode(64) + "preview/cetz:0.3.1" }\n#f()',
    ],
)
def test_templates_load_nothing_from_outside(source: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(TemplateError, match="từ ngoài"):
        typeset(source, {"data": "@preview/cetz:0.3.1"})


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#image("/etc/hostname")',
        '#image("https://127.0.0.1/x.png")',
        '#json("/proc/self/environ")',
        '#include "/etc/passwd"',
        '#plugin("/bin/ls")',
        '#bibliography("/etc/passwd")',
    ],
)
def test_templates_read_nothing_of_the_machine(source: str):
    with pytest.raises(TemplateError):
        typeset(source, {})


def test_what_people_type_is_no_code_in_a_template():
    """Data reaches a template as data: its marks are drawn, not obeyed."""
    from pikepdf import Pdf

    source = "#let d = json(bytes(sys.inputs.data))\n#d.name"
    pdf = typeset(source, {"name": '#read("/etc/passwd") #import "@preview/x:1.0.0" $x$ *b*'})
    with Pdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == 1
