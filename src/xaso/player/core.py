"""The player: messages in, sound and reports out. Whoever runs it brings the clock, the line and the sink."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xaso.kernel.plain.horn import ALL, Command, Programme, Refused, open_programme, open_sealed
from xaso.kernel.plain.horn.programme import most_volume
from xaso.player.reports import Reports, entry_of, playing_facts
from xaso.player.sink import write_siren
from xaso.player.stage import Event, Job, Stage

VIETNAM = 7 * 3600  # without summer time


@dataclass(frozen=True)
class Identity:
    """Who a player is: written at enrolment."""

    commune: str
    cluster: str
    keys: Mapping[bytes, Ed25519PublicKey]


@dataclass(eq=False, kw_only=True)
class Player(Reports):
    """One loudspeaker. ``send(leaf, payload, retain)`` hands a message to the line, which may be down."""

    identity: Identity

    def __post_init__(self) -> None:
        self.stage = Stage(self.sink, self.disk.file_of, self._loudness, instant=self.clock.guess)
        self._floor = float(self.disk.read_json("time.json").get("floor", 0.0))
        self.volume = int(self.disk.read_json("settings.json").get("volume", self.volume))
        self._recover()

    # what open_sealed asks

    @property
    def cluster(self) -> str:
        """Its id."""
        return self.identity.cluster

    @property
    def commune(self) -> str:
        """Its station."""
        return self.identity.commune

    def now(self) -> datetime | None:
        """The true time, if known."""
        known = self.clock.now()
        return None if known is None else datetime.fromtimestamp(known, UTC)

    def floor(self) -> datetime:
        """A moment that is over."""
        return datetime.fromtimestamp(self._floor, UTC)

    def seen(self, command_id: str) -> bool:
        """Whether it was obeyed."""
        return command_id in self.disk.obeyed

    def highest(self, kind: str) -> int:
        """The highest number obeyed."""
        return self.disk.highest.get(kind, 0)

    # the line

    def connected(self) -> None:
        """The line is up: tell the state, ask for the time, send what the log holds."""
        self.online = True
        mono = self.clock.mono()
        self._ask_at = mono
        self._log_at = mono + 1 + 4 * self.jitter()
        self._send_state()

    def disconnected(self) -> None:
        """The line is down; everything goes on but the telling."""
        self.online = False
        self._asked.clear()

    def receive(self, leaf: str, payload: bytes) -> None:
        """A message from the broker: ``desired``, or a command (any other leaf). It is obeyed at once; writing and
        telling are left to ``settle``, and until ``is_settled`` the broker must not be told that it is kept."""
        try:
            if leaf == "desired":
                self._take_programme(payload)
            else:
                self._obey(open_sealed(payload, self.identity.keys, self))
        except Refused as error:
            self.refused[error.code] = self.refused.get(error.code, 0) + 1
            self._answer_refusal(payload, error)
            self._state_soon()
            self._spread = False

    # time

    def tick(self) -> None:
        """Does what is due. The sound first; what is told and written follows in ``settle``."""
        self._stirred = False
        now = self.clock.now()
        if now is None and not any(job.priority == "emergency" for job in self._present()):
            self._fault("clock_unknown", "chưa biết giờ đúng")
        else:
            guess = self.clock.guess()
            for event in self.stage.advance(guess):
                self._todo.append(partial(self.told, event))
            self.stage.prepare(guess)
        mono = self.clock.mono()
        if self._later_at is not None and mono >= self._later_at:
            self._no_longer()
        if self._state_at is not None and mono >= self._state_at:
            self._todo.append(self._send_state)
        if self._log_at is not None and mono >= self._log_at:
            self._todo.append(self._send_log)
        if self._ask_at is not None and mono >= self._ask_at:
            self._todo.append(self._ask_time)

    def settle(self) -> None:
        """What ``receive`` and ``tick`` left to do: writing and telling."""
        while self._todo:
            todo, self._todo = self._todo, []
            for one in todo:
                one()
        if self._later_at is None:
            self._answer()

    def finish(self) -> None:
        """All that was put off, now."""
        self._no_longer()
        self.settle()

    @property
    def is_settled(self) -> bool:
        """Whether all that was heard is written down."""
        return not self._todo and not self._later

    def wait(self) -> float:
        """Seconds until ``tick`` is needed again."""
        if self._todo or self._stirred or (self._acks and self._later_at is None):
            return 0.0
        mono = self.clock.mono()
        times = (self._later_at, self._state_at, self._log_at, self._ask_at)
        waits = [at - mono for at in times if at is not None]
        upcoming = self.stage.next_time()
        if upcoming is not None:
            rest = upcoming - self.clock.guess()
            # A file that is still missing makes its item due again and again: look for it each half second.
            waits.append(rest if rest > 0 else 0.5)
            if rest > 2.5:
                waits.append(rest - 1.9)
        return max(0.0, min([*waits, 30.0]))

    # audio

    def fetched(self, digest: str, content: bytes) -> bool:
        """Audio has come; whether it is kept."""
        try:
            self.disk.drop_audio(set(self.wanted), len(content))
            kept = self.disk.store_audio(digest, content)
        except OSError as error:
            self._fault("sd_full", f"không ghi được: {error.strerror}")
            return False
        if kept:
            self._mended("audio_bad")
            self._mended("sd_full")
            self.wanted.pop(digest, None)
        else:
            self._fault("audio_bad", "tệp âm thanh không đúng dấu")
        return kept

    def fetch_failed(self, digest: str) -> None:
        """Audio could not be had. An emergency that waits for it sounds the siren instead."""
        for job in self._present():
            if job.sha256 == digest and job.priority == "emergency":
                path = self.disk.home / "siren.wav"
                if not path.exists():
                    self._guarded(lambda path=path: write_siren(path))  # type: ignore[misc]
                self.disk.stand_in(digest, path)
        self._fault("audio_missing", "không tải được âm thanh")

    # inside

    def _take_programme(self, payload: bytes) -> None:
        held = self.programme.version if self.programme else 0
        found = open_programme(payload, self.identity.keys, self.cluster, held)
        self._guarded(lambda: self.disk.write("programme", payload))
        self._use(found)
        self._state_soon()

    def _use(self, programme: Programme) -> None:
        self.programme = programme
        jobs = []
        for entry in programme.entries:
            until = entry.until.timestamp()
            if entry.airing in self.disk.settled or until <= self._floor:
                continue
            job = Job(
                key=entry.airing, start=entry.at.timestamp(), until=until, seconds=entry.seconds,
                priority=entry.priority, resume=entry.resume, item=entry.item, airing=entry.airing,
                url=entry.url, sha256=entry.sha256, volume=entry.volume, skip=entry.skip,
            )  # fmt: skip
            jobs.append(job)
        self.stage.replace_programme(jobs)
        self._stirred = True
        commands = {job.sha256: (job.url, 0.0) for job in self._present() if job.command and job.sha256}
        self.wanted = {job.sha256: (job.url, job.start) for job in reversed(jobs) if job.sha256} | commands

    def _obey(self, command: Command) -> None:
        """Does it first, in memory. What sounds is written down right after that; the rest with the answer."""
        self._spread = command.cluster == ALL
        if command.kind not in ("time", "kept"):
            facts = (command.id, command.kind, command.sequence, command.expires_at.timestamp())
            self.disk.remember(*facts)
            work = partial(self._guarded, partial(self.disk.obey, *facts))
            if command.kind in ("play", "stop"):
                self._todo.append(work)
            else:
                self._soon(work)
        handler = getattr(self, f"_on_{command.kind}")
        try:
            handler(command)
        except (
            KeyError,
            TypeError,
            ValueError,
            OverflowError,
        ):  # signed by the station, yet not to be understood
            self._acknowledge(command.id, command.item, "failed", "bad")
        finally:
            self._spread = False

    def _on_play(self, command: Command) -> None:
        data = command.data
        start = command.not_before.timestamp() if command.not_before else self.clock.guess()
        airing = str(data.get("airing") or command.item)
        job = Job(
            key=airing or command.id, start=start, until=command.expires_at.timestamp(), seconds=command.seconds,
            priority=command.priority, resume=command.resume, item=command.item, airing=airing,
            command=command.id, url=command.url, sha256=command.sha256, volume=command.volume,
            skip=float(data.get("skip", 0)), repeats=int(data.get("repeats", 1)),
            pause=float(data.get("pause", 0)), waits=True,
        )  # fmt: skip
        self.stage.put(job)
        self._stirred = True
        if job.sha256 and self.disk.file_of(job.sha256) is None:
            self.wanted[job.sha256] = (job.url, start - (1e9 if job.priority == "emergency" else 0))
        self._acknowledge(command.id, command.item, "received")

    def _on_stop(self, command: Command) -> None:
        for event in self.stage.stop(self.clock.guess(), str(command.data.get("airing", "")) or command.item):
            self.told(event)
        self._stirred = True
        self._acknowledge(command.id, command.item, "finished")

    def _on_volume(self, command: Command) -> None:
        self.volume = self.volume if command.volume is None else command.volume
        self._soon(self._keep_volume)
        self._acknowledge(command.id, command.item, "finished", data={"volume": self.volume})
        self._state_soon()

    _on_config = _on_volume

    def _keep_volume(self) -> None:
        self._guarded(lambda: self.disk.write_json("settings.json", {"volume": self.volume}))

    def _on_schedule(self, command: Command) -> None:
        self._acknowledge(command.id, command.item, "finished", data=self.state())
        self._state_soon()

    def _on_selftest(self, command: Command) -> None:
        self._acknowledge(command.id, command.item, "finished", data=self.selftest())
        self._state_soon()

    def told(self, event: Event) -> None:
        """Writes down and reports what began or is over."""
        job = event.job
        self._state_soon()
        if event.result == "started":
            self._guarded(lambda: self.disk.write_json("playing.json", playing_facts(event)))
            if job.command:
                self._acknowledge(job.command, job.item, "started", at=event.started)
            return
        self.disk.remove("playing.json")
        if not job.command and job not in self.stage.held:
            self._guarded(lambda: self.disk.settle(job.key, job.until))
        self._guarded(lambda: self.disk.note(entry_of(event)))
        if self._log_at is None:
            self._log_at = self.clock.mono() + 0.3 + 2 * self.jitter()
        if event.reason == "no_sound":
            self._fault("no_sound", "không phát được âm thanh")
        elif event.result in ("played", "cut"):
            self._mended("no_sound")
        if job.command:
            done = event.result in ("played", "cut")
            self._acknowledge(job.command, job.item, "finished" if done else "failed", event.reason)

    def _present(self) -> list[Job]:
        current = [self.stage.current.job] if self.stage.current else []
        return [*current, *self.stage.pending.values(), *self.stage.held]

    def _loudness(self, job: Job, now: float) -> int:
        wanted = self.volume if job.volume is None else job.volume
        if self.programme is None:
            return wanted
        minute = int((now + VIETNAM) % 86_400 // 60)
        emergency = job.priority == "emergency"
        return min(
            wanted, most_volume(self.programme.caps, minute, self.programme.most_volume, emergency=emergency)
        )

    def _recover(self) -> None:
        """After a restart: the programme that was held, and what the power cut ended."""
        kept = self.disk.read("programme")
        if kept:
            try:
                self._use(open_programme(kept, self.identity.keys, self.cluster))
            except Refused:
                self.disk.remove("programme")
        cut = self.disk.read_json("playing.json")
        if cut:
            self.disk.remove("playing.json")
            ended = min(max(self._floor, cut["started_at"] / 1000), cut["until"])
            entry = {**cut, "ended_at": round(ended * 1000), "seconds": ended - cut["started_at"] / 1000}
            entry.pop("until")
            self._guarded(lambda: self.disk.note({**entry, "result": "cut", "reason": "power"}))
