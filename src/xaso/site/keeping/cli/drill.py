"""``./xaso drill``: proves that the last backup can be restored, and says so on the operator's page."""

from __future__ import annotations

import argparse

from xaso.site import database
from xaso.site.database import DatabaseProblem
from xaso.site.keeping import config, records
from xaso.site.keeping.drill import drill
from xaso.site.keeping.problems import KeepingProblem

from . import guarded, open_repository, teller, with_key


def main(words: list[str]) -> int:
    """Runs the word; answers the exit code: 0 only when everything held."""
    parser = argparse.ArgumentParser(
        prog="./xaso drill",
        description="Khôi phục thử bản sao lưu cuối vào chỗ tạm và so từng bảng, từng tệp.",
    )
    parser.add_argument(
        "--from", dest="source", default=config.default_place(), help="kho: thư mục hoặc s3://…"
    )
    parser.add_argument(
        "--no-rehearsal", action="store_true", help="không diễn tập sửa sai hàng loạt trên bản khôi phục"
    )
    with_key(parser)
    options = parser.parse_args(words)
    return guarded(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    try:
        repository = open_repository(options.source, options)
    except KeepingProblem as problem:
        _write(False, str(problem), {})
        raise
    report = drill(repository, rehearse=not options.no_rehearsal, say=teller(options))
    kept = _write(report.ok, report.words, {**report.facts, "lines": report.lines})
    if not options.quiet or not report.ok:
        for ok, words in report.lines:
            print(f"  {'đạt ' if ok else 'SAI '} {words}")
        print(report.words + ("" if kept else " (Không ghi được vào cơ sở dữ liệu.)"))
    return 0 if report.ok else 1


def _write(ok: bool, words: str, facts: dict[str, object]) -> bool:
    try:
        return records.write(database.url(), "drill", ok, words, facts)
    except DatabaseProblem:
        return False
