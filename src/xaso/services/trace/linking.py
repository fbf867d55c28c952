"""What a resolver of GS1 Digital Link answers: a link or a list of links. Pure (GS1-Conformant Resolver 1.2.0).

A link belongs to a level: 0 is the very thing asked for (a serial), higher numbers its lot and its trade item. The
links of all levels together are the linkset; where two levels have the same type, the nearer one leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

VOCABULARY = "https://ref.gs1.org/voc/"
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
LINKSET, JSON, JSON_LD, HTML = (
    "application/linkset+json",
    "application/json",
    "application/ld+json",
    "text/html",
)
QUALIFIERS = {"22", "10", "21", "254", "8020"}
DEFAULT, DEFAULT_MULTI = "gs1:defaultLink", "gs1:defaultLinkMulti"
# Types an enterprise may add links of, with what they are called. Terms of the GS1 Web Vocabulary.
TYPES = {
    "gs1:pip": "Trang giới thiệu sản phẩm",
    "gs1:traceability": "Truy xuất nguồn gốc",
    "gs1:certificationInfo": "Chứng nhận",
    "gs1:hasRetailers": "Nơi bán",
    "gs1:recipeInfo": "Cách dùng, công thức",
    "gs1:safetyInfo": "Thông tin an toàn",
    "gs1:sustainabilityInfo": "Phát triển bền vững",
    "gs1:support": "Hỗ trợ người mua",
    "gs1:registerProduct": "Đăng ký sản phẩm",
    "gs1:productStory": "Câu chuyện sản phẩm",
}
_ALIASES = (VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/", "http://gs1.org/voc/")
_TAG = re.compile(r"[A-Za-z]{2}(?:-[A-Za-z]{2})?")


@dataclass(frozen=True)
class Link:
    """One link: type as CURIE, where it leads, its title, languages, media type, and the level it belongs to."""

    rel: str
    href: str
    title: str
    lang: str = ""
    media: str = HTML
    level: int = 0


def type_of(text: str) -> str:
    """A link type as CURIE: web addresses of GS1's vocabulary become ``gs1:…``; others stay as they are."""
    for stem in _ALIASES:
        if text.startswith(stem):
            return f"gs1:{text[len(stem) :]}"
    return text


def address_of(rel: str) -> str:
    """The relation's web address, as linksets name it."""
    return VOCABULARY + rel[4:] if rel.startswith("gs1:") else rel


def accepted(header: str) -> list[tuple[str, float]]:
    """The values of an Accept or Accept-Language header with their weights, the most wanted first."""
    found = []
    for place, part in enumerate(header.split(",")[:40]):
        value, _, rest = part.strip().partition(";")
        match = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", rest) if rest else None
        weight = float(match[1]) if match else 1.0
        if value:
            found.append((-weight, place, value.strip().lower()))
    return [(value, -weight) for weight, _, value in sorted(found)]


def wants_linkset(link_type: str, accept: str) -> str:
    """The media type of the list that is asked for; "" when a redirect is wanted.

    ``linkType=linkset`` (or the older ``all``) asks for the list whatever else; ``Accept`` alone does so by the
    linkset's own media type.
    """
    kinds = [value for value, weight in accepted(accept) if weight > 0]
    if link_type in {"linkset", "all"}:
        for one in kinds:
            if one in {LINKSET, JSON, JSON_LD, HTML}:
                return one
        return HTML if not kinds else LINKSET
    return LINKSET if LINKSET in kinds else ""


def nearest(links: Iterable[Link], rel: str) -> list[Link]:
    """The links of a type at the nearest level that has any."""
    same = [one for one in links if one.rel == rel]
    level = min((one.level for one in same), default=0)
    return [one for one in same if one.level == level]


def _by_media(links: Sequence[Link], accept: str) -> list[Link]:
    """The links whose media type is wanted most; all of them when none is named."""
    for value, weight in accepted(accept):
        if weight > 0 and value != "*/*":
            stem = value.removesuffix("*")
            hits = [
                one
                for one in links
                if one.media == value or (value.endswith("/*") and one.media.startswith(stem))
            ]
            if hits:
                return hits
    return list(links)


def _by_language(links: Sequence[Link], languages: str) -> list[Link]:
    """The links in the language wanted most, by the exact tag, then by the language alone."""
    for value, weight in accepted(languages):
        if weight <= 0 or value == "*":
            continue
        for wanted in (value, value.partition("-")[0]):
            hits = [one for one in links if one.lang.lower() == wanted]
            if hits:
                return hits
    return list(links)


def choose(links: Sequence[Link], rel: str, accept: str, languages: str) -> list[Link]:
    """The links that fit: one leads there (307), several are a choice (300), none is a 404.

    Without a type the default link; the one of ``defaultLinkMulti`` in a language that is asked for comes before it.
    """
    if rel:
        return _by_language(_by_media(nearest(links, rel), accept), languages)
    default = nearest(links, DEFAULT)[:1]
    several = nearest(links, DEFAULT_MULTI)
    if languages and several and default and several[0].level <= default[0].level:
        chosen = _by_language(several, languages)
        if len(chosen) == 1:
            return chosen
    return default


def regrouped(rest: str) -> str:
    """A path whose values held an escaped slash, which the server has already turned back, with those slashes escaped.

    ``01/…/10/A/B`` is ``01/…/10/A%2FB``: a value goes on until the next qualifier.
    """
    parts = rest.split("/")
    found: list[list[str]] = []
    for place, part in enumerate(parts):
        begins = part in QUALIFIERS and place + 1 < len(parts) and len(found) > 0 and len(found[-1]) > 1
        if place == 0 or begins:
            found.append([part])
        else:
            found[-1].append(part)
    return "/".join(f"{one[0]}/{'%2F'.join(one[1:])}" if len(one) > 1 else one[0] for one in found)


def joined(href: str, query: str) -> str:
    """A target with the whole query of the request passed on as it was sent."""
    if not query:
        return href
    head, mark, fragment = href.partition("#")
    return f"{head}{'&' if '?' in head else '?'}{query}{mark}{fragment}"


def linkset(anchor: str, links: Iterable[Link], *, with_context: bool = False) -> dict[str, Any]:
    """The links as RFC 9264 JSON: one context, exactly one default link with only its title, others whole."""
    context: dict[str, Any] = {"anchor": anchor}
    seen = set()
    for one in sorted(links, key=lambda link: link.level):
        rel = address_of(one.rel)
        if one.rel == DEFAULT:
            context.setdefault(rel, [{"href": one.href, "title": one.title}])
            continue
        target: dict[str, Any] = {"href": one.href, "title": one.title, "type": one.media}
        if _TAG.fullmatch(one.lang):
            target["hreflang"] = [one.lang]
        mark = (rel, one.href, one.lang, one.media)
        if mark not in seen:
            seen.add(mark)
            context.setdefault(rel, []).append(target)
    found: dict[str, Any] = {"linkset": [context]}
    return {"@context": CONTEXT, **found} if with_context else found
