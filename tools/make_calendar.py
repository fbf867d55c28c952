"""Make src/xaso/kernel/plain/data/calendar.csv: official days off and swapped days, each with its basis.

Dates of holidays and swaps come from the package `holidays` (MIT); the numbers of the yearly notices are
entered below. Run it again when a new notice is out, look at the difference, commit both.

    python tools/make_calendar.py            write the table
    python tools/make_calendar.py --check    fail when the table differs
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import date
from pathlib import Path

import holidays

TABLE = Path(__file__).parent.parent / "src/xaso/kernel/plain/data/calendar.csv"
YEARS = range(2024, 2028)
CODE = "Bộ luật Lao động 2019, Điều 112 khoản 1 điểm "

# The yearly decision on Tết and National Day (Labour Code, art. 112.3), and on swapped days.
NOTICES = {
    2024: "Thông báo 5015/TB-LĐTBXH (2023)",
    2025: "Thông báo 6150/TB-BLĐTBXH (2024)",
    2026: "Thông báo 9441/TB-BNV ngày 16/10/2025",
    2027: "Công văn 10065/VPCP-KGVX ngày 02/10/2026",
}
SWAP_NOTICES = {
    2024: "Thông báo 1570/TB-LĐTBXH (2024)",
    2025: "Thông báo 6150/TB-BLĐTBXH (2024)",
    2026: "Thông báo 9441/TB-BNV ngày 16/10/2025",
}
FIXED = {
    (1, 1): CODE + "a",
    (4, 30): CODE + "c",
    (5, 1): CODE + "d",
    (9, 2): CODE + "đ",
    (11, 24): "Nghị quyết 28/2026/QH16, hiệu lực từ 01/07/2026",
}
NEW_YEAR_SWAP = "Công văn 12729/VPCP-KGVX ngày 25/12/2025 (theo nguồn thứ cấp, chưa đối chiếu bản gốc)"

Row = tuple[str, str, str, str, str, str]


def rows() -> list[Row]:
    """Every row of the table, in order of date."""
    found: list[Row] = []
    for year in YEARS:
        country = holidays.country_holidays("VN", years=year, language="vi")
        for day, name in country.items():
            found.append(_off(day, name))
        for day in country.weekend_workdays:
            if day.year == year:
                off = next(d for d, name in country.items() if f"{day:%d/%m/%Y}" in name)
                name = f"Làm bù cho ngày nghỉ {off:%d/%m/%Y}"
                found.append(_row(day, "compensatory_work", name, SWAP_NOTICES[year]))
    # Not in the package.
    off_name, worked_name = "Ngày nghỉ (thay cho ngày 10/01/2026)", "Làm bù cho ngày nghỉ 02/01/2026"
    found.append(_row(date(2026, 1, 2), "substitute_off", off_name, NEW_YEAR_SWAP, "no"))
    found.append(_row(date(2026, 1, 10), "compensatory_work", worked_name, NEW_YEAR_SWAP, "no"))
    return sorted(found)


def _off(day: date, name: str) -> Row:
    if "thay cho ngày" in name:
        return _row(day, "substitute_off", name, SWAP_NOTICES[day.year])
    if "nghỉ bù" in name:
        return _row(day, "substitute_off", name, "Bộ luật Lao động 2019, Điều 111 khoản 3")
    if "Giỗ Tổ" in name:
        return _row(day, "holiday", name, CODE + "e")
    if "Tết" in name and (day.month, day.day) != (1, 1):
        return _row(day, "holiday", name, f"{CODE}b; {NOTICES[day.year]}")
    if "Quốc khánh" in name and day.day != 2:
        return _row(day, "holiday", "Quốc khánh (ngày liền kề)", f"{CODE}đ; {NOTICES[day.year]}")
    return _row(day, "holiday", name, FIXED[day.month, day.day])


def _row(day: date, kind: str, name: str, basis: str, confirmed: str = "yes") -> Row:
    return (day.isoformat(), kind, name, basis, confirmed, "")


def main() -> int:
    """Write the table, or compare it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["date", "kind", "name", "legal_basis", "confirmed", "province"])
    writer.writerows(rows())
    if "--check" in sys.argv:
        same = TABLE.read_text(encoding="utf-8") == text.getvalue()
        print(
            "The calendar table is up to date." if same else "The table differs: run tools/make_calendar.py."
        )
        return 0 if same else 1
    TABLE.write_text(text.getvalue(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
