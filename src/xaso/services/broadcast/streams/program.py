"""The program that makes the streams: a channel for each station that has something on air, in step with the clock.

Several may run on several machines; a station's stream is made by one of them, and taken over when that one stops.
A stream begins two minutes before the first airing and ends a while after the last, so quiet stations cost nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connections

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.broadcast.models import Station
from xaso.services.broadcast.streams.actions import note_turn
from xaso.services.broadcast.streams.channel import Channel, Outlet, Turn
from xaso.services.broadcast.streams.outlets import holder, leave_seat, outlet_for, take_seat
from xaso.services.broadcast.streams.plan import airings_near, plan_of, stations_to_stream
from xaso.services.broadcast.streams.shelf import StationShelf

log = logging.getLogger("xaso.stream")
TICK = 0.2
LOOK_EVERY = 1.0
LINGER = timedelta(seconds=30)
LOST = timedelta(seconds=5)  # later than this the missing time is not made up: the stream goes on from now


class Running:
    """One station's channel in this process."""

    def __init__(self, station: Station, outlet: Outlet, begins: datetime) -> None:
        self.station = station
        self.outlet = outlet
        self.shelf = StationShelf()
        self.channel = Channel(outlet, self.shelf, self._note, begins)
        self.wanted_at = begins

    def look(self, moment: datetime) -> None:
        """Take the plan anew."""
        plan = plan_of(airings_near(self.station.pk, moment))
        if plan:
            self.wanted_at = moment
        self.shelf.want(plan)
        self.channel.plan(plan)

    def step(self, moment: datetime) -> None:
        """Make the sound up to now. After a long stop of the machine the stream begins anew."""
        if moment - self.channel.at > LOST:
            log.warning("stream of %s lost %s", self.station.title, moment - self.channel.at)
            self.channel.close()
            self.outlet = outlet_for(self.station)
            self.channel = Channel(self.outlet, self.shelf, self._note, moment)
            self.look(moment)
        self.shelf.pull()
        self.channel.advance(moment)

    def close(self) -> None:
        """End the stream."""
        self.channel.close()
        self.shelf.kept.close()

    def _note(self, turn: Turn) -> None:
        note_turn(Viewer.system(), station_id=self.station.pk, turn=turn)


class Program:
    """All channels of this process."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self.who = holder()
        self.running: dict[UUID, Running] = {}
        self._clock = clock

    def look(self) -> None:
        """Which stations are wanted; seats are taken and kept; plans are read."""
        moment = self._clock()
        wanted = stations_to_stream(moment)
        for key, one in list(self.running.items()):
            idle = key not in wanted and moment - one.wanted_at > LINGER
            if idle or not take_seat(key, self.who):
                self._end(key)
        for key in wanted - set(self.running):
            if take_seat(key, self.who):
                station = Station.objects.get(pk=key)
                self.running[key] = Running(station, outlet_for(station), moment)
        for one in self.running.values():
            one.look(moment)

    def step(self) -> None:
        """A stretch of sound for each station; one that fails is begun anew, the others go on."""
        moment = self._clock()
        for key, one in list(self.running.items()):
            try:
                one.step(moment)
            except DatabaseError:
                raise
            except Exception:
                log.exception("stream of %s failed", one.station.title)
                self._end(key)

    def close(self) -> None:
        """End all, and leave the seats to others."""
        for key in list(self.running):
            self._end(key)

    def _end(self, key: UUID) -> None:
        one = self.running.pop(key)
        try:
            one.close()
        finally:
            leave_seat(key, self.who)


def run_forever(stop: threading.Event) -> None:
    """Until told to stop. A database that goes away and comes back is lived through."""
    program = Program()
    looked = 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            if time.monotonic() - looked >= LOOK_EVERY:
                program.look()
                looked = time.monotonic()
            program.step()
        except DatabaseError:
            log.warning("the database does not answer; trying again", exc_info=True)
            connections.close_all()
            stop.wait(1.0)
        stop.wait(TICK)
    program.close()
