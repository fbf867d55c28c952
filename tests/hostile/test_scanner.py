"""A scanner that others wrote, against the running server, bounded in time; it must find nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hostile.client import HOST
from tests.hostile.conftest import Site

WAPITI = os.environ.get("XASO_TEST_WAPITI") or shutil.which("wapiti")
# What it can look for on the loopback without asking the network anything.
MODULES = (
    "backup,brute_login_form,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,"
    "sql,timesql,upload,xss,xxe"
)
SECONDS = int(os.environ.get("XASO_TEST_WAPITI_SECONDS", "90"))
EACH = 8  # seconds a module may take for one part of the site
# Words of the scanner that are no fault here, with the reason.
KNOWN = {
    # Its posts say their Content-Type twice, so that no token is read: refused with a good one as without.
    "Cross Site Request Forgery": "test_forgery.py asks on every route",
    "HTTP Strict Transport Security (HSTS)": "asked over the bare line; test_headers.py looks at it",
}


@pytest.mark.timeout(0)  # it takes as long as it was given
@pytest.mark.skipif(not WAPITI, reason="wapiti is not installed")
@pytest.mark.parametrize("who", ["anonymous", "receptionist here"])
def test_a_scanner_finds_nothing(site: Site, who: str, tmp_path: Path):
    start = "/desk/onestop/" if who != "anonymous" else "/"
    command = [
        str(WAPITI),
        "-u",
        f"http://127.0.0.1:{site.port}{start}",
        "-f",
        "json",
        "-o",
        str(tmp_path / "r.json"),
    ]
    command += [
        "-H",
        f"Host: {HOST}",
        "-H",
        "X-Forwarded-Proto: https",
        "-H",
        "X-Forwarded-For: 198.51.100.250",
    ]
    command += [
        "--max-scan-time",
        str(SECONDS),
        "--max-attack-time",
        "20",
        "-d",
        "3",
        "--max-links-per-page",
        "40",
    ]
    command += [
        "-m",
        MODULES,
        "--flush-session",
        "--store-session",
        str(tmp_path),
        "--scope",
        "folder",
        "-v",
        "0",
    ]
    command += ["-x", f"http://127.0.0.1:{site.port}/dang-xuat", "--tasks", "2", "--no-bugreport"]
    session = site.browser(who).cookies
    if session:
        command += ["-H", "Cookie: " + "; ".join(f"{key}={value}" for key, value in session.items())]
    env = os.environ | {"HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS * 8, env=env, check=False)
    assert (tmp_path / "r.json").exists(), (done.stdout + done.stderr)[-3000:]
    report = json.loads((tmp_path / "r.json").read_text())
    asked = report["infos"]["crawled_pages_nbr"]
    assert asked > 10, f"the scanner saw {asked} pages only: {done.stdout[-2000:]}"
    found = {
        kind: [f"{one['method']} {one['path']}: {one['info']}" for one in rows[:5]]
        for part in ("vulnerabilities", "anomalies")
        for kind, rows in report[part].items()
        if rows and kind not in KNOWN
    }
    assert not found, json.dumps(found, ensure_ascii=False, indent=1)[:5000]
