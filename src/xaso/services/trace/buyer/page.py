"""The page itself: from facts to one packed answer that is kept and sent as it is."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString

from xaso.kernel.plain.moment import VIETNAM, now
from xaso.services.trace.buyer import drawing, passport
from xaso.services.trace.buyer.facts import Facts
from xaso.services.trace.buyer.words import amount, day, days, figure, say, words
from xaso.services.trace.models import Feedback, Lot
from xaso.services.trace.rules import buyer as rules

# What changes without an event of ours (a bulk capture, the end of a day) is seen after this at the latest.
KEPT_FOR = timedelta(minutes=10)
# Where the answer about one serial number is put into the page, and what a false number takes off it: goods with a
# false label are not "on sale as usual", whatever the lot is.
SERIAL_MARK = "<!--serial-->"
VERDICT_MARKS = ("<!--lot-->", "<!--/lot-->")
_VERDICT = re.compile(f"{VERDICT_MARKS[0]}.*?{VERDICT_MARKS[1]}", re.S)
_FOLDER = Path(__file__).parent
_LOOKS = ("templates/trace/buyer_page.html", "data/buyer_words.toml", "data/buyer.toml")


@functools.cache
def build() -> str:
    """The look of the pages: another version, style or wording makes every kept page anew."""
    digest = hashlib.sha256(settings.XASO_VERSION.encode())
    for name in ("ui/xaso.css", "ui/map.css", "trace/buyer.js"):
        digest.update(static(name).encode())
    for look in _LOOKS:
        digest.update((_FOLDER.parent / look).read_bytes())
    for code in sorted(_FOLDER.glob("*.py")):
        digest.update(code.read_bytes())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Made:
    """A page ready to be kept."""

    packed: bytes
    etag: str
    facts: dict[str, Any]
    made_at: datetime
    fresh_until: datetime


def make(facts: Facts) -> Made:
    """Draw and pack the page. It is good for ten minutes and never beyond midnight: days decide what is valid."""
    moment = now()
    html = draw(facts, moment)
    midnight = (moment.astimezone(VIETNAM) + timedelta(days=1)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    packed = gzip.compress(html.encode(), 9, mtime=0)
    return Made(
        packed=packed,
        etag=hashlib.sha256(packed).hexdigest()[:32],
        facts=passport.as_json(facts),
        made_at=moment,
        fresh_until=min(moment + KEPT_FOR, midnight),
    )


def draw(facts: Facts, moment: datetime) -> str:
    """The page as HTML."""
    return render_to_string("trace/buyer_page.html", context_of(facts, moment))


def context_of(facts: Facts, moment: datetime) -> dict[str, Any]:
    """What the template shows."""
    lang, token = facts.lang, facts.token
    other = "en" if lang == "vi" else "vi"
    return {
        "facts": facts,
        "lang": lang,
        "w": words(lang),
        "icons": drawing.icons(),
        "other_url": f"{reverse('trace:buyer_page', args=[token])}?lang={other}",
        "other": other,
        "verdict": _verdict(facts),
        "rows": _rows(facts),
        "steps": _steps(facts),
        "care": _care(facts),
        "map": drawing.map_of(facts.spots, say(lang, "map")),
        "country": drawing.country_of(facts.spots, say(lang, "country")),
        "star": _star(facts),
        "papers": _papers(facts),
        "tests": [
            {
                "row": one,
                "day": day(one.sampled_on, lang),
                "words": say(lang, "passed" if one.passed else "failed"),
            }
            for one in facts.tests
        ],
        "households": _households(facts),
        "rated": _rated(facts),
        "said": [_said(one, facts) for one in facts.said],
        "lists": _lists(facts),
        "ld": _script_json(passport.json_ld(facts)),
        "speech": _speech(facts),
        "lots": [
            {
                "code": one.code,
                "url": reverse("trace:buyer_page", args=[one.token]),
                "day": day(one.made_on, lang),
            }
            for one in facts.lots
        ],
        "url": passport.page_url(token),
        "made": moment,
        "made_words": f"{say(lang, 'updated')} {moment.astimezone(VIETNAM):%H:%M}, {day(moment, lang)}",
        "serial_mark": SafeString(SERIAL_MARK),
        "verdict_marks": [SafeString(one) for one in VERDICT_MARKS],
    }


def with_serial(html: str, block: str, *, is_false: bool) -> str:
    """The page with the answer about one label in it."""
    if is_false:
        html = _VERDICT.sub("", html)
    return html.replace(SERIAL_MARK, block, 1)


def _script_json(value: Any) -> SafeString:
    """JSON inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return SafeString(text.translate({ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}))


def _verdict(facts: Facts) -> dict[str, str]:
    """The one answer at the top: recalled before held before past its day before in order."""
    lot, lang, maker = facts.lot, facts.lang, facts.enterprise.short_name or facts.enterprise.name
    if lot is None:
        return {}
    kind, key, values = "good", "ok", {"maker": maker}
    if lot.state == Lot.State.RECALLED:
        kind, key = "danger", "recalled"
    elif lot.state == Lot.State.HELD:
        kind, key = "warn", "held"
    elif lot.expires_on and lot.expires_on < facts.day:
        kind, key, values = "danger", "over", {"day": day(lot.expires_on, lang)}
    elif lot.best_before and lot.best_before < facts.day:
        kind, key, values = "warn", "past_best", {"day": day(lot.best_before, lang)}
    icon = {"good": "circle_check", "warn": "triangle_alert", "danger": "octagon_alert"}[kind]
    text = say(lang, f"{key}_text", **values)
    if facts.recall is not None and key in ("recalled", "held"):
        text = f"{text} {facts.recall.advice}".strip()
    return {
        "kind": kind,
        "title": say(lang, key),
        "text": text,
        "icon": drawing.icons()[icon],
    }


