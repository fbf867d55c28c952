"""Submissions through two web nodes with two workers; a web node, a worker and a bus node are killed for good.

./xaso bench many_nodes [--submissions 400]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench import common, killing

_FILES = """
import django; django.setup()
import json
from xaso.kernel.documents.store import store
from xaso.kernel.documents.models import File
sha, size = store().put({content!r})
wrong = [one for one in File.objects.values_list("sha256", flat=True) if store().size(one) is None]
print(json.dumps({{"sha": sha, "there": store().read({sha!r} or sha).decode(), "rows": File.objects.count(),
                   "wrong": wrong}}))
"""


def _layout() -> Any:
    path = common.ROOT / "deploy" / "many-nodes" / "layout.py"
    spec = importlib.util.spec_from_file_location("many_nodes_layout", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class ManyNodes(killing.Storm):
    """A storm over several nodes: what dies stays dead, the others go on."""

    def run(self) -> dict[str, Any]:
        """Do it; ``faults`` is empty when nothing was lost, doubled or skipped."""
        self.laps: dict[str, float] = {}
        layout = _layout().Layout(self.home, database=killing.DATABASE)
        begun = time.monotonic()
        try:
            layout.start_shared()
            self.env = layout.environment("worker-1")
            self.plan = json.loads(self._python(killing.PREPARE).splitlines()[-1])
            self._lap("prepared", begun)
            layout.start_nodes()
            self._lap("started", begun)
            self.ports = dict(layout.ports)
            self.asked: dict[int, int] = dict.fromkeys(self.ports.values(), 0)
            threads = [threading.Thread(target=self._client) for _ in range(killing.CLIENTS)]
            for thread in threads:
                thread.start()
            self._kill_half(layout, threads)
            for thread in threads:
                thread.join()
            self._lap("submitted", begun)
            self.revived = 0
            drained = self._drain(layout)
            self._lap("drained", begun)
            found = self._look()
            found["faults"] += drained + self._shared_files(layout)
            return {
                **found,
                "asked": {name: self.asked[port] for name, port in self.ports.items()},
                "laps": self.laps,
                "bus": "nats" if layout.bus else "local",
                "seconds": round(time.monotonic() - begun, 1),
            }
        finally:
            layout.stop()

    def _lap(self, name: str, begun: float) -> None:
        self.laps[name] = round(time.monotonic() - begun, 1)

    def _target(self) -> int:
        """Any of the nodes, also one that is gone: the client tries again, as a phone would."""
        port = random.choice(list(self.ports.values()))
        with self.lock:
            self.asked[port] += 1
        return port

    def _kill_half(self, layout: Any, threads: list[threading.Thread]) -> None:
        """One of each kind, spread over the run, never started again."""
        for number, name in enumerate(("worker-2", "web-2", "bus node")):
            wanted = self.submissions * (number + 1) // 4
            while len(self.acknowledged) < wanted and any(thread.is_alive() for thread in threads):
                time.sleep(0.02)
            if name != "bus node":
                layout.kill(name)
            elif layout.bus is not None:
                layout.bus.kill(0)
            else:
                continue
            self.killed.append(f"{name} after {len(self.acknowledged)}")

    def _drain(self, layout: Any, seconds: float = 120) -> list[str]:
        """The worker that is left hands everything on by itself."""
        import psycopg

        end, left = time.monotonic() + seconds, (1, 1)
        with psycopg.connect(layout.shared["DATABASE_URL"], autocommit=True) as link:
            while any(left) and time.monotonic() < end:
                row = link.execute(
                    "select (select count(*) from events_outbox),"
                    " (select count(*) from events_delivery where state <> 'done')"
                ).fetchone()
                left = (row[0], row[1]) if row else left
                time.sleep(0.2)
        if any(left):
            return [f"the last worker left {left[0]} events and {left[1]} deliveries"]
        layout.kill("worker-1")
        self.revived = int(layout.python(killing.DRAIN).splitlines()[-1])
        return []

    def _shared_files(self, layout: Any) -> list[str]:
        """What one node stores another one reads; every file that the database names is in the bucket."""
        content = b"tep chung"
        code = _FILES.format(content=content, sha="")
        first = json.loads(layout.python(code, "web-1").splitlines()[-1])
        code = _FILES.format(content=b"tep khac", sha=first["sha"])
        second = json.loads(layout.python(code, "worker-2").splitlines()[-1])
        faults = [] if second["there"] == content.decode() else ["a file of one node is not seen by another"]
        return faults + [f"the bucket lacks {one}" for one in second["wrong"]]


def many(home: Path, submissions: int) -> dict[str, Any]:
    """Run one; ``home`` is left for whoever wants to look at its logs."""
    return ManyNodes(home, submissions, 3).run()


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench many_nodes")
    parser.add_argument("--submissions", type=int, default=400)
    options = parser.parse_args()
    home = killing.secret_home()
    facts = {"machine": common.machine(), **many(home, options.submissions)}
    path = common.keep("many_nodes" if options.submissions >= 400 else "many_nodes-small", facts)
    sys.stdout.write(
        json.dumps(facts, indent=1, ensure_ascii=False) + f"\nFigures: {path.relative_to(common.ROOT)}\n"
    )
    if facts["faults"]:
        sys.stdout.write(f"FAILS; logs below {home}\n")
        return 1
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
