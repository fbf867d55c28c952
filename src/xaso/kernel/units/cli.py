"""``./xaso units resolve "…"``: look a unit up from the carried lists, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from datetime import date

from xaso.kernel.plain.moment import today
from xaso.kernel.units.addresses import Reader, Resolution
from xaso.kernel.units.dataset import dataset
from xaso.kernel.units.gazetteer import Gazetteer


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"ngày phải có dạng 2025-06-30, không phải {text}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xaso units", description="Tra đơn vị hành chính cũ và mới.")
    words = parser.add_subparsers(dest="word", required=True)
    resolve = words.add_parser("resolve", help="địa chỉ hoặc mã cũ nay thuộc đơn vị nào")
    resolve.add_argument(
        "text", nargs="+", help='"thôn 3, xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn" hoặc 01900'
    )
    resolve.add_argument("--on", type=_day, help="ngày ghi địa chỉ (2025-06-30)")
    resolve.add_argument("--json", action="store_true", help="in JSON")
    search = words.add_parser("search", help="tìm đơn vị theo tên, có dấu hoặc không dấu")
    search.add_argument("text", nargs="+")
    search.add_argument("--old", action="store_true", help="tìm trong danh mục trước 01/07/2025")
    words.add_parser("counts", help="đếm đơn vị trong các danh mục")
    return parser


def as_json(index: Gazetteer, answer: Resolution) -> dict[str, object]:
    """A resolution as plain data."""
    found = answer.found
    return {
        "text": answer.text,
        "found": None
        if found is None
        else {"code": found.code, "name": index.address_of(found), "level": found.level, "old": found.is_old},
        "rest": answer.rest,
        "today": [
            {"code": t.node.code, "path": t.node.path, "name": index.address_of(t.node), "partly": t.partly}
            for t in answer.today
        ],
        "others": [index.address_of(node) for node in answer.others],
        "exact": answer.exact,
        "sentence": answer.sentence,
        "notes": list(answer.notes),
    }


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(argv: list[str]) -> int:
    """Run the command; 0 when found, 1 when not."""
    chosen = _parser().parse_args(argv)
    data = dataset(today())
    index = Gazetteer.of(data)
    if chosen.word == "counts":
        for (old, level, kind), count in sorted(
            Counter((node.is_old, node.level, node.kind) for node in index.nodes.values()).items()
        ):
            _say(f"{'đến 30/06/2025' if old else 'hiện nay':15} {level:9} {kind:10} {count:6}")
        return 0
    text = " ".join(chosen.text)
    if chosen.word == "search":
        found = index.suggest(text, levels=("province", "district", "commune"), old=chosen.old, limit=20)
        for node in found:
            _say(f"{node.code:6} {index.address_of(node)}")
        return 0 if found else 1
    answer = Reader(index).resolve(text, chosen.on)
    if chosen.json:
        _say(json.dumps(as_json(index, answer), ensure_ascii=False))
    else:
        _say(answer.sentence)
        for note in answer.notes:
            _say(note)
        for target in answer.today[:20]:
            _say(
                f"  {target.node.code:6} {index.address_of(target.node)}{' (một phần)' if target.partly else ''}"
            )
    return 0 if answer.found else 1
