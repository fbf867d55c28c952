"""EPC URNs and Digital Link addresses, both ways (GS1 EPC Tag Data Standard and Digital Link).

From a URN everything is known; the way back needs the length of the company prefix, which the number does not tell.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote

from xaso.kernel.plain.gs1.elements import Gs1Error
from xaso.kernel.plain.gs1.keys import check_digit
from xaso.kernel.plain.gs1.link import CANONICAL, build, parse

Parts = list[str]
_HEADS = ("urn:epc:id:", "urn:epc:class:", "urn:epc:idpat:")


def _with_check(digits: str, length: int) -> str:
    if not digits.isdigit() or len(digits) != length - 1:
        raise Gs1Error(f"prefix and reference must have {length - 1} digits together")
    return digits + check_digit(digits)


def _item(prefix: str, reference: str) -> str:
    """A GTIN from company prefix and item reference, whose first digit is the indicator."""
    return _with_check(reference[:1] + prefix + reference[1:], 14)


def _open(text: str) -> str:
    """A serial of a URN, in which reserved letters are written as %XX."""
    return unquote(text)


def _serial(number: str, parts: Parts, place: int) -> str:
    """The number with its serial behind it, or alone where a pattern says any."""
    return number + ("" if parts[place] == "*" else _open(parts[place]))


def _and(elements: dict[str, str], ai: str, value: str) -> dict[str, str]:
    return elements if value == "*" else {**elements, ai: _open(value)}


_OF_PLACES_AND_PAPERS = frozenset({"sgln", "pgln", "grai", "gdti", "sgcn"})
_FROM: dict[str, tuple[int, Callable[[Parts], dict[str, str]]]] = {
    "sgtin": (3, lambda p: _and({"01": _item(p[0], p[1])}, "21", p[2])),
    "lgtin": (3, lambda p: _and({"01": _item(p[0], p[1])}, "10", p[2])),
    "upui": (3, lambda p: _and({"01": _item(p[0], p[1])}, "235", p[2])),
    "sscc": (2, lambda p: {"00": _with_check(p[1][:1] + p[0] + p[1][1:], 18)}),
    "sgln": (3, lambda p: _and({"414": _with_check(p[0] + p[1], 13)}, "254", "*" if p[2] == "0" else p[2])),
    "pgln": (2, lambda p: {"417": _with_check(p[0] + p[1], 13)}),
    "grai": (3, lambda p: {"8003": _serial("0" + _with_check(p[0] + p[1], 13), p, 2)}),
    "giai": (2, lambda p: {"8004": p[0] + _open(p[1])}),
    "gdti": (3, lambda p: {"253": _serial(_with_check(p[0] + p[1], 13), p, 2)}),
    "sgcn": (3, lambda p: {"255": _serial(_with_check(p[0] + p[1], 13), p, 2)}),
    "gsrn": (2, lambda p: {"8018": _with_check(p[0] + p[1], 18)}),
    "gsrnp": (2, lambda p: {"8017": _with_check(p[0] + p[1], 18)}),
    "cpi": (3, lambda p: _and({"8010": p[0] + _open(p[1])}, "8011", p[2])),
    "itip": (5, lambda p: _and({"8006": _item(p[0], p[1]) + p[2] + p[3]}, "21", p[4])),
    "ginc": (2, lambda p: {"401": p[0] + _open(p[1])}),
    "gsin": (2, lambda p: {"402": _with_check(p[0] + p[1], 17)}),
}


def to_digital_link(urn: str, stem: str = CANONICAL) -> str:
    """The Digital Link address of an EPC URN (id, class or pattern). Raises Gs1Error."""
    head = next((one for one in _HEADS if urn.startswith(one)), None)
    if head is None:
        raise Gs1Error("this is no EPC URN")
    scheme, _, body = urn.removeprefix(head).partition(":")
    known = _FROM.get(scheme)
    if known is None:
        raise Gs1Error(f"the EPC scheme {scheme} has no Digital Link")
    count, make = known
    parts = body.split(".", count - 1)
    # A company prefix of twelve digits leaves no digits for the reference.
    full = len(parts) > 1 and not parts[1] and len(parts[0]) == 12 and scheme in _OF_PLACES_AND_PAPERS
    if len(parts) != count or not parts[0].isdigit() or not all(parts) and not (full and all(parts[2:])):
        raise Gs1Error(f"an EPC {scheme} has {count} parts")
    if "*" in parts and not head.endswith("idpat:"):
        raise Gs1Error("only a pattern may hold a star")
    return build(make(parts), stem)


def to_urn(uri: str, prefix_length: int | None) -> str | None:
    """The EPC URN of an address, given how many digits the company prefix has (4 to 12).

    None where it has none: no URN for the key, a class where only items have one, or the prefix is not known.
    Raises Gs1Error when the address itself is wrong.
    """
    link = parse(uri, short_gtin=True)
    if prefix_length is None:
        return None
    ai, value = link.key
    make = _BACK.get(ai)
    return make(value, link.path, prefix_length) if make else None


def _safe(text: str) -> str:
    return quote(text, safe="!'()*+,-.:;=_")


def _split_item(gtin: str, length: int) -> str:
    return f"{gtin[1 : 1 + length]}.{gtin[0]}{gtin[1 + length : 13]}"


def _back_item(gtin: str, path: dict[str, str], length: int) -> str | None:
    body = _split_item(gtin, length)
    if "21" in path:
        return f"urn:epc:id:sgtin:{body}.{_safe(path['21'])}"
    if "235" in path:
        return f"urn:epc:id:upui:{body}.{_safe(path['235'])}"
    if "10" in path:
        return f"urn:epc:class:lgtin:{body}.{_safe(path['10'])}"
    return f"urn:epc:idpat:sgtin:{body}.*"


def _back_serial(scheme: str, skip: int, digits: int) -> Callable[[str, dict[str, str], int], str | None]:
    def back(value: str, path: dict[str, str], length: int) -> str | None:
        number, serial = value[skip : skip + digits - 1], value[skip + digits :]
        head = "urn:epc:id" if serial else "urn:epc:idpat"
        return f"{head}:{scheme}:{number[:length]}.{number[length:]}.{_safe(serial) if serial else '*'}"

    return back


def _back_plain(scheme: str, digits: int) -> Callable[[str, dict[str, str], int], str | None]:
    """Number with a check digit, two parts."""
    return lambda value, path, length: f"urn:epc:id:{scheme}:{value[:length]}.{value[length : digits - 1]}"


def _back_place(value: str, path: dict[str, str], length: int) -> str | None:
    return f"urn:epc:id:sgln:{value[:length]}.{value[length:12]}.{_safe(path.get('254', '0'))}"


def _back_part(value: str, path: dict[str, str], length: int) -> str | None:
    if "8011" not in path:
        return f"urn:epc:idpat:cpi:{value[:length]}.{quote(value[length:], safe='-')}.*"
    return f"urn:epc:id:cpi:{value[:length]}.{quote(value[length:], safe='-')}.{path['8011']}"


def _back_piece(value: str, path: dict[str, str], length: int) -> str | None:
    body = f"{_split_item(value[:14], length)}.{value[14:16]}.{value[16:]}"
    return f"urn:epc:id:itip:{body}.{_safe(path['21'])}" if "21" in path else f"urn:epc:idpat:itip:{body}.*"


_BACK: dict[str, Callable[[str, dict[str, str], int], str | None]] = {
    "01": _back_item,
    "00": lambda v, path, n: f"urn:epc:id:sscc:{v[1 : 1 + n]}.{v[0]}{v[1 + n : 17]}",
    "414": _back_place,
    "417": _back_plain("pgln", 13),
    "8003": _back_serial("grai", 1, 13),
    "8004": lambda v, path, n: f"urn:epc:id:giai:{v[:n]}.{_safe(v[n:])}",
    "253": _back_serial("gdti", 0, 13),
    "255": _back_serial("sgcn", 0, 13),
    "8018": _back_plain("gsrn", 18),
    "8017": _back_plain("gsrnp", 18),
    "8010": _back_part,
    "8006": _back_piece,
    "401": lambda v, path, n: f"urn:epc:id:ginc:{v[:n]}.{_safe(v[n:])}",
    "402": _back_plain("gsin", 17),
}
