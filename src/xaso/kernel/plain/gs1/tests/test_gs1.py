"""Digital Link, element strings, check digits, URNs: vectors of the standard and properties."""

from __future__ import annotations

import json
import string
from io import StringIO

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xaso.kernel.plain.gs1 import (
    Gs1Error,
    build,
    canonical,
    check_digit,
    gtin14,
    is_for_one_shop,
    parse,
    parse_element_string,
    to_digital_link,
    to_urn,
    write_element_string,
)
from xaso.kernel.plain.gs1.checks import CHECKS
from xaso.kernel.plain.gs1.cli import main
from xaso.kernel.plain.gs1.keys import LETTERS_82, check_pair
from xaso.kernel.plain.gs1.own import own_uri, parse_own
from xaso.kernel.plain.gs1.table import table
from xaso.kernel.plain.gs1.tests.vectors import BAD, GOOD, URNS

lots = st.text(alphabet=LETTERS_82, min_size=1, max_size=20)


@st.composite
def gtins(draw: st.DrawFn) -> str:
    body = draw(st.text(alphabet=string.digits, min_size=13, max_size=13))
    return body + check_digit(body)


@pytest.mark.parametrize(("uri", "elements"), GOOD)
def test_a_right_address_is_read(uri: str, elements: dict[str, str]) -> None:
    link = parse(uri)
    assert link.elements == elements
    assert list(link.elements) == list(elements)
    assert parse(link.canonical).elements == elements
    assert canonical(link.canonical) == link.canonical


@pytest.mark.parametrize(("uri", "word"), BAD)
def test_a_wrong_address_is_refused_with_the_reason(uri: str, word: str) -> None:
    with pytest.raises(Gs1Error) as refused:
        parse(uri)
    assert word in str(refused.value)


def test_the_canonical_form_is_gs1s_sorted_and_without_strangers() -> None:
    uri = "http://shop.example/che/01/09520123456788/10/A%2fB?utm=x&3922=0299&17=201225&3103=000195#top"
    assert canonical(uri) == "https://id.gs1.org/01/09520123456788/10/A%2FB?17=201225&3103=000195&3922=0299"
    assert parse(uri).stem == "http://shop.example/che"
    assert parse(uri).other == ("utm=x",)


def test_a_short_gtin_only_where_it_is_allowed() -> None:
    assert parse("https://brand.example.com/01/9520123456788", short_gtin=True).path == {
        "01": "09520123456788"
    }
    assert parse("https://a/01/02345673", short_gtin=True).path == {"01": "00000002345673"}
    assert canonical("https://a/01/416000336108") == "https://id.gs1.org/01/00416000336108"


def test_numbers_of_one_shop_must_not_be_public() -> None:
    inside = gtin14("2" + "00000000001" + check_digit("200000000001"))
    assert is_for_one_shop(inside)
    parse(f"https://a/01/{inside}")
    with pytest.raises(Gs1Error, match="one shop"):
        parse(f"https://a/01/{inside}", public=True)
    assert not is_for_one_shop("08938505974194")


@given(gtins(), lots, st.one_of(st.none(), lots))
def test_what_is_built_is_read_back(gtin: str, lot: str, serial: str | None) -> None:
    elements = {"01": gtin, "10": lot, **({"21": serial} if serial else {}), "15": "260131"}
    uri = build(elements, "https://trace.example.vn/t/")
    assert parse(uri).elements == elements
    assert canonical(uri) == build(elements)
    assert canonical(canonical(uri)) == canonical(uri)


