"""The same facts for regulators and machines: the ten data items, the digital passport, and schema.org."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from xaso.kernel.plain.moment import now
from xaso.services.trace.buyer.facts import Facts
from xaso.services.trace.buyer.words import amount, day, say
from xaso.services.trace.models import Enterprise
from xaso.services.trace.naming import own, place_uri
from xaso.services.trace.rules import buyer as rules


def maker_id(maker: Enterprise) -> str:
    """What identifies a producer: GLN, else tax code, else the address of our own."""
    if maker.gln:
        return f"GLN {maker.gln}"
    return f"MST {maker.tax_code}" if maker.tax_code else own("loc", maker.token)


def page_url(token: str) -> str:
    """The full address of the page."""
    return f"{settings.XASO_BASE_URL}/trace/q/{token}"


def ten_items(facts: Facts) -> list[rules.Item]:
    """The data items of the circular in their order."""
    return rules.items("ten", _ten_values(facts), facts.day, facts.lang)


def passport_items(facts: Facts) -> list[rules.Item]:
    """The passport's minimum in its order."""
    return rules.items("passport", _passport_values(facts), facts.day, facts.lang)


def _dates(facts: Facts) -> str:
    lot, lang = facts.lot, facts.lang
    if lot is None:
        return ""
    parts = [f"{say(lang, 'made')}: {day(lot.made_on, lang)}"]
    if lot.best_before:
        parts.append(f"{say(lang, 'best')}: {day(lot.best_before, lang)}")
    if lot.expires_on:
        parts.append(f"{say(lang, 'expires')}: {day(lot.expires_on, lang)}")
    return "; ".join(parts)


def _shelf(facts: Facts) -> str:
    lot, lang = facts.lot, facts.lang
    if lot is not None and (lot.expires_on or lot.best_before):
        until = lot.expires_on or lot.best_before
        return day(until, lang) if until else ""
    days = facts.product.shelf_life_days
    return f"{days} {'ngày' if lang == 'vi' else 'days'}" if days else ""


def _stages(facts: Facts) -> str:
    count = len(facts.stages)
    if not count:
        return ""
    return f"{count} công đoạn" if facts.lang == "vi" else f"{count} stages"


def _ten_values(facts: Facts) -> Mapping[str, str]:
    product, maker, lot = facts.product, facts.enterprise, facts.lot
    return {
        "name": facts.name,
        "picture": ("Có" if facts.lang == "vi" else "Yes") if facts.picture else "",
        "producer": maker.name,
        "address": maker.address,
        "stages": _stages(facts),
        "made": _dates(facts),
        "code": ", ".join(facts.uris),
        "brand": ", ".join(part for part in (product.brand, lot.code if lot else "") if part),
        "shelf": _shelf(facts),
        "standards": product.standards,
    }


def _origin(facts: Facts) -> str:
    last = next((one for one in reversed(facts.steps) if one.places), None)
    place = last.where() if last else ""
    unit = facts.home
    home = ", ".join(part for part in (unit.full_name, unit.parent.full_name if unit.parent else "") if part)
    country = "Việt Nam" if facts.lang == "vi" else "Viet Nam"
    return ", ".join(part for part in (place, home, country) if part)


def _passport_values(facts: Facts) -> Mapping[str, str]:
    maker = facts.enterprise
    valid = [f"{one.title} ({one.number})" for one in facts.papers if one.state == "valid"]
    gtin = f"GTIN {facts.gtin}" if facts.gtin else ""
    without = {"vi": "chưa có GTIN", "en": "no GTIN issued"}[facts.lang]
    return {
        "name_gtin": f"{facts.name} ({gtin or without})",
        "maker": f"{maker.name}; {maker.address}; {maker_id(maker)}",
        "origin": _origin(facts),
        "trace": ", ".join(part for part in (_stages(facts), *facts.uris[:1]) if part) if facts.lot else "",
        "certificates": "; ".join(valid),
        "dates": _dates(facts),
        "safety": facts.product.safety_note,
    }


def as_json(facts: Facts) -> dict[str, Any]:
    """The passport for machines: items with their state, codes, and every stage with what, where, when."""
    lists = {}
    for key, found in (("ten", ten_items(facts)), ("passport", passport_items(facts))):
        rule = rules.in_force("lists", facts.day, key)
        lists[key] = {
            "legalBasis": rule["legal_basis"],
            "validFrom": rule["valid_from"].isoformat(),
            "unconfirmed": rule.get("unconfirmed", ""),
            "items": [
                {
                    "number": one.number,
                    "key": one.key,
                    "label": one.label,
                    "value": one.value,
                    "state": one.state,
                }
                for one in found
            ],
        }
    return {
        "format": "xaso-passport-1",
        "url": page_url(facts.token),
        "madeAt": now().isoformat(timespec="seconds"),
        "codes": list(facts.uris),
        "gtin": facts.gtin or None,
        "lists": lists,
        "state": facts.lot.state if facts.lot is not None else None,
        "stages": _stages_json(facts),
        "product": json_ld(facts),
    }


def _stages_json(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "eventId": one.event_id,
            "type": one.kind,
            "time": one.at.isoformat(),
            "step": one.step,
            "label": one.label,
            "placeCode": one.place_uri or place_uri(facts.enterprise),
            "producer": one.enterprise,
            "things": [
                {
                    "name": line.name,
                    "flow": {-1: "in", 0: "seen", 1: "out"}[line.flow],
                    "quantity": float(line.quantity) if line.quantity is not None else None,
                    "uom": line.uom or None,
                }
                for line in one.lines
            ],
        }
        for one in facts.stages
    ]


def json_ld(facts: Facts) -> dict[str, Any]:
    """schema.org: what search engines and shops read."""
    product, maker, lot = facts.product, facts.enterprise, facts.lot
    unit = facts.home
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": page_url(facts.token),
        "name": facts.name,
        "description": facts.description,
        "image": f"{settings.XASO_BASE_URL}{facts.picture.url}" if facts.picture else "",
        "brand": {"@type": "Brand", "name": product.brand} if product.brand else None,
        "gtin": facts.gtin,
        "sku": lot.code if lot else "",
        "productionDate": lot.made_on.isoformat() if lot else "",
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "manufacturer": {
            "@type": "Organization",
            "name": maker.name,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": maker.address,
                "addressLocality": unit.full_name,
                "addressCountry": "VN",
            },
            "telephone": maker.phone or None,
            "url": maker.website or None,
        },
        "hasCertification": [
            {
                "@type": "Certification",
                "name": one.title,
                "certificationIdentification": one.number,
                "issuedBy": {"@type": "Organization", "name": one.issuer},
                "expires": one.until.isoformat() if one.until else None,
            }
            for one in facts.papers
            if one.state == "valid"
        ],
        "weight": amount(lot.item.net_quantity, lot.item.net_uom, facts.lang) if lot and lot.item else "",
    }
    if facts.rated.count:
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": facts.rated.mean,
            "reviewCount": facts.rated.count,
            "bestRating": 5,
        }
    return {key: value for key, value in found.items() if value not in (None, "", [])}
