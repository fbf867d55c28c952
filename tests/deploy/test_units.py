"""The units for systemd, the word of an installed machine and the operator's guide say the same."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
GUIDE = (ROOT / "docs" / "guide" / "van-hanh.md").read_text(encoding="utf-8")
SERVICES = sorted(UNITS.glob("xaso-*.service"))


def service(path: Path) -> dict[str, str]:
    """The section [Service]; of a setting that stands twice, the last."""
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read_string(path.read_text(encoding="utf-8").replace("\\\n", " "))
    return dict(parser["Service"])


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_leaves_the_database_alone(path: Path) -> None:
    facts = service(path)
    assert facts["User"] == "xaso"
    # Stopping one unit would take away the shared memory of the database that another unit of the account keeps.
    assert facts.get("RemoveIPC", "no") == "no"
    waits = "XASO_DB_SERVED=yes" in facts["Environment"]
    assert waits is (path.stem != "xaso-db"), "one unit keeps the database, the others wait for it"


def test_the_database_is_started_again_however_often_it_ends() -> None:
    text = (UNITS / "xaso-db.service").read_text(encoding="utf-8")
    facts = service(UNITS / "xaso-db.service")
    assert (facts["Type"], facts["Restart"], facts["KillMode"]) == ("notify", "on-failure", "mixed")
    assert "StartLimitIntervalSec=0" in text
    assert facts["ProtectSystem"] == "full", "a standby lies on another disk"


def test_every_service_that_opens_sealed_values_is_told_the_master_key() -> None:
    (named,) = re.findall(r"^for s in (.*); do$", GUIDE, re.MULTILINE)
    # The broker knows the public half of its keys only; the database opens nothing.
    assert {f"xaso-{name}" for name in named.split()} == {path.stem for path in SERVICES} - {
        "xaso-db",
        "xaso-broker",
    }


def test_what_the_guide_switches_on_exists() -> None:
    (line,) = re.findall(r"^systemctl enable --now (.*)$", GUIDE, re.MULTILINE)
    names = [name if "." in name else f"{name}.service" for name in line.split()]
    assert [name for name in names if not (UNITS / name).exists()] == []
    assert "xaso-db.service" in names


def test_the_word_of_an_installed_machine_is_a_script_that_wants_root() -> None:
    path = UNITS / "xaso"
    assert path.stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", str(path)], check=False).returncode == 0
    assert f"install -m 755 /opt/xaso/{path.relative_to(ROOT)} /usr/local/bin/xaso" in GUIDE
