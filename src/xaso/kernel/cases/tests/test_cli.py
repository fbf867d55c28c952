"""The command that lets anyone check a date."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from xaso.kernel.cases.cli import main


def test_the_first_line_is_the_due_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--received", "2026-02-13T14:00", "--term", "5wd"]) == 0
    assert capsys.readouterr().out == "2026-02-27T17:00\n"


def test_reasons_follow_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--received", "2026-02-13T14:00", "--term", "5wd", "--explain"]) == 0
    first, *reasons = capsys.readouterr().out.splitlines()
    assert first == "2026-02-27T17:00"
    assert any("Mùng hai Tết" in line for line in reasons)


def test_what_is_not_confirmed_is_said_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--received", "2025-12-31T14:00", "--term", "5wd"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "2026-01-09T17:00\n"
    assert "chưa xác nhận" in shown.err


def test_json_and_pauses(capsys: pytest.CaptureFixture[str]) -> None:
    pauses = ["--pause", "2026-03-04/2026-03-04", "--pause", "2026-03-04T22:00/2026-03-05T17:00"]
    assert (
        main(["--received", "2026-03-02T09:00", "--term", "3wd", "--province", "15", "--json", *pauses]) == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["due_at"] == "2026-03-09T17:00"
    assert answer["province"] == "15"
    assert len(answer["pauses"]) == 1  # they overlap, so they are one


@pytest.mark.parametrize(
    "argv",
    [
        ["--received", "2026-02-13", "--term", "5wd"],
        ["--received", "2026-02-13T14:00", "--term", "5"],
        ["--received", "2026-02-13T14:00", "--term", "5wd", "--province", "Lào Cai"],
        ["--received", "2026-02-13T14:00", "--term", "5wd", "--pause", "2026-03-01"],
    ],
)
def test_a_bad_question_is_answered_in_vietnamese(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("Lỗi: ")


def test_it_starts_without_loading_the_web_framework() -> None:
    code = "import sys; import xaso.kernel.cases.cli; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
