"""Ten tamperings, each on a copy of the database, and who found it; then what sealing costs and how fast proofs are.

    ./xaso bench tamper [--events 2000] [--leaves 10000000] [--seconds 6] [--rounds 11]

The first part makes a log with four days of history and a witness that saw its newest head, copies the database ten
times, alters each copy as its administrator would (triggers switched off) and asks ``log verify`` and the witness.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench import common, filing, sealing

NAME = "xaso_tamper"
MADE_MS, CHECKED_MS = 5.0, 1.0


def main() -> int:
    options = _options()
    address = common.use_database(NAME)
    keys = tempfile.TemporaryDirectory()
    os.environ["XASO_LOG_KEYS"] = keys.name
    import django

    django.setup()
    from django.core.management import call_command

    facts: dict[str, Any] = {"machine": common.machine()}
    with keys, tempfile.TemporaryDirectory() as folder:
        try:
            call_command("migrate", verbosity=0, interactive=False)
            facts["tamperings"] = _tamperings(address, Path(folder), options.events)
            facts["submissions"] = filing.cost(options.seconds, options.rounds, say)
            facts["bare_events"] = sealing.cost(options.seconds / 2, max(options.rounds // 2, 1), say)
            facts["proofs"] = sealing.proofs(options.leaves, say)
        finally:
            _close()
            for name in (NAME, *(_copy_name(number) for number in range(10))):
                common.drop_database(name)
    good = _table(facts)
    path = common.keep("tamper" if options.leaves >= 10_000_000 else "tamper-small", facts)
    say(f"\nFigures: {path.relative_to(common.ROOT)}")
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./xaso bench tamper")
    parser.add_argument("--events", type=int, default=2000, help="events in the log that is tampered with")
    parser.add_argument("--leaves", type=int, default=10_000_000, help="leaves of the tree for proofs")
    parser.add_argument("--seconds", type=float, default=6, help="of each measurement of the cost of sealing")
    parser.add_argument("--rounds", type=int, default=11, help="pairs of measurements, without and with")
    return parser.parse_args()


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _close() -> None:
    from django.db import connections

    connections.close_all()


def _copy_name(number: int) -> str:
    return f"{NAME}_{number}"


# -- ten tamperings ------------------------------------------------------------------------------------------


def _tamperings(address: str, folder: Path, events: int) -> list[dict[str, Any]]:
    from xaso.kernel.plain.logbook.export import write_export
    from xaso.kernel.sealing import cli
    from xaso.kernel.sealing.reading import lines
    from xaso.kernel.sealing.testing import TAMPERINGS, history

    say(f"A log of {events} events, four days, a witness …")
    files, state = folder / "files", folder / "witness.json"
    files.mkdir()
    with _fast_commits():
        history(files, each=max(events // 12 - 1, 8))
    write_export(folder / "log.jsonl", lines())
    with contextlib.redirect_stdout(io.StringIO()):
        honest = cli.main(["verify", str(folder / "log.jsonl"), "--files", str(files)])
        cli.main(["witness", "--export", str(folder / "log.jsonl"), "--state", str(state)])
    if honest:
        raise SystemExit("the log is not right before anybody touched it")
    _close()
    found = []
    for number, one in enumerate(TAMPERINGS):
        with _copy(address, number):
            copied = folder / f"files-{number}"
            shutil.copytree(files, copied)
            found.append(_one(one, copied, state, folder / f"after-{number}.jsonl"))
            say(f"  {one.key}: " + ("found" if found[-1]["verify"] or found[-1]["witness"] else "NOT FOUND"))
    return found


@contextlib.contextmanager
def _fast_commits() -> Iterator[None]:
    """History is made, not measured: its commits need not wait for the disk."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO on")


@contextlib.contextmanager
def _copy(address: str, number: int) -> Iterator[None]:
    """A copy of the whole database, and Django on it."""
    from django.db import connection

    name = _copy_name(number)
    before, behind, _ = address.rpartition(f"/{NAME}")
    with psycopg.connect(f"{before}/postgres", autocommit=True) as link:
        link.execute(f"DROP DATABASE IF EXISTS {name}")
        link.execute(f"CREATE DATABASE {name} TEMPLATE {NAME}")
    own = connection.settings_dict["USER"]
    connection.settings_dict |= {"NAME": name, "USER": _superuser(before)}
    try:
        yield
    finally:
        _close()
        connection.settings_dict |= {"NAME": NAME, "USER": own}
        with psycopg.connect(f"{before}/postgres", autocommit=True) as link:
            link.execute(f"DROP DATABASE IF EXISTS {name}")


