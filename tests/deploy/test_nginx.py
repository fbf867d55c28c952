"""The reverse proxy as shipped in deploy/nginx: started for real, on free ports, with a certificate of its own."""

from __future__ import annotations

import http.server
import itertools
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "nginx" / "xaso.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")


class Echo(http.server.BaseHTTPRequestHandler):
    """A product that tells what reached it."""

    protocol_version = "HTTP/1.1"

    count = itertools.count(1)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        size = len(self.rfile.read(length))
        told = {"path": self.path, "headers": dict(self.headers), "size": size, "number": next(self.count)}
        body = json.dumps(told).encode()
        self.send_response(404 if "nobody" in self.path else 200)
        if (
            self.command == "GET"
            and self.path.startswith(("/trace/q/", "/id/"))
            and "nobody" not in self.path
        ):
            self.send_header("Cache-Control", "public, max-age=30, s-maxage=10")
            self.send_header("ETag", f'W/"{self.path}"')
            self.send_header("Vary", "Accept-Encoding, Accept-Language")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - names of the library

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "dichvu.example.gov.vn")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The shipped file with only paths, ports and the user changed; gives the plain and the TLS port."""
    folder = tmp_path_factory.mktemp("nginx")
    _certificate(folder)
    product = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=product.serve_forever, daemon=True).start()
    plain, tls = _port(), _port()
    text = SHIPPED.read_text()
    text = text.replace("127.0.0.1:8300", f"127.0.0.1:{product.server_port}").replace(
        "/etc/xaso/tls", str(folder)
    )
    text = text.replace("/var/lib/nginx/xaso", str(folder / "cache")).replace("/var/log/nginx", str(folder))
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{plain};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl")
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    head = f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    whole = f"{head}\nhttp {{\n{temporary}\n{text}\n}}\n"
    (folder / "nginx.conf").write_text(whole)
    command = [str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    tried = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", tls)) == 0:
                    break
            time.sleep(0.05)
        yield plain, tls
    finally:
        process.terminate()
        process.wait(10)
        product.shutdown()


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_: object) -> None:
        return None


def ask(address: str, data: bytes | None = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(NoRedirect, urllib.request.HTTPSHandler(context=trusting))
    fixed = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        asked = urllib.request.Request(address, data, fixed)  # noqa: S310 - our own proxy
        with opener.open(asked, timeout=20) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), dict(error.headers)


def test_plain_http_is_sent_to_https(proxy: tuple[int, int]) -> None:
    status, _, headers = ask(f"http://127.0.0.1:{proxy[0]}/onestop/?q=1", Host="dichvu.example.gov.vn")
    assert (status, headers["Location"]) == (301, "https://dichvu.example.gov.vn/onestop/?q=1")


def test_programs_are_not_led_on_from_plain_http(proxy: tuple[int, int]) -> None:
    for path in ("/api/v1/token", "/api/v1/onestop/dossiers"):
        status, _, headers = ask(f"http://127.0.0.1:{proxy[0]}{path}", b"{}", Host="dichvu.example.gov.vn")
        assert status == 403
        assert "Location" not in headers


def test_what_a_visitor_claims_about_their_address_is_replaced(proxy: tuple[int, int]) -> None:
    _, body, headers = ask(
        f"https://127.0.0.1:{proxy[1]}/",
        X_Forwarded_For="6.6.6.6",
        X_Forwarded_Proto="http",
        Forwarded="for=6.6.6.6",
    )
    seen = {name.lower(): value for name, value in json.loads(body)["headers"].items()}
    assert seen["x-forwarded-for"] == seen["x-real-ip"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert "forwarded" not in seen
    assert re.fullmatch(r"[0-9a-f]{32}", seen["x-request-id"])
    assert headers["Server"] == "nginx"


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_what_is_for_the_operator_stays_inside(proxy: tuple[int, int], path: str) -> None:
    assert ask(f"https://127.0.0.1:{proxy[1]}{path}")[0] == 403


def test_a_large_upload_passes_and_a_huge_one_does_not(proxy: tuple[int, int]) -> None:
    status, body, _ = ask(f"https://127.0.0.1:{proxy[1]}/up", b"x" * 20_000_000)
    assert (status, json.loads(body)["size"]) == (200, 20_000_000)
    try:
        status = ask(f"https://127.0.0.1:{proxy[1]}/up", b"x" * 70_000_000)[0]
    except urllib.error.URLError:  # it hangs up while we are still sending
        status = 413
    assert status == 413


def test_guessing_passwords_is_slowed(proxy: tuple[int, int]) -> None:
    answers = [ask(f"https://127.0.0.1:{proxy[1]}/dang-nhap/can-bo", b"a=b")[0] for _ in range(30)]
    assert answers[0] == 200
    assert 503 in answers


def test_old_tls_is_refused(proxy: tuple[int, int]) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", proxy[1])) as line, pytest.raises(OSError):
        old.wrap_socket(line).close()


def number(proxy: tuple[int, int], path: str, data: bytes | None = None, **headers: str) -> int:
    """Which request of the product's this answer is from."""
    return int(json.loads(ask(f"https://127.0.0.1:{proxy[1]}{path}", data, **headers)[1])["number"])


