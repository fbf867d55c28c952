"""Make the desk's two font files: `python tools/make_fonts.py NotoSans-Regular.ttf NotoSans-SemiBold.ttf`.

Noto Sans (SIL Open Font License 1.1) cut down to Vietnamese, the letters of the highland languages, Latin and
punctuation. The sources are the full TTF files, as in Debian's fonts-noto-core and fonts-noto-extra.
The Open Font License lets a subset keep the name only when no name is reserved; ours is called "Xaso Sans".
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "src/xaso/kernel/ui/static/ui/fonts"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
VOWELS = ("a", "a\u0306", "a\u0302", "e", "e\u0302", "i", "o", "o\u0302", "o\u031b", "u", "u\u031b", "y")
# Ê Đê, Gia Rai, Ba Na, Cơ Ho, Mnông, Xơ Đăng: letters beyond Vietnamese, some only as base + mark.
HIGHLAND = "ĕŏŭčñƀĭĔŎŬČÑɃĬŃńǏǐŠš"
MARKS = "\u0300\u0301\u0302\u0303\u0306\u0308\u0309\u030c\u031b\u0323"
PUNCTUATION = "\u00a0–—‘’“”„…•·′″‹›«»×÷±°²³½¼¾§©®™€₫−≤≥≈≠‰\u2009\u202f\u2011№"


def vietnamese() -> list[str]:
    """The 67 lower-case letters that carry a mark and their capitals: 134."""
    letters = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES} - set(
        "aeiouy"
    ) | {"đ"}
    return sorted(letters) + sorted(letter.upper() for letter in letters)


def wanted() -> set[int]:
    """Every code point that a screen of ours may show."""
    text = "".join(map(chr, range(0x20, 0x7F))) + "".join(map(chr, range(0xA1, 0x100)))
    return {ord(ch) for ch in text + "".join(vietnamese()) + HIGHLAND + MARKS + PUNCTUATION}


def cut(source: Path, weight: int) -> Path:
    """One woff2 of the wanted letters, with kerning, mark positioning and tabular figures."""
    from fontTools import subset  # only this tool needs it, the product does not
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "tnum", "calt"]
    options.hinting = False
    options.notdef_outline = True
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    missing = [hex(code) for code in sorted(wanted()) if code not in font.getBestCmap()]
    print(
        f"{source.name}: {len(font.getBestCmap())} letters, not in the source: {' '.join(missing) or 'none'}"
    )
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "Xaso Sans" if record.nameID != 4 else f"Xaso Sans {weight}"
        elif record.nameID in (3, 6):
            record.string = f"XasoSans-{weight}"
    target = HERE / f"xaso-sans-{weight}.woff2"
    font.flavor = "woff2"
    font.save(target)
    return target


def main(regular: Path, semibold: Path) -> None:
    """Write both files and say how large they are."""
    HERE.mkdir(parents=True, exist_ok=True)
    for source, weight in ((regular, 400), (semibold, 600)):
        target = cut(source, weight)
        print(f"{target.name}: {target.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
