"""A hundred thousand text and Zalo messages through the simulated gateways with faults, beside the raw queue.

./xaso bench voice_messages [--messages 100000] [--faults 0.05]

Half go by SMS, half by Zalo with SMS after it. The worker is a process of its own that is killed once in the middle
(SIGKILL). At the end every message is delivered once, finally failed with a reason, or waiting with a reason; how
often each reached its receiver is counted at the gateways, not by us.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

from bench import common

NAME = "xaso_voice_messages"
UNIT = "15/02683/"
HAMLETS = 24


@contextlib.contextmanager
def gateways(faults: float = 0.0, delay: float = 0.0, seed: int = 1) -> Iterator[str]:
    """The simulated gateways in a process of their own; this process and its children speak to them."""
    command = [sys.executable, "-m", "xaso.simulators.swift", "--faults", str(faults), "--delay", str(delay)]
    env = {**os.environ, "PYTHONPATH": str(common.ROOT / "src")}
    process = subprocess.Popen(
        [*command, "--seed", str(seed)], env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        said = process.stdout.readline() if process.stdout else "{}"
        address = f"http://127.0.0.1:{json.loads(said)['port']}"
        os.environ["XASO_SIMULATORS"] = address
        point_at(address)
        yield address
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)


def point_at(address: str) -> None:
    """This process asks these gateways."""
    from django.conf import settings

    from xaso.kernel.connectors.addresses import read_addresses

    if settings.configured:
        settings.XASO_OUTSIDE = read_addresses({}, address)


def tally(address: str) -> dict[str, dict[str, int]]:
    """How often each message reached its receiver, by gateway and our identity of it."""
    with urllib.request.urlopen(f"{address}/tally", timeout=60) as answer:  # noqa: S310 - our own simulators
        found: dict[str, dict[str, int]] = json.loads(answer.read())
    return found


@contextlib.contextmanager
def product_worker() -> Iterator[int]:
    """The product's own worker in a process of its own; gives its process id."""
    paths = os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])
    env = {
        **os.environ,
        "PYTHONPATH": paths,
        "XASO_DEMO": "1",
    }  # the simulators' secrets hold in a trial only
    command = [sys.executable, "-m", "xaso.site", "worker"]
    process = subprocess.Popen(command, cwd=common.ROOT, env=env, start_new_session=True)
    try:
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def handed_over(mailing_ids: list[Any], share: float = 0.95, timeout: float = 60.0) -> dict[str, Any]:
    """Wait until this share of the receivers of mailings was handed to a gateway; answers counts and the instant.

    ``at`` is the clock (time.time) when it was seen, looked at ten times a second; None when time ran out.
    """
    from xaso.kernel.messages.mass_models import Mailing, Sending

    mailings = Mailing.objects.filter(pk__in=mailing_ids)
    total = sum(mailings.values_list("receivers_count", flat=True))
    gone = Sending.objects.filter(mailing_id__in=mailing_ids, state__in=("sent", "delivered", "read"))
    end = time.time() + timeout
    while time.time() < end:
        handed = gone.values("receiver").distinct().count()
        if handed >= share * total:
            return {"receivers": total, "handed": handed, "at": time.time()}
        time.sleep(0.1)
    return {"receivers": total, "handed": gone.values("receiver").distinct().count(), "at": None}


def receivers(count: int, first: int = 0) -> list[Any]:
    """Made-up receivers with numbers of their own, none of which makes trouble by itself."""
    from xaso.kernel.messages.mass import Recipient

    return [
        Recipient(name=f"Người {n}", phone=f"091{n:07d}"[:-1] + "7", unit_path=f"{UNIT}t-{n % HAMLETS}/")
        for n in range(first * 10, (first + count) * 10, 10)
    ]


def begin(
    count: int, ladder: list[dict[str, Any]], key: str, first: int = 0, **more: Any
) -> tuple[Any, float]:
    """A mailing to so many; answers it and the seconds that ``start`` took."""
    from xaso.kernel.messages import mass
    from xaso.kernel.people.viewer import Viewer

    wording = mass.Wording(
        subject="Mưa lớn, đề phòng lũ quét",
        body="Bà con ven suối di chuyển tới nhà văn hóa thôn.",
        sms="Mưa lớn, đề phòng lũ quét. Bà con ven suối di chuyển tới nhà văn hóa thôn ngay.",
        zalo_template="100001",
        zalo_data={"ten": "{name}"},
    )
    made = receivers(count, first)
    began = time.perf_counter()
    mailing = mass.start(
        Viewer.system(), title="Đo", wording=wording, recipients=made, ladder=ladder, urgent=True,
        unit_path=UNIT, record=None, key=key, **more,
    )  # fmt: skip
    return mailing, time.perf_counter() - began


