"""Akoma Ntoso 3.0 (OASIS LegalDocML).

Phần=part, chương=chapter, mục=section, điều=article, khoản=paragraph, điểm=point.

Vietnam publishes no names of its own in this standard; the addresses here follow its spirit:
``/akn/vn/act/nghi-dinh/2018-11-20/61-2018-nd-cp``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from xml.etree import ElementTree as Tree

from xaso.kernel.plain.law.numbers import kind_of, slug_of
from xaso.kernel.plain.law.structure import Part, parts_of
from xaso.kernel.plain.text import fold

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
_UNKNOWN = date(1, 1, 1)
_NUMBERED = re.compile(r"^((?:phần|chương|mục|tiểu mục)\s+(?:thứ\s+\S+|\S+?))[.:]?(?:\s+(.*))?$", re.I | re.S)
# What XML cannot carry.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class ArticleLike(Protocol):
    """An article as the standard needs it."""

    @property
    def number(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def chapter(self) -> str: ...
    @property
    def section(self) -> str: ...


class DocumentLike(Protocol):
    """A document with its articles in order."""

    @property
    def number(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def issued_on(self) -> date | None: ...
    @property
    def effective_on(self) -> date | None: ...
    @property
    def ended_on(self) -> date | None: ...
    @property
    def source(self) -> str: ...


def akoma(document: DocumentLike, articles: Sequence[ArticleLike]) -> bytes:
    """The document as XML in UTF-8. Texts are those of the articles, unchanged but for what XML cannot carry."""
    Tree.register_namespace("", NAMESPACE)
    root = Tree.Element(_name("akomaNtoso"))
    act = _add(root, "act", name=_slug(document.kind or kind_of(document.number)) or "act")
    _meta(act, document)
    preface = _add(act, "preface")
    head = _add(preface, "p")
    _text(head, "docType", document.kind or kind_of(document.number))
    _text(head, "docNumber", document.number)
    if document.title:
        _text(_add(preface, "p"), "docTitle", document.title)
    _body(_add(act, "body"), articles)
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(above: Tree.Element, tag: str, **attributes: str) -> Tree.Element:
    return Tree.SubElement(above, _name(tag), attributes)


def _text(above: Tree.Element, tag: str, words: str, **attributes: str) -> Tree.Element:
    made = _add(above, tag, **attributes)
    made.text = _FORBIDDEN.sub("", words)
    return made


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(words)).strip("-")


def uri_of(document: DocumentLike) -> str:
    """The address of the work in the spirit of the naming convention."""
    day = (document.issued_on or document.effective_on or _UNKNOWN).isoformat()
    kind = _slug(document.kind or kind_of(document.number)) or "van-ban"
    return f"/akn/vn/act/{kind}/{day}/{slug_of(document.number)}"


def _meta(act: Tree.Element, document: DocumentLike) -> None:
    work = uri_of(document)
    day = (document.issued_on or document.effective_on or _UNKNOWN).isoformat()
    valid = (document.effective_on or document.issued_on or _UNKNOWN).isoformat()
    expression = f"{work}/vie@{valid}"
    meta = _add(act, "meta")
    identification = _add(meta, "identification", source="#xaso")
    for tag, uri, when, name in (
        ("FRBRWork", work, day, "ban-hanh"),
        ("FRBRExpression", expression, valid, "hieu-luc"),
        ("FRBRManifestation", f"{expression}.xml", valid, "hieu-luc"),
    ):
        level = _add(identification, tag)
        _add(level, "FRBRthis", value=f"{uri}/!main" if tag != "FRBRManifestation" else uri)
        _add(level, "FRBRuri", value=uri)
        _add(level, "FRBRdate", date=when, name=name)
        _add(level, "FRBRauthor", href="#issuer" if tag == "FRBRWork" else "#xaso")
        if tag == "FRBRWork":
            _add(level, "FRBRcountry", value="vn")
            _add(level, "FRBRnumber", value=document.number)
        if tag == "FRBRExpression":
            _add(level, "FRBRlanguage", language="vie")
    lifecycle = _add(meta, "lifecycle", source="#xaso")
    for day_of, kind, label in (
        (document.issued_on, "generation", "e1"),
        (document.effective_on, "generation", "e2"),
        (document.ended_on, "repeal", "e3"),
    ):
        if day_of is not None:
            _add(lifecycle, "eventRef", date=day_of.isoformat(), source="#ro1", type=kind, eId=label)
    if not len(lifecycle):
        _add(lifecycle, "eventRef", date=day, source="#ro1", type="generation", eId="e1")
    references = _add(meta, "references", source="#xaso")
    _add(references, "original", eId="ro1", href=work, showAs=document.number)
    _add(
        references,
        "TLCOrganization",
        eId="issuer",
        href="/akn/ontology/organization/vn",
        showAs=document.issuer or "không rõ",
    )
    _add(references, "TLCOrganization", eId="xaso", href="/akn/ontology/organization/vn/xaso", showAs="Xã Số")


def _body(body: Tree.Element, articles: Sequence[ArticleLike]) -> None:
    """Articles below their part, chapter and section, which open when their words change."""
    opened: list[tuple[str, Tree.Element]] = []
    counts: dict[str, int] = {}
    for article in articles:
        wanted = [
            (tag, words)
            for tag, words in (
                ("part", article.part),
                ("chapter", article.chapter),
                ("section", article.section),
            )
            if words
        ]
        keep = 0
        while (
            keep < len(opened)
            and keep < len(wanted)
            and opened[keep][0] == f"{wanted[keep][0]}:{wanted[keep][1]}"
        ):
            keep += 1
        opened = opened[:keep]
        for tag, words in wanted[keep:]:
            above = opened[-1][1] if opened else body
            counts[tag] = counts.get(tag, 0) + 1
            short = {"part": "part", "chapter": "chp", "section": "sec"}[tag]
            group = _add(above, tag, eId=f"{short}_{counts[tag]}")
            _heading(group, words)
            opened.append((f"{tag}:{words}", group))
        _article(opened[-1][1] if opened else body, article)


def _heading(above: Tree.Element, words: str) -> None:
    found = _NUMBERED.match(words)
    _text(above, "num", found[1] if found else words)
    if found and found[2]:
        _text(above, "heading", found[2])


def _article(above: Tree.Element, article: ArticleLike) -> None:
    label = f"art_{_slug(article.number)}"
    made = _add(above, "article", eId=label)
    numbered = article.number[:1].isdigit()
    _text(made, "num", f"Điều {article.number}" if numbered else article.number)
    if article.title:
        _text(made, "heading", article.title)
    parts = parts_of(article.text)
    if not parts:
        _content(made, article.text)
        return
    _intro(made, article.text[: parts[0].start])
    clauses = [one for one in parts if not one.point] or []
    loose = [one for one in parts if one.point and not one.clause]
    for one in loose:
        _leaf(made, "point", f"{label}__point_{_slug(one.point)}", f"{one.point})", one.text)
    for clause in clauses:
        points = [one for one in parts if one.point and one.clause == clause.clause]
        _paragraph(made, label, clause, points, article.text)


def _paragraph(above: Tree.Element, label: str, clause: Part, points: list[Part], text: str) -> None:
    key = f"{label}__para_{_slug(clause.clause)}"
    if not points:
        _leaf(above, "paragraph", key, f"{clause.clause}.", clause.text)
        return
    made = _add(above, "paragraph", eId=key)
    _text(made, "num", f"{clause.clause}.")
    _intro(made, _unnumbered(text[clause.start : points[0].start]))
    for one in points:
        _leaf(made, "point", f"{key}__point_{_slug(one.point)}", f"{one.point})", one.text)


def _unnumbered(words: str) -> str:
    return re.sub(r"^\s*(?:Khoản\s+)?\w{1,5}\s?[.)]\s*", "", words, count=1)


def _leaf(above: Tree.Element, tag: str, key: str, number: str, words: str) -> None:
    made = _add(above, tag, eId=key)
    _text(made, "num", number)
    _content(made, _unnumbered(words))


def _intro(above: Tree.Element, words: str) -> None:
    lines = [line.strip() for line in words.split("\n") if line.strip()]
    if lines:
        intro = _add(above, "intro")
        for line in lines:
            _text(intro, "p", line)


def _content(above: Tree.Element, words: str) -> None:
    content = _add(above, "content")
    for line in [one.strip() for one in words.split("\n") if one.strip()] or [""]:
        _text(content, "p", line)
