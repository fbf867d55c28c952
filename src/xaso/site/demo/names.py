"""Invented people of the highlands: names as they are given there, numbers that are nobody's."""

from __future__ import annotations

import random
from dataclasses import dataclass

FAMILIES = {
    "Mông": (("Giàng", "Vàng", "Thào", "Sùng", "Lý", "Má", "Hầu"), ("A", "Seo", "Mí"), ("Thị",),
             ("Páo", "Sính", "Chư", "Dìn", "Lử", "Phử", "Tráng"), ("Mỷ", "Sua", "Dở", "Chá", "Mai", "Pà")),
    "Dao": (("Triệu", "Bàn", "Đặng", "Tẩn", "Chảo", "Phàn"), ("Văn", "Láo", "Tòn"), ("Thị", "Mùi", "Mẩy"),
            ("Tả", "Sử", "Lâm", "Phú", "Quẩy", "Chiến"), ("Mẩy", "Dất", "Liều", "Ghến", "Hoa", "Nái")),
    "Tày": (("Nông", "Hoàng", "Lương", "Ma", "Vi", "Hà"), ("Văn", "Đức"), ("Thị",),
            ("Toàn", "Thắng", "Cường", "Đại", "Hiếu", "Khánh"), ("Bích", "Huệ", "Lan", "Nga", "Thơm", "Yến")),
    "Giáy": (("Lù", "Vàng", "Sần", "Nông"), ("Văn",), ("Thị",),
             ("Pẩu", "Sài", "Min", "Phong"), ("Mai", "Xanh", "Lý", "Phin")),
    "Kinh": (("Nguyễn", "Trần", "Lê", "Phạm", "Vũ"), ("Văn", "Hữu", "Minh"), ("Thị", "Thu"),
             ("Hùng", "Dũng", "Tuấn", "Nam", "Long"), ("Hằng", "Hương", "Dung", "Trang", "Ánh")),
}  # fmt: skip
WEIGHTS = (38, 26, 14, 12, 10)


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    name: str
    number: str
    birth: str
    sex: str
    ethnicity: str
    phone: str


def invent(chance: random.Random, serial: int) -> Invented:
    """A person; the same chance and serial give the same one. Numbers follow NĐ 137/2015 and end in 000 plus two."""
    people = chance.choices(list(FAMILIES), WEIGHTS)[0]
    families, middles_m, middles_f, given_m, given_f = FAMILIES[people]
    male = chance.random() < 0.5
    name = " ".join(
        (
            chance.choice(families),
            chance.choice(middles_m if male else middles_f),
            chance.choice(given_m if male else given_f),
        )
    )
    year = chance.randint(1950, 2006)
    century_sex = (0 if male else 1) if year < 2000 else (2 if male else 3)
    number = (
        f"010{century_sex}{year % 100:02d}{serial % 1000:03d}{serial // 1000:01d}{chance.randint(10, 99)}"
    )
    birth = f"{year}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}"
    return Invented(
        name, number, birth, "male" if male else "female", people, f"09000{chance.randint(10000, 99999)}"
    )
