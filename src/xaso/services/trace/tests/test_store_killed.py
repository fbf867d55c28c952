"""A worker that is killed in the middle of a capture leaves nothing of it, and the capture is done afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import orjson
import pytest
from django.db import connection

from xaso.services.trace.actions.store import run_capture
from xaso.services.trace.models import CaptureJob, EventThing, TraceEvent
from xaso.services.trace.tests.store_samples import seen
from xaso.services.trace.tests.test_store_rest import Machine

HELD = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
# The worker waits, with half of the capture written, for somebody to kill it.
_WORKER = """
import os, sys, time
import django
from django.conf import settings
django.setup()
from django.db import connection
connection.close()
connection.settings_dict.update(NAME=sys.argv[1])
from xaso.services.trace.store import inserting
write = inserting._write_parts
def slowly(cursor, new):
    write(cursor, new)
    print("half", flush=True)
    time.sleep(120)
inserting._write_parts = slowly
inserting.CHUNK = 2
from xaso.services.trace.actions.store import run_capture
run_capture(job=sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("behaviour", ["rollback", "proceed"])
def test_a_killed_worker_leaves_nothing_and_the_capture_is_done_again(behaviour):
    machine = Machine()
    answer = machine.capture(*(seen(number) for number in range(6)), GS1_Capture_Error_Behaviour=behaviour)
    job = answer["Location"].rpartition("/")[2]
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(connection.settings_dict["NAME"]), job],
        stdout=subprocess.PIPE,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "xaso.site.settings"},
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"half\n"
        worker.send_signal(signal.SIGKILL)
        worker.wait(20)
    finally:
        worker.kill()
        worker.wait(20)
    _wait_for_the_database(job)
    assert not TraceEvent.objects.exists()
    assert not EventThing.objects.exists()
    told = orjson.loads(machine.get(f"/capture/{job}").content)
    assert (told["running"], told["success"]) == (True, True)
    run_capture(job=job)
    told = orjson.loads(machine.get(f"/capture/{job}").content)
    assert (told["running"], told["success"]) == (False, True)
    assert TraceEvent.objects.count() == 6


def _wait_for_the_database(job: str) -> None:
    """The server notices a little later that the other side is gone, and lets go of the job's row."""
    for _ in range(100):
        with connection.cursor() as cursor:
            cursor.execute(HELD)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"the server still holds {CaptureJob.objects.get(pk=job)}")
