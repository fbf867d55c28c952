"""Reading what people type: one canonical value per kind, or a sentence that says what to type.

Reading a canonical value again gives it back unchanged. Numbers kept as numbers are already canonical; text is
read by Vietnamese rules (dot between thousands, comma before decimals).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from xaso.kernel.plain import idnumber
from xaso.kernel.plain.text import clean, nfc
from xaso.services.onestop.eforms.conditions import Given, is_empty
from xaso.services.onestop.eforms.dates import DateProblem, day_of, latin_digits, read_date
from xaso.services.onestop.eforms.lists import options_of, value_of
from xaso.services.onestop.eforms.schema import Kind, Question

NAME_LENGTH = 100
TEXT_LENGTH = 300
LONG_TEXT_LENGTH = 5000
MOST_MONEY = 1_000_000_000_000_000

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f .'\u2019\u02bc\u2010-])*")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([., \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_DECIMAL = re.compile(r"([1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,9}))?|([0-9]+)\.([0-9]{1,9})")
_EMAIL = re.compile(r"[^@\s]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
_CURRENCY = re.compile(r"\s*(?:đồng|vnđ|vnd|đ|₫)\.?$", re.IGNORECASE)


class InputProblem(ValueError):
    """The answer cannot be used; the message says what to do."""


def read(question: Question, raw: Any, given: Given) -> Any:
    """The canonical value of one answer, or None when nothing was answered. InputProblem when it is unusable.

    Groups and computed fields are not read here (see `answers`).
    """
    if isinstance(raw, str):
        raw = nfc(raw).strip()
        if not raw:
            return None
    elif raw is None or is_empty(raw):
        return None
    value = _READERS[question.kind](question, raw, given)
    return None if is_empty(value) else value


def _line(raw: Any) -> str:
    if isinstance(raw, bool | list | dict):
        raise InputProblem("Nhập bằng chữ")
    return clean(str(raw))


def _text(question: Question, raw: Any, given: Given) -> str | None:
    value = _line(raw)
    _check_length(value, question.max_length or TEXT_LENGTH)
    if value and question.pattern and not re.fullmatch(question.pattern, value):
        raise InputProblem(question.pattern_words or "Nhập đúng mẫu đã nêu")
    return value or None


def _long_text(question: Question, raw: Any, given: Given) -> str | None:
    if isinstance(raw, bool | list | dict):
        raise InputProblem("Nhập bằng chữ")
    lines = [clean(line) for line in str(raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    value = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    _check_length(value, question.max_length or LONG_TEXT_LENGTH)
    return value or None


def _check_length(value: str, most: int) -> None:
    if len(value) > most:
        raise InputProblem(f"Viết ngắn lại, nhiều nhất {most} chữ cái (đang có {len(value)})")


def _person_name(question: Question, raw: Any, given: Given) -> str | None:
    value = _line(raw)
    if not value:
        return None
    if len(value) > NAME_LENGTH:
        raise InputProblem(f"Nhập họ và tên ngắn hơn {NAME_LENGTH} chữ cái")
    if not _NAME.fullmatch(value):
        raise InputProblem("Nhập họ và tên chỉ gồm chữ cái, đúng như trên giấy tờ")
    return value


def _date(question: Question, raw: Any, given: Given) -> str | None:
    try:
        value = read_date(raw, past=question.not_future, today=given.today)
    except DateProblem as problem:
        raise InputProblem(str(problem)) from problem
    if value is None:
        return None
    if not question.partial and day_of(value) is None:
        raise InputProblem("Nhập đủ ngày, tháng và năm")
    return value


def _time(question: Question, raw: Any, given: Given) -> str | None:
    found = re.fullmatch(
        r"([0-9]{1,2})\s*(?::|h|giờ|g)\s*([0-9]{0,2})\s*(?:phút|p)?", latin_digits(_line(raw))
    )
    if not found or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise InputProblem("Nhập giờ như 08:30")
    return f"{int(found[1]):02d}:{int(found[2] or 0):02d}"


def _id_number(question: Question, raw: Any, given: Given) -> str | None:
    digits = idnumber.normalise(_line(raw))
    if not digits:
        raise InputProblem("Nhập 12 chữ số của số định danh (hoặc 9 chữ số của chứng minh nhân dân cũ)")
    return digits


def _phone(question: Question, raw: Any, given: Given) -> str | None:
    text = re.sub(r"[\s.\-()/\u00a0]", "", latin_digits(_line(raw)))
    text = re.sub(r"^(?:\+|00)?840?(?=[1-9][0-9]{8,9}$)", "0", text)
    if re.fullmatch(r"0[35789][0-9]{8}|02[0-9]{8,9}|\+(?!84)[1-9][0-9]{7,14}", text):
        return text
    raise InputProblem("Nhập số điện thoại gồm 10 chữ số, như 0912 345 678")


def _email(question: Question, raw: Any, given: Given) -> str | None:
    text = _line(raw).replace(" ", "")
    if not _EMAIL.fullmatch(text) or len(text) > 254:
        raise InputProblem("Nhập địa chỉ thư điện tử như ten@vidu.vn")
    name, _, domain = text.rpartition("@")
    return f"{name}@{domain.lower()}"


def _address(question: Question, raw: Any, given: Given) -> dict[str, str] | None:
    """Unit code, its name as on paper, and the line below it (hamlet, street, house)."""
    if not isinstance(raw, Mapping):
        raw = {"unit_text": str(raw)}
    value = {name: clean(str(raw.get(name) or "")) for name in ("unit", "unit_text", "detail")}
    if not any(value.values()):
        return None
    if any(len(part) > TEXT_LENGTH for part in value.values()):
        raise InputProblem(f"Viết địa chỉ ngắn lại, mỗi dòng nhiều nhất {TEXT_LENGTH} chữ cái")
    if value["unit"] and given.unit_names is not None:
        name = given.unit_names.get(value["unit"])
        if name is None:
            raise InputProblem("Chọn xã, phường trong danh sách")
        value["unit_text"] = value["unit_text"] or name
    if not value["unit"] and not value["unit_text"]:
        raise InputProblem("Chọn xã, phường của địa chỉ")
    return {name: part for name, part in value.items() if part}


def _whole(raw: Any, what: str, example: str) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        return int(raw)
    text = latin_digits(_line(raw))
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    if _GROUPED.fullmatch(text):
        return int(re.sub(r"[^0-9]", "", text))
    if re.search(r"[0-9][.,][0-9]|triệu|nghìn|ngàn|tỷ", text):
        raise InputProblem(f"“{text}” là bao nhiêu {what}? Nhập đủ số, như {example}")
    raise InputProblem(f"Nhập số {what}, như {example}")


def _money(question: Question, raw: Any, given: Given) -> int:
    if isinstance(raw, str):
        raw = _CURRENCY.sub("", raw)
    value = _whole(raw, "đồng", "1.250.000")
    if not 0 <= value <= MOST_MONEY:
        raise InputProblem("Nhập số tiền từ 0 đồng")
    _check_range(question, value)
    return value


def _number(question: Question, raw: Any, given: Given) -> int:
    value = _whole(raw, question.unit or "nguyên", "12")
    if abs(value) > MOST_MONEY:
        raise InputProblem("Nhập số nhỏ hơn")
    _check_range(question, value)
    return value


def _decimal(question: Question, raw: Any, given: Given) -> int | float:
    """A measure with at most three decimals; whole values are kept as integers."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        value = round(float(raw), 3)
    else:
        text = latin_digits(_line(raw)).removesuffix(question.unit).replace(" ", "").replace("\u00a0", "")
        found = _DECIMAL.fullmatch(text)
        if not found or len(text) > 18:
            raise InputProblem(f"Nhập số{' ' + question.unit if question.unit else ''}, như 120,5")
        whole, part = (found[1], found[2]) if found[1] else (found[3], found[4])
        value = round(float(f"{whole.replace('.', '')}.{part or 0}"), 3)
    if not -1e15 < value < 1e15:
        raise InputProblem("Nhập số nhỏ hơn")
    _check_range(question, value)
    return int(value) if value.is_integer() else value