def _rows(facts: Facts) -> list[tuple[str, str]]:
    """Label and value of the short facts."""
    lot, lang, product = facts.lot, facts.lang, facts.product
    rows: list[tuple[str, str]] = []
    if lot is not None:
        size = amount(lot.item.net_quantity, lot.item.net_uom, lang) if lot.item is not None else ""
        rows.append((say(lang, "lot"), " · ".join(part for part in (lot.code, size) if part)))
        rows.append((say(lang, "made"), day(lot.made_on, lang)))
        for label, value in (("best", lot.best_before), ("expires", lot.expires_on)):
            if value:
                rows.append((say(lang, label), day(value, lang)))
    if product.storage_note:
        rows.append((say(lang, "storage"), product.storage_note))
    if product.safety_note:
        rows.append((say(lang, "safety"), product.safety_note))
    return rows


def _steps(facts: Facts) -> list[dict[str, str]]:
    """Newest last, as the goods went."""
    lang = facts.lang
    return [
        {
            "title": one.title,
            "times": say(lang, "times", n=one.times) if one.times > 1 else "",
            "when": one.when(lang),
            "first": one.first.isoformat(),
            "where": ", ".join(word for word in (one.where(), one.picked(lang)) if word),
            "who": one.who,
            "out": one.out(lang),
        }
        for one in facts.steps
    ]


def _times(count: int, lang: str) -> str:
    return say(lang, "once") if count == 1 else say(lang, "times", n=count)


def _care(facts: Facts) -> dict[str, Any]:
    """The year on the plots in one line, and the kinds of work below it."""
    lang = facts.lang
    if not facts.care:
        return {}
    first, last = min(one.first for one in facts.care), max(one.last for one in facts.care)
    return {
        "when": days(first, last, lang),
        "first": first.isoformat(),
        "lines": [
            say(lang, "care_line", title=one.title, times=_times(one.times, lang), day=day(one.last, lang))
            for one in facts.care
        ],
    }


def _star(facts: Facts) -> dict[str, str]:
    star = facts.star
    if star is None:
        return {}
    number, until = star.decision_number, day(star.expires_on, facts.lang)
    return {
        "title": say(facts.lang, "stars", n=star.stars),
        "text": say(facts.lang, "stars_text", number=number, day=until),
    }


def _papers(facts: Facts) -> list[dict[str, Any]]:
    found = []
    for one in facts.papers:
        until = day(one.until, facts.lang) if one.until else ""
        key = {"valid": "valid_to" if until else "valid", "expired": "expired", "ended": "ended"}[one.state]
        found.append(
            {
                "row": one,
                "words": say(facts.lang, key, day=until),
                "kind": "good" if one.state == "valid" else "out",
            }
        )
    return found


def _households(facts: Facts) -> str:
    if not facts.households:
        return ""
    key = "household" if facts.households == 1 else "households"
    return say(facts.lang, key, n=facts.households)


def _rated(facts: Facts) -> str:
    if not facts.rated.count:
        return say(facts.lang, "rated_none")
    return say(facts.lang, "rated", mean=figure(facts.rated.mean, facts.lang), n=facts.rated.count)


def _said(one: Feedback, facts: Facts) -> dict[str, str]:
    lang = facts.lang
    maker = facts.enterprise.short_name or facts.enterprise.name
    return {
        "who": one.name or say(lang, "buyer"),
        "stars": "★" * (one.stars or 0),
        "label": f"{one.stars}/5" if one.stars else "",
        "words": one.words,
        "day": day(one.created_at, lang),
        "answer": one.answer,
        "by": say(lang, "answered", maker=maker),
    }


def _lists(facts: Facts) -> list[dict[str, Any]]:
    """The lists that the law asks for, with what is missing said as missing."""
    lang = facts.lang
    found = []
    for key, made in (("ten", passport.ten_items(facts)), ("passport", passport.passport_items(facts))):
        rule = rules.in_force("lists", facts.day, key)
        found.append(
            {
                "title": rule["title" if lang == "vi" else "title_en"],
                "basis": say(lang, "basis", basis=rule["legal_basis"]),
                "unconfirmed": rule.get("unconfirmed", "") if lang == "vi" else "",
                "items": made,
            }
        )
    return found


def _speech(facts: Facts) -> str:
    """What the telephone reads aloud: short, no codes."""
    lot, lang, maker = facts.lot, facts.lang, facts.enterprise.name
    verdict = _verdict(facts)
    parts = [f"{facts.name}, {maker}."]
    if lot is not None:
        parts.append(f"{say(lang, 'made')} {day(lot.made_on, lang)}.")
    if verdict:
        parts.append(f"{verdict['title']}. {verdict['text']}")
    if facts.star is not None:
        parts.append(f"{say(lang, 'stars', n=facts.star.stars)}.")
    if facts.households:
        parts.append(f"{_households(facts)}.")
    parts.append(facts.description[:400])
    return " ".join(parts)
