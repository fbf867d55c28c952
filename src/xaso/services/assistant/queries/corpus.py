"""Reads of the law: what held on a day, what cites what. The law is public: these take no viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from xaso.kernel.base.errors import NotFound
from xaso.kernel.plain.formats import day as said_day
from xaso.kernel.plain.law import Place, known_end, number_of, said, slug_of
from xaso.services.assistant.models import Article, Document, Relation

IN_FORCE, NOT_YET, ENDED, PARTLY, UNKNOWN = "in_force", "not_yet", "ended", "partly", "unknown"
STANDS = frozenset({IN_FORCE, PARTLY, UNKNOWN})  # it may be quoted; what is not known is said beside it
_UNCONFIRMED = "theo danh mục đi kèm phần mềm, chưa đối chiếu với văn bản"
_ENDING = (Relation.Kind.REPLACES, Relation.Kind.REPEALS)


@dataclass(frozen=True)
class State:
    """Whether a wording holds on a day: in_force, not_yet, ended, partly, unknown; why, in words; what replaced it."""

    state: str
    why: str
    replaced_by: str = ""
    since: date | None = None
    until: date | None = None


def document_of(number: str, *, path: str = "") -> Document | None:
    """The document of a number however it is spelled; local numbers repeat, so the one of ``path`` comes first.

    A number without its issuer ("10/2020/TT") is answered when only one document has it.
    """
    wanted = number_of(number) or number
    if not wanted:
        return None
    slug = slug_of(wanted)
    slugs = [slug, f"0{slug}", slug.lstrip("0")]
    rows = list(
        Document.objects.filter(
            Q(slug__in=slugs) | Q(number__in=[wanted, f"0{wanted}", wanted.lstrip("0")])
        ).order_by("province_path", "slug")[:50]
    )
    if not rows and wanted.count("/") == 2:
        rows = list(Document.objects.filter(slug__startswith=f"{slug}-").order_by("slug")[:2])
        rows = rows if len(rows) == 1 else []
    near = [row for row in rows if path and row.province_path and path.startswith(row.province_path)]
    national = [row for row in rows if not row.province_path]
    return next(iter([*near, *national, *rows]), None)


def document_at(slug: str) -> Document:
    """The document behind an address. Raises NotFound."""
    row = Document.objects.filter(slug=slug).first()
    if row is None:
        raise NotFound("Kho không có văn bản này.")
    return row


def versions_of(document: Document, number: str) -> list[Article]:
    """All wordings of an article that are kept, the newest first."""
    rows = list(Article.objects.filter(document=document, number=number).select_related("document"))
    rows.sort(key=lambda row: (row.valid_from or date.min, row.version), reverse=True)
    return rows


def _wordings(what: Article | Place) -> list[Article]:
    if isinstance(what, Article):
        return versions_of(what.document, what.number)
    document = document_of(what.number)
    return versions_of(document, what.article) if document is not None else []


def article_on(what: Article | Place, day: date) -> Article | None:
    """The wording of an article that held on a day; None when none did, or when that wording is not kept."""
    for row in _wordings(what):
        if in_force(row, day).state in STANDS:
            return row
    return None


def article_near(what: Article | Place, day: date) -> Article | None:
    """As ``article_on``; when nothing held, the newest wording, whose ``in_force`` tells why it does not answer."""
    rows = _wordings(what)
    return next((row for row in rows if in_force(row, day).state in STANDS), None) or next(iter(rows), None)


def in_force(article: Article, day: date) -> State:
    """Whether this very wording held on a day, and why."""
    document = article.document
    if document.ended_on is not None and document.ended_on <= day:
        by = _ended_by(article)
        why = f"Hết hiệu lực từ {said_day(document.ended_on)}"
        return State(ENDED, f"{why}, được thay thế bởi {by}" if by else why, by, until=document.ended_on)
    listed = end_listed(document, day)
    if listed is not None:
        return listed
    if article.valid_to is not None and article.valid_to <= day:
        by = _changed_by(article, article.valid_to)
        why = f"Nguyên văn này hết hiệu lực từ {said_day(article.valid_to)}"
        return State(ENDED, f"{why}, bởi {by}" if by else why, by, until=article.valid_to)
    begins = document.effective_on
    if begins is not None and begins > day:
        return State(NOT_YET, f"Chưa có hiệu lực: có hiệu lực từ {said_day(begins)}", since=begins)
    since = article.valid_from
    if since is not None and since > day:
        by = _changed_by(article, since)
        why = f"Nguyên văn này có từ {said_day(since)}" + (f", sau khi được sửa đổi bởi {by}" if by else "")
        return State(NOT_YET, f"{why}; kho không có nguyên văn của ngày {said_day(day)}", since=since)
    return _standing(article, day)


def end_listed(document: Document, day: date) -> State | None:
    """The end of a law that only the hand-kept list of names tells: shown as such, for the texts do not say it."""
    told = known_end(document.number) if document.ended_on is None and not document.province_path else None
    if told is None or told[0] > day:
        return None
    by = said(told[1]) if told[1] else ""
    replaced = f", được thay thế bởi {by}" if by else ""
    return State(ENDED, f"Hết hiệu lực từ {said_day(told[0])}{replaced} ({_UNCONFIRMED})", by, until=told[0])


def _standing(article: Article, day: date) -> State:
    """It holds; partly when something in it was repealed after this wording was made."""
    since = article.valid_from or article.document.effective_on
    partly = _partly_repealed(article, day)
    if partly is not None:
        by = _said(partly)
        on = f" từ {said_day(partly.on)}" if partly.on else ""
        return State(PARTLY, f"Còn hiệu lực, có nội dung bị bãi bỏ{on} bởi {by}", by, since=since)
    if since is None:
        return State(UNKNOWN, "Nguồn không ghi ngày có hiệu lực, cũng không ghi còn hay hết")
    known = article.document.source_date
    upto = f", theo nguồn đến ngày {said_day(known)}" if known is not None and known < day else ""
    return State(
        IN_FORCE,
        f"Có hiệu lực từ {said_day(since)}{upto}",
        since=since,
        until=article.valid_to or article.document.ended_on,
    )


def _partly_repealed(article: Article, day: date) -> Relation | None:
    rows = Relation.objects.filter(kind__in=_ENDING, whole=False, on__lte=day).filter(
        Q(to_article=article) | Q(to_document_id=article.document_id, to_article=None, to_place="")
    )
    if article.valid_from is not None:
        rows = rows.filter(on__gt=article.valid_from)
    return rows.order_by("-on").first()


def _ended_by(article: Article) -> str:
    row = (
        Relation.objects.filter(kind__in=_ENDING, whole=True, to_document_id=article.document_id, to_place="")
        .order_by("kind", "-on")
        .first()
    )
    return _said(row) if row is not None else ""


def _changed_by(article: Article, on: date) -> str:
    row = Relation.objects.filter(to_article=article, on=on).order_by("kind").first()
    if row is None:
        row = Relation.objects.filter(
            to_document_id=article.document_id, to_place__startswith=f"Điều {article.number}", on=on
        ).first()
    return _said(row) if row is not None else ""


def _said(row: Relation) -> str:
    named = said(row.from_number)
    return f"{row.from_place} {named}" if row.from_place else named


# ---- links between articles -----------------------------------------------------------------------------------------


def cites(article: Article, most: int = 100) -> list[Article]:
    """Articles that this one cites, without their texts."""
    rows = Article.objects.filter(mentioned__source=article).select_related("document").defer("text")
    return list(rows.order_by("document__number", "position")[:most])


def cited_by(article: Article, most: int = 100) -> list[Article]:
    """Articles that cite this one, other documents' first, without their texts."""
    rows = Article.objects.filter(mentions__target=article).select_related("document").defer("text")
    found = list(rows.order_by("document__number", "position")[: most * 2])
    found.sort(key=lambda row: row.document_id == article.document_id)
    return found[:most]


