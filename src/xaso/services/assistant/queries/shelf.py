"""The shelf of documents as people look through it: search by number, words, kind, place; and texts with links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Concat
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils.http import urlencode

from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.law import Place, citations, law_named, number_key, number_of, slug_of
from xaso.kernel.plain.text import search_text
from xaso.kernel.units.models import Unit
from xaso.services.assistant.models import Article, Document, Import, SetAside
from xaso.services.assistant.queries.corpus_rights import CORPUS

KINDS = (
    "Bộ luật",
    "Luật",
    "Pháp lệnh",
    "Nghị quyết",
    "Nghị định",
    "Quyết định",
    "Chỉ thị",
    "Thông tư",
    "Thông tư liên tịch",
)


def found_documents(
    typed: str, *, kind: str = "", place: str = "", ended: bool = False
) -> QuerySet[Document]:
    """Documents whose number or title holds what was typed, laws first; without words all by date.

    ``place``: only those of there.
    """
    rows = Document.objects.all()
    number = number_of(typed) if "/" in typed or typed[:1].isdigit() else ""
    if number and "/" in typed:
        rows = rows.filter(Q(slug__startswith=slug_of(number)) | Q(slug__startswith=f"0{slug_of(number)}"))
    else:
        for word in search_text(typed).split()[:12]:
            rows = rows.filter(Contains(_column(), f" {word}"))
    if kind:
        rows = rows.filter(kind=kind)
    if place:
        rows = rows.filter(province_path__startswith=place)
    if ended:
        rows = rows.filter(ended_on__isnull=False)
    newest = F("issued_on").desc(nulls_last=True)
    if not typed:
        return rows.order_by(newest, "slug")
    ranks = Case(
        *(When(kind=kind, then=Value(at)) for at, kind in enumerate(KINDS)), default=Value(len(KINDS))
    )
    return rows.order_by(ranks, newest, "slug")


def _column() -> Concat:
    """The folded words with a space before each, so that a word is found from its beginning."""
    return Concat(Value(" ", output_field=TextField()), F("folded"), output_field=TextField())


def kinds_there(place: str = "") -> list[tuple[str, int]]:
    """Kinds of documents with how many there are, in the order of their rank."""
    rows = Document.objects.filter(province_path__startswith=place) if place else Document.objects.all()
    counts = dict(rows.values_list("kind").annotate(count=Count("pk")).order_by())
    known = [(kind, counts[kind]) for kind in KINDS if kind in counts]
    return known + sorted((kind, count) for kind, count in counts.items() if kind and kind not in KINDS)


def places_there() -> list[tuple[str, str, int]]:
    """(path, name, how many) of each province whose documents, or its communes', are kept."""
    rows = Document.objects.exclude(province_path="").values_list("province_path")
    counts: dict[str, int] = {}
    for path, count in rows.annotate(count=Count("pk")).order_by():
        root = f"{path.split('/', 1)[0]}/"
        counts[root] = counts.get(root, 0) + count
    names = dict(Unit.objects.filter(path__in=counts).values_list("path", "full_name"))
    return [(path, names.get(path, path), counts[path]) for path in sorted(counts)]


# ---- texts with links ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """A piece of a text: plain, or with the address of the article or document it names."""

    text: str
    slug: str = ""
    at: str = ""
    anchor: str = ""
    said: str = ""


@dataclass(frozen=True)
class Line:
    """A paragraph with its anchor ("k2", "k2-a") and how far in it stands (0 lead, 1 clause, 2 point)."""

    anchor: str
    level: int
    stretches: Sequence[Stretch]
    said: str = ""


def linked_lines(article: Article, day: date) -> list[Line]:
    """The article's text by paragraphs, each citation that is kept a link; all words are the stored ones."""
    text = article.text
    marks = _marks(article, day)
    begins = {part.start: part for part in article.parts}
    found, at = [], 0
    for raw in text.split("\n"):
        start = at + len(raw) - len(raw.lstrip())
        part = begins.get(start)
        inside = [mark for mark in marks if at <= mark[0] and mark[1] <= at + len(raw)]
        if raw.strip():
            anchor = _anchor(part.clause, part.point) if part is not None else ""
            level = 0 if part is None else 2 if part.point else 1
            said = (
                Place(article.document.number, article.number, part.clause, part.point).said if part else ""
            )
            found.append(Line(anchor, level, _stretches(text, at, at + len(raw), inside), said))
        at += len(raw) + 1
    return found


def article_slug(number: str) -> str:
    """An article in an address: "dieu-15a"; annexes by their own words."""
    return f"dieu-{number}" if number[:1].isdigit() else slug_of(number)


