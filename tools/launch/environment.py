"""The virtual environment: made from the hash-locked requirements, left alone while they are unchanged."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import debian
from .places import DEV_LOCK, LOCK, PYTHON, ROOT, SOURCE, VAR, VENV
from .say import GiveUp, say

STAMP = VENV / "xaso-installed.json"


def ensure(*, dev: bool = False) -> None:
    """Makes ``.venv`` ready; ``dev`` adds what ``check`` needs. Does nothing when the locks are unchanged."""
    if is_ready(dev):
        return
    with _alone():
        if is_ready(dev):  # another command finished it while we waited
            return
        had_dev = "dev" in _stamp()
        _make_venv()
        lock = DEV_LOCK if dev or had_dev else LOCK
        say(f"Installing the libraries of {lock.name} (first time: about half a minute) …")
        _install(lock)
        _add_source()
        done = {"python": sys.version.split()[0], "run": _hash(LOCK)}
        if dev or had_dev:
            done["dev"] = _hash(DEV_LOCK)
        STAMP.write_text(json.dumps(done))
        say("The libraries are in place.")


def environ(**more: str) -> dict[str, str]:
    """Environment for the product's processes."""
    env = dict(os.environ, **more)
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{PYTHON.parent}{os.pathsep}{env.get('PATH', '')}"
    env.pop("PYTHONHOME", None)
    # Compiled modules are kept, apart from the sources: without them each process takes four times as long to start.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(VAR / "pycache")
    return env


def find_uv() -> str | None:
    """The program uv, when some is at hand; it installs several times faster than pip."""
    if os.environ.get("XASO_INSTALLER") == "pip":
        return None
    own = PYTHON.parent / "uv"
    if own.exists():
        return str(own)
    on_path = shutil.which("uv")
    if on_path and _works([on_path, "--version"]):
        return on_path
    return None


def is_ready(dev: bool = False) -> bool:
    """Whether the environment holds what the lock files say."""
    stamp = _stamp()
    if not stamp or not PYTHON.exists() or stamp.get("run") != _hash(LOCK):
        return False
    return "dev" not in stamp and not dev or stamp.get("dev") == _hash(DEV_LOCK)


def _stamp() -> dict[str, str]:
    try:
        loaded: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return loaded


def _make_venv() -> None:
    if PYTHON.exists() and _works([str(PYTHON), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]):
        return
    if VENV.exists():
        say("The virtual environment .venv does not work (was the folder or Python moved?); making it anew …")
        shutil.rmtree(VENV)
    say("Making the virtual environment .venv …")
    if _venv(["--without-pip"] if find_uv() else []):
        return
    # A bare Debian splits venv into a package of its own.
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if debian.install([package, "python3-venv"], "so that a virtual environment can be made") and _venv([]):
        return
    raise GiveUp(f"Python cannot make a virtual environment. On Debian or Ubuntu: apt-get install {package}")


def _venv(options: list[str]) -> bool:
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run(
        [sys.executable, "-m", "venv", *options, str(VENV)], capture_output=True, check=False, cwd=ROOT
    )
    return done.returncode == 0 and PYTHON.exists()


def _install(lock: Path) -> None:
    uv = find_uv() or _fetch_uv()
    if uv:
        env = environ(UV_PYTHON_DOWNLOADS="never", UV_LINK_MODE="copy" if _other_disk() else "")
        env.update(_index_for_uv())
        env.update(_certificates_for_uv())
        command = [
            uv,
            "pip",
            "install",
            "--quiet",
            "--python",
            str(PYTHON),
            "--require-hashes",
            "-r",
            str(lock),
        ]
        if subprocess.run(command, env=_without_empty(env), cwd=ROOT, check=False).returncode == 0:
            return
        say("uv could not install them; trying pip …")
    if not _works([str(PYTHON), "-m", "pip", "--version"]) and not _works(
        [str(PYTHON), "-m", "ensurepip", "--default-pip"]
    ):
        raise GiveUp(
            "The virtual environment has no pip. On Debian: apt-get install python3-venv; then rm -r .venv"
        )
    if subprocess.run(_pip(lock), env=environ(), cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode:
        raise GiveUp(
            "The libraries could not be installed (the reason is above). Usual causes: no way to the package "
            "index (set PIP_INDEX_URL to your mirror), or a full disk. Then run the same command again."
        )


def _pip(requirements: Path) -> list[str]:
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    return [*command, "--progress-bar", "off", "--require-hashes", "-r", str(requirements)]


def _fetch_uv() -> str | None:
    """The locked uv, by pip: two seconds that save a minute. None when that fails; then pip does it all."""
    if os.environ.get("XASO_INSTALLER") == "pip":
        return None
    block = re.search(r"^uv==.*?(?=^\S|\Z)", DEV_LOCK.read_text(), re.M | re.S)
    if not block:
        return None
    VAR.mkdir(parents=True, exist_ok=True)
    wanted = VAR / "uv-requirement.txt"
    wanted.write_text(block.group())
    try:
        _works(_pip(wanted))
    finally:
        wanted.unlink()
    return find_uv()


def _index_for_uv() -> dict[str, str]:
    """uv does not read pip's settings; a mirror that is set for pip should serve uv too."""
    if os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL"):
        return {}
    index = os.environ.get("PIP_INDEX_URL", "")
    if not index:
        for python in (str(PYTHON), sys.executable):
            done = subprocess.run(
                [python, "-m", "pip", "config", "get", "global.index-url"],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                index = done.stdout.strip()
                break
    return {"UV_DEFAULT_INDEX": index} if index else {}


def _certificates_for_uv() -> dict[str, str]:
    """An office network with a certificate of its own puts it among the system's; uv looks there when told."""
    if "SSL_CERT_FILE" in os.environ or not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        return {}
    return {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true"}  # the newer and the older name


def _other_disk() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache")
    try:
        return os.stat(cache).st_dev != os.stat(ROOT).st_dev
    except OSError:
        return False


def _without_empty(env: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in env.items() if value or not key.startswith("UV_")}


def _add_source() -> None:
    """Puts ``src`` on the environment's path: no build step, and a changed file is at once in force."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, check=True)
    target = Path(done.stdout.strip())
    (target / "xaso.pth").write_text(f"{SOURCE}\n")


def _works(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands that start at once must not fill the same environment."""
    VAR.mkdir(parents=True, exist_ok=True)
    with open(VAR / "setup.lock", "w") as handle:
        if os.name == "posix":
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
