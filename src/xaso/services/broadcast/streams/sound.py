"""Sound in and out: whatever comes is decoded to one plain form, and what we send is encoded from it.

The plain form is 16 bit signed, mono, 48,000 samples a second. Decoding runs FFmpeg's libraries inside this process
through PyAV, on bytes that we hand it ourselves: it opens no address and no other file, and takes only the
containers named here (a playlist hidden in a "song" would otherwise make it fetch what it likes).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

import av
from av.audio.resampler import AudioResampler

from xaso.services.broadcast.streams.boxes import Cutter, Fragment

RATE = 48_000
WIDTH = 2
BITRATE = 64_000
CONTAINERS = "mp3,aac,mpegts,mov,matroska,ogg,flac,wav"
_OPENING = {
    "format_whitelist": CONTAINERS,
    "protocol_whitelist": "none",
    "probesize": "131072",
    "analyzeduration": "200000",
}


class NotSound(ValueError):
    """Bytes in which no sound was found."""


class Readable(Protocol):
    """Where the decoder takes its bytes: answers nothing at the end only."""

    def read(self, size: int) -> bytes: ...


def seconds_of(pcm: bytes | int) -> float:
    """How long plain samples sound; takes the samples or how many bytes there are."""
    size = pcm if isinstance(pcm, int) else len(pcm)
    return size / (RATE * WIDTH)


def bytes_for(seconds: float) -> int:
    """How many bytes so many seconds take, whole samples only."""
    return int(round(seconds * RATE)) * WIDTH


class _Handed:
    """Only ``read`` is shown to the decoder, so that it does not try to go back in what cannot go back."""

    def __init__(self, source: Readable) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        return self._source.read(size)


def decode(source: Readable | bytes) -> Iterator[bytes]:
    """Plain samples, block after block, as long as the source gives. Raises NotSound.

    A damaged frame in the middle is left out; real transmissions have such.
    """
    handed: Any = io.BytesIO(source) if isinstance(source, bytes) else _Handed(source)
    try:
        with av.open(handed, mode="r", options=dict(_OPENING), metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise NotSound("no sound in it")
            yield from _frames(container)
    except (av.FFmpegError, EOFError, UnicodeError, ValueError) as error:
        raise NotSound(str(error)) from error


def _frames(container: Any) -> Iterator[bytes]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    stream = container.streams.audio[0]
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            frame.pts = None
            for plain in resampler.resample(frame):
                yield _bytes(plain)
    for plain in resampler.resample(None):
        yield _bytes(plain)


def _bytes(frame: Any) -> bytes:
    """The samples of a frame without the padding behind them."""
    return bytes(frame.planes[0])[: frame.samples * WIDTH]


def whole(content: bytes, longest: float = 3600.0) -> bytes:
    """All samples of a file, at most ``longest`` seconds. Raises NotSound."""
    kept, most = bytearray(), bytes_for(longest)
    for block in decode(content):
        kept += block
        if len(kept) >= most:
            break
    if not kept:
        raise NotSound("nothing to hear")
    return bytes(kept[:most])


class _Written:
    """Where a muxer writes: it never goes back, every piece is handed on."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, piece: bytes) -> int:
        self._take(bytes(piece))
        return len(piece)


class _Encoder:
    """Shared by both encoders: samples in, bytes of a container out."""

    kind = ""
    codec = ""
    options: dict[str, str] = {}

    def __init__(self, bitrate: int) -> None:
        self._out: list[bytes] = []
        target: Any = _Written(self._out.append)
        self._container: Any = av.open(target, mode="w", format=self.kind, options=dict(self.options))
        self._stream = cast(Any, self._container.add_stream(self.codec, rate=RATE, layout="mono"))
        self._stream.bit_rate = bitrate
        self._given = 0

    def _take(self) -> bytes:
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _encode(self, pcm: bytes) -> None:
        samples = len(pcm) // WIDTH
        if not samples:
            return
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        frame.planes[0].update(pcm.ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts = RATE, self._given
        self._given += samples
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def _finish(self) -> None:
        for packet in self._stream.encode(None):
            self._container.mux(packet)
        self._container.close()


class Mp3(_Encoder):
    """An MP3 stream for Icecast and for simple receivers."""

    kind, codec = "mp3", "libmp3lame"
    options = {"write_xing": "0", "id3v2_version": "0"}

    def __init__(self, bitrate: int = BITRATE) -> None:
        super().__init__(bitrate)

    def add(self, pcm: bytes) -> bytes:
        """Encode samples; answers what is ready to send."""
        self._encode(pcm)
        return self._take()

    def end(self) -> bytes:
        """What was still inside."""
        self._finish()
        return self._take()


class Fragments(_Encoder):
    """AAC in fragments of MP4, one header and pieces of about ``seconds``: what browsers and telephones play."""

    kind, codec = "mp4", "aac"

    def __init__(self, seconds: float = 2.0, bitrate: int = BITRATE) -> None:
        self.options = {
            "movflags": "empty_moov+default_base_moof+skip_trailer",
            "frag_duration": str(int(seconds * 1_000_000)),
            "flush_packets": "1",
        }
        self._cutter = Cutter()
        super().__init__(bitrate)

    @property
    def header(self) -> bytes:
        """What a player needs before any fragment; empty until the first one is there."""
        return self._cutter.header

    def add(self, pcm: bytes) -> list[Fragment]:
        """Encode samples; answers the fragments that are whole now."""
        self._encode(pcm)
        return self._cutter.feed(self._take())

    def end(self) -> list[Fragment]:
        """The last fragment."""
        self._finish()
        return self._cutter.feed(self._take())


def tone(seconds: float, frequency: float = 440.0, loudness: float = 0.3) -> bytes:
    """A sine, for line tests and for trying a microphone path out."""
    import array
    import math

    step = 2 * math.pi * frequency / RATE
    peak = loudness * 32767
    samples = array.array("h", (int(peak * math.sin(step * n)) for n in range(int(round(seconds * RATE)))))
    return samples.tobytes()
