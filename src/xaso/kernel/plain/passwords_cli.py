"""`./xaso passwords …`: a file of known passwords from lists of one's own, and the rules tried; needs no database."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

from xaso.kernel.plain.passwords import CARRIED, Known, guesses_log10, problem_of, write_known


def _lines(files: list[str]) -> Iterator[str]:
    for name in files:
        with open(name, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                yield line.rstrip("\r\n")


def main(arguments: list[str]) -> int:
    """Answers 0, or 1 for a password that the rules refuse."""
    parser = argparse.ArgumentParser(prog="xaso passwords", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    make = words.add_parser("make", help="từ các tệp chữ (mỗi dòng một mật khẩu) thành tệp tra cứu")
    make.add_argument("files", nargs="+")
    make.add_argument("--out", required=True, help="tệp để đặt vào XASO_BREACHED_PASSWORDS")
    words.add_parser("check", help="gõ một mật khẩu, xem có được nhận không (không lưu, không hiện)")
    words.add_parser("count", help="tệp đi kèm có bao nhiêu mật khẩu")
    given = parser.parse_args(arguments)
    if given.word == "make":
        print(f"{given.out}: {write_known(_lines(given.files), Path(given.out)):,} mật khẩu")
        print(f"Đặt XASO_BREACHED_PASSWORDS={Path(given.out).resolve()} rồi khởi động lại.")
        return 0
    if given.word == "count":
        print(f"{len(Known(CARRIED)):,} mật khẩu trong {CARRIED.name}")
        return 0
    password = getpass.getpass("Mật khẩu: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    problem = problem_of(password)
    print(problem or f"Được: khoảng 10^{guesses_log10(password):.0f} lần đoán.")
    return 1 if problem else 0
