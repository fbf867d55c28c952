"""Law as text: numbers, citations of every shape, structure with offsets, notes, effects, drafts, versions, XML."""

from __future__ import annotations

import csv
import json
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain.law import (
    Place,
    akoma,
    citations,
    compared,
    effects,
    is_whole,
    issuer_of,
    kind_of,
    law_named,
    number_key,
    number_of,
    parts_of,
    read_draft,
    slug_of,
    source_note,
    spot_at,
    year_of,
)

DATA = Path(__file__).with_name("data")
HERE = Place("61/2018/NĐ-CP", "7")
TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("61/2018/NĐ-CP", "61/2018/NĐ-CP"),
        ("61/2018/ND-CP", "61/2018/NĐ-CP"),
        ("61/2018/N\u00d0-CP", "61/2018/NĐ-CP"),
        ("61 / 2018 / NĐ - CP", "61/2018/NĐ-CP"),
        ("số 61/2018/nđ-cp.", "61/2018/NĐ-CP"),
        (unicodedata.normalize("NFD", "61/2018/NĐ–CP"), "61/2018/NĐ-CP"),
        ("18/2007/qd-ttg", "18/2007/QĐ-TTg"),
        ("45/2019/qh14", "45/2019/QH14"),
        ("41/2010/TT-BGD&ĐT", "41/2010/TT-BGD&ĐT"),
        ("235/2009/TTLT/BTC-BGTVT", "235/2009/TTLT/BTC-BGTVT"),
        ("18-L/CTN", "18-L/CTN"),
        ("không có", ""),
    ],
)
def test_a_number_has_one_spelling(typed: str, number: str) -> None:
    assert number_of(typed) == number
    assert number_of(number_of(typed)) == number


def test_what_a_number_tells():
    assert (kind_of("61/2018/NĐ-CP"), issuer_of("61/2018/NĐ-CP")) == ("Nghị định", "Chính phủ")
    assert kind_of("45/2019/QH14") == "Luật" and issuer_of("45/2019/QH14") == "Quốc hội"
    assert kind_of("10/2013/UBTVQH13") == "Pháp lệnh"
    assert issuer_of("119/2013/TTLT-BTC-BNV") == "Bộ Tài chính và Bộ Nội vụ"
    assert kind_of("01/2024/QĐ-UBND") == "Quyết định"
    assert (year_of("61/2018/NĐ-CP"), year_of("73-CP")) == (2018, None)
    assert number_key("04/2020/TT-BGD&ĐT") == number_key("4/2020/TT/BGDĐT")
    assert slug_of("61/2018/NĐ-CP") == "61-2018-nd-cp"
    assert all(map(is_whole, ("61/2018/NĐ-CP", "45/2019/QH14", "73-CP", "235/2009/TTLT/BTC-BGTVT")))
    assert not any(map(is_whole, ("18", "03/2017/TT-", "01/2012/QĐ", "44/2016/TT-BTNMT(1")))


def told(text: str, **more: Any) -> list[str]:
    return [one.said for one in citations(text, **more)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("theo điểm a khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP", ["điểm a khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"]),
        ("khoản 2 Điều 5 của Nghị định 61/2018/NĐ-CP", ["khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"]),
        ("các điểm a, b và đ khoản 1 Điều 3 Thông tư số 1/2020/TT-BTP",
         [f"điểm {one} khoản 1 Điều 3 Thông tư số 1/2020/TT-BTP" for one in "abđ"]),
        ("khoản 2 và khoản 3 Điều 9 Nghị định này",
         [f"khoản {one} Điều 9 Nghị định số 61/2018/NĐ-CP" for one in "23"]),
        ("từ Điều 5 đến Điều 8 Nghị định này", [f"Điều {one} Nghị định số 61/2018/NĐ-CP" for one in "5678"]),
        ("khoản 2 Điều 12, Điều 14 và Điều 18 Nghị định 91/2015/NĐ-CP",
         ["khoản 2 Điều 12 Nghị định số 91/2015/NĐ-CP", "Điều 14 Nghị định số 91/2015/NĐ-CP",
          "Điều 18 Nghị định số 91/2015/NĐ-CP"]),
        ("điểm b khoản 1 Điều 8 và khoản 2 Điều 9 Thông tư số 06/2023/TT-BKHCN",
         ["điểm b khoản 1 Điều 8 Thông tư số 06/2023/TT-BKHCN", "khoản 2 Điều 9 Thông tư số 06/2023/TT-BKHCN"]),
        ("khoản 1 và khoản 2 Điều 33, khoản 1 Điều 34 của Nghị định này",
         ["khoản 1 Điều 33 Nghị định số 61/2018/NĐ-CP", "khoản 2 Điều 33 Nghị định số 61/2018/NĐ-CP",
          "khoản 1 Điều 34 Nghị định số 61/2018/NĐ-CP"]),
        ("Điều 15a Luật số 45/2019/QH14", ["Điều 15a Luật số 45/2019/QH14"]),
        ("quy định tại khoản 2 Điều này", ["khoản 2 Điều 7 Nghị định số 61/2018/NĐ-CP"]),
        ("Điều 5, 6, 7 và Điều 8 Nghị định này", [f"Điều {one} Nghị định số 61/2018/NĐ-CP" for one in "5678"]),
        ("Điều 8 và 10 ngày sau, Nghị định này", ["Điều 8 Nghị định số 61/2018/NĐ-CP"]),
        ("liên quan đến Điều 36.3.NĐ.1.19. Kinh phí", []),
        ("điểm c khoản 1 Điều 31 của Luật, tổ chức tôn giáo", ["điểm c khoản 1 Điều 31 Luật"]),
    ],
)  # fmt: skip
def test_shapes_of_citations(text: str, expected: list[str]) -> None:
    assert told(text, here=HERE) == expected


