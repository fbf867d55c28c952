"""Programs of the operating system: installed by apt when we are root on a Debian, else named to the reader."""

from __future__ import annotations

import os
import shutil
import subprocess

from .say import say

_fresh = False


def can_install() -> bool:
    """Whether packages can be installed without asking anybody."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str], why: str) -> bool:
    """Installs Debian packages, one after the other, those unknown here left out; True when any was installed."""
    global _fresh
    if not can_install():
        return False
    say(f"Installing {', '.join(packages)} {why} …")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    command = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "--no-install-recommends", "install"]
    if _quiet([*command, *packages], env):
        return True
    if not _fresh:
        _quiet(["apt-get", "-q", "update"], env)
        _fresh = True
    if _quiet([*command, *packages], env):
        return True
    return _each(command, packages, env)


def _each(command: list[str], packages: list[str], env: dict[str, str]) -> bool:
    """One by one: a name that this Debian does not know must not keep the others away."""
    results = [_quiet([*command, package], env) for package in packages]
    return any(results)


def _quiet(command: list[str], env: dict[str, str]) -> bool:
    try:
        done = subprocess.run(
            command, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=600
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
