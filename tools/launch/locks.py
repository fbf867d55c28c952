"""``./xaso lock``: the lock files made again. They name versions and hashes, never a host or a path."""

from __future__ import annotations

import os
import re
import subprocess

from . import environment
from .places import DEV_LOCK, LOCK, ROOT
from .say import GiveUp, say

_UNWANTED = re.compile(r"https?://|file:|--find-links|--index-url|--extra-index-url")


def lock(words: list[str]) -> int:
    """Resolves ``pyproject.toml`` anew; ``--upgrade`` takes newer versions too. Installs the result."""
    environment.ensure(dev=True)
    uv = environment.find_uv()
    if uv is None:
        raise GiveUp("uv is needed to make the lock files: .venv/bin/pip install uv")
    upgrade = ["--upgrade"] if "--upgrade" in words else []
    _compile(uv, [*upgrade, "-o", str(LOCK.relative_to(ROOT))])
    _compile(uv, [*upgrade, "--extra", "dev", "-c", str(LOCK.relative_to(ROOT)), "-o", DEV_LOCK.name])
    for path in (LOCK, DEV_LOCK):
        found = _UNWANTED.search(path.read_text())
        if found:
            raise GiveUp(
                f"{path.name} names a host or path ({found.group()}); it must hold versions and hashes only."
            )
        say(f"{path.name}: {path.read_text().count('==')} versions")
    environment.ensure(dev=True)
    return 0


def _compile(uv: str, options: list[str]) -> None:
    env = dict(os.environ, UV_PYTHON_DOWNLOADS="never")
    command = [uv, "pip", "compile", "--universal", "--generate-hashes", "--no-header", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11"]
    done = subprocess.run([*command, *options, "pyproject.toml"], cwd=ROOT, env=env, check=False)
    if done.returncode:
        raise GiveUp("The requirements could not be resolved; the reason is above.")
