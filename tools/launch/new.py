"""``./xaso new SERVICE``: a new room of the house, furnished like all the others, with passing tests."""

from __future__ import annotations

import argparse
import keyword
import re
import shutil
import subprocess
from pathlib import Path

from . import environment
from .places import PYTHON, ROOT, SOURCE, tool
from .say import GiveUp, say, tell

TEMPLATE = Path(__file__).parent / "room"
SERVICES = SOURCE / "xaso" / "services"
SETTINGS = SOURCE / "xaso" / "site" / "settings.py"
_LISTED = re.compile(r'("XASO_SERVICES",\s*")([a-z0-9,]*)(")')


def new(words: list[str]) -> int:
    """Writes the service, puts it into the settings, makes its first migration."""
    parser = argparse.ArgumentParser(prog="./xaso new")
    parser.add_argument("key", metavar="SERVICE", help="short English name, for example: feedback")
    parser.add_argument("--title", help="Vietnamese title for people, for example: 'Phản ánh, kiến nghị'")
    options = parser.parse_args(words)
    key, folder = options.key, SERVICES / options.key
    if not re.fullmatch(r"[a-z][a-z0-9]{2,19}", key) or keyword.iskeyword(key):
        raise GiveUp(
            f"'{key}' cannot be the name: 3 to 20 small letters and digits, beginning with a letter."
        )
    if folder.exists():
        raise GiveUp(f"There is a service '{key}' already: {folder.relative_to(ROOT)}")
    environment.ensure(dev=True)
    write_room(key, options.title or key.capitalize(), folder)
    listed = install(key, SETTINGS)
    _run([tool("ruff"), "format", "--quiet", str(folder)])
    _run([tool("ruff"), "check", "--fix", "--quiet", str(folder)])
    if subprocess.run(
        [str(PYTHON), "-m", "xaso.site", "makemigrations", key], cwd=ROOT, check=False
    ).returncode:
        _take_back(key, folder, listed)
        raise GiveUp(
            "Its first migration could not be made (the reason is above); everything was taken back."
        )
    say(f"The service '{key}' is there: {folder.relative_to(ROOT)}")
    tell(f"\nNext:\n  .venv/bin/python -m pytest -q src/xaso/services/{key}")
    tell(f"  ./xaso demo        then look at /{key}/ and /desk/{key}/")
    tell(f"  Begin with src/xaso/services/{key}/README.md; then put your own record in the place of 'Note'.")
    return 0


def write_room(key: str, title: str, folder: Path) -> None:
    """Copies the example room; KEY, CLASS and TITLE become the new names."""
    names = {"KEY": key, "CLASS": key.capitalize(), "TITLE": title.replace('"', "'")}
    for source in sorted(TEMPLATE.rglob("*.txt")):
        target = folder / str(source.relative_to(TEMPLATE)).removesuffix(".txt").replace("KEY", key)
        text = re.sub(
            r"KEY|CLASS|TITLE", lambda match: names[match.group()], source.read_text(encoding="utf-8")
        )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def install(key: str, settings: Path) -> bool:
    """Adds the service to the default list of the settings; False when the list was not found."""
    text = settings.read_text(encoding="utf-8")
    found = _LISTED.search(text)
    if not found:
        say(f"Add '{key}' to XASO_SERVICES in {settings.relative_to(ROOT)} yourself: its list was not found.")
        return False
    services = [name for name in found.group(2).split(",") if name and name != key]
    settings.write_text(
        _LISTED.sub(rf"\g<1>{','.join([*services, key])}\g<3>", text, count=1), encoding="utf-8"
    )
    return True


def _take_back(key: str, folder: Path, listed: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if listed:
        text = SETTINGS.read_text(encoding="utf-8")
        found = _LISTED.search(text)
        if found:
            rest = ",".join(name for name in found.group(2).split(",") if name != key)
            SETTINGS.write_text(_LISTED.sub(rf"\g<1>{rest}\g<3>", text, count=1), encoding="utf-8")


def _run(command: list[str]) -> None:
    subprocess.run(command, cwd=ROOT, check=False)