def test_this_clause_is_the_clause_where_it_stands():
    text = "1. Người sau:\na) Một;\nb) Theo điểm a khoản này.\n2. Khác."
    cited = citations(text, here=HERE)
    assert [(one.article, one.clause, one.point, one.self_reference) for one in cited] == [
        ("7", "1", "a", True)
    ]


def test_without_a_place_this_has_no_number():
    (one,) = citations("Điều 5 của Luật này")
    assert (one.number, one.self_reference) == ("", True)


def test_new_wording_cites_the_amended_document():
    text = (
        "1. Sửa đổi, bổ sung Điều 5 Nghị định số 11/2010/NĐ-CP như sau:\n“Điều 5. Mới\nTheo khoản 2 Điều 9 Nghị định "
        "này.”\n"
        "2. Theo Điều 2 Nghị định này."
    )
    cited = [(one.number, one.article) for one in citations(text, here=HERE) if one.article]
    assert ("11/2010/NĐ-CP", "9") in cited
    assert ("61/2018/NĐ-CP", "9") not in cited
    assert ("61/2018/NĐ-CP", "2") in cited


@pytest.mark.parametrize(
    "typed",
    ["đ5 k2 NĐ61/2018", "điều 5 khoản 2 nghị định 61/2018", "dieu 5 khoan 2 nghi dinh 61/2018/ND-CP",
     "khoản 2 Điều 5 Nghị định 61/2018/NĐ-CP",
     unicodedata.normalize("NFD", "khoản 2 điều 5 nghị định số 61/2018/nđ-cp")],
)  # fmt: skip
def test_what_people_type(typed: str) -> None:
    assert told(typed, loose=True) == ["khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP"]


def test_a_law_by_its_name_is_the_one_of_the_day():
    cited = citations("theo quy định tại Điều 16 Luật Phòng, chống tham nhũng và các luật khác")
    assert [(one.name, one.article) for one in cited] == [("Phòng, chống tham nhũng", "16")]
    assert law_named("Phòng, chống tham nhũng", day=TODAY) == "36/2018/QH14"
    assert law_named("Đất đai", day=TODAY) == "31/2024/QH15"
    (land,) = citations("Điều 54 Luật Đất đai năm 2024")
    assert (land.number, land.year) == ("31/2024/QH15", 2024)


