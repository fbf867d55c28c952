"""What sealing costs the one-stop shop: real submissions over HTTP, with the sealer running and without."""

from __future__ import annotations

import statistics
from typing import Any

from bench import common
from bench.sealing import Say, Sealer, lost

COST = 0.05
CLIENTS = 16


def cost(seconds: float, rounds: int, say: Say) -> dict[str, Any]:
    """Dossiers filed by 16 clients at once through the server as in production, in turns without and with a sealer.

    Two figures: the rate with the sealer by the rate without (median over the rounds), and, steadier on a shared
    machine, the sealer's processor time for a dossier by what the server spends on it. Both count the share of
    their database processes. The generator of the load counts for neither.
    """
    from bench.shop.asked import submissions
    from bench.shop.scene import make_scene
    from xaso.kernel.people.machines import issue_token

    scene = make_scene()
    requests = submissions(scene["paths"][::7], issue_token("bench", scene["secret"])["access_token"])
    rounds_seen: dict[str, list[dict[str, float]]] = {"without": [], "with": []}
    with common.server_process() as (port, session), Sealer() as sealer:
        _fire(port, requests, 4.0)  # every worker, connection and statement warm
        say(f"Submissions for {seconds:g} s, {rounds} times without and with the sealer …")
        for turn in range(rounds):
            for which in ("without", "with") if turn % 2 == 0 else ("with", "without"):
                rounds_seen[which].append(
                    _measure(port, session, requests, seconds, sealer if which == "with" else None)
                )
            without, with_ = (rounds_seen[which][-1] for which in ("without", "with"))
            say(f"  {without['rate']:.0f} dossiers a second without, {with_['rate']:.0f} with")
    return _figures(rounds_seen)


def _figures(seen: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    both, sealed = [*seen["without"], *seen["with"]], seen["with"]
    file_each = sum(one["server"] for one in both) / sum(one["filed"] for one in both)
    seal_each = sum(one["sealer"] for one in sealed) / sum(one["filed"] for one in sealed)
    rates = {which: [round(one["rate"], 1) for one in ones] for which, ones in seen.items()}
    return {
        "clients": CLIENTS,
        "per_second": rates,
        "median": {which: statistics.median(ones) for which, ones in rates.items()},
        "of_rate": lost(rates),
        "events_each": round(sum(one["leaves"] for one in sealed) / sum(one["filed"] for one in sealed), 1),
        "seal_ms": round(seal_each * 1000, 3),
        "file_ms": round(file_each * 1000, 3),
        "of_processor": round(seal_each / file_each, 4),
        "limit": COST,
    }


def _measure(
    port: int, session: int, requests: list[str], seconds: float, sealer: Sealer | None
) -> dict[str, float]:
    """One round: dossiers a second, how many, leaves sealed, processor time of server and of sealer."""
    from xaso.kernel.sealing import tree
    from xaso.kernel.sealing.sealer import seal

    seal()  # what the round before left is not this round's work
    leaves, backends = tree.size(), _backends()
    if sealer is not None:
        sealer.begin()
    before = _used(session, backends)
    filed, rate = _fire(port, requests, seconds)
    server = _used(session, backends) - before
    its_own = sealer.end() if sealer is not None else 0.0
    return {
        "rate": rate,
        "filed": filed,
        "leaves": tree.size() - leaves,
        "server": server,
        "sealer": its_own,
    }


def _fire(port: int, requests: list[str], seconds: float) -> tuple[int, float]:
    """(dossiers filed, dossiers a second). Every one of them must have been taken."""
    seen = common.fire(port, requests, CLIENTS, seconds)
    if set(seen["statuses"]) != {"201"}:
        raise SystemExit(f"submissions were refused: {seen['statuses']} {seen['fault'][:400]}")
    return seen["requests"], seen["per_second"]


def _backends() -> list[int]:
    """The database's processes that work for the server: all of this database but our own."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def _used(session: int, backends: list[int]) -> float:
    return common.session_seconds(session) + sum(common.processor_seconds(pid) for pid in backends)
