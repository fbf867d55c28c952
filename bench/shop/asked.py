"""What is asked of each page, and how fast it is answered."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import common
from bench.shop.scene import say

CLIENTS = 16
ROUNDS = 15
WRITES = ("bare insert", "submission")
QUEUE = ("primary-key page", "work queue, unit")
WORDS = ("khai sinh", "ket hon", "chung thuc ban sao", "giay phep xay dung", "ho ngheo", "dat dai", "khai tu")


def requests_for(scene: dict[str, Any]) -> dict[str, list[str]]:
    """What is asked of each page, many different ones each."""
    from bench.shop.loading import sample_codes
    from xaso.kernel.people.machines import issue_token
    from xaso.kernel.plain.moment import today

    samples, own = list(sample_codes(400)), list(sample_codes(400, scene["commune"]))
    token = issue_token("bench", scene["secret"])["access_token"]
    cookies = {name: f"sessionid={key}" for name, key in scene["sessions"].items()}
    year, unit = str(today().year), scene["commune"]
    figure = "/desk/figures/onestop.on_time/?unit={}&period={}"
    desk = {"Cookie": cookies["receptionist"]}
    return {
        "bare insert": [
            common.request("POST", "/yardstick/insert", body={"code": "@@SERIAL@@@@", "title": "Đo", "unit": path})
            for path in scene["paths"][::30]
        ],
        "submission": submissions(scene["paths"][::7], token),
        "primary-key row": [common.request("GET", f"/yardstick/row/{pk}") for pk, _ in samples],
        "primary-key page": [common.request("GET", f"/yardstick/page/{pk}", **desk) for pk, _ in own],
        "tracking page": [common.request("GET", f"/onestop/tra-cuu/{code}/") for _, code in samples],
        "work queue, unit": [common.request("GET", "/desk/onestop/?xem=unit", **desk)],
        "work queue, mine": [
            common.request("GET", "/desk/onestop/?xem=mine", Cookie=cookies["specialist"])
        ],
        "catalogue search": [common.request("GET", f"/onestop/thu-tuc/?q={quote(text)}") for text in WORDS],
        "on-time, commune": [
            common.request("GET", figure.format(unit, year), Cookie=cookies["leader"])
        ],
        "on-time, province": [
            common.request("GET", figure.format(scene["province"], year), Cookie=cookies["province"])
        ],
    }  # fmt: skip


def submissions(paths: list[str], token: str) -> list[str]:
    """Whole sample answers of a birth registration, for communes all over the country."""
    from xaso.kernel.plain.moment import today
    from xaso.services.onestop import setups_in_force
    from xaso.services.onestop.testing import BIRTH

    setup = setups_in_force.setup_for(BIRTH, paths[0], today())
    answers = setups_in_force.body_of(setup).sample_answers
    applicant = {"full_name": "Triệu Thị Mẩy", "id_number": "@@SERIAL@@@@", "birth_date": "1990-05-17",
                 "phone": "0912345678"}  # fmt: skip
    return [
        common.request(
            "POST",
            "/api/v1/onestop/dossiers",
            body=json.loads(
                json.dumps(
                    {"procedure": BIRTH, "unit": path.strip("/").rpartition("/")[2], "applicant": applicant,
                     "answers": answers},
                    default=str,
                )
            ),
            Authorization=f"Bearer {token}",
            Idempotency_Key="bench-@@SERIAL@@@@",
        )
        for path in paths
    ]  # fmt: skip


def measure(port: int, runs: dict[str, list[str]], seconds: float) -> dict[str, Any]:
    """Light load, then saturation. What is compared takes turns in short rounds, so that noise meets both."""
    results: dict[str, Any] = {name: {"light": [], "full": []} for name in runs}
    for name, requests in runs.items():
        # Every worker warm; of writes each has to have met each unit, as it has after its first hours.
        common.fire(port, requests, CLIENTS if name in WRITES else 2, 8.0 if name in WRITES else 1.0)
    _take_turns(port, runs, results, QUEUE, "light", seconds)
    for name, requests in runs.items():
        if name not in QUEUE:
            results[name]["light"].append(_good(name, common.fire(port, requests, 1, seconds)))
    _take_turns(port, runs, results, WRITES, "full", seconds)
    for name, requests in runs.items():
        if name not in WRITES:
            results[name]["full"].append(_good(name, common.fire(port, requests, CLIENTS, seconds)))
    for name, result in results.items():
        light = result["light"]
        result["p50_ms"] = statistics.median(one["p50_ms"] for one in light)
        result["p99_ms"] = statistics.median(one["p99_ms"] for one in light)
        result["per_second"] = statistics.median(one["per_second"] for one in result["full"])
        say(f"  {name}: p50 {result['p50_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms, "
            f"{result['per_second']:.0f} a second with {CLIENTS} clients")  # fmt: skip
    return results


def _take_turns(
    port: int,
    runs: dict[str, list[str]],
    results: dict[str, Any],
    names: tuple[str, str],
    load: str,
    seconds: float,
) -> None:
    clients = 1 if load == "light" else CLIENTS
    for _ in range(ROUNDS):
        for name in names:
            results[name][load].append(_good(name, common.fire(port, runs[name], clients, seconds / 2)))


def ratios_of(results: dict[str, Any]) -> dict[str, list[float]]:
    """Of each round: submissions to bare inserts, and the queue's p99 to that of a primary-key page."""
    bare, filed = (results[name]["full"] for name in WRITES)
    page, queue = (results[name]["light"] for name in QUEUE)
    return {
        "submission_of_bare_insert": [
            round(b["per_second"] / a["per_second"], 3) for a, b in zip(bare, filed, strict=True)
        ],
        "queue_p99_of_key_page": [
            round(b["p99_ms"] / a["p99_ms"], 2) for a, b in zip(page, queue, strict=True)
        ],
    }


