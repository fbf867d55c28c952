"""What sounds now and what next: the order of precedence, interruptions and returns. No clock, no files of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from xaso.kernel.plain.horn import rank
from xaso.player.sink import NoSound, Sink

GRACE = 5.0  # an item of the programme that could not begin so soon after its time is missed, not played late
READY_BEFORE = 2.0
ALMOST = 0.3  # cut so shortly before its end an item counts as played
RETURNING = ("resume", "restart", "shorten")


@dataclass(eq=False)
class Job:
    """Something to play. Times are seconds since 1970; ``waits``: may begin late (a command, not the programme)."""

    key: str
    start: float
    until: float
    seconds: float
    priority: str = "ordinary"
    resume: str = "drop"
    item: str = ""
    airing: str = ""
    command: str = ""
    url: str = ""
    sha256: str = ""
    volume: int | None = None
    skip: float = 0.0
    repeats: int = 1
    pause: float = 0.0
    waits: bool = False
    position: float = 0.0  # how much of it was heard

    @property
    def stream(self) -> bool:
        """Whether it is heard while it is made, not from a file."""
        return not self.sha256

    @property
    def total(self) -> float:
        """How long all of it lasts; without an end it lasts until it may not."""
        if self.repeats < 1:
            return float("inf")
        return self.seconds * self.repeats + self.pause * (self.repeats - 1)


@dataclass(eq=False)
class Event:
    """Something began or is over. ``result``: started, played, cut, failed or missed."""

    job: Job
    result: str
    started: float = 0.0
    ended: float = 0.0
    seconds: float = 0.0
    reason: str = ""
    volume: int = 0


@dataclass(eq=False)
class _Playing:
    job: Job
    began: float
    position: float
    volume: int
    ends: float
    pausing: bool = False
    turn: float = 0.0  # when the present repetition or pause is over


@dataclass
class Stage:
    """Holds what waits, what sounds and what was interrupted."""

    sink: Sink
    file_of: Callable[[str], Path | None]
    loudness: Callable[[Job, float], int]
    pending: dict[str, Job] = field(default_factory=dict)
    held: list[Job] = field(default_factory=list)
    current: _Playing | None = None
    prepared: str = ""
    dropped_for: str = ""
    instant: Callable[[], float] | None = None  # the true time, asked right after a sound was begun

    def put(self, job: Job) -> None:
        """One more to play; the same key again replaces what still waits."""
        if self.current is None or self.current.job.key != job.key:
            self.pending[job.key] = job

    def replace_programme(self, jobs: Iterable[Job]) -> None:
        """The programme is this from now on; commands stay, what sounds goes on unless it was taken out."""
        fresh = {job.key: job for job in jobs}
        kept = {key: job for key, job in self.pending.items() if job.command}
        held = {job.key for job in self.held}
        if self.current is not None and not self.current.job.command:
            key = self.current.job.key
            if key not in fresh:
                self.dropped_for = key
            fresh.pop(key, None)
        self.held = [job for job in self.held if job.command or job.key in fresh]
        self.pending = {**{key: job for key, job in fresh.items() if key not in held}, **kept}

    def stop(self, now: float, key: str = "", reason: str = "stopped") -> list[Event]:
        """Ends what sounds (``key``: only that one) and forgets what was interrupted."""
        events = []
        for job in [one for one in self.held if not key or key in (one.key, one.airing, one.item)]:
            self.held.remove(job)
        for job in [one for one in self.pending.values() if key and key in (one.key, one.airing, one.item)]:
            del self.pending[job.key]
            events.append(Event(job, "missed", reason=reason))
        playing = self.current
        if playing and (not key or key in (playing.job.key, playing.job.airing, playing.job.item)):
            events.append(self._end(now, "cut", reason))
        return events

    def advance(self, now: float) -> list[Event]:
        """Does what is due at ``now``; answers what began and what is over, in order."""
        events = self._over(now)
        due = sorted(
            (job for job in self.pending.values() if job.start <= now),
            key=lambda job: (-rank(job.priority), -job.start),
        )
        for job in due:
            events += self._consider(job, now)
        if self.current is None:
            events += self._return(now)
        return events

    def next_time(self) -> float | None:
        """When ``advance`` has to be called at the latest."""
        times = [job.start for job in self.pending.values()]
        if self.current is not None:
            times += [min(self.current.ends, self.current.turn)]
        return min(times, default=None)

    def prepare(self, now: float) -> None:
        """Gets the next file ready shortly before its time."""
        for job in self.pending.values():
            if now <= job.start <= now + READY_BEFORE and not job.stream and self.prepared != job.key:
                path = self.file_of(job.sha256)
                if path is not None:
                    self.prepared = job.key
                    try:
                        self.sink.prepare(path, job.skip)
                    except NoSound:
                        return

    def _over(self, now: float) -> list[Event]:
        playing = self.current
        if playing is None:
            return []
        if self.dropped_for == playing.job.key:
            self.dropped_for = ""
            return [self._end(now, "cut", "removed")]
        if now >= playing.ends - 0.001:
            whole = playing.position + (now - playing.began) >= min(playing.job.total, 1e9) - ALMOST
            whole = whole or playing.job.stream or playing.job.repeats < 1
            return [self._end(playing.ends, "played" if whole else "cut", "" if whole else "time_over")]
        if not playing.pausing and not self.sink.alive():
            return [self._end(now, "failed", "no_sound")]
        if now >= playing.turn - 0.001:
            return self._turn(playing, now)
        return []

    def _turn(self, playing: _Playing, now: float) -> list[Event]:
        job = playing.job
        self.sink.stop()
        if not playing.pausing and job.pause:
            playing.pausing, playing.turn = True, playing.turn + job.pause
            return []
        playing.pausing, playing.turn = False, playing.turn + job.seconds
        return self._sound(job, job.skip, playing.volume, now)

    def _consider(self, job: Job, now: float) -> list[Event]:
        if now >= job.until:
            del self.pending[job.key]
            return [Event(job, "missed", reason="too_late")]
        playing = self.current
        late = now - job.start > GRACE and not job.waits
        if late and not job.stream:
            del self.pending[job.key]
            reason = "no_audio" if self.file_of(job.sha256) is None else "late"
            return [Event(job, "missed", reason=reason)]
        if not job.stream and self.file_of(job.sha256) is None:
            return []  # it may still come
        if playing is not None and rank(job.priority) < rank(playing.job.priority):
            if job.waits:
                return []
            del self.pending[job.key]
            if job.resume in RETURNING:
                self.held.append(job)
                return []
            return [Event(job, "missed", reason="outranked")]
        events = []
        if playing is not None:
            events.append(self._end(now, "cut", "interrupted"))
        del self.pending[job.key]
        return events + self._begin(job, now)

    def _return(self, now: float) -> list[Event]:
        self.held = [job for job in self.held if now < job.until and job.position < job.total - ALMOST]
        for job in sorted(self.held, key=lambda one: (-rank(one.priority), one.start)):
            if job.resume == "restart":
                job.position = 0.0
            elif job.resume == "shorten" or job.stream:
                job.position = now - job.start
            self.held.remove(job)
            if job.position < job.total - ALMOST:
                return self._begin(job, now)
        return []

    def _begin(self, job: Job, now: float) -> list[Event]:
        if job.stream and not job.command:
            job.position = max(job.position, now - job.start)  # a stream is joined where it is
        left = job.total - job.position
        cycle = job.seconds + job.pause
        inside = job.position % cycle if cycle and job.repeats != 1 else job.position
        pausing = inside > job.seconds
        volume = self.loudness(job, now)
        playing = _Playing(job, now, job.position, volume, min(now + left, job.until), pausing)
        playing.turn = now + (cycle - inside if pausing else job.seconds - inside)
        if job.repeats == 1:
            playing.turn = playing.ends + 1
        self.current = playing
        failed = [] if pausing else self._sound(job, job.skip + inside, volume, now)
        if not failed and self.instant is not None:
            playing.began = self.instant()
        return [Event(job, "started", started=playing.began, volume=volume), *failed]

    def _sound(self, job: Job, skip: float, volume: int, now: float) -> list[Event]:
        source = job.url if job.stream else self.file_of(job.sha256)
        try:
            if source is None:
                raise NoSound("no file")
            self.sink.start(source, skip, volume)
        except NoSound:
            return [self._end(now, "failed", "no_sound")]
        return []

    def _end(self, now: float, result: str, reason: str) -> Event:
        playing = self.current
        if playing is None:
            raise RuntimeError("nothing sounds")
        self.sink.stop()
        self.current, self.prepared = None, ""
        job = playing.job
        heard = max(0.0, now - playing.began)
        job.position = playing.position + heard
        if result == "cut" and job.position >= min(job.total, 1e9) - ALMOST:
            result, reason = "played", ""
        if reason == "interrupted" and job.resume in RETURNING and result == "cut":
            self.held.append(job)
        return Event(job, result, playing.began, now, heard, reason, playing.volume)