def raw_queue(count: int) -> dict[str, float]:
    """The queue alone: rows claimed and marked done with the same batches, nothing unsealed, nothing sent."""
    from django.db import connection, transaction

    from xaso.kernel.tasks import adapter, enqueue, task

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_raw (id bigserial PRIMARY KEY, state text NOT NULL DEFAULT 'queued')"
        )
        cursor.execute("CREATE INDEX ON bench_raw (id) WHERE state = 'queued'")
        cursor.execute("INSERT INTO bench_raw (state) SELECT 'queued' FROM generate_series(1, %s)", [count])
        began = time.perf_counter()
        done = 0
        while True:
            with transaction.atomic():
                cursor.execute(
                    "UPDATE bench_raw SET state = 'sending' WHERE id IN (SELECT id FROM bench_raw WHERE"
                    " state = 'queued' ORDER BY id LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING id"
                )
                keys = [row[0] for row in cursor.fetchall()]
            if not keys:
                break
            cursor.execute("UPDATE bench_raw SET state = 'sent' WHERE id = ANY(%s)", [keys])
            done += len(keys)
        rows = done / (time.perf_counter() - began)
        cursor.execute("DROP TABLE bench_raw")
    jobs = min(count, 1000)
    nothing = task("bench.nothing")(lambda **_: None)
    for n in range(jobs):
        enqueue(nothing, {"n": n})
    began = time.perf_counter()
    adapter.run_ready_jobs()
    return {"rows_per_second": round(rows), "jobs_per_second": round(jobs / (time.perf_counter() - began))}


def worker(offset: int = 0) -> None:
    """One run of the worker's side in this process, so many minutes later than it is; prints what it did."""
    from datetime import timedelta

    from xaso.kernel.messages import mass_run
    from xaso.kernel.plain.moment import frozen, now

    point_at(os.environ["XASO_SIMULATORS"])
    if offset:
        with frozen(now() + timedelta(minutes=offset), everywhere=True):
            tally = mass_run.run()
    else:
        tally = mass_run.run()
    sys.stdout.write(json.dumps({"seconds": tally.seconds, "claimed": tally.claimed, "notes": tally.notes}))


def _child(offset: int = 0) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(common.ROOT), str(common.ROOT / "src")])}
    command = [sys.executable, "-m", "bench.voice_messages", "--worker", str(offset)]
    return subprocess.Popen(command, cwd=common.ROOT, env=env, stdout=subprocess.PIPE, text=True)


