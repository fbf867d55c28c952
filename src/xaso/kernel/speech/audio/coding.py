"""MP3 and Opus out, whatever people record in. What is received is opened by a program of its own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import av
import numpy as np

from xaso.kernel.speech.wav import BadSound, from_pcm, read

MP3, OPUS = "mp3", "opus"
BIT_RATES = {MP3: 64_000, OPUS: 24_000}
MEDIA = {MP3: "audio/mpeg", OPUS: "audio/ogg"}
_SHAPES = {MP3: ("mp3", "libmp3lame"), OPUS: ("ogg", "libopus")}
_OPUS_RATE = 48_000
# LAME turns all it gets down by a twentieth; its quicker search for the best bits is not heard in speech.
_MP3_GAIN, _MP3_OPTIONS = 1 / 0.95, {"compression_level": "7"}
# What MP3 can carry; other rates go up to the next one.
_MP3_RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
LONGEST = 3 * 3600.0
DECODE_SECONDS = 120
_PROGRAM = Path(__file__).parent / "decoder_program.py"
_FRAME = 1 << 15


def encode(wav: bytes, kind: str) -> bytes:
    """A WAV as MP3 (64 kbit/s) or Ogg Opus (24 kbit/s), one channel. Raises BadSound for an empty one."""
    samples, rate = read(wav)
    if not len(samples):
        raise BadSound("Đoạn tiếng rỗng.")
    container, codec = _SHAPES[kind]
    wanted = _OPUS_RATE if kind == OPUS else next((one for one in _MP3_RATES if one >= rate), _MP3_RATES[-1])
    full = 32768 * (_MP3_GAIN if kind == MP3 else 1.0)
    whole = np.clip(np.rint(samples * np.float32(full)), -32768, 32767).astype(np.int16)
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        options = _MP3_OPTIONS if kind == MP3 else {}
        stream = cast(av.AudioStream, file.add_stream(codec, rate=wanted, layout="mono", options=options))
        stream.bit_rate = BIT_RATES[kind]
        for start in range(0, len(whole), _FRAME):
            frame = av.AudioFrame.from_ndarray(
                whole[start : start + _FRAME].reshape(1, -1), format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = rate, None
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def decode(content: bytes, media_type: str, longest: float = LONGEST) -> bytes:
    """Received sound as WAV of one channel. Raises BadSound with what is wrong.

    A program of its own opens it, with limits of memory and time: what others send may be made to break a decoder.
    """
    asked = json.dumps({"media": media_type, "longest": longest, "seconds": DECODE_SECONDS}).encode()
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM)],
            input=asked + b"\n" + content,
            capture_output=True,
            timeout=DECODE_SECONDS + 10,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise BadSound("Tệp âm thanh này mở quá lâu nên không nhận.") from error
    head, _, raw = done.stdout.partition(b"\n")
    try:
        told = json.loads(head)
    except ValueError:
        told = {}
    if done.returncode or not told.get("rate"):
        raise BadSound(
            told.get("why") or "Không mở được tệp âm thanh này. Thu lại hoặc gửi tệp MP3, WAV, M4A."
        )
    return from_pcm(raw, int(told["rate"]))