def test_a_page_behind_a_code_is_asked_for_once(proxy: tuple[int, int]) -> None:
    page = "/trace/q/abc234def567"
    first = number(proxy, page)
    assert {
        number(proxy, page, Accept_Language=wish) for wish in ("vi", "vi-VN,vi;q=0.9", "fr, vi", "de")
    } == {first}
    assert number(proxy, f"{page}?fbclid=1") == first, "what a social network adds makes no other page"
    assert number(proxy, page, Accept_Encoding="gzip, br") != first
    english = number(proxy, page, Accept_Language="en-GB,en;q=0.9")
    assert english != first
    assert number(proxy, page, Accept_Language="en") == english
    assert number(proxy, f"{page}?lang=en") not in {first, english}
    status, body, headers = ask(f"https://127.0.0.1:{proxy[1]}{page}", If_None_Match=f'W/"{page}"')
    assert (status, body, headers["X-Kept"]) == (304, "", "HIT")


def test_what_is_kept_was_asked_for_in_plain_words(proxy: tuple[int, int]) -> None:
    _, body, _ = ask(
        f"https://127.0.0.1:{proxy[1]}/trace/q/aaa222bbb333",
        Accept_Language="fr,en;q=0.8",
        X_Forwarded_For="6.6.6.6",
    )
    seen = {name.lower(): value for name, value in json.loads(body)["headers"].items()}
    assert seen["accept-language"] == "en"
    assert seen["x-forwarded-for"] == seen["x-real-ip"] == "127.0.0.1"
    assert "forwarded" not in seen


def test_labels_scans_and_forms_always_reach_the_product(proxy: tuple[int, int]) -> None:
    page = "/trace/q/ccc222ddd333"
    number(proxy, page)
    labels = [number(proxy, f"{page}?s=serial1"), number(proxy, f"{page}?s=serial1")]
    scans = [number(proxy, f"{page}/quet", b"s="), number(proxy, f"{page}/quet", b"s=")]
    forms = [number(proxy, f"{page}/gui/hoi/"), number(proxy, f"{page}/gui/hoi/")]
    assert len({*labels, *scans, *forms}) == 6


def test_a_code_of_nobody_is_not_kept(proxy: tuple[int, int]) -> None:
    assert number(proxy, "/trace/q/nobody222333") != number(proxy, "/trace/q/nobody222333")


def test_the_resolver_is_kept_by_its_own_headers(proxy: tuple[int, int]) -> None:
    first = number(proxy, "/id/class/abc", Accept_Language="vi")
    assert number(proxy, "/id/class/abc", Accept_Language="vi") == first
    assert number(proxy, "/id/class/abc", Accept_Language="en") != first


def test_events_reach_the_product_however_large_and_under_the_address_that_was_asked(
    proxy: tuple[int, int],
) -> None:
    _, tls = proxy
    path = "/epcis/v2/epcs/https%3A%2F%2Fid.gs1.org%2F01%2F08930000000002/events?perPage=1"
    status, body, _ = ask(f"https://127.0.0.1:{tls}{path}")
    assert (status, json.loads(body)["path"]) == (200, path)
    status, body, _ = ask(f"https://127.0.0.1:{tls}/epcis/v2/capture", b"x" * (70 << 20))
    assert (status, json.loads(body)["size"]) == (200, 70 << 20)


def test_tokens_are_not_taken_over_a_bare_line_for_events(proxy: tuple[int, int]) -> None:
    plain, _ = proxy
    assert ask(f"http://127.0.0.1:{plain}/epcis/v2/events")[0] == 403
