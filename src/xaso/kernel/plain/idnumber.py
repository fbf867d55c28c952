"""The personal identification number: 12 digits that tell where, in which century, of which sex, in which year.

Structure: 3 digits of the place of birth registration (province codes of before July 2025, or a country from
100 on), 1 digit of century and sex, 2 digits of the year of birth, 6 chance digits. Source: NĐ 137/2015/NĐ-CP
art. 13 and the code tables of TT 59/2021/TT-BCA (from general knowledge, not read here). Old identity cards had
9 digits without such a structure.

A number that disagrees with a name or a birth date is often right: papers were corrected, years were guessed.
So disagreement is a question to the person, never a refusal.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Sex = Literal["male", "female"]

PROVINCES: dict[str, str] = {
    "001": "Hà Nội", "002": "Hà Giang", "004": "Cao Bằng", "006": "Bắc Kạn", "008": "Tuyên Quang",
    "010": "Lào Cai", "011": "Điện Biên", "012": "Lai Châu", "014": "Sơn La", "015": "Yên Bái",
    "017": "Hòa Bình", "019": "Thái Nguyên", "020": "Lạng Sơn", "022": "Quảng Ninh", "024": "Bắc Giang",
    "025": "Phú Thọ", "026": "Vĩnh Phúc", "027": "Bắc Ninh", "030": "Hải Dương", "031": "Hải Phòng",
    "033": "Hưng Yên", "034": "Thái Bình", "035": "Hà Nam", "036": "Nam Định", "037": "Ninh Bình",
    "038": "Thanh Hóa", "040": "Nghệ An", "042": "Hà Tĩnh", "044": "Quảng Bình", "045": "Quảng Trị",
    "046": "Thừa Thiên Huế", "048": "Đà Nẵng", "049": "Quảng Nam", "051": "Quảng Ngãi", "052": "Bình Định",
    "054": "Phú Yên", "056": "Khánh Hòa", "058": "Ninh Thuận", "060": "Bình Thuận", "062": "Kon Tum",
    "064": "Gia Lai", "066": "Đắk Lắk", "067": "Đắk Nông", "068": "Lâm Đồng", "070": "Bình Phước",
    "072": "Tây Ninh", "074": "Bình Dương", "075": "Đồng Nai", "077": "Bà Rịa - Vũng Tàu",
    "079": "Thành phố Hồ Chí Minh", "080": "Long An", "082": "Tiền Giang", "083": "Bến Tre",
    "084": "Trà Vinh", "086": "Vĩnh Long", "087": "Đồng Tháp", "089": "An Giang", "091": "Kiên Giang",
    "092": "Cần Thơ", "093": "Hậu Giang", "094": "Sóc Trăng", "095": "Bạc Liêu", "096": "Cà Mau",
}  # fmt: skip

FIRST_FOREIGN_CODE = 100
FIRST_CENTURY = 1900


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A number taken apart. An old 9-digit number tells nothing but itself."""

    digits: str
    place_code: str = ""
    place: str = ""
    """Old province, "nước ngoài", or empty when the code is not known."""
    sex: Sex | None = None
    birth_year: int | None = None

    @property
    def is_old(self) -> bool:
        """Nine digits, from an old identity card."""
        return len(self.digits) == 9

    @property
    def masked(self) -> str:
        """How it is shown to others: only the last four digits."""
        return mask(self.digits)


def normalise(text: str) -> str:
    """The digits of a typed number (12, or 9 old ones), spaces, dots and dashes dropped; empty if it is none."""
    digits = text
    if not text.isascii():
        digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    digits = re.sub(r"[\s.\-\u2010-\u2015\u00a0]", "", digits)
    return digits if re.fullmatch(r"[0-9]{12}|[0-9]{9}", digits) else ""


def parse(text: str) -> IdNumber | None:
    """Take a typed number apart; None when it has neither 12 nor 9 digits."""
    digits = normalise(text)
    if not digits:
        return None
    if len(digits) == 9:
        return IdNumber(digits)
    place_code, century = digits[:3], int(digits[3])
    place = "nước ngoài" if int(place_code) >= FIRST_FOREIGN_CODE else PROVINCES.get(place_code, "")
    return IdNumber(
        digits,
        place_code,
        place,
        "female" if century % 2 else "male",
        FIRST_CENTURY + 100 * (century // 2) + int(digits[4:6]),
    )


def questions(text: str, *, birth_year: int | None = None, sex: Sex | None = None) -> list[str]:
    """What to ask the person when the number disagrees with the rest; empty when nothing is odd.

    Never a reason to refuse: the sentences ask to look again, and the answer given stands.
    """
    number = parse(text)
    if number is None or number.is_old:
        return []
    asked = []
    if not number.place:
        asked.append("Ba số đầu không phải mã tỉnh nào đã biết. Xem lại số định danh trên thẻ")
    if birth_year is not None and number.birth_year != birth_year:
        asked.append(
            f"Số định danh cho biết sinh năm {number.birth_year}, còn ở đây là {birth_year}. Số nào đúng như trên thẻ?"
        )
    if sex is not None and number.sex != sex:
        words = {"male": "nam", "female": "nữ"}
        asked.append(
            f"Số định danh cho biết là {words[number.sex or 'male']}, còn ở đây là {words[sex]}. Xem lại trên thẻ"
        )
    return asked


def mask(text: str) -> str:
    """A number as shown to others: stars and the last four digits."""
    digits = text.strip()
    return "*" * max(0, len(digits) - 4) + digits[-4:] if len(digits) > 4 else "*" * len(digits)
