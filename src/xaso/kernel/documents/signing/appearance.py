"""What a signature shows on the page, drawn by the same typesetter as the page (NĐ 30/2020, appendix I)."""

from __future__ import annotations

import functools
from datetime import datetime

from xaso.kernel.documents.typeset.engine import LIBRARY, typeset
from xaso.kernel.documents.typeset.fields import Field


@functools.cache
def _source() -> str:
    return (LIBRARY / "stamp.typ").read_text()


def iso_time(moment: datetime) -> str:
    """Signing time as the decree asks: ISO 8601 with the offset of Vietnam."""
    return moment.replace(microsecond=0).isoformat()


def _draw(width: float, height: float, image: bytes | None, **data: object) -> bytes:
    files: dict[str, bytes] = {}
    if image:
        name = "image.png" if image.startswith(b"\x89PNG") else "image.jpg"
        files[name] = image
        data["image"] = name
    return typeset(_source(), {"width": width, "height": height, **data}, files=files, archival=False)


def person(width: float, height: float, name: str, moment: datetime, image: bytes | None) -> bytes:
    """The signer's own signature as an image, blue; without an image, name and time in words."""
    return _draw(width, height, image, style="person", name=name, time=iso_time(moment))


def seal(width: float, height: float, name: str, moment: datetime, image: bytes | None) -> bytes:
    """The agency's seal in red, with the time of sealing beneath."""
    return _draw(width, height, image, style="seal", name=name, time=iso_time(moment))


def corner(width: float, height: float, lines: list[str]) -> bytes:
    """Upright black words of 10 points: copies and attachments carry no image."""
    return _draw(width, height, None, style="corner", lines=lines)


def text(field: Field, words: str) -> bytes:
    """Words in a text field, in the field's own style."""
    return _draw(
        field.width,
        field.height,
        None,
        style="text",
        text=words,
        size=field.size,
        face=field.face,
        align=field.align,
    )
