"""Make the icon sprite: `python tools/make_icons.py PATH/TO/lucide-static/icons`.

Lucide (ISC, licence beside the sprite) gives the line style; the drawings it lacks are ours, on the same 24 px grid.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent / "src/xaso/kernel/ui/static/ui"
ICONS = """
archive arrow-down arrow-left arrow-right arrow-up arrow-up-down award baby badge-check banknote bell book-open briefcase building-2
calendar calendar-clock camera chart-column check chevron-down chevron-left chevron-right chevron-up circle circle-alert circle-check
circle-help circle-user circle-x clipboard-list clock cloud-off copy credit-card download ellipsis external-link eye file-check
file-pen file-plus file-text file-x files filter flag folder globe hand-coins handshake heart-pulse history house image inbox info landmark
languages layers layout-dashboard link list list-checks lock log-in log-out mail map map-pin megaphone menu message-square mic minus
moon octagon-alert package paperclip pause pen pencil phone play plus printer qr-code refresh-cw rotate-cw save scale scan-line search
send settings share-2 shield shield-check shopping-basket signature smartphone sprout stamp star store sun tag thumbs-up trash-2
trending-down trending-up triangle-alert truck undo-2 upload user user-check user-plus users volume-2 wallet wifi-off wrench x zoom-in
""".split()
RENAMED = {"circle-help": "circle-question-mark", "filter": "funnel"}
OWN = {
    # con dấu: a round seal with its star
    "seal": '<circle cx="12" cy="12" r="9.5"/><circle cx="12" cy="12" r="6.5" stroke-dasharray="1.5 2"/>'
    '<path d="m12 8.6 1 2.1 2.3.3-1.7 1.6.4 2.3-2-1.1-2 1.1.4-2.3-1.7-1.6 2.3-.3z"/>',
    # loa truyền thanh: two horns on a pole
    "loudspeaker": '<path d="M12 22V9"/><path d="M10.5 5.5 3 3v8l7.5-2.5z"/><path d="M13.500 5.500 21 3v8l-7.500-2.500z"/>'
    '<path d="M10.500 5.500h3v3h-3z"/><path d="M9 22h6"/>',
    # cổng làng: a village gate with a curved roof
    "gate": '<path d="M2 6c2 2 4.500 2.500 10 2.500S20 8 22 6"/><path d="M5 8v13"/><path d="M19 8v13"/><path d="M3 21h4"/>'
    '<path d="M17 21h4"/><path d="M9 21v-6a3 3 0 0 1 6 0v6"/><path d="M8 4.500c2.500-1 5.500-1 8 0"/>',
    # hộ: a roof over the people of one household
    "household": '<path d="m3 10 9-7 9 7"/><path d="M5 9v12h14V9"/><circle cx="9.500" cy="13" r="1.500"/>'
    '<circle cx="14.500" cy="13" r="1.500"/><path d="M7 18.500a2.500 2.500 0 0 1 5 0"/><path d="M12 18.500a2.500 2.500 0 0 1 5 0"/>',
    # cồng: a gong on its cord
    "gong": '<circle cx="12" cy="14" r="8"/><circle cx="12" cy="14" r="2.500"/><path d="M6 8.500 9 3h6l3 5.500"/>',
}


def inner(svg: str) -> str:
    """The drawing inside Lucide's svg element, on one line."""
    body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)
    if not body:
        raise ValueError("not an svg file")
    return re.sub(r"\s+", " ", body[1]).strip().replace("> <", "><").replace(" />", "/>")


def main(folder: Path) -> None:
    """Write icons.svg, its licence and the favicon."""
    symbols = []
    for name in sorted(ICONS):
        path = folder / f"{name}.svg"
        if not path.exists():
            path = folder / f"{RENAMED[name]}.svg"
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner(path.read_text())}</symbol>')
    symbols += [f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>' for name, body in OWN.items()]
    HERE.joinpath("icons.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
    )
    HERE.joinpath("icons-LICENSE.txt").write_text(folder.parent.joinpath("LICENSE").read_text())
    HERE.joinpath("mark.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 32 32"><rect x="-4" y="-4" width="32" height="32" rx="6" fill="#8f1a14"/>'
        f'<g fill="none" stroke="#f2c94c" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{OWN["gate"]}</g></svg>\n'
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