def _check_range(question: Question, value: float) -> None:
    unit = f" {question.unit}" if question.unit else ""
    if question.min is not None and value < question.min:
        raise InputProblem(f"Nhập từ {_plain(question.min)}{unit} trở lên")
    if question.max is not None and value > question.max:
        raise InputProblem(f"Nhập nhiều nhất {_plain(question.max)}{unit}")


def _plain(number: float) -> str:
    whole = int(number)
    text = f"{whole:,}".replace(",", ".")
    return text if whole == number else f"{text},{str(number).split('.')[1]}"


def _choice(question: Question, raw: Any, given: Given) -> str:
    value = None if isinstance(raw, bool | list | dict) else value_of(question, _line(raw))
    if value is None:
        raise InputProblem("Chọn một trong các câu trả lời đã nêu")
    return value


def _checkbox(question: Question, raw: Any, given: Given) -> list[str]:
    items = raw if isinstance(raw, list | tuple) else [raw]
    chosen = {_choice(question, item, given) for item in items if not is_empty(item)}
    return [option.value for option in options_of(question) if option.value in chosen]


def _yes_no(question: Question, raw: Any, given: Given) -> bool:
    if isinstance(raw, bool):
        return raw
    text = str(raw).lower()
    if text in {"yes", "true", "1", "có", "on"}:
        return True
    if text in {"no", "false", "0", "không"}:
        return False
    raise InputProblem("Chọn Có hoặc Không")


_READERS: Mapping[Kind, Callable[[Question, Any, Given], Any]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.PERSON_NAME: _person_name,
    Kind.DATE: _date,
    Kind.TIME: _time,
    Kind.ID_NUMBER: _id_number,
    Kind.PHONE: _phone,
    Kind.EMAIL: _email,
    Kind.ADDRESS: _address,
    Kind.MONEY: _money,
    Kind.NUMBER: _number,
    Kind.DECIMAL: _decimal,
    Kind.SELECT: _choice,
    Kind.RADIO: _choice,
    Kind.CHECKBOX: _checkbox,
    Kind.YES_NO: _yes_no,
    Kind.COUNTRY: _choice,
    Kind.ETHNICITY: _choice,
    Kind.RELATION: _choice,
}
