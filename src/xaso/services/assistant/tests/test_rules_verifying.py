"""What a model may say: nothing but the law's own phrases. A thousand answers of one that lies let no lie through."""

from __future__ import annotations

import json
import random

import pytest

from xaso.services.assistant.rules.masking import masked
from xaso.services.assistant.rules.verifying import Passage, refused, verify
from xaso.services.assistant.tests.asking_world import BIRTH, HOUSEHOLD_FEE, MARRIAGE
from xaso.services.assistant.tests.test_rules_extract import sample
from xaso.simulators.model import _written
from xaso.simulators.world import World as Simulated

PASSAGE = Passage("d1", "Điều 15 Luật số 60/2014/QH13", BIRTH)
QUOTE = "Trong thời hạn 60 ngày kể từ ngày sinh con, cha hoặc mẹ có trách nhiệm đăng ký khai sinh cho con"


def test_the_laws_own_words_pass():
    whole = BIRTH.split("\n")[0].removeprefix("1. ").split(";")[0]
    assert refused(f"Theo {PASSAGE.citation}, {whole.lower()}.", whole, PASSAGE) == ""
    assert refused("Cha hoặc mẹ có trách nhiệm đăng ký khai sinh cho con.", whole, PASSAGE), (
        "its term is lost"
    )
    short = "Nhà nước không thừa nhận hôn nhân giữa những người cùng giới tính."
    assert refused(short, short, Passage("d2", "Điều 8 Luật số 52/2014/QH13", MARRIAGE)) == ""


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (QUOTE.replace("60", "90"), QUOTE),
        (QUOTE, QUOTE.replace("60", "90")),
        (QUOTE.replace("cha hoặc mẹ có", "cha hoặc mẹ không có"), QUOTE),
        (f"{QUOTE} và được thưởng 500.000 đồng", QUOTE),
        (f"{QUOTE} theo Nghị định số 12/2020/NĐ-CP", QUOTE),
        ("Cứ nộp muộn cũng không sao.", QUOTE),
        (f"{QUOTE} https://example.com", QUOTE),
        (QUOTE, ""),
        (QUOTE, "sinh con"),
        ("", QUOTE),
        ("<b>" + QUOTE, QUOTE),
    ],
)
def test_anything_else_is_removed(text: str, quote: str):
    assert refused(text, quote, PASSAGE)


def test_an_exception_may_not_be_left_out():
    passage = Passage("d1", "Điều 20 Nghị định số 155/2016/NĐ-CP", HOUSEHOLD_FEE)
    line = HOUSEHOLD_FEE.split("\n")[1].removeprefix("2. ")
    short = line.split(", trừ")[0]
    assert refused(line, line, passage) == ""
    assert refused(short, line, passage) == "bỏ mất điều kiện, ngoại lệ của điều luật"
    assert refused(short, short, passage) == "bỏ mất điều kiện, ngoại lệ của điều luật"


def test_the_wrong_passage_bears_nothing():
    assert refused(QUOTE, QUOTE, Passage("d2", "Điều 8 Luật số 52/2014/QH13", MARRIAGE))
    assert refused(QUOTE, QUOTE, None)


@pytest.mark.parametrize(
    "reply", ["", "xin chào", "[]", '{"sentences": 5}', '{"sentences": [5, null]}', "{" * 3000]
)
def test_a_reply_that_cannot_be_read_leaves_nothing(reply: str):
    assert verify(reply, [PASSAGE]).sentences == ()


def test_a_thousand_answers_of_a_lying_model():
    rows = [one for one in sample() if 200 < len(one["text"]) < 6000]
    world = Simulated()
    world.dice = random.Random(11)
    kept = 0
    lies = dict.fromkeys(("invents", "misquotes", "injected", "mixed"), 0)
    for number in range(1000):
        chosen = [rows[(number * 3 + step) % len(rows)] for step in range(2)]
        passages = [
            Passage(f"d{place}", f"Điều {one['art']} Nghị định số {one['doc']}", one["text"][:1800])
            for place, one in enumerate(chosen, 1)
        ]
        shown = [{"key": one.key, "citation": one.citation, "text": one.text} for one in passages]
        sent = json.dumps({"question": "hỏi", "passages": shown}, ensure_ascii=False)
        name = ("invents", "misquotes", "injected", "mixed")[number % 4]
        told = _written(world, sent, name)
        true = {one["text"] for one in told if one["good"]}
        lies[name] += sum(not one["good"] for one in told)
        reply = {"sentences": [{key: one[key] for key in ("text", "quote", "source")} for one in told]}
        got = verify(json.dumps(reply, ensure_ascii=False), passages)
        for one in got.sentences:
            assert one.text.strip() in {text.strip() for text in true}, one
        kept += len(got.sentences)
    world.close()
    assert sum(lies.values()) > 2000
    assert min(lies.values()) > 200, "it lies in each of its ways"
    assert kept > 200, "what is true passes"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (
            "Tôi là Giàng A Páo, số 010185000777, điện thoại 0987 000 777",
            ("Páo", "010185000777", "0987 000 777"),
        ),
        ("bà Lù Thị Xúa ở thôn Séo Pờ Hồ xây nhà", ("Xúa", "Séo")),
        ("email a.b@example.com, biển số 24A-123.45", ("a.b@example.com", "123.45")),
        ("hồ sơ H38.15.02-261120-0001 của anh Nguyễn Văn Tèo", ("0001", "Tèo")),
    ],
)
def test_personal_data_are_masked(text: str, gone: tuple[str, ...]):
    shown, counts = masked(text)
    assert not [one for one in gone if one in shown], shown
    assert sum(counts.values()) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "nhà ở nông thôn có phải xin phép không",
        "nộp bản sao giấy tờ tùy thân",
        "đất ở thôn có được tách không",
    ],
)
def test_common_words_are_no_addresses(text: str):
    assert masked(text) == (text, {})


def test_law_stays_readable():
    text = "khoản 2 Điều 5 Nghị định số 61/2018/NĐ-CP của Chính phủ và Ủy ban nhân dân xã Bản Qua, mức 1.500.000 đồng"
    shown, counts = masked(text)
    assert "61/2018/NĐ-CP" in shown
    assert "1.500.000" in shown
    assert "Ủy ban nhân dân" in shown
    assert "phone" not in counts
