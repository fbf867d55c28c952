"""Starts the product's processes, keeps them up, stops them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .places import ROOT, VAR
from .say import GiveUp, say

_QUICK = 10.0  # a process that dies sooner than this has a reason that a restart will not mend
_TRIES = 3
_LONGEST_LOG = 20_000_000


@dataclass
class Child:
    """One process of the product and its log file."""

    name: str
    command: list[str]
    env: dict[str, str]
    needed: bool = True
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    quick_deaths: int = 0
    given_up: bool = False
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = VAR / "log" / f"{self.name}.log"

    def start(self) -> None:
        """Starts it; its output goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which then stops all in order
                preexec_fn=_die_with_launcher if sys.platform == "linux" else None,  # noqa: PLW1509
            )
        self.begun = time.monotonic()

    def tail(self, characters: int = 1200) -> str:
        """The end of its log."""
        try:
            return self.log.read_bytes()[-characters:].decode(errors="replace").strip()
        except OSError:
            return ""


class Family:
    """The processes of one start of the product."""

    def __init__(self) -> None:
        self.children: list[Child] = []

    def start(self, child: Child) -> None:
        """Starts one more."""
        child.start()
        self.children.append(child)

    def look_after(self) -> None:
        """Restarts what died. GiveUp when a needed process cannot stay up."""
        for child in self.children:
            if child.given_up or child.process is None or child.process.poll() is None:
                continue
            quick = time.monotonic() - child.begun < _QUICK
            child.quick_deaths = child.quick_deaths + 1 if quick else 0
            if child.quick_deaths >= _TRIES or "Unknown command" in child.tail():
                child.given_up = True
                text = f"The process '{child.name}' does not stay up. Its log {child.log} ends with:\n{child.tail()}"
                if child.needed:
                    raise GiveUp(text)
                say(text + "\nThe rest goes on without it.")
                continue
            say(f"The process '{child.name}' ended (code {child.process.returncode}); starting it again.")
            child.start()

    def stop(self) -> None:
        """Asks all to finish what they do, last started first; after 15 s they are killed."""
        living = [
            child for child in reversed(self.children) if child.process and child.process.poll() is None
        ]
        for child in living:
            _signal(child, signal.SIGTERM)
        end = time.monotonic() + 15
        for child in living:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The process '{child.name}' did not stop in time; killing it.")
                _signal_group(child, signal.SIGKILL)
                child.process.wait(10)


def wait_until(question: Callable[[], bool], family: Family, seconds: float) -> bool:
    """Asks again and again while the processes are looked after; False when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        family.look_after()
        time.sleep(0.1)
    return False


def _signal(child: Child, number: int) -> None:
    try:
        if child.process:
            child.process.send_signal(number)
    except ProcessLookupError:
        return


def _signal_group(child: Child, number: int) -> None:
    try:
        if child.process:
            os.killpg(child.process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def _die_with_launcher() -> None:
    """Linux: the child gets SIGTERM when the launcher itself is killed, so nothing is left behind."""
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
