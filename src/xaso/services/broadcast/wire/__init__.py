"""The wire to the loudspeakers: what goes out, what comes back.

Out: ``publish(commands)`` and ``put_schedule(cluster, programme)`` write rows in the caller's transaction; the
process ``python -m xaso.site wire`` sends them and sends them again after every break until they end.
``order`` makes a command.

In: the same process calls the actions of the broadcast core; all of them are idempotent. They get lists of objects
(moments are aware datetimes):
acks: ``{"command", "item", "stage": received|started|finished|failed, "code", "at", "data"}``;
play log: ``{"id", "airing", "item", "command", "started_at", "ended_at", "seconds", "result": played|cut|failed|missed,
"reason", "offset_ms", "volume", "priority"}``;
state: ``{"online", "at", "playing", "volume", "firmware", "clock_offset_ms", "schedule_version", "faults": [{"kind",
"detail"}], "disk_free_mb", "stored_until", …}``.
"""

from xaso.services.broadcast.wire.outbox import order, publish, put_schedule

__all__ = ["order", "publish", "put_schedule"]