@given(gtins(), st.integers(0, 13), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(gtin: str, place: int, more: int) -> None:
    wrong = gtin[:place] + str((int(gtin[place]) + more) % 10) + gtin[place + 1 :]
    with pytest.raises(Gs1Error):
        parse(f"https://id.gs1.org/01/{wrong}")


@given(st.text(alphabet=LETTERS_82, min_size=5, max_size=20), st.integers(0, 19), st.sampled_from(LETTERS_82))
def test_any_single_wrong_letter_is_found_by_the_pair(model: str, place: int, letter: str) -> None:
    place %= len(model)
    assume(model[place] != letter)
    wrong = model[:place] + letter + model[place + 1 :]
    assert check_pair(wrong) != check_pair(model)


@given(st.text(max_size=60))
def test_nothing_breaks_the_reader(text: str) -> None:
    for uri in (text, "https://a/01/09520123456788/" + text, "https://a/01/09520123456788?" + text):
        try:
            assert parse(uri).elements
        except Gs1Error as error:
            assert str(error)


@given(gtins(), lots, lots)
def test_element_strings_both_ways(gtin: str, lot: str, serial: str) -> None:
    assume("(" not in lot + serial and "^" not in lot + serial)
    elements = {"01": gtin, "10": lot, "21": serial}
    assert parse_element_string(write_element_string(elements)) == elements
    assert parse_element_string("]d2" + write_element_string(elements, brackets=False)) == elements


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no element"),
        ("(01)09520123456789", "check digit"),
        ("(01)09520123456788(01)12312312312333", "twice"),
        ("(98)A(89)B", "identifier"),
        ("(10)A", "goes only with"),
        ("0109520123456788" + "10" + "A" * 21, "too long"),
    ],
)
def test_a_wrong_element_string_is_refused(text: str, word: str) -> None:
    with pytest.raises(Gs1Error, match=word):
        parse_element_string(text)


@pytest.mark.parametrize(("urn", "path", "prefix"), URNS)
def test_urns_both_ways(urn: str, path: str, prefix: int) -> None:
    assert to_digital_link(urn) == f"https://id.gs1.org{path}"
    assert to_urn(f"https://id.gs1.org{path}", prefix) == urn


@pytest.mark.parametrize(
    "urn",
    ["urn:epc:id:nonsense:1.2", "urn:epc:id:sgtin:1.2", "urn:uuid:1", "urn:epc:id:sgtin:0614141.107346.*"],
)
def test_a_wrong_urn_is_refused(urn: str) -> None:
    with pytest.raises(Gs1Error):
        to_digital_link(urn)


def test_the_prefix_must_be_known_for_a_urn() -> None:
    assert to_urn("https://id.gs1.org/01/10614141073464", None) is None


def test_addresses_of_our_own_are_no_gtin() -> None:
    uri = own_uri("https://xa.example.vn/t", "obj", "cây chè 17/a")
    found = parse_own(uri)
    assert found is not None
    assert (found.stem, found.kind, found.identifier) == ("https://xa.example.vn/t", "obj", "cây chè 17/a")
    assert parse_own("https://id.gs1.org/01/09520123456788") is None
    with pytest.raises(Gs1Error):
        parse(uri)
    with pytest.raises(ValueError, match="kind"):
        own_uri("https://a", "gtin", "1")


def test_every_check_of_the_table_is_there() -> None:
    named = {check for entry in table().values() for part in entry.components for check in part.checks}
    assert named <= set(CHECKS)
    assert {"01", "10", "8200", "3105", "99"} <= set(table())


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("iban", "GB33BUKB20201555555555", "GB33BUKB20201555555556"),
        ("pcenc", "a%20b", "a%2"),
        ("latitude", "1800000000", "1800000001"),
        ("longitude", "3600000000", "3600000001"),
        ("posinseqslash", "1/2", "3/2"),
        ("yyyymmdd", "20240229", "20230229"),
        ("iso4217", "704", "000"),
        ("iso3166alpha2", "VN", "XX"),
        ("nozeroprefix", "10", "010"),
        ("mediatype", "10", "11"),
        ("hasnondigit", "123a", "1234"),
    ],
)
def test_checks(check: str, right: str, wrong: str) -> None:
    assert CHECKS[check](right) == ""
    assert CHECKS[check](wrong)


def test_the_command_prints_one_line_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["digital-link", "https://id.gs1.org/01/09520123456788/10/ABC123"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer == {
        "ok": True,
        "elements": {"01": "09520123456788", "10": "ABC123"},
        "canonical": "https://id.gs1.org/01/09520123456788/10/ABC123",
    }
    monkeypatch.setattr("sys.stdin", StringIO("https://a/01/1\n\nhttps://a/00/006141411234567890\n"))
    assert main(["digital-link", "-"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["ok"] for line in lines] == [False, False, True]
    assert main(["nonsense"]) == 2
