"""The launcher and its lock files: what a bare machine meets first."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from launch import check, demo, doctor, environment, new, stamps
from launch.places import DEV_LOCK, LOCK, ROOT
from launch.say import GiveUp

LAUNCHER = ROOT / "xaso"
FILES = sorted((ROOT / "tools" / "launch").glob("*.py"))


@pytest.mark.parametrize("path", [LOCK, DEV_LOCK], ids=lambda path: path.name)
def test_lock_files_hold_versions_and_hashes_and_no_host(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"https?://|file:|--index-url|--find-links|/home/|/root/", text)
    pins = re.findall(r"^([a-z0-9][\w.\-]*)==", text, re.M)
    assert len(pins) > 40
    blocks = re.split(r"^(?=[a-z0-9][\w.\-]*==)", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


_ROWS = {
    "well": [{"name": "django", "version": "5.2", "vulns": []}],
    "a hole": [{"name": "django", "version": "5.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.9"]}]}],
    "not known": [{"name": "django", "skip_reason": "not found"}],
    "no answer": None,
}


@pytest.mark.parametrize(("case", "code", "words"), [
    ("well", 0, "1 of 1 looked up"), ("a hole", 1, "mended in 5.2.9"), ("not known", 1, "0 of 1 looked up"),
    ("no answer", 1, "nobody could be asked"), ("", 1, "not installed"),
])  # fmt: skip
def test_known_holes_are_looked_up_and_silence_is_no_good_news(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: str,
    code: int,
    words: str,
) -> None:
    if case:
        answer = json.dumps({"dependencies": _ROWS[case]}) if _ROWS[case] is not None else ""
        (tmp_path / "pip-audit").write_text(f"#!/bin/sh\ncat <<'END'\n{answer}\nEND\n")
        (tmp_path / "pip-audit").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert doctor.doctor(["--advisories"]) == code
    assert words in capsys.readouterr().out


def test_the_dev_lock_agrees_with_the_lock() -> None:
    def pins(path: Path) -> set[str]:
        return set(re.findall(r"^([a-z0-9][\w.\-]*==[^\s;]+)", path.read_text(), re.M))

    assert pins(LOCK) <= pins(DEV_LOCK)


def test_every_requirement_is_locked() -> None:
    import tomllib

    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    locked = set(re.findall(r"^([a-z0-9][\w.\-]*)==", LOCK.read_text(), re.M))
    for requirement in named:
        name = re.split(r"[\[<>=;! ]", requirement)[0].lower()
        assert name in locked, f"{name} is not locked: ./xaso lock"


def test_the_product_imports_only_what_is_locked() -> None:
    from importlib.metadata import packages_distributions

    locked = set(re.findall(r"^([a-z0-9][\w.\-]*)==", LOCK.read_text(), re.M))
    owners = packages_distributions()
    for path in sorted((ROOT / "src" / "xaso").rglob("*.py")):
        if (
            "tests" in path.parts
            or path.name in {"testing.py", "conftest.py", "browser.py"}
            or "testing" in path.parts
        ):
            continue
        for name in _imported(path):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top == "xaso":
                continue
            names = {re.sub(r"[-_.]+", "-", owner).lower() for owner in owners.get(top, [])}
            assert names & locked, (
                f"{path.relative_to(ROOT)} imports {top}: put it into pyproject.toml, ./xaso lock"
            )


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", [LAUNCHER, *FILES], ids=lambda path: path.name)
def test_the_launcher_needs_the_standard_library_alone(path: Path) -> None:
    for name in _imported(path):
        top = name.split(".")[0]
        assert top in sys.stdlib_module_names or top == "launch", f"{path.name} imports {top}"


def test_ci_runs_the_check_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert lines[0].startswith("#!") and lines[-1] == "exec ./xaso check"
    assert os.access(ROOT / ".ci" / "run", os.X_OK) and os.access(LAUNCHER, os.X_OK)


def test_help_is_quick_and_names_every_word() -> None:
    begun = time.monotonic()
    done = subprocess.run([sys.executable, str(LAUNCHER)], capture_output=True, text=True, check=True)
    assert time.monotonic() - begun < 3
    for word in ("demo", "check", "doctor", "new", "bench", "db", "run", "worker", "manage", "lock"):
        assert re.search(rf"^  {word}\b", done.stdout, re.M), word


def test_a_wrong_name_for_a_service_is_explained() -> None:
    for name in ("Phản-ánh", "a", "class", "with_stroke", "9lives"):
        with pytest.raises(GiveUp):
            new.new([name])


def test_a_new_room_has_every_file_and_no_placeholder(tmp_path: Path) -> None:
    new.write_room("feedback", "Phản ánh", tmp_path / "feedback")
    written = sorted(path for path in (tmp_path / "feedback").rglob("*") if path.is_file())
    names = {str(path.relative_to(tmp_path / "feedback")) for path in written}
    for wanted in (
        *(
            "README.md",
            "apps.py",
            "service.py",
            "models.py",
            "rules.py",
            "actions.py",
            "queries.py",
            "desk.py",
        ),
        *("public.py", "api.py", "demo.py", "migrations/__init__.py", "templates/feedback/send.html"),
        *("tests/test_rules.py", "tests/test_actions.py", "tests/test_pages.py"),
    ):
        assert wanted in names
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(KEY|CLASS|TITLE)\b|KEY[_.:]", text), path
        if path.suffix == ".py":
            ast.parse(text)


def test_a_new_service_is_put_into_the_settings_once(tmp_path: Path) -> None:
    settings = tmp_path / "settings.py"
    settings.write_text('X = [s for s in os.environ.get("XASO_SERVICES", "onestop").split(",") if s]\n')
    assert new.install("feedback", settings)
    assert new.install("feedback", settings)
    assert '"onestop,feedback"' in settings.read_text()


def test_marks_change_with_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/one")
    first = stamps.migrations()
    assert stamps.migrations() == first
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/two")
    assert stamps.migrations() != first


def test_addresses_of_the_demo_are_completed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(demo, "VAR", tmp_path)
    made = {"accounts": [{"role": "leader", "login": "a", "password": "b"}]}
    made["machine_client"] = {"token_url": "/api/v1/token", "client_id": "x", "client_secret": "y"}  # type: ignore[assignment]
    (tmp_path / "demo-accounts.json").write_text(json.dumps(made))
    demo.write_demo_file("http://127.0.0.1:8300")
    facts = json.loads((tmp_path / "demo.json").read_text())
    assert facts["address"] == "http://127.0.0.1:8300"
    assert facts["machine_client"]["token_url"] == "http://127.0.0.1:8300/api/v1/token"
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0


def test_test_reports_are_counted(tmp_path: Path) -> None:
    report = tmp_path / "tests.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="1" errors="2" skipped="3" /></testsuites>')
    step = check.Step("tests", [], report)
    check._count(step, 1)
    assert (step.passed, step.failed, step.skipped) == (4, 3, 3)
    broken = check.Step("tests", [], tmp_path / "none.xml")
    check._count(broken, 2)
    assert (broken.passed, broken.failed) == (0, 1)
    empty = check.Step("tests", [], tmp_path / "none.xml")
    check._count(empty, 5)
    assert empty.failed == 0


def test_a_mirror_for_pip_serves_uv_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert environment._index_for_uv() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}


def test_a_second_start_waits_for_the_first_to_end_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "launcher.lock"
    first = demo.only_one(path)
    with pytest.raises(GiveUp, match=rf"runs already from this folder \(process {os.getpid()}\)"):
        demo.only_one(path, patience=0.3)
    assert "waiting for it" in capsys.readouterr().err
    threading.Timer(0.5, first.close).start()
    demo.only_one(path, patience=30).close()
