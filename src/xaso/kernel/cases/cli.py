"""``./xaso due``: anyone can check a date. Works from the shipped calendar, without a database."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence

from xaso.kernel.plain.clock import Calendar, due, parse_moment, parse_pause, parse_term, seed_calendar


def main(argv: Sequence[str] | None = None) -> int:
    """Print when a matter is due: the moment alone on the first line, the reasons after it if asked.

    Answers 0, or 2 with a sentence on the error stream when the question cannot be read.
    """
    try:
        options = _parser().parse_args(argv)
        received, term = parse_moment(options.received), parse_term(options.term)
        pauses = [parse_pause(text) for text in options.pause]
        if options.province and not re.fullmatch(r"\d{2}", options.province):
            raise ValueError("Mã tỉnh gồm 2 chữ số, ví dụ 15.")
        answer = due(received, term, _calendar(options.province, options.from_db), pauses)
    except ValueError as error:
        sys.stderr.write(f"Lỗi: {error}\n")
        return 2
    if options.json:
        sys.stdout.write(json.dumps(answer.as_dict(), ensure_ascii=False) + "\n")
        return 0
    sys.stdout.write(f"{answer.at:%Y-%m-%dT%H:%M}\n")
    if options.explain:
        sys.stdout.write("".join(f"{line}\n" for line in answer.lines))
    else:
        sys.stderr.write("".join(f"Lưu ý, chưa xác nhận: {item}.\n" for item in answer.unconfirmed))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="xaso due", description="Tính thời điểm đến hạn theo lịch làm việc của cơ quan nhà nước."
    )
    parser.add_argument("--received", required=True, help="lúc tiếp nhận, ví dụ 2026-02-13T14:00")
    parser.add_argument("--term", required=True, help="thời hạn: 5wd, 15d, 2mo, 8h, same-day, 10wd+15wd+5wd")
    parser.add_argument("--province", help="mã tỉnh 2 chữ số; bỏ trống là lịch chung cả nước")
    parser.add_argument(
        "--pause",
        action="append",
        default=[],
        metavar="TỪ/ĐẾN",
        help="khoảng tạm dừng, lặp lại được; chỉ ghi ngày thì tính trọn các ngày đó",
    )
    parser.add_argument("--json", action="store_true", help="in một dòng JSON kèm giải thích")
    parser.add_argument("--explain", action="store_true", help="in thêm lý do, mỗi ngày nghỉ kèm căn cứ")
    parser.add_argument(
        "--from-db", action="store_true", help="dùng lịch trong cơ sở dữ liệu thay cho lịch kèm sẵn"
    )
    return parser


def _calendar(province: str | None, from_db: bool) -> Calendar:
    if not from_db:
        return seed_calendar(province)
    import django

    django.setup()
    from django.db import Error

    from xaso.kernel.cases.calendars import calendar_for

    try:
        return calendar_for(province)
    except Error as error:
        raise ValueError(
            "Không đọc được lịch trong cơ sở dữ liệu. Bỏ --from-db để dùng lịch kèm sẵn."
        ) from error