def article_address(
    slug: str, number: str, *, clause: str = "", point: str = "", day: date | None = None
) -> str:
    """The page of an article, at its clause or point, on a day when one is given."""
    where = reverse("assistant:article", args=[slug, article_slug(number)])
    where += f"?{urlencode({'ngay': day.isoformat()})}" if day else ""
    anchor = _anchor(clause, point)
    return f"{where}#{anchor}" if anchor else where


def _anchor(clause: str, point: str) -> str:
    return "-".join(one for one in (f"k{clause}" if clause else "", point) if one).replace("đ", "dd")


def _stretches(text: str, start: int, end: int, marks: Iterable[tuple[int, int, Stretch]]) -> list[Stretch]:
    found, at = [], start
    for begin, stop, mark in marks:
        if begin < at:
            continue
        if begin > at:
            found.append(Stretch(text[at:begin]))
        found.append(Stretch(text[begin:stop], mark.slug, mark.at, mark.anchor, mark.said))
        at = stop
    if at < end:
        found.append(Stretch(text[at:end]))
    return found


def _marks(article: Article, day: date) -> list[tuple[int, int, Stretch]]:
    """(start, end, where to) of each citation that can be opened, in order, without overlaps."""
    here = Place(article.document.number, article.number)
    cited = citations(article.text, here=here)
    numbers = {
        id(one): one.number
        or (law_named(one.name, kind=one.kind, day=day, year=one.year) if one.name else "")
        for one in cited
    }
    slugs = {slug_of(number) for number in numbers.values() if number}
    rows = Document.objects.filter(slug__in=slugs | {f"0{slug}" for slug in slugs})
    documents = {number_key(row.number): row for row in rows}
    documents[number_key(article.document.number)] = article.document
    pairs = [
        (documents[number_key(numbers[id(one)])], one.article)
        for one in cited
        if one.article and number_key(numbers[id(one)]) in documents
    ]
    there = _there(pairs)
    found: list[tuple[int, int, Stretch]] = []
    starts = sorted({one.start for one in cited})
    for one in cited:
        document = documents.get(number_key(numbers[id(one)])) if numbers[id(one)] else None
        if document is None or (one.article and (document.pk, one.article) not in there):
            continue
        later = next((start for start in starts if start > one.start), one.end)
        end = _trimmed(article.text, one.start, min(one.end, later))
        if (
            one.article == article.number
            and document.pk == article.document_id
            and not (one.clause or one.point)
        ):
            continue
        found.append(
            (
                one.start,
                end,
                Stretch(
                    "",
                    document.slug,
                    article_slug(one.article) if one.article else "",
                    _anchor(one.clause, one.point),
                    one.said,
                ),
            )
        )
    found.sort(key=lambda mark: (mark[0], -mark[1]))
    return found


def _trimmed(text: str, start: int, end: int) -> int:
    """Without the comma or "và" that leads to the next citation."""
    words = text[start:end].rstrip()
    for tail in ("và/hoặc", "và", "hoặc", "hay", "đến", "của", "tại", "từ", ",", ";"):
        while words.endswith(tail) and (not tail.isalpha() or words[: -len(tail)].endswith(" ")):
            words = words[: -len(tail)].rstrip()
    return start + len(words)


def _there(pairs: Sequence[tuple[Document, str]]) -> set[tuple[Any, str]]:
    rows = Article.objects.filter(
        document_id__in={document.pk for document, _ in pairs}, number__in={number for _, number in pairs}
    )
    return set(rows.values_list("document_id", "number"))


# ---- what officers brought in ----------------------------------------------------------------------------------------


def imports_of(viewer: Viewer) -> QuerySet[Import]:
    """Imports of the units where I may bring documents in, newest first."""
    return Import.objects.filter(viewer.scope(CORPUS)).order_by("-created_at")


def set_aside_of(viewer: Viewer) -> QuerySet[SetAside]:
    """Documents set aside that wait for somebody, oldest first."""
    rows = SetAside.objects.filter(viewer.scope(CORPUS), closed_at=None).select_related("batch")
    return rows.order_by("created_at")


def set_aside_count(viewer: Viewer) -> int:
    """How many documents set aside wait for me."""
    return set_aside_of(viewer).count() if viewer.can(CORPUS) else 0


def places_of(viewer: Viewer) -> list[tuple[str, str]]:
    """Where this officer may bring documents in: (path, words), the country first when they may."""
    paths = viewer.paths(CORPUS)
    units = Unit.objects.filter(path__in=[path for path in paths if path])
    named = [(unit.path, unit.full_name) for unit in units]
    return ([("", "Văn bản của trung ương, cả nước")] if "" in paths else []) + named
