"""What a commune may choose: the readings that are both good, for a page to offer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One convention: what it is called, an example as written, and each value with how the example then sounds."""

    label: str
    example: str
    values: dict[str, str]


CHOICES = {
    "odd": Choice("Số 105", "105", {"linh": "một trăm linh năm", "lẻ": "một trăm lẻ năm"}),
    "thousand": Choice("Số 3.000", "3.000", {"nghìn": "ba nghìn", "ngàn": "ba ngàn"}),
    "four": Choice("Số 24", "24", {"tư": "hai mươi tư", "bốn": "hai mươi bốn"}),
    "early_days": Choice(
        "Ngày 5/9", "ngày 5/9", {"": "ngày năm tháng chín", "mùng": "ngày mùng năm tháng chín"}
    ),
    "slash": Choice(
        "Số văn bản 12/2026",
        "12/2026",
        {
            "năm": "số mười hai năm hai nghìn không trăm hai mươi sáu",
            "trên": "số mười hai trên hai nghìn không trăm hai mươi sáu",
        },
    ),
}
