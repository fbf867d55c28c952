"""The buyer's page at saturation: beside a bare Django page, and behind the shipped micro-cache beside nginx static.

Called by the bench of traceability on its own database, or alone: ``python -m bench.tracing.buyer`` makes a small
database with one co-operative. Each pair is measured in turns, three rounds; the median of the ratios is judged.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import common

LIMITS = {
    "of_bare_page": ("buyer's page ≥ 60 % of a bare Django page, no proxy", 0.60),
    "of_nginx_static": ("buyer's page with the micro-cache ≥ 80 % of nginx static", 0.80),
}
ROUNDS, CLIENTS = 3, 16
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
WRK = shutil.which("wrk")
ACCEPTED = {"Accept-Encoding": "gzip, deflate, br", "Accept-Language": "vi-VN,vi;q=0.9,en;q=0.8"}


def kept_page() -> tuple[str, bytes]:
    """The newest published lot of the database, its page made; answers its token and the packed page."""
    from xaso.kernel.people.viewer import Viewer
    from xaso.services.trace.actions.buyer_pages import freeze_page
    from xaso.services.trace.models import Lot

    token = (
        Lot.objects.filter(published_at__isnull=False)
        .order_by("-published_at")
        .values_list("token", flat=True)[0]
    )
    page = freeze_page(Viewer.system(), token=token, lang="vi")
    if page is None:
        raise SystemExit("no published lot in the database of the bench")
    return token, bytes(page.packed)


def measure(seconds: float = 4) -> dict[str, Any]:
    """Every figure, and the judged ratios."""
    token, packed = kept_page()
    path = f"/trace/q/{token}"
    facts: dict[str, Any] = {"page_bytes": len(packed), "rounds": ROUNDS, "clients": CLIENTS}
    with common.server() as ours, _bare() as bare:
        facts["direct"] = _pairs({"buyer": (ours, path), "bare": (bare, path)}, seconds)
        if NGINX:
            with _proxy(ours, packed) as proxy:
                _warm(proxy, path)
                facts["proxied"] = _pairs(
                    {"cached": (proxy, path), "static": (proxy, "/static-page")}, seconds
                )
    ratios = {"of_bare_page": _ratio(facts["direct"], "buyer", "bare")}
    if NGINX:
        ratios["of_nginx_static"] = _ratio(facts["proxied"], "cached", "static")
    facts["ratios"] = {
        name: {"value": round(value, 3), "limit": LIMITS[name][1], "holds": value >= LIMITS[name][1]}
        for name, value in ratios.items()
    }
    return facts


def _pairs(targets: dict[str, tuple[int, str]], seconds: float) -> dict[str, list[dict[str, Any]]]:
    """The targets in turns, so that whatever else the machine does hits all alike; each is warmed first."""
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in targets}
    for port, path in targets.values():
        fire(port, path, 0.5)
    for number in range(ROUNDS):
        turn = list(targets.items())
        for name, (port, path) in turn if number % 2 == 0 else reversed(turn):
            seen[name].append(fire(port, path, seconds))
    return seen


def _ratio(seen: dict[str, list[dict[str, Any]]], one: str, other: str) -> float:
    pairs = zip(seen[one], seen[other], strict=True)
    return statistics.median(first["per_second"] / second["per_second"] for first, second in pairs)


def fire(port: int, path: str, seconds: float) -> dict[str, Any]:
    """Load by wrk where it is installed (the generator in Python is slower than nginx), else by our own."""
    if WRK is None:
        text = common.request(
            "GET", path, **{name.replace("-", "_"): value for name, value in ACCEPTED.items()}
        )
        return common.fire(port, [text], CLIENTS, seconds)
    command = [WRK, "-t1", f"-c{CLIENTS}", f"-d{max(1, round(seconds))}s", "--latency"]
    for name, value in ACCEPTED.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=True,
    )
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"{path} fails under load:\n{done.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s)", done.stdout)
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    return {
        "per_second": float(rate[1]) if rate else 0.0,
        "p99_ms": round(float(p99[1]) * scale[p99[2]], 2) if p99 else None,
    }


@contextlib.contextmanager
def _bare() -> Iterator[int]:
    kept = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    try:
        with common.server("bench.tracing.bare_wsgi:application") as port:
            yield port
    finally:
        os.environ["DJANGO_SETTINGS_MODULE"] = kept


def _warm(port: int, path: str) -> None:
    for _ in range(5):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=ACCEPTED)  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own proxy
            kept = answer.headers.get("X-Kept", "")
            answer.read()
    if kept != "HIT":
        raise SystemExit(f"the proxy does not keep the page (X-Kept: {kept})")


def shipped(folder: Path, port: int, ours: int, packed: bytes) -> str:
    """The shipped configuration with only paths, ports and TLS changed, the limits for one visitor taken out (all of
    the load comes from one address), and the same page once more as a file."""
    (folder / "static-page").write_bytes(packed)
    text = (common.ROOT / "deploy" / "nginx" / "xaso.conf").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8300", f"127.0.0.1:{ours}")
    text = text.replace("/var/lib/nginx/xaso", str(folder / "cache")).replace("/var/log/nginx", str(folder))
    text = re.sub(r"listen \[::\].*\n", "", text)
    text = re.sub(r"^\s*(ssl_|limit_req |limit_conn |http2 ).*\n", "", text, flags=re.M)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{common.free_port()};")
    text = re.sub(r"listen 443 ssl[^;]*;", f"listen 127.0.0.1:{port} reuseport;", text)
    static = (
        f"location = /static-page {{ root {folder}; default_type text/html; charset utf-8;"
        " add_header Content-Encoding gzip; open_file_cache max=2000 inactive=20s; open_file_cache_valid 5s; }"
    )
    return text.replace("    location = /metrics", f"    {static}\n    location = /metrics")


@contextlib.contextmanager
def _proxy(ours: int, packed: bytes) -> Iterator[int]:
    with tempfile.TemporaryDirectory(prefix="xaso-bench-nginx-") as name:
        folder, port = Path(name), common.free_port()
        folder.chmod(0o755)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        user = "user root;" if os.geteuid() == 0 else ""
        head = (
            f"{user} daemon off; worker_processes {common.CORES}; pid {folder}/pid; error_log {folder}/error.log;"
            " events { worker_connections 1024; }"
        )
        tuned = "sendfile on; tcp_nopush on; keepalive_requests 1000000;"
        conf = folder / "nginx.conf"
        conf.write_text(f"{head}\nhttp {{\n{temporary}{tuned}\n{shipped(folder, port, ours, packed)}\n}}\n")
        command = [str(NGINX), "-p", name, "-c", str(conf)]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            common.wait_for(f"http://127.0.0.1:{port}/static-page", 20)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def table(facts: dict[str, Any]) -> bool:
    """Write the figures; answers whether each limit holds."""
    for group in ("direct", "proxied"):
        for name, rounds in facts.get(group, {}).items():
            rates = ", ".join(f"{one['per_second']:,.0f}" for one in rounds)
            sys.stdout.write(f"  {name:<10} {rates} a second (p99 {rounds[-1]['p99_ms']} ms)\n")
    for name, one in facts["ratios"].items():
        sys.stdout.write(f"  {LIMITS[name][0]}: {one['value']} ({'holds' if one['holds'] else 'FAILS'})\n")
    return all(one["holds"] for one in facts["ratios"].values())


def main() -> int:
    """Alone, on a small database of its own."""
    common.use_database("xaso_bench_buyer")
    import django

    django.setup()
    from django.core.management import call_command

    from xaso.services.trace.models import Lot

    call_command("migrate", verbosity=0)
    if not Lot.objects.filter(published_at__isnull=False).exists():
        from django.conf import settings

        settings.XASO_FILES = tempfile.mkdtemp(prefix="xaso-bench-files-")
        from xaso.services.trace.tests.buyer_world import a_shop

        a_shop(pictures=True)
    begun = time.monotonic()
    facts = {"machine": common.machine(), **measure()}
    good = table(facts)
    sys.stdout.write(f"  {time.monotonic() - begun:.0f} s\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