def golden(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_golden_citations_resolve():
    rows = golden("citations.tsv")
    assert len(rows) >= 500
    wrong = []
    for row in rows:
        here = Place(row["document"], row["article"])
        found = {
            "|".join((number_key(one.number) if one.number else "", one.article, one.clause, one.point))
            for one in citations(row["text"].replace("⏎", "\n"), here=here)
            if one.article
        }
        wanted = set(json.loads(row["names"]))
        if found != wanted:
            wrong.append((row["text"], sorted(wanted ^ found)))
    assert len(wrong) <= len(rows) * 0.02, (len(wrong), wrong[:10])


# ---- structure ------------------------------------------------------------------------------------------------------


def test_parts_lie_where_they_say():
    text = "Lời dẫn:\n1. Một:\na) A;\nb) B.\n2. Hai:\nđ) thứ lạ"
    parts = parts_of(text)
    assert [(one.clause, one.point) for one in parts] == [("1", ""), ("1", "a"), ("1", "b"), ("2", "")]
    assert all(text[one.start : one.end] == one.text for one in parts)
    assert parts[1].lead == "1. Một:" and parts[0].lead == "Lời dẫn:"
    assert (spot_at(parts, text.index("B.")).clause, spot_at(parts, text.index("B.")).point) == ("1", "b")


def test_quoted_clauses_are_not_the_articles_own():
    text = "1. Sửa đổi khoản 2 như sau:\n“2. Mới:\na) một;\nb) hai.”\n2. Bãi bỏ khoản 3."
    assert [(one.clause, one.point) for one in parts_of(text)] == [("1", ""), ("2", "")]


def test_points_without_clauses_and_rows_of_tables():
    assert [one.point for one in parts_of("Gồm:\na) một;\nb) hai;\nc) ba.")] == ["a", "b", "c"]
    assert [one.clause for one in parts_of("1. Một\n1. Hàng\n2. Hai\n1. Hàng\n300. Hàng")] == ["1", "2"]


@given(st.text(alphabet="1234567890abcđ.) \nĐiềukhoản“”,;", max_size=300))
def test_any_text_has_parts_inside_it(text: str) -> None:
    for one in parts_of(text):
        assert text[one.start : one.end] == one.text
    for cited in citations(text, here=HERE):
        assert 0 <= cited.start < cited.end <= len(text)


# ---- notes and effects ----------------------------------------------------------------------------------------------

NOTE = (
    "(Điều 2 Thông tư số 35/2012/TT-BGTVT, có hiệu lực thi hành kể từ ngày 01/01/2013, có nội dung được sửa đổi, có "
    "nội dung được bổ sung bởi Điều 1 Thông tư số 49/2018/TT-BGTVT có hiệu lực thi hành kể từ ngày 01/01/2019)"
)


def test_source_notes():
    note = source_note(NOTE)
    assert (note.article, note.number, note.effective) == ("2", "35/2012/TT-BGTVT", date(2013, 1, 1))
    (one,) = note.amendments
    assert (one.kind, one.number, one.article, one.on) == (
        "amends",
        "49/2018/TT-BGTVT",
        "1",
        date(2019, 1, 1),
    )
    assert note.wording_from == date(2019, 1, 1) and note.ended is None
    added = source_note(
        "(Điều 98c Luật số 23/2004/QH11, có hiệu lực thi hành kể từ ngày 01/01/2005, được bổ sung bởi Điều 1 Luật số "
        "48/2014/QH13 có hiệu lực thi hành kể từ ngày 01/01/2015)"
    )
    assert added.amendments[0].added and added.wording_from == date(2015, 1, 1)
    repealed = source_note(
        "(Điều 6 Nghị định số 17/2012/NĐ-CP, có hiệu lực thi hành kể từ ngày 01/05/2012, có nội dung được bãi bỏ theo "
        "quy định tại Điều 3 Nghị định số 151/2018/NĐ-CP, có hiệu lực thi hành kể từ ngày 07/11/2018)"
    )
    assert [(one.kind, one.whole) for one in repealed.amendments] == [("repeals", False)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Thông tư này có hiệu lực kể từ ngày 01 tháng 7 năm 2014 và thay thế Thông tư số 03/2010/TT-BTP ngày 03 "
         "tháng 3 năm 2010 của Bộ trưởng Bộ Tư pháp hướng dẫn thi hành Nghị định số 11/2009/NĐ-CP.",
         [("replaces", "03/2010/TT-BTP", "", True)]),
        ("2. Thông tư số 46/2016/TT-BLĐTBXH ngày 28 tháng 12 năm 2016 hết hiệu lực kể từ ngày Thông tư này có hiệu lực "
         "thi hành.", [("repeals", "46/2016/TT-BLĐTBXH", "", True)]),
        ("3. Bãi bỏ Điều 3 Thông tư số 18/2018/TT-BLĐTBXH.", [("repeals", "18/2018/TT-BLĐTBXH", "3", False)]),
        ("2. Các quy định sau hết hiệu lực:\na) Nghị định số 83/2013/NĐ-CP;\nb) Điều 4 Nghị định số 91/2014/NĐ-CP.",
         [("repeals", "83/2013/NĐ-CP", "", True), ("repeals", "91/2014/NĐ-CP", "4", False)]),
        ("Khi các văn bản dẫn chiếu tại Thông tư số 1/2010/TT-BTP được sửa đổi, bổ sung hoặc thay thế thì áp dụng văn "
         "bản mới.", []),
        ("Nghị định số 89/1999/NĐ-CP hết hiệu lực thi hành, trừ trường hợp quy định tại khoản 3 Điều này.",
         [("repeals", "89/1999/NĐ-CP", "", False)]),
    ],
)  # fmt: skip
def test_what_a_document_ends(text: str, expected: list[tuple[str, str, str, bool]]) -> None:
    found = effects(text, Place("9/2024/TT-BTP", "20"))
    assert [(one.kind, one.target.number, one.target.article, one.whole) for one in found] == expected


