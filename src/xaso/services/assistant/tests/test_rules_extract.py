"""The passage that answers: chosen, cut and highlighted; always the words of the article at the stated place."""

from __future__ import annotations

import json
import lzma
import random
from pathlib import Path

import pytest

from xaso.kernel.plain.law import part_at, parts_of
from xaso.services.assistant.rules.conditions import missing, year_meant
from xaso.services.assistant.rules.extract import MOST, Span, extract, leaves_of
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


def test_two_thousand_answers_are_verbatim_at_their_place():
    dice = random.Random(7)
    rows = sample()
    assert len(rows) >= 280
    count = 0
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
            if found.clause or found.point:
                part = part_at(parts, found.clause, found.point)
                assert part is not None
                assert part.start <= mark.start
                assert mark.end <= part.end
            count += 1


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
    pieces = [leaf.span.of(HOUSEHOLD_FEE) for leaf in leaves_of(HOUSEHOLD_FEE, parts_of(HOUSEHOLD_FEE))]
    found = missing(question, pieces, {})
    assert (found is not None and found.decisive) is decisive
    if found is not None:
        assert [one.label for one in found.options] == ["Cá nhân", "Tổ chức, doanh nghiệp"]
        assert missing(question, pieces, {found.key: found.options[0].key}) is None


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
