"""TLS between our own machines as shipped in deploy/many-nodes: database, bus and web node, with real certificates."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings

from tests.deploy.test_nginx import NGINX, ask
from xaso.kernel.events.bus import testing as nats
from xaso.kernel.events.bus.stream import StreamBus
from xaso.kernel.plain import inner_tls
from xaso.kernel.plain.moment import now
from xaso.site.database import Server
from xaso.site.database.address import take_apart
from xaso.site.inner import authority, cli
from xaso.site.operating import advice, lines

ROOT = Path(__file__).resolve().parents[2]
MANY = ROOT / "deploy" / "many-nodes"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates by the command itself: a node by name and address, one that is nobody's, and another authority."""
    folder = tmp_path_factory.mktemp("inner")
    assert (
        cli.main([str(folder / "ours"), "db-1,localhost,127.0.0.1", "web-1,xaso-web", "proxy-1", "elsewhere"])
        == 0
    )
    assert cli.main([str(folder / "theirs"), "db-1,localhost,127.0.0.1", "proxy-1"]) == 0
    return folder


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_authority_stays_and_nodes_get_new_certificates(made: Path, tmp_path: Path) -> None:
    before = (made / "ours/authority/ca.pem").read_bytes()
    old = (made / "ours/web-1/cert.pem").read_bytes()
    authority.make(made / "ours", ["web-1,xaso-web"], days=10)
    assert (made / "ours/authority/ca.pem").read_bytes() == before
    assert (made / "ours/web-1/cert.pem").read_bytes() != old
    assert 9 <= (authority.ends(made / "ours/web-1") - now()).days <= 10
    for place in ("authority", "web-1"):
        assert (made / "ours" / place / "key.pem").stat().st_mode & 0o777 == 0o600
    for wrong in ("", "../etc", "authority", "a b", "web_1;rm"):
        with pytest.raises(authority.BadName):
            authority.make(tmp_path, [wrong])


# -- database ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(made: Path) -> Iterator[Server]:
    """PostgreSQL with the shipped lines: TLS, and a certificate of ours from everybody besides the password."""
    home = Path(f"/var/tmp/xaso-tls-{os.getpid()}")  # noqa: S108 - the account that runs PostgreSQL must reach it
    server = Server(home, sync=False)
    home.mkdir(mode=0o755)
    server.start()
    data, address = Path(server.facts()["data"]), server.url().replace("//xaso:", "//postgres:", 1)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        shutil.copyfile(made / "ours/db-1" / name, data / name)
        (data / name).chmod(0o600)
        server.runas.give(data / name)
    shipped = (MANY / "postgresql-tls.conf").read_text()
    hba = re.search(r"#\s+(hostssl\s+all .*)", shipped)
    assert hba is not None
    with (data / "postgresql.conf").open("a") as out:
        out.write(shipped.replace("/etc/xaso/inner", str(data)))
    (data / "pg_hba.conf").write_text(hba[1].replace("10.0.0.0/24", "127.0.0.1/32") + "\n")
    try:
        with psycopg.connect(address, autocommit=True) as link:
            link.execute("select pg_reload_conf()")
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _connect(server: Server, folder: Path | None, **more: str) -> bool:
    """As the product does it: the address with the certificates of a folder, taken apart as for Django."""
    parts = take_apart(
        inner_tls.database_address(server.url().replace("127.0.0.1", "localhost"), str(folder or ""))
    )
    options = {**parts["OPTIONS"], **more}  # type: ignore[dict-item]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    facts = {key: str(parts[name]) for key, name in names.items()}
    with psycopg.connect(**{**facts, **options}) as link:  # type: ignore[arg-type]
        row = link.execute("select ssl from pg_stat_ssl where pid = pg_backend_pid()").fetchone()
    return bool(row and row[0])


def test_the_database_is_reached_by_tls_with_both_ends_known(made: Path, database: Server) -> None:
    end = time.monotonic() + 20
    while True:  # the reload is not immediate
        try:
            assert _connect(database, made / "ours/web-1")
            break
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
    with pytest.raises(psycopg.OperationalError, match="no encryption|pg_hba"):
        _connect(database, None, sslmode="disable")
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        _connect(database, made / "theirs/db-1")
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        _connect(database, None, sslmode="require", sslcert="/nirgends", sslkey="/nirgends")
    with pytest.raises(psycopg.OperationalError, match="does not match"):
        _connect(database, made / "ours/web-1", host="db-2", hostaddr="127.0.0.1")


# -- bus -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(nats.program() is None, reason="nats-server is not installed")
def test_the_bus_lets_nobody_in_without_a_certificate_of_ours(made: Path, settings: object) -> None:
    with nats.Nodes(tls=made / "ours/db-1") as nodes:
        settings.XASO_INNER_TLS = str(made / "ours/web-1")  # type: ignore[attr-defined]
        good = StreamBus.from_address(nodes.address).link
        assert good.call(good.state())[0]
        good.call(good.close())
        for folder in ("theirs/db-1", ""):
            settings.XASO_INNER_TLS = str(made / folder) if folder else ""  # type: ignore[attr-defined]
            stranger = StreamBus.from_address(nodes.address).link
            with pytest.raises(Exception):  # noqa: B017 - whichever way the library says no
                asyncio.run(asyncio.wait_for(stranger.state(), 8))
        bare = StreamBus.from_address(nodes.address.replace("tls://", "nats://")).link
        with pytest.raises(Exception):  # noqa: B017 - as above
            asyncio.run(asyncio.wait_for(bare.state(), 8))


# -- web node and proxy --------------------------------------------------------------------------------------

