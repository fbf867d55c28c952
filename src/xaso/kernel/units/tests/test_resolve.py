"""Old addresses and codes resolve to today's units; read from the carried lists, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xaso.kernel.plain.text import fold, sort_key
from xaso.kernel.units import cli
from xaso.kernel.units.addresses import Reader, Resolution
from xaso.kernel.units.dataset import Node, dataset
from xaso.kernel.units.gazetteer import Gazetteer

DAY = date(2026, 11, 21)
INDEX = Gazetteer.of(dataset(DAY))
READER = Reader(INDEX)
TODAY = [node for node in INDEX.nodes.values() if not node.is_old]
OLD = [node for node in INDEX.nodes.values() if node.is_old]
OLD_COMMUNES = [node for node in OLD if node.level == "commune"]
ISLANDS = {"Bạch Long Vĩ", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn", "Côn Đảo"}


def resolve(text: str, on: date | None = None) -> Resolution:
    return READER.resolve(text, on)


def names(answer: Resolution) -> list[str]:
    return [target.node.full_name for target in answer.today]


def test_counts_of_the_lists() -> None:
    counted = Counter((node.is_old, node.level, node.kind) for node in INDEX.nodes.values())
    assert counted[False, "province", "tỉnh"] == 25
    assert counted[False, "province", "thành phố"] == 9
    assert counted[False, "commune", "xã"] == 2599
    assert counted[False, "commune", "phường"] == 709
    assert counted[False, "commune", "đặc khu"] == 13
    levels = Counter((node.is_old, node.level) for node in INDEX.nodes.values())
    assert levels[False, "province"] == 34
    assert levels[False, "commune"] == 3321
    assert levels[True, "province"] == 63
    assert levels[True, "district"] == 696
    assert levels[True, "commune"] == 10035


def test_counts_on_the_first_day() -> None:
    first = dataset(date(2025, 7, 1)).nodes.values()
    counted = Counter((node.level, node.kind) for node in first if not node.is_old)
    assert counted["province", "tỉnh"] == 28
    assert counted["province", "thành phố"] == 6
    assert counted["commune", "xã"] == 2621
    assert counted["commune", "phường"] == 687
    assert counted["commune", "đặc khu"] == 13


def test_codes_of_merged_provinces() -> None:
    by_code = {node.code: node for node in TODAY if node.level == "province"}
    assert by_code["15"].full_name == "Tỉnh Lào Cai"  # takes the code of Yên Bái
    assert by_code["19"].full_name == "Tỉnh Thái Nguyên"
    assert by_code["75"].full_name == "Thành phố Đồng Nai"
    for code, count in {"19": 92, "15": 99, "08": 124, "66": 102, "04": 56}.items():
        assert len(INDEX.children(by_code[code])) == count


@given(st.sampled_from(OLD_COMMUNES))
@settings(max_examples=300, deadline=None)
def test_every_old_commune_lies_somewhere_today(node: Node) -> None:
    targets = INDEX.today_of(node)
    assert targets
    assert all(not target.node.is_old and target.node.level == "commune" for target in targets)
    assert (len(targets) > 1) == any(target.partly for target in targets)


def test_no_old_unit_is_without_a_place_today() -> None:
    assert [node.path for node in OLD if not INDEX.today_of(node)] == []


def test_every_commune_of_today_came_from_somewhere() -> None:
    reached = {target.node.path for node in OLD for target in INDEX.today_of(node)}
    assert [node.path for node in TODAY if node.path not in reached] == []


def test_island_districts_without_communes_became_special_zones() -> None:
    islands = [node for node in OLD if node.level == "district" and not INDEX.children(node)]
    assert {node.name for node in islands} == ISLANDS
    for node in islands:
        (target,) = INDEX.today_of(node)
        assert target.node.full_name == f"Đặc khu {node.name}"
        assert not target.partly


@given(
    st.sampled_from(list(INDEX.nodes.values())),
    st.sampled_from(["", "Thôn 3, ", "Số 12 ngõ 5 đường Lê Lợi, "]),
)
@settings(max_examples=400, deadline=None)
def test_a_full_address_finds_its_unit(node: Node, before: str) -> None:
    answer = resolve(before + INDEX.address_of(node))
    if node.level == "province":  # a province that kept its name is read as today's
        assert answer.found is not None
        assert sort_key(answer.found.name) == sort_key(node.name)
    else:
        assert answer.found == node
        assert answer.exact == (
            not before or node.level == "commune"
        )  # a street in a district: which commune?
        assert answer.rest == before.removesuffix(", ")


@pytest.mark.slow
def test_the_full_address_of_each_of_all_units_finds_it() -> None:
    wrong = [
        node.path
        for node in INDEX.nodes.values()
        if node.level != "province" and resolve(INDEX.address_of(node)).found != node
    ]
    assert wrong == []


@given(st.sampled_from([node for node in INDEX.nodes.values() if node.level != "province"]))
@settings(max_examples=300, deadline=None)
def test_an_address_without_diacritics_finds_its_unit(node: Node) -> None:
    answer = resolve(fold(INDEX.address_of(node)))
    assert answer.found == node or node in answer.others


@given(st.sampled_from(OLD_COMMUNES))
@settings(max_examples=150, deadline=None)
def test_an_old_code_finds_its_unit(node: Node) -> None:
    answer = resolve(node.code, date(2024, 5, 1))
    assert answer.found == node
    assert answer.today == tuple(INDEX.today_of(node))


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    answer = resolve(text)
    assert answer.sentence
    assert answer.found is not None or not answer.today


@given(st.sampled_from(OLD_COMMUNES), st.data())
@settings(max_examples=150, deadline=None)
def test_a_typing_error_in_the_commune_is_forgiven(node: Node, data: st.DataObject) -> None:
    if len(node.name) < 6 or node.name[-1].isdigit():
        return
    at = data.draw(st.integers(1, len(node.name) - 2))
    wrong = node.name[:at] + node.name[at + 1 :]
    above = INDEX.above(node)
    answer = resolve(", ".join([f"{node.kind} {wrong}", *(unit.full_name for unit in above)]))
    assert answer.found is not None
    # A neighbour's name may be as near: what counts is that the answer lies in the right district.
    assert answer.found.path.startswith(above[0].path) or above[0] in INDEX.above(answer.found)


@pytest.mark.parametrize(
    ("text", "today", "rest"),
    [
        ("thôn 3, xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn", ["Xã Ba Bể"], "thôn 3"),
        ("Cao Thượng Ba Bể Bắc Kạn", ["Xã Ba Bể"], ""),
        ("xa cao thuong huyen ba be tinh bac kan", ["Xã Ba Bể"], ""),
        ("Thị trấn Chợ Rã - huyện Ba Bể - tỉnh Bắc Kạn", ["Xã Chợ Rã"], ""),
        (
            "59 nguyễn sỹ sách , p15, tan binh, hcm",
            ["Phường Tân Bình", "Phường Tân Sơn"],
            "59 nguyễn sỹ sách",
        ),
        ("đường 15, long bình, quận 9, hcm", ["Phường Long Bình"], "đường 15"),
        ("Tổ 4, P. Thắng Nhì, TP. Vũng Tàu, tỉnh Bà Rịa - Vũng Tàu", ["Phường Vũng Tàu"], "Tổ 4"),
        ("phường Tây Lộc, thành phố Huế, tỉnh Thừa Thiên Huế", ["Phường Phú Xuân"], ""),
        ("huyện Lý Sơn, Quảng Ngãi", ["Đặc khu Lý Sơn"], ""),
        ("phường Võ Cường, thành phố Bắc Ninh", ["Phường Võ Cường"], ""),
        ("phường Mỹ Bình, thành phố Long Xuyên, An Giang", ["Phường Long Xuyên"], ""),
        ("tỉnh Bắc Kạn", ["Tỉnh Thái Nguyên"], ""),
        ("Hà Nội, Việt Nam", ["Thành phố Hà Nội"], ""),
        ("xã Long Thành, tỉnh Đồng Nai", ["Phường Long Thành"], ""),
        ("Xã Tân Thạnh, Huyện Thới Lai, Cần Thơ", ["Xã Trường Thành"], ""),
    ],
)
def test_examples(text: str, today: list[str], rest: str) -> None:
    answer = resolve(text)
    assert names(answer) == today
    assert answer.rest == rest


def test_a_split_commune_asks_to_choose() -> None:
    answer = resolve("phường 15, quận Tân Bình, thành phố Hồ Chí Minh")
    assert answer.partly
    assert answer.unit_path is None
    assert answer.sentence == (
        "Phường 15 cũ (quận Tân Bình, thành phố Hồ Chí Minh) nay một phần thuộc phường Tân Bình,"
        " một phần thuộc phường Tân Sơn, thành phố Hồ Chí Minh: chọn theo nơi ở."
    )


def test_a_district_alone_lists_its_communes() -> None:
    answer = resolve("huyện Ba Bể, tỉnh Bắc Kạn")
    assert answer.is_old
    assert "Xã Ba Bể" in names(answer)
    assert "không còn" in answer.sentence


def test_a_name_of_many_units_is_not_guessed() -> None:
    answer = resolve("xã Nam Sơn")
    assert answer.others
    assert not answer.exact
    assert answer.sentence.startswith("Có ")


def test_codes_are_used_again_for_other_areas() -> None:
    old, new = resolve("00004", date(2025, 6, 30)), resolve("00004", date(2025, 7, 1))
    assert old.found is not None
    assert new.found is not None
    assert (old.found.full_name, new.found.full_name) == ("Phường Trúc Bạch", "Phường Ba Đình")
    both = resolve("00004")
    assert "đến hết 30/06/2025" in both.sentence
    assert "từ 01/07/2025" in both.sentence


def test_the_date_decides_between_the_lists() -> None:
    text = "phường Võ Cường, thành phố Bắc Ninh, tỉnh Bắc Ninh"
    assert resolve("xã Yên Bình, tỉnh Tuyên Quang", date(2020, 1, 1)).is_old
    assert not resolve("xã Yên Bình, tỉnh Tuyên Quang", date(2026, 1, 1)).is_old
    assert resolve(text).is_old


def test_doubted_pairs_are_kept_but_not_answered() -> None:
    doubted = [link for link in dataset(DAY).links if not link.confirmed]
    assert len(doubted) == 28
    for link in doubted:
        assert link.new not in [target.node.path for target in INDEX.today_of(INDEX.nodes[link.old])]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("bát xát", "Xã Bát Xát"),
        ("bat xat", "Xã Bát Xát"),
        ("bat sat", "Xã Bát Xát"),
        ("lào", "Tỉnh Lào Cai"),
        ("phường cam đ", "Phường Cam Đường"),
        ("truong sa", "Đặc khu Trường Sa"),
        ("ba bể, thái nguyên", "Xã Ba Bể"),
    ],
)
def test_suggestions(typed: str, expected: str) -> None:
    assert expected in [node.full_name for node in INDEX.suggest(typed)[:3]]


def test_suggestions_within_a_province() -> None:
    found = INDEX.suggest("bản", within="15/", limit=30)
    assert found
    assert all(node.path.startswith("15/") for node in found)


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["resolve", "xã Cao Thượng, huyện Ba Bể, tỉnh Bắc Kạn"]) == 0
    assert "xã Ba Bể, tỉnh Thái Nguyên" in capsys.readouterr().out
    assert cli.main(["resolve", "--json", "--on", "2024-01-01", "01900"]) == 0
    assert '"code": "01906"' in capsys.readouterr().out
    assert cli.main(["resolve", "không có đâu cả"]) == 1
    assert cli.main(["search", "bac kan", "--old"]) == 0
    assert cli.main(["counts"]) == 0
    assert "3321" not in capsys.readouterr().err
