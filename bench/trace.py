"""Traceability on a believable province, at 100,000 and at 1,000,000 events, and beside its peers.

    ./xaso bench trace [--events 1000000] [--seconds 4] [--fresh] [--drop] [--no-peers] [--no-buyer]

The databases ``xaso_bench_trace`` and ``xaso_bench_trace_small`` are kept for the next run unless ``--drop`` is given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import common
from bench.shop.scene import say

SMALL = 100_000
NAMES = {True: "xaso_bench_trace", False: "xaso_bench_trace_small"}
LIMITS = {
    "capture": ("bulk capture ≥ 1,500 events/s, checked and hashed", 1500.0, True),
    "way": ("whole way, eight steps, p95 < 50 ms", 50.0, False),
    "recall": ("recall over 100,000 things < 2 s", 2.0, False),
}


def main() -> int:
    options = _options()
    if options.one:
        return _one(options)
    facts: dict[str, Any] = {"machine": common.machine()}
    facts["small"] = _in_a_process(options, SMALL)
    facts["large"] = _in_a_process(options, options.events)
    if options.only_load:
        return 0
    facts["growth"] = {
        name: round(_figure(facts["large"], name) / _figure(facts["small"], name), 2) for name in LIMITS
    }
    facts["judged"] = {
        name: {
            "value": (value := _figure(facts["large"], name)),
            "limit": limit,
            "holds": value >= limit if at_least else value <= limit,
        }
        for name, (_, limit, at_least) in LIMITS.items()
    }
    if options.peers:
        facts["peers"] = _peers()
    good = _table(facts)
    path = common.keep("trace" if options.events >= 1_000_000 else "trace-small", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
    if options.drop:
        for name in NAMES.values():
            common.drop_database(name)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench trace")
    parser.add_argument("--events", type=int, default=1_000_000, help="events in the large database")
    parser.add_argument("--seconds", type=float, default=4, help="of each round of the buyer's page")
    parser.add_argument("--fresh", action="store_true", help="load anew even when a database is full")
    parser.add_argument("--drop", action="store_true", help="remove the databases at the end")
    parser.add_argument("--only-load", action="store_true", help="fill a database and stop")
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--no-buyer", dest="buyer", action="store_false")
    parser.add_argument(
        "--one", default="", help="measure one database into this file (used by the bench itself)"
    )
    return parser.parse_args()


def _in_a_process(options: argparse.Namespace, events: int) -> dict[str, Any]:
    """One database is measured by a process of its own: settings are read once."""
    with tempfile.NamedTemporaryFile(suffix=".json") as told:
        command = [sys.executable, "-m", "bench.trace", "--one", told.name, "--events", str(events)]
        command += ["--seconds", str(options.seconds)]
        command += [
            word for word, asked in (("--fresh", options.fresh), ("--only-load", options.only_load)) if asked
        ]
        command += [] if options.buyer and events >= options.events else ["--no-buyer"]
        subprocess.run(command, cwd=common.ROOT, check=True)
        found: dict[str, Any] = json.loads(Path(told.name).read_text())
        return found


def _one(options: argparse.Namespace) -> int:
    name = NAMES[options.events > SMALL]
    common.use_database(name)
    import django

    django.setup()
    from bench.tracing.province import prepare

    say(f"{options.events:,} events …")
    facts: dict[str, Any] = {"rows": prepare(name, options)}
    if not options.only_load:
        from bench.tracing.asked import measure

        facts |= measure(options.seconds, buyer=options.buyer)
    Path(options.one).write_text(json.dumps(facts))
    return 0


def _figure(facts: dict[str, Any], name: str) -> float:
    if name == "capture":
        return float(facts["capture"]["events_per_second"])
    if name == "way":
        return float(facts["way"]["walk_and_stages"]["p95_ms"])
    return float(facts["recall"]["found_seconds"])


def _peers() -> dict[str, Any]:
    """The bench of the standard's documents, and Digital Links beside biip."""
    from bench.tracing.links import beside_biip

    subprocess.run([sys.executable, "-m", "bench.epcis"], cwd=common.ROOT, check=False)
    path = common.RESULTS / "epcis.json"
    return {"documents": json.loads(path.read_text()) if path.exists() else None, "links": beside_biip()}


def _table(facts: dict[str, Any]) -> bool:
    machine, large, small = facts["machine"], facts["large"], facts["small"]
    say(f"\n{machine['cores']} cores, load before {machine['load_before']}\n")
    say(f"{'':<46}{'100k events':>14}{large['rows']['traceevent']:>14,}{'growth':>9}")
    rows = [
        ("bulk capture, events/s", "capture"),
        ("whole way of a pallet, p95 ms", "way"),
        (f"recall of {large['recall']['nodes']:,} things, s", "recall"),
    ]
    for words, name in rows:
        say(f"{words:<46}{_figure(small, name):>14}{_figure(large, name):>14}{facts['growth'][name]:>9}")
    say(f"{'  things in that recall':<46}{small['recall']['nodes']:>14,}{large['recall']['nodes']:>14,}")
    spent = [
        ("  per processor second", [one["capture"]["per_processor_second"] for one in (small, large)]),
        ("  way, processor ms", [one["way"]["walk_and_stages"]["processor_ms"] for one in (small, large)]),
        ("  recall, processor s", [one["recall"]["found_processor_seconds"] for one in (small, large)]),
    ]
    for words, two in spent:
        say(f"{words:<46}{two[0]:>14}{two[1]:>14}")
    told = [one["recall"]["confirmed_seconds"] for one in (small, large)]
    say(f"{'  confirmed (stops, keeps), s':<46}{told[0]:>14}{told[1]:>14}")
    for name, (words, _, _) in LIMITS.items():
        one = facts["judged"][name]
        say(f"{words}: {one['value']} ({'holds' if one['holds'] else 'FAILS'})")
    good = all(one["holds"] for one in facts["judged"].values())
    for name, one in large.get("buyer", {}).get("ratios", {}).items():
        say(f"buyer's page {name}: {one['value']} of {one['limit']} ({'holds' if one['holds'] else 'FAILS'})")
        good = good and one["holds"]
    if facts.get("peers"):
        links = facts["peers"]["links"]
        if links is None:
            say("Digital Links: biip is not installed here, left out")
    if facts.get("peers") and links:
        say(
            f"Digital Links: ours {links['ours_per_second']:,}/s, biip {links['biip_per_second']:,}/s,"
            f" agree on {links['agree']} of {links['asked']}"
        )
    return good


if __name__ == "__main__":
    sys.exit(main())
