"""The one-stop shop with a country's million dossiers: how fast, beside plain PostgreSQL and plain Django.

    ./xaso bench onestop [--rows 1000000] [--seconds 4] [--fresh] [--drop]

The database ``xaso_bench`` is kept for the next run unless ``--drop`` is given.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench import common

NAME = "xaso_bench"
CLIENTS = 16
ROUNDS = 3
WORDS = ("khai sinh", "ket hon", "chung thuc ban sao", "giay phep xay dung", "ho ngheo", "dat dai", "khai tu")
LIMITS = {
    "submission_of_bare_insert": ("submission ≥ 25 % of the bare Django insert", 0.25, True),
    "queue_p99_of_key_page": ("queue p99 ≤ 5 × primary-key page p99, light load", 5.0, False),
}


def main() -> int:
    options = _options()
    address = common.use_database(NAME)
    import django

    django.setup()
    facts: dict[str, Any] = {"machine": common.machine(), "rows": options.rows}
    scene, loaded = _prepare(options)
    facts["load"] = loaded
    if options.only_load:
        common.keep("onestop-load", facts)
        return 0
    with common.server() as port:
        runs = _requests(scene)
        facts["results"] = _measure(port, runs, options.seconds)
        facts["results"] |= _pgbench(address, options.seconds)
    facts["plans"] = _plans(scene)
    facts["ratios"] = _ratios(facts["results"])
    good = _table(facts)
    path = common.keep("onestop" if options.rows >= 1_000_000 else "onestop-small", facts)
    sys.stdout.write(f"\nFigures: {path.relative_to(common.ROOT)}\n")
    if options.drop:
        common.drop_database(NAME)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench onestop")
    parser.add_argument("--rows", type=int, default=1_000_000, help="dossiers in the database")
    parser.add_argument("--seconds", type=float, default=4, help="of each measurement")
    parser.add_argument("--fresh", action="store_true", help="load anew even when the database is full")
    parser.add_argument("--only-load", action="store_true", help="fill the database and stop")
    parser.add_argument("--drop", action="store_true", help="remove the database at the end")
    return parser.parse_args()


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


# -- the database ------------------------------------------------------------------------------------------


def _prepare(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """The scene (people, sessions, units); loads the rows when they are not there yet."""
    from django.core.management import call_command
    from django.db import connection

    say("Tables …")
    call_command("migrate", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('yardstick_line')")
        if cursor.fetchone()[0] is None:
            from bench.yardstick.models import Line

            with connection.schema_editor() as editor:
                editor.create_model(Line)
        cursor.execute("SELECT count(*) FROM onestop_dossier")
        held = cursor.fetchone()[0]
    if held and (options.fresh or held < options.rows):
        _empty()
        held = 0
    scene = _scene()
    loaded: dict[str, Any] = {"kept": held} if held else _load(scene, options.rows)
    if held and (common.RESULTS / "onestop-load.json").exists():
        loaded["first"] = json.loads((common.RESULTS / "onestop-load.json").read_text())["load"]
    scene["sessions"] = {name: _session(account) for name, account in scene["accounts"].items()}
    return scene, loaded


def _empty() -> None:
    from django.db import connection

    from bench.loading import table_names

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(table_names())} CASCADE")


def _scene() -> dict[str, Any]:
    """Catalogue, electronic procedures, officers of one large commune and its province, a machine client."""
    from xaso.kernel.people.machines import register_client, rotate_secret
    from xaso.kernel.people.models import Account, MachineClient, RoleGrant
    from xaso.kernel.people.testing import officer_account
    from xaso.kernel.people.viewer import Viewer
    from xaso.kernel.units.models import Unit
    from xaso.kernel.units.testing import ensure_units
    from xaso.services.onestop.actions.catalogue import import_catalogue
    from xaso.services.onestop.actions.setups import load_shipped
    from xaso.services.onestop.models import Procedure

    system = Viewer.system()
    ensure_units()
    if Procedure.objects.count() < 2000:
        say("Catalogue of procedures …")
        import_catalogue(system, end_missing=False)
    load_shipped(system)
    paths = list(
        Unit.objects.on().filter(level=Unit.Level.COMMUNE).order_by("path").values_list("path", flat=True)
    )
    large = paths[50 :: len(paths) // 10][:10]
    commune, province = large[0], large[0].split("/")[0] + "/"
    accounts = {}
    for name, role, path in (
        ("receptionist", "receptionist", commune),
        ("specialist", "specialist", commune),
        ("leader", "leader", commune),
        ("province", "province_viewer", province),
    ):
        username = f"bench-{name}"
        account = Account.objects.filter(username=username).first()
        if account is None or not RoleGrant.objects.filter(account=account, unit_path=path).exists():
            if account is not None:
                Account.objects.filter(pk=account.pk).update(username=f"{username}-{account.pk}")
            account = officer_account(role, path, username=username)
        accounts[name] = account
    scopes = ["onestop.file", "onestop.read"]
    client = MachineClient.objects.filter(client_id="bench").first()
    if client is None:
        client, secret = register_client(system, name="Bench", unit_path="", scopes=scopes, client_id="bench")
    else:
        secret = rotate_secret(system, client=client)
    return {"paths": paths, "large": large, "commune": commune, "province": province, "accounts": accounts,
            "secret": secret}  # fmt: skip


def _session(account: Any) -> str:
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store.create()
    store.save()
    return str(store.session_key)


def _load(scene: dict[str, Any], rows: int) -> dict[str, Any]:
    from bench.loading import Ground, first_second, load
    from xaso.services.onestop.numbering import unit_code_of

    say(f"{rows:,} dossiers by COPY …")
    begun = time.monotonic()
    places = [(path, unit_code_of(path)) for path in scene["paths"]]
    large = [place for place in places if place[0] in scene["large"]]
    ground = Ground(
        rows=rows,
        places=places,
        large=large,
        kinds=_kinds(),
        specialist=(str(scene["accounts"]["specialist"].pk), scene["commune"]),
        begun=first_second(),
    )
    try:
        took = load(ground, 2)
    except BaseException:
        common.drop_database(NAME)  # its indexes are gone: better none than half of one
        raise
    took["all"] = round(time.monotonic() - begun, 1)
    say("  " + ", ".join(f"{name} {seconds} s" for name, seconds in took.items()))
    return took


def _kinds() -> list[Any]:
    from django.db import transaction

    from bench.loading import Kind
    from xaso.kernel.cases import plans
    from xaso.kernel.plain.moment import today
    from xaso.services.onestop import eforms, setups_in_force
    from xaso.services.onestop.actions.filing import planned_steps
    from xaso.services.onestop.models import Setup

    kinds = []
    given = eforms.Given(today=today(), facts={"channel": "online", "identity_proven": True})
    with transaction.atomic():
        for setup in Setup.objects.filter(state=Setup.State.PUBLISHED).select_related("procedure"):
            body = setups_in_force.body_of(setup)
            digest = plans.keep(planned_steps(body, body.sample_answers, given))
            version = setups_in_force.version_id_on(setup.procedure_id, today())
            kinds.append(
                Kind(
                    str(setup.pk), str(setup.procedure_id), str(version or "\\N"), digest or "\\N", body.title
                )
            )
    return kinds


# -- the load ----------------------------------------------------------------------------------------------


def _requests(scene: dict[str, Any]) -> dict[str, list[str]]:
    """What is asked of each page, many different ones each."""
    from bench.loading import sample_codes
    from xaso.kernel.people.machines import issue_token
    from xaso.kernel.plain.moment import today

    samples = list(sample_codes(400))
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
        "submission": _submissions(scene["paths"][::7], token),
        "primary-key row": [common.request("GET", f"/yardstick/row/{pk}") for pk, _ in samples],
        "primary-key page": [common.request("GET", f"/yardstick/page/{pk}", **desk) for pk, _ in samples],
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


def _submissions(paths: list[str], token: str) -> list[str]:
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


def _measure(port: int, runs: dict[str, list[str]], seconds: float) -> dict[str, Any]:
    """Light load, then saturation; the two that are compared by rate take turns, so that noise meets both."""
    results: dict[str, Any] = {}
    for name, requests in runs.items():
        common.fire(port, requests, 2, 1.0)  # every worker warm
        light = common.fire(port, requests, 1, seconds)
        _good(name, light)
        results[name] = {"light": light, "full": []}
        say(f"  {name}: light p50 {light['p50_ms']} ms, p99 {light['p99_ms']} ms")
    paired = ("bare insert", "submission")
    for _ in range(ROUNDS):
        for name in paired:
            results[name]["full"].append(common.fire(port, runs[name], CLIENTS, seconds))
    for name in runs:
        if name not in paired:
            results[name]["full"].append(common.fire(port, runs[name], CLIENTS, seconds))
    for name, result in results.items():
        for one in result["full"]:
            _good(name, one)
        result["per_second"] = statistics.median(one["per_second"] for one in result["full"])
        say(f"  {name}: {result['per_second']} a second with {CLIENTS} clients")
    return results


def _good(name: str, seen: dict[str, Any]) -> None:
    bad = {status: count for status, count in seen["statuses"].items() if status[0] != "2"}
    if bad or not seen["requests"]:
        raise SystemExit(f"{name}: answers {bad or 'none'}; the first:\n{seen['fault']}")


def _pgbench(address: str, seconds: float) -> dict[str, Any]:
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
    light = {"p50_ms": results[1][1], "p99_ms": None, "per_second": results[1][0]}
    say(f"  pgbench, two inserts: {results[CLIENTS][0]:.0f} a second with {CLIENTS} clients")
    return {"pgbench, two inserts": {"light": light, "full": [], "per_second": round(results[CLIENTS][0], 1)}}


# -- what PostgreSQL does ----------------------------------------------------------------------------------


def _plans(scene: dict[str, Any]) -> dict[str, Any]:
    """For each hot read: its statements, how long they take, and any whole table they walk through."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from bench.loading import sample_codes

    codes = [code for _, code in sample_codes(1)]
    year = time.strftime("%Y")
    pages = {
        "tracking page": (None, f"/onestop/tra-cuu/{codes[0]}/"),
        "work queue, unit": ("receptionist", "/desk/onestop/?xem=unit"),
        "work queue, all": ("receptionist", "/desk/onestop/?xem=all"),
        "work queue, done": ("receptionist", "/desk/onestop/tra-ket-qua/"),
        "on-time, commune": ("leader", f"/desk/figures/onestop.on_time/?unit={scene['commune']}&period={year}"),
        "on-time, province": ("province", f"/desk/figures/onestop.on_time/?unit={scene['province']}&period={year}"),
        "on-time, records": (
            "leader", f"/desk/figures/onestop.on_time/records/?unit={scene['commune']}&period={year}&which=rest"
        ),
    }  # fmt: skip
    found: dict[str, Any] = {}
    for name, (who, url) in pages.items():
        client = Client(headers={"host": "127.0.0.1"})
        if who:
            client.force_login(scene["accounts"][who])
        client.get(url)
        with CaptureQueriesContext(connection) as asked:
            status = client.get(url).status_code
        reads = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("SELECT")]
        whole: set[str] = set()
        slowest = 0.0
        for sql in reads:
            with connection.cursor() as cursor, contextlib.suppress(Exception):
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
                plan = cursor.fetchone()[0][0]
                slowest = max(slowest, plan["Execution Time"])
                whole |= set(_whole_tables(plan["Plan"]))
        found[name] = {"status": status, "statements": len(asked), "slowest_ms": round(slowest, 1),
                       "whole_tables": sorted(whole)}  # fmt: skip
    return found


