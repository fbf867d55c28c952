"""What row-level security costs: the same pages with the policies asleep and awake, in turns, in the same run.

    ./xaso bench walls [--rows 100000] [--rounds 6] [--drop]

Pages are asked inside this process, one at a time, so that what differs is the database's work alone. Each
statement of a page is then explained within the reach of its viewer: no guarded table may be read whole.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench import common

NAME = "xaso_walls"
EACH = 12
LIMIT = 1.5


def main() -> int:
    options = _options()
    common.use_database(NAME)
    import django

    django.setup()
    from bench.shop.scene import prepare, say

    scene, loaded = prepare(options)
    pages = _pages(scene)
    walls = _guarded()
    for ask in pages.values():
        ask()
    taken: dict[str, dict[str, list[float]]] = {name: {"off": [], "on": []} for name in pages}
    for turn in range(options.rounds):
        for state in ("off", "on") if turn % 2 else ("on", "off"):
            with _asleep(walls) if state == "off" else contextlib.nullcontext():
                for name, ask in pages.items():
                    ask()
                    taken[name][state] += [_timed(ask) for _ in range(EACH)]
    facts: dict[str, Any] = {
        "machine": common.machine(),
        "rows": options.rows,
        "load": loaded,
        "tables": walls,
    }
    facts["pages"] = {name: _figures(times) for name, times in taken.items()}
    facts["whole_tables"] = _plans(scene)
    say(f"\n{options.rows:,} dossiers, {len(walls)} guarded tables; medians of {options.rounds} turns\n")
    say(f"{'':<28}{'without':>12}{'with':>12}{'ratio':>9}")
    for name, one in facts["pages"].items():
        say(f"{name:<28}{one['off_ms']:>9.2f} ms{one['on_ms']:>9.2f} ms{one['ratio']:>9.2f}")
    for name, whole in facts["whole_tables"].items():
        say(f"  {name}: {'reads whole: ' + ', '.join(whole) if whole else 'no guarded table is read whole'}")
    path = common.keep("walls", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
    if options.drop:
        common.drop_database(NAME)
    good = all(one["ratio"] <= LIMIT for one in facts["pages"].values())
    return 0 if good and not any(facts["whole_tables"].values()) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench walls")
    parser.add_argument("--rows", type=int, default=100_000, help="dossiers in the database")
    parser.add_argument("--rounds", type=int, default=6, help="turns of each state")
    parser.add_argument("--fresh", action="store_true", help="load anew even when the database is full")
    parser.add_argument("--drop", action="store_true", help="remove the database at the end")
    return parser.parse_args()


def _addresses(scene: dict[str, Any]) -> dict[str, tuple[str, str]]:
    from bench.shop.loading import sample_codes

    code = next(iter(sample_codes(1, scene["commune"])))[1]
    return {
        "tracking page": ("", f"/onestop/tra-cuu/{code}/"),
        "work queue, unit": ("receptionist", "/desk/onestop/?xem=unit"),
        "work queue, all": ("receptionist", "/desk/onestop/?xem=all"),
        "work queue, mine": ("specialist", "/desk/onestop/?xem=mine"),
        "dossier page": ("receptionist", f"/desk/onestop/ho-so/{code}/"),
        "on-time, commune": (
            "leader",
            f"/desk/figures/onestop.on_time/?unit={scene['commune']}&period={time.strftime('%Y')}",
        ),
    }


def _client(scene: dict[str, Any], who: str) -> Any:
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    if who:
        client.force_login(scene["accounts"][who])
    return client


def _pages(scene: dict[str, Any]) -> dict[str, Callable[[], None]]:
    pages: dict[str, Callable[[], None]] = {}
    for name, (who, url) in _addresses(scene).items():
        client = _client(scene, who)

        def ask(client: Any = client, url: str = url) -> None:
            status = client.get(url).status_code
            if status != 200:
                raise SystemExit(f"{url} answers {status}")

        pages[name] = ask
    return pages


def _timed(ask: Callable[[], None]) -> float:
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000


def _figures(times: dict[str, list[float]]) -> dict[str, float]:
    off, on = (statistics.median(times[state]) for state in ("off", "on"))
    return {"off_ms": round(off, 2), "on_ms": round(on, 2), "ratio": round(on / off, 3)}


def _guarded() -> list[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


@contextlib.contextmanager
def _asleep(tables: list[str]) -> Iterator[None]:
    """The policies rest; they wake whatever happens."""
    from django.db import connection

    def say(word: str) -> None:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} {word} ROW LEVEL SECURITY")

    say("DISABLE")
    try:
        yield
    finally:
        say("ENABLE")


def _plans(scene: dict[str, Any]) -> dict[str, list[str]]:
    """Guarded tables that a statement of a page reads whole, explained within the viewer's reach."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.shop.plans import _whole_tables
    from xaso.kernel.base.reach import ANONYMOUS, watched
    from xaso.kernel.people.reaching import reach_of
    from xaso.kernel.people.sessions import viewer_of

    found: dict[str, list[str]] = {}
    for name, (who, url) in _addresses(scene).items():
        client = _client(scene, who)
        with CaptureQueriesContext(connection) as asked:
            client.get(url)
        reach = reach_of(viewer_of(scene["accounts"][who])) if who else ANONYMOUS
        whole: set[str] = set()
        with watched(reach):
            for one in asked.captured_queries:
                if one["sql"].startswith("SELECT") and "set_config" not in one["sql"]:
                    with connection.cursor() as cursor, contextlib.suppress(Exception):
                        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + one["sql"])
                        whole |= set(_whole_tables(cursor.fetchone()[0][0]["Plan"]))
        found[name] = sorted(whole)
    return found


if __name__ == "__main__":
    sys.exit(main())
