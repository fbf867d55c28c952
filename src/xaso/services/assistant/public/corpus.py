"""The shelf of law for everybody: documents, contents, an article with its links, two wordings beside each other."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET

from xaso.kernel.base.errors import NotFound
from xaso.kernel.people.doors import public
from xaso.kernel.plain.law import Place, akoma, citations, compared, law_named
from xaso.kernel.plain.moment import today
from xaso.services.assistant.models import Article, Document
from xaso.services.assistant.queries import corpus, shelf
from xaso.services.assistant.queries.shelf import article_address, article_slug
from xaso.services.assistant.showing import BADGES

PER_PAGE = 25


def day_in(request: HttpRequest) -> date:
    """The day the reader looks at; today unless another is asked for rightly."""
    try:
        asked = parse_date(request.GET.get("ngay", ""))
    except ValueError:
        asked = None
    return asked or today()


@public
@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    """Find documents; a citation typed in full leads straight to its article."""
    typed = request.GET.get("q", "").strip()[:200]
    straight = _straight(typed) if typed else None
    if straight is not None:
        return redirect(straight)
    kind = request.GET.get("loai", "")[:60]
    place = request.GET.get("noi", "")[:120]
    rows = shelf.found_documents(typed, kind=kind, place=place)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("trang"))
    day = today()
    context = {
        "typed": typed,
        "kind": kind,
        "place": place,
        "kinds": shelf.kinds_there(place),
        "places": shelf.places_there(),
        "page": page,
        "rows": [(row, _document_badge(row, day)) for row in page],
        "looked": bool(typed or kind or place),
        "back_url": reverse("assistant:front"),
    }
    return render(request, "assistant/corpus/documents.html", context)


def _straight(typed: str) -> str | None:
    """Where "điều 5 nghị định 61/2018" leads; None for words to search by."""
    cited = [one for one in citations(typed, loose=True) if one.number or one.name]
    if len(cited) != 1:
        return None
    one = cited[0]
    number = one.number or law_named(one.name, kind=one.kind, day=today(), year=one.year)
    document = corpus.document_of(number) if number else None
    if document is None or (not one.article and len(typed) > len(one.said) + 12):
        return None
    if not one.article:
        return reverse("assistant:document", args=[document.slug])
    if corpus.article_near(Place(document.number, one.article), today()) is None:
        return reverse("assistant:document", args=[document.slug])
    return article_address(document.slug, one.article, clause=one.clause, point=one.point)


def _document_badge(row: Document, day: date) -> tuple[str, str, str]:
    if row.ended_on is not None and row.ended_on <= day:
        return BADGES["ended"]
    if corpus.end_listed(row, day) is not None:
        return BADGES["ended"]
    if row.effective_on is not None and row.effective_on > day:
        return BADGES["not_yet"]
    return BADGES["unknown" if row.state == Document.State.UNKNOWN else "in_force"]


@public
@require_GET
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """One document: its facts, its contents, what it changes and what changes it."""
    row = corpus.document_at(slug)
    ours, theirs = corpus.relations_of(row)
    articles = corpus.contents(row)
    listed = corpus.end_listed(row, today())
    context = {
        "row": row,
        "badge": _document_badge(row, today()),
        "why": listed.why if listed else "",
        "groups": _groups(row, articles),
        "count": len(articles),
        "ours": [(one, one.to_document, one.to_number) for one in ours],
        "theirs": [(one, one.from_document, one.from_number) for one in theirs],
        "back_url": reverse("assistant:documents"),
    }
    return render(request, "assistant/corpus/document.html", context)


def _groups(row: Document, articles: list[Article]) -> list[tuple[str, list[tuple[Article, str]]]]:
    """Articles below their chapters, where the chapters are the document's own."""
    groups: list[tuple[str, list[tuple[Article, str]]]] = []
    for article in articles:
        article.document = row
        heading = "" if article.heading.startswith("Đề mục") else article.heading
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        groups[-1][1].append((article, article_slug(article.number)))
    return groups


def _article(slug: str, article: str, day: date) -> tuple[Document, Article, list[Article]]:
    """The document, the wording of the day (else the newest), and the contents. Raises NotFound."""
    row = corpus.document_at(slug)
    rows = corpus.contents(row)
    known = next((one for one in rows if article_slug(one.number) == article), None)
    if known is None:
        raise NotFound("Văn bản này không có điều đó trong kho.")
    known.document = row
    wording = corpus.article_near(known, day)
    if wording is None:
        raise NotFound("Văn bản này không có điều đó trong kho.")
    wording.document = row
    return row, wording, rows


@public
@require_GET
def article(request: HttpRequest, slug: str, article: str) -> HttpResponse:
    """One article as it was worded on a day: badge, text with links, who cites it, how to cite it."""
    day = day_in(request)
    row, wording, rows = _article(slug, article, day)
    state = corpus.in_force(wording, day)
    before, after = corpus.neighbours(wording, rows)
    versions = corpus.versions_of(row, wording.number)
    context = {
        "row": row,
        "article": wording,
        "day": day,
        "is_today": day == today(),
        "state": state,
        "badge": BADGES[state.state],
        "lines": shelf.linked_lines(wording, day),
        "citation": f"{wording.place.said}",
        "changes": [(one, one.from_document) for one in corpus.changes_of(wording)],
        "cites": _named(corpus.cites(wording)),
        "cited_by": _named(corpus.cited_by(wording)),
        "cited_by_count": corpus.cited_by_count(wording),
        "versions": versions,
        "before": (before, article_slug(before.number)) if before else None,
        "after": (after, article_slug(after.number)) if after else None,
        "address": article,
        "back_url": reverse("assistant:document", args=[slug]),
    }
    return render(request, "assistant/corpus/article.html", context)


def _named(rows: list[Article]) -> list[tuple[Article, str]]:
    return [(one, article_slug(one.number)) for one in rows]


@public
@require_GET
def compare(request: HttpRequest, slug: str, article: str) -> HttpResponse:
    """Two wordings of an article beside each other; the two newest unless others are chosen."""
    row, wording, _ = _article(slug, article, today())
    versions = corpus.versions_of(row, wording.number)
    if len(versions) < 2:
        raise NotFound("Kho chỉ có một nguyên văn của điều này.")
    by_number = {str(one.version): one for one in versions}
    new = by_number.get(request.GET.get("moi", ""), versions[0])
    old = by_number.get(request.GET.get("cu", ""), next(one for one in versions if one is not new))
    context = {
        "row": row,
        "article": wording,
        "old": old,
        "new": new,
        "versions": versions,
        "changes": compared(old.text, new.text),
        "address": article,
        "back_url": reverse("assistant:article", args=[slug, article]),
    }
    return render(request, "assistant/corpus/compare.html", context)


@public
@require_GET
def akn(request: HttpRequest, slug: str) -> HttpResponse:
    """The document as Akoma Ntoso 3.0."""
    row = corpus.document_at(slug)
    seen: dict[str, Article] = {}
    for one in Article.objects.filter(document=row).order_by("position", "-version"):
        seen.setdefault(one.number, one)
    answer = HttpResponse(akoma(row, list(seen.values())), content_type="application/akn+xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.slug}.akn.xml"'
    return answer


urlpatterns = [
    path("van-ban/", documents, name="documents"),
    path("van-ban/<str:slug>/", document, name="document"),
    path("van-ban/<str:slug>/akn.xml", akn, name="akn"),
    path("van-ban/<str:slug>/<str:article>/", article, name="article"),
    path("van-ban/<str:slug>/<str:article>/so-sanh/", compare, name="compare"),
]
