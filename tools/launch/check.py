"""``./xaso check``: exactly what CI runs, in the order in which mistakes are cheapest to find."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import debian, environment
from .demo import start_database
from .places import PYTHON, ROOT, VAR, tool
from .say import GiveUp, say, tell

LOGS = VAR / "log"
LONGEST = 2400  # seconds that one step may take: a busy machine is slow, a hang is for ever
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Debian package, a program or file that shows it is there, what it is for.
PROGRAMS = (
    ("chromium", CHROMIUM, "the journeys in a browser"),
    ("poppler-utils", ("pdfsig",), "a second opinion on signatures"),
    ("nginx-light", ("nginx",), "the reverse proxy as shipped"),
    ("softhsm2", ("softhsm2-util",), "signing with a PKCS#11 token"),
    ("nats-server", ("nats-server", "/usr/sbin/nats-server"), "the event bus with three nodes"),
    ("mosquitto", ("mosquitto", "/usr/sbin/mosquitto"), "the loudspeakers' line over the other broker"),
    ("icecast2", ("icecast2",), "the stream of the radio over the other server"),
)


@dataclass
class Step:
    """One step: a command, and for tests the report they write."""

    name: str
    command: list[str]
    report: Path | None = None
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return LOGS / f"check-{re.sub('[^a-z]+', '-', self.name.lower())}.log"


def check(words: list[str]) -> int:
    """Runs all steps, also after a failure; returns 0 when nothing failed. ``--fast`` leaves out slow ones."""
    unknown = set(words) - {"--fast"}
    if unknown:
        raise GiveUp(f"check does not know {' '.join(sorted(unknown))}. Use: ./xaso check [--fast]")
    fast = "--fast" in words
    begun = time.monotonic()
    environment.ensure(dev=True)
    if not fast:
        get_programs()
    env = _environment()
    started_database = start_database(env)
    LOGS.mkdir(parents=True, exist_ok=True)
    steps = [*_static(fast), _tables(), *_tests(fast)]
    try:
        with ThreadPoolExecutor(max_workers=2) as pool:
            list(pool.map(lambda step: _run(step, env), [step for step in steps if step.report is None]))
        for copying in _copies(env):
            subprocess.run(copying, env=env, cwd=ROOT, check=False)
        for step in steps:
            if step.report is not None:
                _run(step, env)
    finally:
        if started_database:
            subprocess.run([str(PYTHON), "-m", "xaso.site.database", "stop"], env=env, check=False)
    return _table(steps, time.monotonic() - begun)


def get_programs() -> list[str]:
    """Installs the programs that some tests need, or says how; returns what is still missing."""
    missing = [package for package, programs, _why in PROGRAMS if not _has(programs)]
    if missing:
        debian.install(missing, "for the tests")
    still = []
    for package, programs, why in PROGRAMS:
        if not _has(programs):
            still.append(package)
            say(f"Missing: {package}, needed for {why}. As root: apt-get install {package}")
    return still


def _static(fast: bool) -> list[Step]:
    steps = [
        Step("format", [tool("ruff"), "format", "--check", "."]),
        Step("lint", [tool("ruff"), "check", "--output-format=concise", "."]),
        Step("imports", [tool("lint-imports"), "--no-cache"]),
        Step("migrations", [str(PYTHON), "-m", "xaso.site", "makemigrations", "--check", "--dry-run"]),
    ]
    if not fast:
        steps.insert(0, Step("types", [tool("mypy")]))  # a long one goes first, beside the others
    return steps


def _workers() -> int:
    return min(4, os.cpu_count() or 1)


def _tables() -> Step:
    """The tables are made once, beside the other steps; every process of the tests gets a copy."""
    made = [str(PYTHON), "-m", "pytest", "-v", "--create-db", "--reuse-db", "tests/house/test_tables.py"]
    return Step("tables", made)


def _copies(env: dict[str, str]) -> list[list[str]]:
    name = env["XASO_TEST_DB"]
    return [
        [str(PYTHON), "-m", "xaso.site.database", "copy", name, f"{name}_gw{number}"]
        for number in range(_workers())
    ]


def _tests(fast: bool) -> list[Step]:
    # One file stays in one process: some files share a server that is dear to start.
    side_by_side = ["-n", str(_workers()), "--dist", "loadfile"] if _workers() > 1 else []
    tests = _pytest("tests", "--ignore=tests/journeys", *side_by_side)
    if fast:
        tests.command += ["-m", "not slow"]
        return [tests]
    return [tests, _pytest("journeys", "tests/journeys")]


def _pytest(name: str, *options: str) -> Step:
    report = LOGS / f"check-{name}.xml"
    command = [str(PYTHON), "-m", "pytest", "-v", "--reuse-db", f"--junitxml={report}", *options]
    return Step(name, command, report)


def _environment() -> dict[str, str]:
    defaults = {"CI": "true", "XASO_TEST_DB": "test_xaso_check", "PYTHONUNBUFFERED": "1"}
    browser = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if browser:
        defaults["XASO_CHROMIUM"] = browser
    return environment.environ(**{key: value for key, value in defaults.items() if key not in os.environ})


def _run(step: Step, env: dict[str, str]) -> None:
    begun = time.monotonic()
    if step.report:
        step.report.unlink(missing_ok=True)
    code = _call(step, env)
    step.seconds = time.monotonic() - begun
    if step.report:
        _count(step, code)
    else:
        step.passed, step.failed = (1, 0) if code == 0 else (0, 1)
    say(f"{step.name}: {_result(step)} in {step.seconds:.0f} s")
    if step.failed:
        text = step.log.read_text(errors="replace").rstrip()
        tell(f"--- {step.name}: {' '.join(step.command)}\n{text[-6000:]}\n--- all of it: {step.log}\n")


def _call(step: Step, env: dict[str, str]) -> int:
    """Runs the command of a step; a step that hangs is killed with all its children, so that CI never does."""
    with open(step.log, "wb") as out:
        process = subprocess.Popen(
            step.command,
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(LONGEST)
        except BaseException as reason:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(reason, subprocess.TimeoutExpired):
                out.write(f"\nThis step was stopped after {LONGEST} s.\n".encode())
                return 124
            raise


def _count(step: Step, code: int) -> None:
    """Numbers from the test report; a run that broke off counts as one failure more."""
    if step.report and step.report.exists():
        for suite in ElementTree.parse(step.report).getroot().iter("testsuite"):  # noqa: S314 - our own file
            number = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            step.failed += number["failures"] + number["errors"]
            step.skipped += number["skipped"]
            step.passed += number["tests"] - number["failures"] - number["errors"] - number["skipped"]
    if code not in {0, 5} and not step.failed:  # 5: there are no such tests (yet)
        step.failed = 1


def _result(step: Step) -> str:
    if step.report is None:
        return "ok" if not step.failed else "FAILED"
    skipped = f", {step.skipped} skipped" if step.skipped else ""
    return f"{step.passed} passed, {step.failed} failed{skipped}"


def _table(steps: list[Step], seconds: float) -> int:
    tell()
    for step in steps:
        tell(f"  {step.name:<12} {step.seconds:7.1f} s   {_result(step)}")
    tell(f"  {'all':<12} {seconds:7.1f} s")
    passed, failed = sum(step.passed for step in steps), sum(step.failed for step in steps)
    tell(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _has(programs: tuple[str, ...]) -> bool:
    return any(shutil.which(program) for program in programs)
