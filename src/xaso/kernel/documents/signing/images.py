"""Pictures of signatures and seals: transparent ground, blue for persons, red for agencies (NĐ 30/2020)."""

from __future__ import annotations

import io
import math
import random

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from xaso.kernel.documents.intake import IMAGES, BadFile, kind_of
from xaso.kernel.documents.typeset.letters import FONTS

COLOURS = {"blue": (31, 63, 168), "red": (200, 16, 46)}
_SIDE = 1000
MAX_PIXELS = 60_000_000


def clean_stamp(content: bytes, colour: str) -> bytes:
    """A PNG with transparent ground in the colour the decree asks, from a picture on transparent or white ground.

    Raises BadFile for what is no picture or has nothing drawn on it.
    """
    if kind_of(content) not in IMAGES:
        raise BadFile("Chọn ảnh PNG hoặc JPEG của chữ ký hoặc con dấu.")
    try:
        image = Image.open(io.BytesIO(content))
        if image.width * image.height > MAX_PIXELS:
            raise BadFile("Ảnh quá lớn. Cắt sát chữ ký hoặc con dấu rồi chọn lại.")
        layered = ImageOps.exif_transpose(image).convert("RGBA")
    except BadFile:
        raise
    except Exception as error:  # decoders raise almost anything on damaged input
        raise BadFile("Không mở được ảnh này. Chọn ảnh khác.") from error
    layered.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", layered.size, "white")
    grey = Image.alpha_composite(ground, layered).convert("L")
    ink = ImageOps.autocontrast(ImageOps.invert(grey), cutoff=1)
    ink = ink.point([0 if value < 40 else min(255, int((value - 40) * 1.3)) for value in range(256)])
    ink = ImageChops.multiply(ink, layered.getchannel("A"))
    box = ink.getbbox()
    if box is None:
        raise BadFile("Ảnh trống. Chọn ảnh có nét chữ ký hoặc dấu.")
    coloured = Image.new("RGBA", ink.size, (*COLOURS[colour], 0))
    coloured.putalpha(ink)
    out = io.BytesIO()
    coloured.crop(box).save(out, "PNG", optimize=True)
    return out.getvalue()


def specimen_signature(name: str) -> bytes:
    """A made-up signature for trial, the same each time for one name."""
    chance = random.Random(name)  # noqa: S311 - a drawing, not a secret
    image = Image.new("RGBA", (900, 420), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    loops, lean, swing = chance.uniform(20, 30), chance.uniform(0.4, 1.2), chance.uniform(90, 140)
    points = []
    for step in range(400):
        part = step / 399
        fading = 1 - 0.75 * part
        x = 90 + part * 620 + 55 * fading * math.sin(part * loops)
        y = 210 + swing * fading * math.sin(part * loops * lean + 1) * (0.6 + 0.4 * math.cos(part * 7))
        points.append((x, y))
    pen.line(points, fill=(*COLOURS["blue"], 255), width=9, joint="curve")
    pen.arc((300, 190, 860, 390), 185, 330, fill=(*COLOURS["blue"], 255), width=7)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _around(image: Image.Image, words: str, radius: float, size: int, start: float, sweep: float) -> None:
    font = ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), size)
    centre = image.width / 2
    for number, char in enumerate(words):
        angle = start + sweep * (number + 0.5) / len(words)
        tile = Image.new("RGBA", (size * 2, size * 2), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((size, size), char, font=font, fill=(*COLOURS["red"], 255), anchor="mm")
        turned = tile.rotate(-angle - 90, resample=Image.Resampling.BICUBIC)
        x = centre + radius * math.cos(math.radians(angle)) - size
        y = centre + radius * math.sin(math.radians(angle)) - size
        image.alpha_composite(turned, (round(x), round(y)))


def specimen_seal(agency: str) -> bytes:
    """A round seal that says "DÙNG THỬ", without any emblem: for trial only."""
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    red = (*COLOURS["red"], 255)
    for inset, width in ((10, 12), (34, 4), (190, 5)):
        pen.ellipse((inset, inset, 800 - inset, 800 - inset), outline=red, width=width)
    words = agency.upper()
    size = 76 if len(words) <= 30 else 58
    _around(image, words, 288, size, 150, 240)
    for line, (text, height) in enumerate((("DÙNG", 120), ("THỬ", 120))):
        font = ImageFont.truetype(str(FONTS / "Tinos-Bold.ttf"), height)
        pen.text((400, 345 + line * 115), text, font=font, fill=red, anchor="mm")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