def _good(name: str, seen: dict[str, Any]) -> dict[str, Any]:
    bad = {status: count for status, count in seen["statuses"].items() if status[0] != "2"}
    if bad or not seen["requests"]:
        raise SystemExit(f"{name}: answers {bad or 'none'}; the first:\n{seen['fault']}")
    return seen


def pgbench(address: str, seconds: float) -> dict[str, Any]:
    """The floor: two inserts in one transaction, by PostgreSQL's own tool."""
    import psycopg

    program = shutil.which("pgbench") or next(
        (str(one) for one in sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))), ""
    )
    if not program:
        say("  pgbench is not on this machine; its line is left out")
        return {}
    with psycopg.connect(address, autocommit=True) as link:
        for table in ("bench_one", "bench_two"):
            link.execute(
                f"CREATE TABLE IF NOT EXISTS {table} (id uuid PRIMARY KEY, at timestamptz, body text)"
            )
    script = "BEGIN;\n" + "".join(
        f"INSERT INTO {table} VALUES (gen_random_uuid(), now(), repeat('x', 400));\n"
        for table in ("bench_one", "bench_two")
    )
    results: dict[str, Any] = {}
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script + "COMMIT;\n")
        file.flush()
        for clients in (1, CLIENTS):
            command = [program, "-n", "-M", "prepared", "-f", file.name, "-c", str(clients), "-j", "1"]
            command += ["-T", str(max(1, int(seconds))), address]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rate = re.search(r"tps = ([\d.]+)", done.stdout)
            delay = re.search(r"latency average = ([\d.]+)", done.stdout)
            results[clients] = (float(rate[1]) if rate else 0.0, float(delay[1]) if delay else 0.0)
    say(f"  pgbench, two inserts: {results[CLIENTS][0]:.0f} a second with {CLIENTS} clients")
    floor = {"p50_ms": results[1][1], "p99_ms": None, "per_second": round(results[CLIENTS][0], 1)}
    return {"pgbench, two inserts": floor}
