"""Submissions while server, worker and database are killed: what was acknowledged must be there, once, in order.

A cluster of its own below a folder of its own; nothing of the product's own data is touched.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import common

DATABASE = "xaso_chaos"
CLIENTS = 6
PREPARE = """
import django; django.setup()
import json
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
from xaso.kernel.people.machines import issue_token, register_client
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.kernel.units.models import Unit
from xaso.kernel.units.testing import ensure_units
from xaso.services.onestop import setups_in_force
from xaso.services.onestop.actions.setups import load_shipped
from xaso.services.onestop.testing import BIRTH
ensure_units()
load_shipped(Viewer.system())
client, secret = register_client(Viewer.system(), name="Chaos", unit_path="", scopes=["onestop.file", "onestop.read"])
paths = list(Unit.objects.on().filter(level="commune").order_by("path").values_list("path", flat=True)[::900])
setup = setups_in_force.setup_for(BIRTH, paths[0], today())
answers = setups_in_force.body_of(setup).model_dump(mode="json")["sample_answers"]
print(json.dumps({"token": issue_token(client.client_id, secret)["access_token"], "procedure": BIRTH,
                  "answers": answers, "units": [path.strip("/").rpartition("/")[2] for path in paths]}))
"""


# Listeners hear everything; jobs that a killed worker had begun are queued again. The jobs themselves call systems
# outside, which are not there, and are not run.
DRAIN = """
import django; django.setup()
from xaso.kernel.events import relay
from xaso.kernel.tasks import adapter
relay.run_once()
print(adapter.revive_stalled(0))
"""


@dataclass
class Storm:
    """One run: how many submissions, how many kills, and what was seen."""

    home: Path
    submissions: int
    kills: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    failed: int = 0
    repeated: int = 0
    differing: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_number: int = 0

    def run(self) -> dict[str, Any]:
        """Do it; answers what was found. ``faults`` is empty when nothing was lost, doubled or skipped."""
        from xaso.site.database import Server

        self.home.mkdir(parents=True, exist_ok=True)
        database = Server(self.home / "postgres")
        database.start()
        # Tests do not wait for the disk (PGOPTIONS in conftest.py); here that would lose what was acknowledged.
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith(("XASO_", "PGOPTIONS"))},
            "DATABASE_URL": database.ensure_database(DATABASE),
            "XASO_HOME": str(self.home),
            "XASO_LOG_LEVEL": "CRITICAL",
            "DJANGO_SETTINGS_MODULE": "xaso.site.settings",
            "PYTHONPATH": os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")]),
        }
        self.port = common.free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        begun = time.monotonic()
        try:
            self.plan = json.loads(self._python(PREPARE).splitlines()[-1])
            self._start("server")
            self._start("worker")
            common.wait_for(f"http://127.0.0.1:{self.port}/readyz")
            threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]
            for thread in threads:
                thread.start()
            self._kill_now_and_then(database, threads)
            for thread in threads:
                thread.join()
            self._stop("worker")
            self.revived = int(self._python(DRAIN).splitlines()[-1])
            return {**self._look(), "seconds": round(time.monotonic() - begun, 1)}
        finally:
            for name in list(self.processes):
                self._stop(name)
            database.stop()

    def _python(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=common.ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return done.stdout

    # -- the processes ---------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        if name == "server":
            program = str(Path(sys.executable).parent / "granian")
            command = [
                program,
                "--interface",
                "wsgi",
                "--no-ws",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
            ]
            command += ["--workers", "2", "--blocking-threads", "1", "--blocking-threads-idle-timeout", "600"]
            command += ["--log-level", "critical", "xaso.site.wsgi:application"]
        else:
            command = [sys.executable, "-m", "xaso.site", "worker"]
        with open(self.home / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                command, cwd=common.ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def _stop(self, name: str) -> None:
        process = self.processes.pop(name, None)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _kill_now_and_then(self, database: Any, threads: list[threading.Thread]) -> None:
        """Server, worker and database in turn, spread over the run; each is started again at once."""
        for number in range(self.kills):
            target = ("database", "server", "worker")[number % 3]
            wanted = self.submissions * (number + 1) // (self.kills + 1)
            while len(self.acknowledged) < wanted and any(thread.is_alive() for thread in threads):
                time.sleep(0.02)
            self.killed.append(f"{target} after {len(self.acknowledged)}")
            if target == "database":
                database.kill()
                database.start()
            else:
                self._stop(target)
                self._start(target)

    # -- the clients -----------------------------------------------------------------------------------

    def _client(self) -> None:
        while True:
            with self.lock:
                number, self.next_number = self.next_number, self.next_number + 1
            if number >= self.submissions:
                return
            key = f"storm-{number}"
            end = time.monotonic() + 180
            while not self._send(number, key) and time.monotonic() < end:
                time.sleep(0.1)
            if number % 4 == 0:
                with self.lock:
                    self.repeated += 1
                self._send(number, key)

    def _target(self) -> int:
        """The port to send to."""
        return self.port

    def _send(self, number: int, key: str) -> bool:
        body = {
            "procedure": self.plan["procedure"],
            "unit": self.plan["units"][number % len(self.plan["units"])],
            "applicant": {"full_name": f"Người Thứ {number}", "id_number": f"{10_000_000_000 + number:012d}"},
            "answers": self.plan["answers"],
        }
        headers = {
            "Authorization": f"Bearer {self.plan['token']}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        with self.lock:
            self.sent += 1
        link = http.client.HTTPConnection("127.0.0.1", self._target(), timeout=20)
        try:
            link.request("POST", "/api/v1/onestop/dossiers", json.dumps(body), headers)
            answer = link.getresponse()
            text = answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status, text = 0, b""
        finally:
            link.close()
        if status not in {200, 201}:
            with self.lock:
                self.failed += 1
                if 400 <= status < 500:
                    self.differing.append(f"{key} was refused with {status}: {text[:300]!r}")
            return 400 <= status < 500
        code = json.loads(text)["code"]
        with self.lock:
            if self.acknowledged.setdefault(key, code) != code:
                self.differing.append(f"{key}: {self.acknowledged[key]} and then {code}")
        return True

    # -- the result ------------------------------------------------------------------------------------

    def _look(self) -> dict[str, Any]:
        import psycopg

        # As the superuser: the policies of the tables show nothing to whoever does not say for whom they look.
        with psycopg.connect(self.env["DATABASE_URL"].replace("//xaso:", "//postgres:", 1)) as link:
            codes = [row[0] for row in link.execute("SELECT code FROM onestop_dossier")]
            last = link.execute(
                "SELECT unit_code || '-' || to_char(day, 'YYMMDD'), last FROM onestop_daynumber"
            ).fetchall()
            filed = link.execute(
                "SELECT count(*), count(DISTINCT record_id) FROM events_event WHERE name = 'onestop.dossier_filed'"
            ).fetchone()
            waiting = link.execute("SELECT count(*) FROM events_outbox").fetchone()
            undone = link.execute("SELECT count(*) FROM events_delivery WHERE state <> 'done'").fetchone()
            stuck = link.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'").fetchone()
            halves = link.execute(
                "SELECT count(*) FROM cases_case c LEFT JOIN onestop_dossier d ON d.case_id = c.id WHERE d.id IS NULL"
            ).fetchone()
        faults = list(self.differing)
        lost = set(self.acknowledged.values()) - set(codes)
        faults += [f"acknowledged and lost: {code}" for code in sorted(lost)]
        if len(self.acknowledged) != self.submissions:
            faults.append(f"only {len(self.acknowledged)} of {self.submissions} were ever acknowledged")
        if len(codes) != self.submissions:
            faults.append(f"{len(codes)} dossiers for {self.submissions} submissions")
        by_day: dict[str, list[int]] = {}
        for code in codes:
            day, _, number = code.rpartition("-")
            by_day.setdefault(day, []).append(int(number))
        for day, numbers in by_day.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                gaps = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
                faults.append(f"{day}: {len(numbers)} dossiers, numbers missing {gaps[:10]}")
        if dict(last) != {day: len(numbers) for day, numbers in by_day.items()}:
            faults.append(f"the counters do not say what was given: {last}")
        if filed is None or filed[0] != len(codes) or filed[1] != len(codes):
            faults.append(f"{filed} events of filing for {len(codes)} dossiers")
        if waiting and waiting[0]:
            faults.append(f"{waiting[0]} events were never handed to their listeners")
        if undone and undone[0]:
            faults.append(f"{undone[0]} deliveries of events are not done")
        if stuck and stuck[0]:
            faults.append(f"{stuck[0]} jobs of killed workers will never be done")
        if halves and halves[0]:
            faults.append(f"{halves[0]} cases without a dossier")
        return {
            "submissions": self.submissions,
            "kills": self.killed,
            "requests": self.sent,
            "failed_requests": self.failed,
            "repeats_after_success": self.repeated,
            "dossiers": len(codes),
            "jobs_queued_again": self.revived,
            "series_of_numbers": len(by_day),
            "faults": faults,
        }


def storm(home: Path, submissions: int, kills: int) -> dict[str, Any]:
    """Run one; ``home`` is left for whoever wants to look, with its logs."""
    return Storm(home, submissions, kills).run()


def secret_home() -> Path:
    """A new folder that the account of PostgreSQL can reach."""
    import tempfile

    folder = Path(tempfile.gettempdir()) / f"xaso-chaos-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    return folder
