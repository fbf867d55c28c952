"""``./xaso upgrade`` by the operator: a good version serves, one that does not start leaves everything as it was."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch.environment import _hash

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / ".git").exists() or not shutil.which("git"), reason="no work tree of git here"
    ),
]
_TABLE = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("places", "{before}")]
    operations = [migrations.RunSQL("CREATE TABLE {name} (id int)", "DROP TABLE {name}")]
"""


class Place:
    """An installation of its own: this work tree as version one, and the same libraries."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.code = folder, folder / "product"
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("XASO_", "DATABASE_URL", "PG"))
        }
        self.env = {**kept, "XASO_HOME": str(folder / "home"), "XASO_BACKUP_TO": str(folder / "backup")}
        self._copy()
        self._libraries()
        self.git("init", "-q")
        self.commit("v1")

    def _copy(self) -> None:
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True)
        for name in listed.stdout.decode().split("\0"):
            if name and (ROOT / name).is_file() and not name.startswith(("docs/", "bench/results/")):
                (self.code / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.code / name)

    def _libraries(self) -> None:
        """A virtual environment of a few lines: this one's libraries, the copy's sources."""
        own = self.code / ".venv"
        packages = own / Path(sysconfig.get_path("purelib")).relative_to(sys.prefix)
        packages.mkdir(parents=True)
        (packages / "first.pth").write_text(f"{self.code}/src\n{sysconfig.get_path('purelib')}\n")
        (own / "bin").mkdir()
        (own / "bin/python").symlink_to(Path(sys.executable).resolve())
        shutil.copyfile(Path(sys.prefix) / "pyvenv.cfg", own / "pyvenv.cfg")
        program = (Path(sys.prefix) / "bin/granian").read_text()
        (own / "bin/granian").write_text(re.sub(r"^#!.*", f"#!{own}/bin/python", program, count=1))
        (own / "bin/granian").chmod(0o755)
        hashes = {"python": sys.version.split()[0], "run": _hash(self.code / "requirements.lock")}
        (own / "xaso-installed.json").write_text(str(hashes).replace("'", '"'))

    def git(self, *words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.vn"]
        done = subprocess.run(
            ["git", *who, "-C", str(self.code), *words], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, tag: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", tag)
        self.git("tag", tag)

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(self.code / "xaso"), *words]
        return subprocess.run(
            command, env=self.env, cwd=self.code, capture_output=True, text=True, check=False
        )

    def ask(self, question: str) -> str:
        code = (
            "import django; django.setup()\nfrom django.db import connection\n"
            f"with connection.cursor() as c: c.execute({question!r}); print(c.fetchone()[0] if c.description else '')"
        )
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "xaso.site.settings", "XASO_AS_OWNER": "yes"}
        done = subprocess.run(
            [str(self.code / ".venv/bin/python"), "-c", code],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def add_table(self, name: str, number: int) -> None:
        folder = self.code / "src/xaso/kernel/places/migrations"
        before = sorted(path.stem for path in folder.glob("0*.py"))[-1]
        (folder / f"{number:04}_{name}.py").write_text(_TABLE.format(before=before, name=name))


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    # The account that runs PostgreSQL must reach it, and it must not fill memory.
    folder = Path(tempfile.mkdtemp(prefix="xaso-upgrade-", dir="/var/tmp"))  # noqa: S108 - as above
    folder.chmod(0o755)
    made = Place(folder)
    try:
        yield made
    finally:
        made.say("db", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_a_good_version_serves_and_a_broken_one_leaves_everything_as_it_was(place: Place) -> None:
    ready = place.say("prepare")
    assert ready.returncode == 0, ready.stdout + ready.stderr
    place.add_table("try_good", 9001)
    place.commit("v2")
    place.add_table("try_broken", 9002)
    with (place.code / "src/xaso/site/wsgi.py").open("a") as out:
        out.write("raise RuntimeError('broken on purpose')\n")
    place.commit("v3")
    place.git("checkout", "-q", "v1")

    looked = place.say("upgrade", "--look", "--to", "v2")
    assert looked.returncode == 0, looked.stdout + looked.stderr
    assert place.git("describe", "--tags") == "v1"
    good = place.say("upgrade", "--to", "v2")
    assert good.returncode == 0, good.stdout + good.stderr
    assert place.git("describe", "--tags") == "v2"
    place.ask("INSERT INTO try_good VALUES (7)")

    (place.code / "README.md").write_text("mended by hand")
    refused = place.say("upgrade", "--to", "v3")
    assert refused.returncode == 1
    assert "changed by hand" in refused.stderr
    place.git("checkout", "-q", ".")

    broken = place.say("upgrade", "--to", "v3")
    said = broken.stdout + broken.stderr
    assert broken.returncode == 1, said
    assert "Going back" in said
    assert "is back as it was" in said, said
    assert place.git("describe", "--tags") == "v2"
    assert place.ask("SELECT to_regclass('try_broken') IS NULL") == "True"
    assert place.ask("SELECT id FROM try_good") == "7"
    assert place.ask("SELECT count(*) > 3000 FROM units_unit") == "True"