# ---- whole documents ------------------------------------------------------------------------------------------------

DECREE = """CHÍNH PHỦ
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Số: 99/2026/NĐ-CP
Hà Nội, ngày 05 tháng 3 năm 2026
NGHỊ ĐỊNH
Quy định về quản lý chợ phiên vùng cao
Căn cứ Luật Tổ chức Chính phủ số 63/2025/QH15;
Chính phủ ban hành Nghị định quy định về quản lý chợ phiên vùng cao.
Chương I
QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Nghị định này quy định về quản lý chợ phiên.
Điều 2. Đối tượng áp dụng
1. Người bán hàng tại chợ:
a) Cá nhân;
b) Hộ kinh doanh.
2. Cơ quan có liên quan.
Chương II
ĐIỀU KHOẢN THI HÀNH
Điều 3. Hiệu lực thi hành
Nghị định này có hiệu lực thi hành kể từ ngày 01 tháng 5 năm 2026 và thay thế Nghị định số 12/2003/NĐ-CP.
Nơi nhận:
TM. CHÍNH PHỦ
PHỤ LỤC I
Mẫu đăng ký chỗ bán hàng
"""


def test_a_document_is_read_from_its_lines():
    draft = read_draft(DECREE, today=TODAY)
    assert not draft.problems and not draft.doubts
    assert (draft.number, draft.kind, draft.issuer) == ("99/2026/NĐ-CP", "Nghị định", "Chính phủ")
    assert draft.title == "Quy định về quản lý chợ phiên vùng cao"
    assert (draft.issued_on, draft.effective_on) == (date(2026, 3, 5), date(2026, 5, 1))
    assert [one.number for one in draft.articles] == ["1", "2", "3", "Phụ lục I"]
    assert draft.articles[1].chapter == "Chương I QUY ĐỊNH CHUNG"
    assert draft.articles[1].text.startswith("1. Người bán hàng")
    assert draft.bases[0].number == "63/2025/QH15"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("Số: 99/2026/NĐ-CP", ""), "Không tìm thấy số hiệu"),
        (("NGHỊ ĐỊNH\n", "THÔNG TƯ\n"), "Tên loại là Thông tư"),
        (("Điều 2. Đối", "Điều 4. Đối"), "Thiếu Điều"),
        (("tháng 3 năm 2026", "tháng 3 năm 2036"), "sau hôm nay"),
        ((DECREE, "ngắn"), "gần như không có chữ"),
        (("quản lý", "qu¶n lý µ¸¹·¶¨©®"), "bảng mã cũ"),
    ],
)
def test_what_cannot_be_trusted_is_told(change: tuple[str, str], reason: str) -> None:
    draft = read_draft(DECREE.replace(*change) * (1 if change[0] != "quản lý" else 1), today=TODAY)
    assert any(reason in one for one in draft.problems), draft.problems


def test_two_wordings_side_by_side():
    changes = compared("1. Một hai ba.\n2. Bốn.\n3. Năm.", "1. Một hai bốn.\n2. Bốn.\n4. Sáu.")
    assert [(one.kind, one.label) for one in changes] == [
        ("changed", "khoản 1"), ("same", "khoản 2"), ("removed", "khoản 3"), ("added", "khoản 4"),
    ]  # fmt: skip
    assert changes[0].old_text == "1. Một hai ba." and changes[0].new_text == "1. Một hai bốn."
    assert [piece.text for piece in changes[0].new if piece.kind == "added"] == ["bốn"]


def test_akoma_ntoso_holds_every_word():
    draft = read_draft(DECREE, today=TODAY)
    facts = {"ended_on": None, "source": ""}
    document = type("Document", (), {**draft.__dict__, **facts})()
    xml = akoma(document, draft.articles)
    root = ElementTree.fromstring(xml)
    space = {"a": "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"}
    assert (
        root.find(".//a:FRBRWork/a:FRBRuri", space).get("value")
        == "/akn/vn/act/nghi-dinh/2026-03-05/99-2026-nd-cp"
    )
    keys = [one.get("eId") for one in root.iter() if one.get("eId")]
    assert len(keys) == len(set(keys))
    assert {"art_2__para_1__point_b", "chp_1", "art_3"} <= set(keys)
    words = " ".join(root.find(".//a:body", space).itertext())
    for article in draft.articles:
        for part in article.text.replace("\n", " ").split():
            assert part in words
