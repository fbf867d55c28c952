"""Make the icon sprite: `python tools/make_icons.py PATH/TO/lucide-static/icons`; names in tools/icons/names.txt;
the works of the diary (works.txt) are a sprite of their own, for only its pages show them.

Lucide (ISC, licence beside the sprite) gives the line style; the drawings it lacks are ours, on the same 24 px grid.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "src/xaso/kernel/ui/static/ui"
WORKS = Path(__file__).resolve().parent.parent / "src/xaso/services/trace/static/trace/works.svg"
OURS = Path(__file__).resolve().parent / "icons"
RENAMED = {"circle-help": "circle-question-mark", "filter": "funnel"}


def inner(svg: str) -> str:
    """The drawing inside Lucide's svg element, on one line."""
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if not body:
        raise ValueError("not an svg file")
    return re.sub(r"\s+", " ", body[1]).strip().replace("> <", "><").replace(" />", "/>")


def symbol(name: str, path: Path) -> str:
    """One drawing of the sprite."""
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner(path.read_text())}</symbol>'


def main(folder: Path) -> None:
    """Write icons.svg, its licence and the favicon."""
    symbols = []
    for name in OURS.joinpath("names.txt").read_text().split():
        path = folder / f"{name}.svg"
        symbols.append(symbol(name, path if path.exists() else folder / f"{RENAMED[name]}.svg"))
    symbols += [symbol(path.stem, path) for path in sorted(OURS.glob("*.svg"))]
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    HERE.joinpath("icons.svg").write_text(sprite)
    works = [symbol(name, folder / f"{name}.svg") for name in OURS.joinpath("works.txt").read_text().split()]
    WORKS.write_text('<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(works) + "\n</svg>\n")
    HERE.joinpath("icons-LICENSE.txt").write_text(folder.parent.joinpath("LICENSE").read_text())
    HERE.joinpath("mark.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32">'
        '<rect x="-4" y="-4" width="32" height="32" rx="6" fill="#8f1a14"/>'
        '<g fill="none" stroke="#f2c94c" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        f"{inner(OURS.joinpath('gate.svg').read_text())}</g></svg>\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
