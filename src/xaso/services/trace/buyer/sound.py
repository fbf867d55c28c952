"""What a recording is, told by its first bytes: never by its name."""

from __future__ import annotations


def kind_of_sound(content: bytes) -> str:
    """The media type of a recording that every browser plays; "" for anything else."""
    if content[:3] == b"ID3" or (len(content) > 2 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2):
        return "audio/mpeg"
    if content[:4] == b"OggS":
        return "audio/ogg"
    if content[:4] == b"\x1aE\xdf\xa3" and b"webm" in content[:64]:
        return "audio/webm"
    if content[4:8] == b"ftyp" and content[8:11] in (b"M4A", b"mp4", b"iso"):
        return "audio/mp4"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    return ""