def _whole_tables(plan: dict[str, Any]) -> list[str]:
    big = (
        plan.get("Node Type") == "Seq Scan"
        and plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0) > 20_000
    )
    found = [plan["Relation Name"]] if big else []
    for part in plan.get("Plans", []):
        found += _whole_tables(part)
    return found


# -- the answer --------------------------------------------------------------------------------------------


def _ratios(results: dict[str, Any]) -> dict[str, Any]:
    light = {name: one["light"] for name, one in results.items()}
    figures = {
        "submission_of_bare_insert": results["submission"]["per_second"]
        / results["bare insert"]["per_second"],
        "queue_p99_of_key_page": light["work queue, unit"]["p99_ms"] / light["primary-key page"]["p99_ms"],
    }
    return {
        name: {
            "value": round(value, 3),
            "limit": LIMITS[name][1],
            "holds": value >= LIMITS[name][1] if LIMITS[name][2] else value <= LIMITS[name][1],
        }
        for name, value in figures.items()
    }


def _table(facts: dict[str, Any]) -> bool:
    results, ratios = facts["results"], facts["ratios"]
    say(f"\n{facts['rows']:,} dossiers, {facts['machine']['cores']} cores, load before "
        f"{facts['machine']['load_before']}\n")  # fmt: skip
    say(f"{'':<24}{'p50, 1 client':>14}{'p99, 1 client':>15}{f'{CLIENTS} clients':>16}   limit")
    for name, one in results.items():
        p99 = f"{one['light']['p99_ms']:.1f} ms" if one["light"]["p99_ms"] is not None else "-"
        limit = {"submission": "≥ 25 % of the bare insert's rate",
                 "work queue, unit": "p99 ≤ 5 × primary-key page"}.get(name, "")  # fmt: skip
        say(f"{name:<24}{one['light']['p50_ms']:>11.1f} ms{p99:>15}{one['per_second']:>14.1f}/s   {limit}")
    say("")
    for name, (words, _, _) in LIMITS.items():
        say(f"{words}: {ratios[name]['value']} ({'holds' if ratios[name]['holds'] else 'FAILS'})")
    for name, plan in facts["plans"].items():
        walked = f", walks through {', '.join(plan['whole_tables'])}" if plan["whole_tables"] else ""
        say(f"  {name}: {plan['statements']} statements, slowest {plan['slowest_ms']} ms{walked}")
    walks = any(plan["whole_tables"] or plan["status"] != 200 for plan in facts["plans"].values())
    return all(one["holds"] for one in ratios.values()) and not walks


if __name__ == "__main__":
    sys.exit(main())
