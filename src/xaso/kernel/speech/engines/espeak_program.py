"""A program of its own around the espeak-ng library (GPL-3.0): words in, samples out, over pipes.

Reads lines of JSON {"voice", "rate", "text"}; answers a line {"rate", "bytes"} and then the samples (16 bits, one
channel), or {"why"}. Ends when its input ends, or when nobody has asked for a while.
"""

from __future__ import annotations

import ctypes
import json
import select
import sys
from typing import Any

IDLE_SECONDS = 120
SYNCHRONOUS, UTF8, RATE, PAUSE_CAPITALS = 2, 1, 1, 0
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Speaker:
    """The library, set up once."""

    def __init__(self) -> None:
        import espeakng_loader

        self.pieces: list[bytes] = []
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate: int = self.library.espeak_Initialize(SYNCHRONOUS, 500, data, 0)
        if self.rate <= 0:
            raise OSError("espeak-ng does not start")
        self._callback = _CALLBACK(self._take)  # kept: the library holds only its address
        self.library.espeak_SetSynthCallback(self._callback)
        self.voice = ""

    def _take(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self.pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    def speak(self, voice: str, words_a_minute: int, text: str) -> bytes:
        """The samples of a text."""
        if voice != self.voice:
            if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
                raise OSError(f"no voice {voice}")
            self.voice = voice
        self.library.espeak_SetParameter(RATE, words_a_minute, 0)
        self.pieces = []
        content = text.encode() + b"\0"
        if self.library.espeak_Synth(content, len(content), 0, 0, 0, UTF8, None, None) != 0:
            raise OSError("espeak-ng refused the text")
        self.library.espeak_Synchronize()
        made, self.pieces = b"".join(self.pieces), []
        return made


def main() -> int:
    """Serve until the input ends."""
    out = sys.stdout.buffer
    try:
        speaker = Speaker()
    except (ImportError, OSError, AttributeError) as error:
        out.write(json.dumps({"why": str(error)}).encode() + b"\n")
        out.flush()
        return 1
    out.write(json.dumps({"rate": speaker.rate}).encode() + b"\n")
    out.flush()
    while select.select([sys.stdin], [], [], IDLE_SECONDS)[0]:
        line = sys.stdin.buffer.readline()
        if not line:
            break
        asked = json.loads(line)
        try:
            made = speaker.speak(asked["voice"], asked["rate"], asked["text"])
            out.write(json.dumps({"rate": speaker.rate, "bytes": len(made)}).encode() + b"\n" + made)
        except OSError as error:
            out.write(json.dumps({"why": str(error)}).encode() + b"\n")
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
