"""The one-stop shop with a country's million dossiers: how fast, beside plain PostgreSQL and plain Django.

    ./xaso bench onestop [--rows 1000000] [--seconds 4] [--fresh] [--drop]

The database ``xaso_bench`` is kept for the next run unless ``--drop`` is given.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

from bench import common
from bench.shop.scene import NAME, prepare, say

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
    scene, facts["load"] = prepare(options)
    if "kept" not in facts["load"] and options.rows >= 1_000_000:
        common.keep("onestop-load", facts)
    if options.only_load:
        return 0
    from bench.shop.asked import measure, pgbench, ratios_of, requests_for
    from bench.shop.plans import plans_of

    facts["load"] |= common.read_in()
    with common.server() as port:
        facts["results"] = measure(port, requests_for(scene), options.seconds)
    facts["ratios"] = _judged(ratios_of(facts["results"]))
    facts["results"] |= pgbench(address, options.seconds)
    facts["plans"] = plans_of(scene)
    good = _table(facts)
    path = common.keep("onestop" if options.rows >= 1_000_000 else "onestop-small", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
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


def _judged(rounds: dict[str, list[float]]) -> dict[str, Any]:
    """The median of the rounds against its limit."""
    judged = {}
    for name, (_, limit, at_least) in LIMITS.items():
        value = statistics.median(rounds[name])
        holds = value >= limit if at_least else value <= limit
        judged[name] = {"value": round(value, 3), "limit": limit, "holds": holds, "rounds": rounds[name]}
    return judged


def _table(facts: dict[str, Any]) -> bool:
    results, ratios, machine = facts["results"], facts["ratios"], facts["machine"]
    say(f"\n{facts['rows']:,} dossiers, {machine['cores']} cores, load before {machine['load_before']}\n")
    say(f"{'':<24}{'p50, 1 client':>14}{'p99, 1 client':>15}{'16 clients':>16}")
    for name, one in results.items():
        p99 = f"{one['p99_ms']:.1f} ms" if one["p99_ms"] is not None else "-"
        say(f"{name:<24}{one['p50_ms']:>11.1f} ms{p99:>15}{one['per_second']:>14.1f}/s")
    say("")
    for name, (words, _, _) in LIMITS.items():
        one = ratios[name]
        say(f"{words}: {one['value']} ({'holds' if one['holds'] else 'FAILS'}; rounds {one['rounds']})")
    for name, plan in facts["plans"].items():
        walked = f", walks through {', '.join(plan['whole_tables'])}" if plan["whole_tables"] else ""
        say(f"  {name}: {plan['statements']} statements, slowest {plan['slowest_ms']} ms{walked}")
    walks = any(plan["whole_tables"] or plan["status"] != 200 for plan in facts["plans"].values())
    return all(one["holds"] for one in ratios.values()) and not walks


if __name__ == "__main__":
    sys.exit(main())