def cited_by_count(article: Article) -> int:
    """How many articles cite this one."""
    return Article.objects.filter(mentions__target=article).count()


def changes_of(article: Article) -> list[Relation]:
    """What amended, replaced or repealed this article or its document, the newest first."""
    rows = Relation.objects.filter(
        Q(to_article=article) | Q(to_document_id=article.document_id, to_article=None, whole=True)
    ).select_related("from_document")
    return list(rows.order_by("-on")[:40])


def relations_of(document: Document) -> tuple[list[Relation], list[Relation]]:
    """(what this document changes, what changes this document), each newest first."""
    ours = Relation.objects.filter(from_document=document).select_related("to_document").order_by("-on")
    theirs = Relation.objects.filter(to_document=document).select_related("from_document").order_by("-on")
    return list(ours[:200]), list(theirs[:200])


def contents(document: Document) -> list[Article]:
    """The articles of a document in order, one wording each, without their texts."""
    rows = Article.objects.filter(document=document).defer("text", "note").order_by("position", "-version")
    seen: dict[str, Article] = {}
    for row in rows:
        seen.setdefault(row.number, row)
    return list(seen.values())


def neighbours(article: Article, rows: Sequence[Article]) -> tuple[Article | None, Article | None]:
    """The article before and the one behind in a document's contents."""
    numbers = [row.number for row in rows]
    at = numbers.index(article.number) if article.number in numbers else -1
    if at < 0:
        return None, None
    return (rows[at - 1] if at else None), (rows[at + 1] if at + 1 < len(rows) else None)
