"""What is said for what is written: golden lines of the field, and rules that hold for every number and text."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaso.kernel.plain.spoken import Conventions, Dictionary, cardinal, speak
from xaso.kernel.plain.spoken.cli import main
from xaso.kernel.plain.spoken.numbers import DIGITS, _written, decimal, roman

LINES = [
    line.split("\t")
    for line in (Path(__file__).parent / "golden.tsv").read_text(encoding="utf-8").splitlines()
]
WORDS = {word: value for value, word in enumerate(DIGITS)} | {"mốt": 1, "lăm": 5, "tư": 4}


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in LINES}))
def test_golden_lines(kind: str) -> None:
    wrong = [
        f"{written}\n  wanted {spoken}\n  got    {speak(written).text}"
        for of, written, spoken in LINES
        if of == kind and speak(written).text != spoken
    ]
    assert not wrong, "\n".join(wrong)


def test_the_golden_set_is_as_large_as_it_says() -> None:
    assert len(LINES) == len({written for _, written, _ in LINES}) >= 480
    assert len(Counter(kind for kind, _, _ in LINES)) >= 50
    unread = [written for _, written, spoken in LINES if any(one.isdigit() for one in spoken)]
    assert not unread, "a figure that is not read"


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # What looks like another thing and is none.
        ("Theo Nghị quyết 12/2026/NQ-HĐND, 5/6 hộ đồng ý", "năm phần sáu hộ đồng ý"),
        ("Trẻ từ 6-11 tuổi", "từ sáu đến mười một tuổi"),
        ("Có 113 hộ, 114 người", "một trăm mười ba hộ, một trăm mười bốn người"),
        ("Quyết định số 113 của xã", "số một trăm mười ba"),
        ("Đạt 22/12 tiêu chí", "hai mươi hai trên mười hai"),
        ("24/7/2026 là ngày họp", "ngày hai mươi tư tháng bảy năm"),
        ("X. Bản Xèo", "xã Bản Xèo"),
        ("V. I. Lê-nin", "V. I."),
        ("- 5 hộ nghèo", "năm hộ nghèo"),
        ("Lạnh -5°C", "âm năm độ xê"),
        ("Ngày hội 20/11", "Ngày hội hai mươi tháng mười một"),
        ("Số nhà 1/3", "một trên ba"),
        ("Chiếm 1/3", "một phần ba"),
        ("ĐT: 02143 840 888", "điện thoại: không hai một bốn ba"),
        ("ĐT 153", "đường tỉnh một trăm năm mươi ba"),
        ("đường ĐT.153", "đường tỉnh một trăm năm mươi ba"),
        ("Đài TT-TH xã", "truyền thanh, truyền hình"),
        ("Theo TT-BTC", "Thông tư của Bộ Tài chính"),
        ("22h 27/11", "hai mươi hai giờ ngày hai mươi bảy"),
        ("Cao 1m45", "một mét bốn mươi lăm"),
        ("Dài 5m", "năm mét"),
        ("CN 29/11", "chủ nhật ngày hai mươi chín"),
        ("22h27", "hai mươi hai giờ hai mươi bảy phút"),
    ],
)
def test_what_is_easily_taken_for_another(written: str, spoken: str) -> None:
    assert spoken in speak(written).text


def _value(words: list[str]) -> int:
    """Number words back to the number, by reading them as a listener does."""
    total = group = 0
    for word in words:
        if word in {"tỷ", "triệu", "nghìn"}:
            total, group = (total + group) * 10**9 if word == "tỷ" else total, group
            if word == "tỷ":
                group = 0
            else:
                total, group = total + group * {"triệu": 10**6, "nghìn": 1000}[word], 0
        elif word == "trăm":
            group *= 100
        elif word == "mười":
            group += 10
        elif word == "mươi":
            group = group // 100 * 100 + group % 100 * 10 if group >= 100 else group * 10
        elif word != "linh":
            group += WORDS[word]
    return total + group


@given(st.integers(min_value=0, max_value=999_999_999))
def test_a_number_read_aloud_is_heard_as_itself(number: int) -> None:
    assert _value(cardinal(number).split()) == number


@given(st.integers(min_value=1, max_value=10**17))
def test_every_number_has_words(number: int) -> None:
    assert cardinal(number).replace(" ", "").isalpha()


@given(st.integers(min_value=1, max_value=3999))
def test_roman_numbers_both_ways(number: int) -> None:
    assert roman(_written(number)) == number


@pytest.mark.parametrize("text", ["IIX", "VV", "IC", "", "ABC", "XXXX"])
def test_what_is_no_roman_number(text: str) -> None:
    assert roman(text) is None


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_no_digit_of_ours_is_left(text: str) -> None:
    said = speak(text)
    ends = [(one.start, one.end) for one in said.pieces]
    assert ends == sorted(ends)
    assert all(left[1] <= right[0] for left, right in zip(ends, ends[1:], strict=False))


@pytest.mark.parametrize("number", [7, 15, 21, 105, 1001, 12345, 250000])
def test_no_digit_is_left_in_a_sentence(number: int) -> None:
    assert not any(one.isdigit() for one in speak(f"Xã có {number} người đã đến.").text)


def test_conventions_are_the_communes_choice() -> None:
    south = Conventions(odd="lẻ", thousand="ngàn", four="bốn", early_days="mùng", slash="trên")
    assert speak("105 và 24.000", how=south).text == "một trăm lẻ năm và hai mươi bốn ngàn"
    assert speak("ngày 5/9", how=south).text == "ngày mùng năm tháng chín"
    assert (
        speak("Nghị định 61/2018/NĐ-CP", how=south).text
        == "Nghị định số sáu mươi mốt trên hai ngàn không trăm mười tám trên Nghị định Chính phủ"
    )


def test_the_communes_dictionary_goes_first() -> None:
    own = Dictionary({"Nà Pái": "Nà Páy", "QSEAP": "kiu xép", "UBND": "Ủy ban xã"})
    said = speak("UBND mời dân Nà Pái họp dự án QSEAP", dictionary=own)
    assert said.text == "Ủy ban xã mời dân Nà Páy họp dự án kiu xép"
    assert said.asked == []


def test_unknown_capitals_are_asked_once_and_words_in_capitals_are_not() -> None:
    assert speak("Dự án QSEAP và QSEAP 2, tổ chức JICA").asked == ["QSEAP", "JICA"]
    assert speak("ĐẢNG BỘ XÃ VI HƯƠNG LẦN THỨ I").asked == []


def test_pieces_say_which_words_were_read_how() -> None:
    said = speak("Họp lúc 7h30 ngày 25/11/2026 tại UBND xã")
    assert [(one.written, one.kind) for one in said.pieces] == [
        ("7h30", "time"),
        ("ngày 25/11/2026", "date"),
        ("UBND", "short"),
    ]


@pytest.mark.parametrize(
    ("whole", "part", "words"),
    [("3", "05", "không năm"), ("3", "14", "mười bốn"), ("3", "141", "một bốn một")],
)
def test_decimals(whole: str, part: str, words: str) -> None:
    assert decimal(whole, part) == f"ba phẩy {words}"


def test_the_command_answers_a_line_for_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--text-only", "Gọi 113 báo ABC"]) == 0
    out, err = capsys.readouterr()
    assert out == "Gọi một một ba báo a bê xê\n"
    assert err == "? ABC\n"
    assert main([]) == 2


@pytest.mark.parametrize("written", ["NĐ 104/2016/NĐ-CP", "NĐ số 104/2016/NĐ-CP", "Nghị định 104/2016/NĐ-CP"])
def test_an_abbreviated_kind_before_its_number_is_said_once(written: str) -> None:
    said = speak(f"Theo {written}, tiêm đủ mũi.").text
    assert said.count("Nghị định") == 1
    assert said.startswith(
        "Theo Nghị định số một trăm linh bốn năm hai nghìn không trăm mười sáu của Chính phủ"
    )
