"""The passage that answers: chosen, cut and highlighted; always the words of the article at the stated place."""

from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from xaso.kernel.plain.law import Place, citations, part_at, parts_of
from xaso.services.assistant.answers.shape import quoted
from xaso.services.assistant.rules.conditions import missing, year_meant
from xaso.services.assistant.rules.extract import (
    MOST,
    Span,
    amount_of,
    extract,
    has_amount,
    leaves_of,
    rivals,
)
from xaso.services.assistant.rules.likeness import changes_what_is, touches
from xaso.services.assistant.tests.asking_world import BIRTH, HOUSEHOLD_FEE, MARRIAGE

SAMPLE = Path(__file__).parent / "data" / "articles.jsonl.xz"


def sample() -> list[dict[str, str]]:
    """Articles of the shipped corpus, some long ones among them."""
    with lzma.open(SAMPLE, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [one for one in rows if one["text"].strip()]


def test_the_point_that_answers_is_highlighted():
    found = extract("bao nhiêu tuổi thì được kết hôn", MARRIAGE, parts_of(MARRIAGE))
    assert found.mark.of(MARRIAGE) == "a) Nam từ đủ 20 tuổi trở lên, nữ từ đủ 18 tuổi trở lên;"
    assert (found.clause, found.point) == ("1", "a")


def test_without_diacritics_the_same():
    with_marks = extract("thời hạn đăng ký khai sinh cho con là bao lâu", BIRTH, parts_of(BIRTH))
    without = extract("thoi han dang ky khai sinh cho con la bao lau", BIRTH, parts_of(BIRTH))
    assert with_marks == without
    assert "60 ngày" in with_marks.mark.of(BIRTH)


RICE = (
    "1. Học sinh bán trú được hỗ trợ tiền ăn, tiền nhà ở và gạo như sau:\n"
    "a) Hỗ trợ tiền ăn: mỗi học sinh mỗi tháng bằng 40% mức lương cơ sở;\n"
    "b) Hỗ trợ tiền nhà ở: học sinh phải tự túc chỗ ở mỗi tháng được hỗ trợ bằng 10% mức lương cơ sở;\n"
    "c) Hỗ trợ gạo: mỗi học sinh mỗi tháng 15 kg gạo, trừ trường hợp quy định tại khoản 2 Điều này;\n"
    "d) Trường hợp khác do Hội đồng nhân dân cấp tỉnh quy định.\n"
    "2. Trường hợp nghỉ học quá 15 ngày thì tháng đó không được hỗ trợ."
)


def test_the_amount_that_is_asked_for_is_highlighted():
    found = extract("học sinh bán trú được hỗ trợ bao nhiêu gạo mỗi tháng", RICE, parts_of(RICE))
    assert (found.clause, found.point) == ("1", "c")


def test_cases_beside_the_answer_are_no_exceptions_of_it():
    found = extract("hỗ trợ tiền ăn mỗi tháng bao nhiêu phần trăm", RICE, parts_of(RICE))
    assert found.point == "a"
    (only,) = found.exceptions
    assert RICE.endswith(only.of(RICE))


@pytest.mark.parametrize(
    ("words", "asked", "held"),
    [
        ("Theo khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP ngày 05/06/2018", "mất bao nhiêu tiền", False),
        ("1. Trong 02 (hai) ngày làm việc kể từ ngày nhận đủ hồ sơ", "mất bao nhiêu tiền", False),
        ("phạt tiền từ 500.000 đồng đến 1.000.000 đồng", "phạt bao nhiêu tiền", True),
        ("bằng 150% mức lương cơ sở", "mức nào", True),
        ("Hệ số 1,5 đối với người khuyết tật nặng", "mức nào", True),
        ("được nghỉ trước và sau khi sinh con là 06 tháng", "nghỉ mấy tháng", True),
        ("đi khỏi nơi cư trú từ ba tháng trở lên", "đi bao lâu thì phải khai báo", True),
        ("nam từ đủ 20 tuổi trở lên", "bao nhieu tuoi", True),
    ],
)
def test_an_amount_is_no_number_of_an_article(words: str, asked: str, held: bool):
    assert has_amount(words, amount_of(asked)) is held


@pytest.mark.parametrize(
    ("question", "text", "near"),
    [
        (
            "thời tiết ngày mai ở Lào Cai thế nào",
            "người cai nghiện lao động không quá 08 giờ trong ngày",
            False,
        ),
        ("con trai bao nhieu tuoi duoc lay vo", "Người nào tổ chức việc lấy vợ, lấy chồng", True),
        ("mở quán tạp hóa có phải đăng ký hộ kinh doanh không", "Đăng ký hộ kinh doanh", True),
        ("xã giải quyết tố cáo trong bao lâu", "Giải quyết tranh chấp đất đai", False),
    ],
)
def test_what_is_shown_as_near_speaks_of_what_was_asked(question: str, text: str, near: bool):
    assert touches(question, text) is near


def test_a_change_is_told_behind_what_was_asked():
    assert changes_what_is("hộ kinh doanh thuê mấy người", "Chấm dứt hộ kinh doanh")
    assert not changes_what_is("làm lại giấy khai sinh", "Đăng ký lại khai sinh")


def test_two_thousand_answers_are_verbatim_at_their_place():
    """Each is cut and cited; its citation, read back, names the place that holds the highlight."""
    dice = random.Random(7)
    rows = sample()
    assert len(rows) >= 280
    count = placed = 0
    while count < 2000:
        for row in rows:
            text = row["text"]
            parts = parts_of(text)
            words = text.split()
            at = dice.randrange(max(1, len(words) - 12))
            question = f"{row['title']} {' '.join(dice.sample(words[at : at + 12], min(6, len(words[at : at + 12]))))}"
            found = extract(question, text, parts)
            quote, mark = found.quote, found.mark
            assert 0 <= quote.start < quote.end <= len(text)
            assert quote.start <= mark.start < mark.end <= quote.end
            assert quote.end - quote.start <= MOST
            for lead in (*found.leads, *found.exceptions):
                assert lead.of(text).strip()
            place = Place(row["doc"], row["art"], found.clause, found.point)
            made = quoted(
                text, quote, mark, article_id=row["doc"], place=place.said, citation=place.said, validity=None
            )
            assert made.text == text[made.start : made.end]
            assert "".join(made.pieces) == made.text
            assert made.pieces[1] == mark.of(text)
            if found.clause or found.point:
                said = citations(made.citation)[0]
                assert (said.article, said.clause, said.point) == (row["art"], found.clause, found.point)
                part = part_at(parts, said.clause, said.point)
                assert part is not None
                assert part.start <= mark.start
                assert mark.end <= part.end
                placed += 1
            count += 1
    assert placed > 1000, "most answers name a clause or a point"


def test_every_piece_of_an_article_has_its_place():
    for row in sample()[:120]:
        text = row["text"]
        ends = 0
        for leaf in leaves_of(text, parts_of(text)):
            assert leaf.span.of(text) == leaf.span.of(text).strip()
            assert leaf.span.start >= ends - 1 or not leaf.clause
            ends = leaf.span.end


@pytest.mark.parametrize(
    ("question", "decisive"),
    [("đổ rác không đúng nơi quy định bị phạt bao nhiêu", True), ("cá nhân đổ rác bị phạt bao nhiêu", False)],
)
def test_what_the_law_tells_apart_is_asked_back(question: str, decisive: bool):
    pieces = rivals(question, HOUSEHOLD_FEE, parts_of(HOUSEHOLD_FEE))
    found = missing(question, pieces, {})
    assert (found is not None and found.decisive) is decisive
    if found is not None:
        assert [one.label for one in found.options] == ["Cá nhân", "Tổ chức, doanh nghiệp"]
        assert missing(question, pieces, {found.key: found.options[0].key}) is None


def test_what_the_answer_does_not_tell_apart_is_not_asked():
    text = (
        "1. Lao động nữ được nghỉ thai sản trước và sau khi sinh con là 06 tháng.\n"
        "2. Người lao động báo trước cho người khác.\n3. Người sử dụng lao động bố trí việc làm."
    )
    found = missing(
        "nghỉ thai sản được mấy tháng", rivals("nghỉ thai sản được mấy tháng", text, parts_of(text)), {}
    )
    assert found is None or not found.decisive
    place = "Người đến đăng ký tạm trú tới Công an tại xã, phường, thị trấn."
    assert missing("đăng ký tạm trú cần giấy tờ gì", [place, "Việc xóa tạm trú làm tại phường"], {}) is None


def test_an_exception_of_the_article_is_told():
    found = extract("cá nhân đổ rác bị phạt bao nhiêu tiền", HOUSEHOLD_FEE, parts_of(HOUSEHOLD_FEE))
    assert found.mark == Span(0, HOUSEHOLD_FEE.index("\n"))
    assert any("trừ trường hợp" in one.of(HOUSEHOLD_FEE) for one in found.exceptions)


def test_a_past_year_is_noticed():
    from datetime import date

    today = date(2026, 11, 22)
    assert year_meant("năm 2015 khai sinh muộn có bị phạt không", today, today) == 2015
    assert year_meant("năm 2015 khai sinh muộn có bị phạt không", date(2015, 6, 1), today) is None
    assert year_meant("đất 2015 m2", today, today) is None