def _superuser(server: str) -> str:
    """The embedded server's superuser; elsewhere the owner of the database, who can do all that is done here."""
    user = server.partition("://")[2].partition(":")[0]
    try:
        with psycopg.connect(f"{server.replace(f'//{user}:', '//postgres:', 1)}/postgres"):
            return "postgres"
    except psycopg.OperationalError:
        return user


def _one(one: Any, files: Path, state: Path, copy: Path) -> dict[str, Any]:
    """Tamper, export, ask both; the witness's memory itself stays as it was."""
    from xaso.kernel.plain.logbook.export import read_export, write_export
    from xaso.kernel.plain.logbook.findings import read_memory
    from xaso.kernel.plain.logbook.verify import check
    from xaso.kernel.sealing.reading import lines
    from xaso.kernel.sealing.testing import tamper

    tamper(one, files)
    write_export(copy, lines())
    alone = check(read_export(copy), files=files)
    seen = check(read_export(copy), files=files, memory=read_memory(state))
    more = [
        item.sentence for item in seen.findings if item.sentence not in {i.sentence for i in alone.findings}
    ]
    return {
        "tampering": one.key,
        "what": one.title,
        "verify": alone.findings[0].sentence if alone.findings else "",
        "witness": more[0] if more else "",
    }


# -- the answer ----------------------------------------------------------------------------------------------


def _table(facts: dict[str, Any]) -> bool:
    say(f"\n{'tampering':<22}{'log verify':<14}{'witness':<12}what was said")
    good = True
    for one in facts["tamperings"]:
        good &= bool(one["verify"] or one["witness"])
        say(
            f"{one['tampering']:<22}{'found' if one['verify'] else '-':<14}"
            f"{'found' if one['witness'] or one['verify'] else '-':<12}{one['verify'] or one['witness']}"
        )
    filed, bare, proofs = facts["submissions"], facts["bare_events"], facts["proofs"]
    lines = (
        ("sealing takes at most 5 % of the processor time of submissions", filed["of_processor"], filing.COST,
         f"{filed['of_processor']:.2%} ({filed['seal_ms']} ms of {filed['file_ms']} ms a dossier, "
         f"{filed['events_each']} events each)"),
        ("and of their rate (median of the rounds)", filed["of_rate"], filing.COST,
         f"{filed['of_rate']:.2%} ({filed['median']['without']:.0f} dossiers a second without, "
         f"{filed['median']['with']:.0f} with the sealer)"),
        ("an inclusion proof is made in under 5 ms (p50)", proofs["made_ms"]["p50"], MADE_MS,
         f"p50 {proofs['made_ms']['p50']}, p90 {proofs['made_ms']['p90']}, p99 {proofs['made_ms']['p99']} ms; "
         f"processor, made and checked: {proofs['both_cpu_ms']} ms"),
        ("and checked in under 1 ms (p50)", proofs["checked_ms"]["p50"], CHECKED_MS,
         f"p50 {proofs['checked_ms']['p50']}, p90 {proofs['checked_ms']['p90']}, p99 {proofs['checked_ms']['p99']} ms"),
    )  # fmt: skip
    say(
        f"\n{proofs['leaves']:,} leaves, grown in {proofs['grown_s']} s, {sum(proofs['megabytes'])} MB; "
        f"load of the machine before: {facts['machine']['load_before']}"
    )
    say(
        f"for comparison, bare events without any submission around them: {bare['of_processor']:.2%} of the writers' "
        f"processor time ({bare['seal_us']} µs of {bare['write_us']} µs an event), {bare['of_rate']:.2%} of their rate"
    )
    for words, value, limit, told in lines:
        good &= value <= limit
        say(f"{words}: {told} ({'holds' if value <= limit else 'FAILS'})")
    return good


if __name__ == "__main__":
    sys.exit(main())
