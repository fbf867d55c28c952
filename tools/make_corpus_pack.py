"""Pack a file of articles (lines of JSON) as the corpus that is shipped: parts, links, graph.

    python tools/make_corpus_pack.py corpus.jsonl.gz --source "Bộ pháp điển điện tử" --day 2025-02-14 \\
        --origins origins.json

``--origins``: where rows that name an ``origin`` come from: {"name": {"source": …, "day": …, "problem": …,
"stars": true}}; ``stars``: that crawl wrote bold type as **…**, which is no part of the law.

Also writes the list of names of laws that citations are read with (kernel/plain/law/data/names.tsv).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xaso.site.settings")

NAMED = ("Luật", "Bộ luật", "Pháp lệnh", "Hiến pháp")
MENTION = re.compile(
    r"(?<!\w)(Bộ luật|Luật|Pháp lệnh)\s+([A-ZĐÀ-Ỹ][^.;:()“”\n]{2,110}?)\s+số\s+"
    r"(\d{1,3}/\d{4}/(?:QH|PL-UBTVQH|UBTVQH)\d{1,2})"
)


def main() -> int:
    """Reads, numbers, packs; says how large it became."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--source", required=True)
    parser.add_argument("--day", type=date.fromisoformat, required=True)
    parser.add_argument("--origins", type=Path)
    words = parser.parse_args()
    import django

    django.setup()
    from xaso.kernel.plain.law import documents_named
    from xaso.services.assistant.importers.lines import gathered, read_lines

    began = time.monotonic()
    told = json.loads(words.origins.read_text(encoding="utf-8")) if words.origins else {}
    starred = {name for name, one in told.items() if one.get("stars")}
    rows = list(read_lines(words.file))
    for row in rows:
        if row.get("origin") in starred:
            row |= {key: without_marks(str(row.get(key) or "")) for key in ("text", "title", "chapter")}
    facts = {"source": words.source, "source_date": words.day, "origins": origins_of(told)}
    documents_named.NAMES.write_text("", encoding="utf-8")
    documents, aside = gathered(rows, **facts)
    write_names(documents, documents_named.NAMES)
    for cached in (documents_named.known_laws, documents_named._tree, documents_named._by_name):
        cached.cache_clear()
    documents, aside = gathered(rows, **facts)
    print(f"{len(documents)} documents, {len(aside)} set aside, {time.monotonic() - began:.0f} s")
    pack_all(documents, words, began)
    return 0


def origins_of(told: dict) -> dict:
    """Of each name of an origin what its documents say of their source."""
    from xaso.services.assistant.importers.base import Origin
    from xaso.services.assistant.importers.lines import day_from

    return {
        name: Origin(one["source"], day_from(one.get("day")), one.get("problem", ""))
        for name, one in told.items()
    }


def without_marks(text: str) -> str:
    """The words of the law alone, of a crawl that wrote bold and italic type as stars.

    Stars that stand alone, in brackets or in quotes are the law's own: (*), “*”, a line that begins with a star.
    """

    def kept(found: re.Match[str]) -> str:
        before, after = text[: found.start()][-1:] or " ", text[found.end() :][:1] or " "
        own = (before in '(“"' and after in ')”"') or (before.isspace() and after.isspace())
        return found[0] if own else ""

    return re.sub(r"\*+", kept, text)


def pack_all(documents: list, words: argparse.Namespace, began: float) -> None:
    """Number the articles, find the links between them, write the parts."""
    from xaso.services.assistant import pack

    documents.sort(key=lambda one: (one.topic, one.number))
    seq = 1
    for document in documents:
        for article in document.articles:
            article.seq, seq = seq, seq + 1
    links = find_links(documents)
    print(f"{sum(map(len, links.values()))} links, {time.monotonic() - began:.0f} s")
    told = pack.write_pack(pack.FOLDER, documents, links, source=words.source, day=words.day)
    for path in sorted(pack.FOLDER.glob("corpus.*")):
        print(f"{path.name}: {path.stat().st_size}")
    print(f"{told.articles} articles, {time.monotonic() - began:.0f} s")


def find_links(documents: list) -> dict[int, list[int]]:
    """The number of each article to those of the articles it cites."""
    from xaso.kernel.plain.law import Place, citations, law_named, number_key

    places = {
        (number_key(document.number), article.number): article.seq
        for document in documents
        for article in reversed(document.articles)
    }
    found: dict[int, list[int]] = {}
    for document in documents:
        own = number_key(document.number)
        for article in document.articles:
            day = article.valid_from or document.effective_on
            targets = set()
            for one in citations(article.text, here=Place(document.number, article.number)):
                number = one.number or (
                    law_named(one.name, kind=one.kind, day=day, year=one.year) if one.name else ""
                )
                if number and one.article:
                    targets.add(places.get((number_key(number), one.article), 0))
            targets -= {0, article.seq, places.get((own, article.number), 0)}
            if targets:
                found[article.seq] = sorted(targets)
    return found


def write_names(documents: list, path: Path) -> None:
    """Names of laws with their numbers: from titles, and from what the texts call laws that are not kept here."""
    from xaso.kernel.plain.law import number_key

    known: dict[str, tuple[str, str, str, str, str]] = {}
    for one in documents:
        if one.kind in NAMED and one.title:
            kind, name = split_name(one.kind, one.title)
            if name and not name.lower().startswith(("sửa đổi", "bổ sung")):
                known[number_key(one.number)] = (
                    kind,
                    name,
                    one.number,
                    iso(one.effective_on),
                    iso(one.ended_on),
                )
    told: dict[str, Counter[tuple[str, str]]] = {}
    for one in documents:
        for article in one.articles:
            for found in MENTION.finditer(article.text):
                name = " ".join(found[2].split()).rstrip(",")
                if re.search(r"(?<!\w)(?:Nghị định|Thông tư|Luật|sửa đổi|ngày|của|theo|tại)(?!\w)", name):
                    continue
                told.setdefault(found[3], Counter())[(found[1], name)] += 1
    for number, names in told.items():
        (kind, name), count = names.most_common(1)[0]
        if number_key(number) not in known and count >= 2:
            known[number_key(number)] = (kind, name, number, "", "")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(sorted(known.values()))
    print(f"{len(known)} names of laws")


def split_name(kind: str, title: str) -> tuple[str, str]:
    """The name behind the kind: "Luật Thanh niên" is ("Luật", "Thanh niên")."""
    for one in ("Bộ luật", "Luật", "Pháp lệnh", "Hiến pháp"):
        if title.lower().startswith(f"{one.lower()} "):
            return one, title[len(one) :].strip()
    return kind, title.strip()


def iso(day: date | None) -> str:
    """A day as text, empty for none."""
    return day.isoformat() if day else ""


if __name__ == "__main__":
    sys.exit(main())
