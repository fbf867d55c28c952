"""A program of its own: opens one received sound and writes its samples. Reads JSON, a line end, then the content.

It has little memory, little time and no file or network names to follow: the container is fixed by the content's
kind, so a play list or a reference to another file is not looked at.
"""

from __future__ import annotations

import io
import json
import resource
import sys

FORMATS = {
    "audio/webm": "matroska",
    "audio/ogg": "ogg",
    "audio/mp4": "mov",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/flac": "flac",
}
RATES = (16_000, 22_050, 24_000, 44_100, 48_000)
MEMORY = 2 << 30


def main() -> int:
    """Answer a line of JSON (rate, or why not) and the samples: 16 bits, one channel."""
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    rate, why, pieces = _open(content, asked["media"], asked["longest"])
    out = sys.stdout.buffer
    out.write(json.dumps({"rate": rate, "why": why}).encode() + b"\n")
    for piece in pieces:
        out.write(piece)
    return 1 if why else 0


def _open(content: bytes, media: str, longest: float) -> tuple[int, str, list[bytes]]:
    import av

    pieces: list[bytes] = []
    heard = 0
    try:
        with av.open(io.BytesIO(content), "r", format=FORMATS[media]) as file:
            if not file.streams.audio:
                return 0, "Trong tệp này không có âm thanh.", []
            stream = file.streams.audio[0]
            rate = min(max(RATES[0], stream.rate or RATES[-1]), RATES[-1])
            rate = next(one for one in RATES if one >= rate)
            change = av.AudioResampler(format="s16", layout="mono", rate=rate)
            for frame in file.decode(stream):
                for made in change.resample(frame):
                    heard += made.samples
                    pieces.append(made.to_ndarray().tobytes())
                if heard > longest * rate:
                    return 0, f"Đoạn ghi âm dài quá {longest / 60:.0f} phút. Cắt ngắn lại.", []
            for made in change.resample(None):
                heard += made.samples
                pieces.append(made.to_ndarray().tobytes())
    except (av.error.FFmpegError, KeyError, ValueError, MemoryError):
        return 0, "Không mở được tệp âm thanh này. Thu lại hoặc gửi tệp MP3, WAV, M4A.", []
    if not heard:
        return 0, "Trong tệp này không có âm thanh.", []
    return rate, "", pieces


if __name__ == "__main__":
    sys.exit(main())
