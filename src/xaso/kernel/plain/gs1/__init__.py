"""GS1 identifiers: element strings, check digits, Digital Link addresses, EPC URNs. Pure, offline."""

from xaso.kernel.plain.gs1.elements import Gs1Error, parse_element_string, write_element_string
from xaso.kernel.plain.gs1.keys import check_digit, gtin14, has_good_check_digit, is_for_one_shop
from xaso.kernel.plain.gs1.link import CANONICAL, Link, build, canonical, parse
from xaso.kernel.plain.gs1.urns import to_digital_link, to_urn

__all__ = [
    "CANONICAL",
    "Gs1Error",
    "Link",
    "build",
    "canonical",
    "check_digit",
    "gtin14",
    "has_good_check_digit",
    "is_for_one_shop",
    "parse",
    "parse_element_string",
    "to_digital_link",
    "to_urn",
    "write_element_string",
]
