"""A command to all devices: obeyed at once, written and answered a little later; and the pipe below the line."""

from __future__ import annotations

import socket
from pathlib import Path

from xaso.kernel.plain.horn import ALL
from xaso.player.disk import Disk
from xaso.player.pipe import Pipe
from xaso.player.testing import Bench


def test_a_command_to_all_is_obeyed_at_once_and_written_and_answered_later(tmp_path: Path):
    bench = Bench(tmp_path)
    player = bench.player
    bench.hear(bench.command("volume", cluster=ALL, volume=33))
    bench.hear(bench.command("volume", cluster=ALL, volume=44))
    assert player.volume == 44 and bench.acks() == []
    assert not player.is_settled and not Disk(tmp_path, durable=False).obeyed
    bench.to(1.0)
    assert player.is_settled and set(Disk(tmp_path, durable=False).obeyed) == {"c1", "c2"}
    assert bench.acks() == [("c1", "finished", ""), ("c2", "finished", "")]
    assert len(bench.said("ack")) == 1
    bench.boot()
    assert bench.player.volume == 44


def test_what_is_put_off_is_done_when_the_player_ends(tmp_path: Path):
    bench = Bench(tmp_path)
    bench.hear(bench.command("volume", cluster=ALL, volume=33))
    bench.player.finish()
    assert bench.player.is_settled and bench.acks() == [("c1", "finished", "")]


def test_a_command_twice_is_obeyed_once_even_before_it_was_written(tmp_path: Path):
    bench = Bench(tmp_path)
    order = bench.command("volume", cluster=ALL, volume=33)
    bench.hear(order)
    bench.player.volume = 50
    bench.hear(order)
    assert bench.player.volume == 50 and bench.player.refused == {"replayed": 1}
    bench.to(5)
    assert set(bench.acks()) == {("c1", "finished", "")}


def test_an_emergency_to_all_sounds_and_is_written_down_before_it_is_answered(tmp_path: Path):
    bench = Bench(tmp_path)
    bench.store("siren")
    bench.hear(bench.play("siren", 5, cluster=ALL, priority="emergency"))
    assert set(Disk(tmp_path, durable=False).obeyed) == {"c1"}
    bench.to(0.1)
    assert len(bench.starts) == 1 and bench.acks() == []
    bench.to(2)
    assert bench.acks() == [("c1", "received", ""), ("c1", "started", "")]


def test_a_command_to_one_device_is_answered_at_once(tmp_path: Path):
    bench = Bench(tmp_path)
    bench.hear(bench.command("volume", volume=33))
    assert bench.player.is_settled and bench.acks() == [("c1", "finished", "")]


def test_the_pipe_reads_once_and_writes_once():
    here, there = socket.socketpair()
    here.setblocking(False)
    pipe = Pipe(here)
    there.sendall(b"abcdef")
    assert pipe.recv(1) == b"a" and pipe.pending() == 5
    assert pipe.recv(3) == b"bcd" and pipe.recv(10) == b"ef" and pipe.pending() == 0
    assert pipe.send(b"one") == 3 and pipe.send(b"two") == 3
    assert pipe.flush() and there.recv(100) == b"onetwo"
    pipe.send(b"x" * 10_000_000)
    assert not pipe.flush()  # more than the line takes at once
    taken = 0
    while taken < 10_000_000:
        taken += len(there.recv(1 << 20))
        pipe.flush()
    there.close()
    pipe.send(b"to nobody")
    pipe.flush()
    assert pipe.flush()
    pipe.close()
    assert pipe.fileno() == -1