_APP = """
def application(environ, start_response):
    body = environ.get("HTTP_X_FORWARDED_PROTO", "").encode()
    start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "text/plain")])
    return [body]
"""


@pytest.fixture(scope="module")
def web(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A web node with the switches of the shipped unit and a product of five lines."""
    folder, port = tmp_path_factory.mktemp("web"), _port()
    (folder / "five_lines.py").write_text(_APP)
    text = (MANY / "xaso-web.override.conf").read_text().replace("\\\n", " ")
    words = (
        re.findall(r"ExecStart=(/.*)", text)[0].replace("/etc/xaso/inner", str(made / "ours/web-1")).split()
    )
    words[0] = str(Path(sys.executable).parent / "granian")
    words[words.index("--host") + 1], words[words.index("--port") + 1] = "127.0.0.1", str(port)
    words[words.index("--workers") + 1] = "1"
    process = subprocess.Popen([*words[:-1], "five_lines:application"], cwd=folder, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _proxy(made: Path, folder: Path, web_port: int, certificates: str) -> Iterator[int]:
    """nginx with both shipped files; only paths, ports and names of machines are changed."""
    tls = _port()
    site = (ROOT / "deploy/nginx/xaso.conf").read_text()
    site = re.sub(r"upstream xaso \{.*?\n\}\n", "", site, flags=re.S).replace("http://xaso;", "https://xaso;")
    site = re.sub(r"listen \[::\].*\n", "", site).replace("listen 80;", f"listen 127.0.0.1:{_port()};")
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl")
    site = site.replace("/etc/xaso/tls/fullchain.pem", str(made / "ours/proxy-1/cert.pem"))
    site = site.replace("/etc/xaso/tls/key.pem", str(made / "ours/proxy-1/key.pem"))
    site = site.replace("/var/lib/nginx/xaso", str(folder / "cache")).replace("/var/log/nginx", str(folder))
    upstream = (MANY / "upstream.conf").read_text().replace("/etc/xaso/inner", str(made / certificates))
    upstream = re.sub(r"server web-2.*\n", "", upstream).replace("web-1:8300", f"127.0.0.1:{web_port}")
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    head = f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
    (folder / "nginx.conf").write_text(f"{head}\nhttp {{\n{temporary}\n{upstream}\n{site}\n}}\n")
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
        yield tls
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")
@pytest.mark.parametrize(("certificates", "expected"), [("ours/proxy-1", 200), ("theirs/proxy-1", 502)])
def test_proxy_and_web_node_know_each_other(
    made: Path, web: int, tmp_path: Path, certificates: str, expected: int
) -> None:
    for port in _proxy(made, tmp_path, web, certificates):
        status, body, _ = ask(f"https://127.0.0.1:{port}/", Host="dichvu.example.gov.vn")
        assert status == expected
        assert (body == "https") == (expected == 200)


@pytest.mark.parametrize("folder", ["", "theirs/proxy-1", "ours/proxy-1"])
def test_a_web_node_answers_our_own_machines_only(made: Path, web: int, folder: str) -> None:
    asked = ssl.create_default_context(cafile=str(made / "ours/authority/ca.pem"))
    if folder:
        asked.load_cert_chain(made / folder / "cert.pem", made / folder / "key.pem")
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", web), timeout=10) as line:
            with asked.wrap_socket(line, server_hostname="xaso-web") as sealed:
                sealed.sendall(b"GET / HTTP/1.1\r\nHost: xaso-web\r\nConnection: close\r\n\r\n")
                answer = sealed.recv(100)
    except OSError:
        answer = b""
    assert answer.startswith(b"HTTP/1.1 200") == folder.startswith("ours")


# -- what start-up says --------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value", "is_open"),
    [
        ("XASO_BUS", "nats://bus-1:4222,bus-2:4222", True),
        ("XASO_BUS", "tls://bus-1:4222,bus-2:4222", False),
        ("XASO_BUS", "nats://127.0.0.1:4222,localhost:4223", False),
        ("XASO_S3_URL", "http://k:s@files.example:9000/xaso", True),
        ("XASO_S3_URL", "https://k:s@files.example/xaso", False),
        ("XASO_S3_URL", "http://k:s@127.0.0.1:9000/xaso", False),
    ],
)
def test_an_open_line_to_another_machine_keeps_the_product_from_starting(
    settings: object, setting: str, value: str, is_open: bool
) -> None:
    setattr(settings, setting, value)
    wrong = [one.setting for one in advice.advice() if one.is_wrong and one.setting == setting]
    assert bool(wrong) == is_open


@pytest.mark.django_db
def test_an_open_line_to_the_database_is_seen(
    monkeypatch: pytest.MonkeyPatch, made: Path, settings: object
) -> None:
    assert not list(lines.open_lines())
    monkeypatch.setitem(lines.connection.settings_dict, "HOST", "db-1,db-2")
    assert [name for name, _ in lines.open_lines()] == ["DATABASE_URL"], "the line of this test is no TLS"
    assert [name for name, _ in lines.loose_lines()] == ["DATABASE_URL"]
    authority.make(made / "ours", ["elsewhere"], days=20)
    settings.XASO_INNER_TLS = str(made / "ours/elsewhere")  # type: ignore[attr-defined]
    told = dict(lines.loose_lines())
    assert "hết hạn" in told["XASO_INNER_TLS"]
    settings.XASO_INNER_TLS = str(made)  # type: ignore[attr-defined]
    assert "thiếu" in dict(lines.loose_lines())["XASO_INNER_TLS"]
    assert django_settings.XASO_BUS == "local"