def _finished(child: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = child.communicate()
    if child.returncode:
        raise SystemExit("the worker failed")
    facts: dict[str, Any] = json.loads(out)
    return facts


def measure(*, messages: int = 100_000, faults: float = 0.05, rounds: int = 30) -> dict[str, Any]:
    """Needs Django set up on a database of its own. Answers counts and throughput."""
    from xaso.kernel.messages.mass_models import Mailing, Quota, Sending

    Quota.objects.all().delete()
    raw = raw_queue(messages)
    half = messages // 2
    with gateways(faults) as address:
        text, took_text = begin(half, [{"channel": "sms"}], f"bench-sms-{time.time()}")
        zalo, took_zalo = begin(
            messages - half,
            [{"channel": "zalo"}, {"channel": "sms"}],
            f"bench-zalo-{time.time()}",
            first=half,
        )
        began = time.perf_counter()
        first = _child()
        ours = Sending.objects.filter(mailing__in=[text.pk, zalo.pk])
        gone = ours.exclude(state__in=("queued", "sending"))
        while gone.count() < messages * 0.3 and first.poll() is None:
            time.sleep(0.2)
        first.send_signal(signal.SIGKILL)
        first.wait()
        at_kill, killed_after = gone.count(), time.perf_counter() - began
        in_flight = ours.filter(state="sending").count()
        second = _finished(_child())
        passes = [second]
        receipts = told_by_zalo(tally(address))
        for number in range(1, rounds):
            if not Mailing.objects.filter(state="running").exists():
                break
            passes.append(_finished(_child(offset=number * 17)))
            receipts += told_by_zalo(tally(address))  # they come all the time, not once
        facts = judge(tally(address), messages)
    sent_second = sum(second["notes"].values())
    return {
        "messages": messages,
        "faults": faults,
        "start_seconds": round(took_text + took_zalo, 2),
        "per_second": round(sent_second / second["seconds"]),
        "raw_queue": raw,
        "killed": {
            "after_seconds": round(killed_after, 1),
            "done_then": at_kill,
            "in_flight_then": in_flight,
        },
        "passes": len(passes),
        "settled_by_receipts": receipts,
        "mailings": dict(Mailing.objects.values_list("key", "state")),
        **facts,
    }


def told_by_zalo(reached: dict[str, dict[str, int]]) -> int:
    """Zalo reports what reached a receiver, also where its answer to us was lost; answers how many it settled."""
    from xaso.kernel.messages.mass_models import Sending
    from xaso.kernel.messages.mass_noting import note_receipt
    from xaso.kernel.people.viewer import Viewer

    settled = 0
    open_ones = Sending.objects.filter(channel="zalo", state__in=("sending", "unsure", "failed"))
    for key in list(open_ones.values_list("pk", flat=True)):
        if reached.get("zalo", {}).get(str(key)):
            settled += note_receipt(
                Viewer.system(), sending_id=key, provider_id="", channel="zalo", state="delivered"
            )
    return settled


def judge(reached: dict[str, dict[str, int]], messages: int) -> dict[str, Any]:
    """Hold what we believe against what the gateways counted."""
    from xaso.kernel.messages.mass_models import Receiver, Sending

    twice = sum(1 for counts in reached.values() for n in counts.values() if n > 1)
    found: dict[str, int] = {}
    wrong = {"sent_but_not_reached": 0, "failed_but_reached": 0, "without_reason": 0}
    people: dict[Any, int] = {}
    ours = {"mailing__key__startswith": "bench-"}
    rows = Sending.objects.filter(**ours).values_list("pk", "receiver_id", "channel", "state", "error")
    for key, receiver, channel, state, reason in rows.iterator(5000):
        found[f"{channel}:{state}"] = found.get(f"{channel}:{state}", 0) + 1
        count = reached.get(channel, {}).get(str(key), 0)
        people[receiver] = people.get(receiver, 0) + count
        if state in ("sent", "delivered") and count != 1:
            wrong["sent_but_not_reached"] += 1
        if state in ("failed", "skipped", "queued") and count:
            wrong["failed_but_reached"] += 1
        if state in ("failed", "unsure", "retry", "skipped") and not reason:
            wrong["without_reason"] += 1
    ends = dict.fromkeys(Receiver.State.values, 0)
    for state in Receiver.objects.filter(**ours).values_list("state", flat=True).iterator(5000):
        ends[state] += 1
    return {
        "reached_twice": twice,
        "wrong": wrong,
        "sendings": dict(sorted(found.items())),
        "receivers": {state: n for state, n in ends.items() if n},
        "people_reached_by_two_channels": sum(1 for n in people.values() if n > 1),
        "all_accounted_for": sum(ends.values()) == messages and not twice and not any(wrong.values()),
    }


def measure_alert(*, people: int = 20_000, share: float = 0.95) -> dict[str, Any]:
    """From ``start`` to this share of people handed to a gateway, with the product's own worker running."""
    from xaso.kernel.messages import mass
    from xaso.kernel.messages.mass_models import Quota
    from xaso.kernel.people.viewer import Viewer

    Quota.objects.all().delete()
    with gateways(), product_worker():
        warm, _ = begin(10, [{"channel": "sms"}], f"warm-{time.time()}")
        handed_over([warm.pk], 1.0)  # the worker has started and has its connections
        began = time.time()
        mailing, took = begin(people, [{"channel": "sms"}], f"alert-{time.time()}", first=200_000)
        seen = handed_over([mailing.pk], share)
        mass.stop(Viewer.system(), mailing_id=mailing.pk)
    return {
        "people": people,
        "start_seconds": round(took, 2),
        "seconds_to_share": None if seen["at"] is None else round(seen["at"] - began, 2),
        "share": share,
        "handed": seen["handed"],
    }


def prepare() -> None:
    """A database of its own, migrated, with Django set up on it."""
    common.use_database(NAME)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./xaso bench voice_messages")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--faults", type=float, default=0.05)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--worker", type=int, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker is not None:
        import django

        django.setup()
        worker(options.worker)
        return 0
    prepare()
    try:
        facts = {
            "machine": common.machine(),
            "alert": measure_alert(people=options.people),
            **measure(messages=options.messages, faults=options.faults),
        }
    finally:
        common.drop_database(NAME)
    full = options.messages >= 100_000
    path = common.keep("voice-messages" if full else "voice-messages-small", facts)
    sys.stdout.write(json.dumps(facts, ensure_ascii=False, indent=1) + f"\n{path.relative_to(common.ROOT)}\n")
    return 0 if facts["all_accounted_for"] else 1


if __name__ == "__main__":
    sys.exit(main())
