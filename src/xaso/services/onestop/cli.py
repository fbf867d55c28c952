"""`./xaso onestop …`: the report and the search work on the carried catalogue without a database."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import date
from typing import Any

from xaso.services.onestop.catalogue import report
from xaso.services.onestop.catalogue.index import Entry, Index
from xaso.services.onestop.catalogue.shape import ABSENT, AMBIGUOUS, PARSED, REASONS
from xaso.services.onestop.catalogue.source import PORTAL_FILE

_WORDS = {PARSED: "đọc được", AMBIGUOUS: "chưa rõ", ABSENT: "không có", report.TO_CONFIRM: "chờ xác nhận"}
_KINDS = {
    "working_days": "ngày làm việc",
    "calendar_days": "ngày",
    "hours": "giờ",
    "months": "tháng",
    "same_day": "trong ngày",
    "by_case": "theo trường hợp",
    "per_channel": "theo cách nộp",
    "minutes": "phút",
    "staged": "nhiều giai đoạn",
    "none": "miễn phí",
    "fixed": "mức cố định",
    "set_by_council": "do Hội đồng nhân dân quy định",
    "set_by_committee": "do Ủy ban nhân dân quy định",
    "by_tariff": "theo biểu phí",
    "unknown": "không ghi",
    "paper": "giấy tờ",
    "with_form": "có mẫu đơn",
    "show": "xuất trình",
    "note": "lưu ý",
    "column": "cột thời gian",
    "description": "phần mô tả",
    "steps": "trình tự thực hiện",
    "law": "điều luật (chưa đối chiếu sửa đổi)",
    "clean": "bản đọc lại bằng tay (đã xác nhận)",
}


def main(argv: list[str]) -> int:
    """Run one verb; returns the exit code."""
    parser = argparse.ArgumentParser(prog="xaso onestop", description="Công cụ của dịch vụ một cửa")
    verbs = parser.add_subparsers(dest="verb", required=True)
    reading = verbs.add_parser("import-report", help="báo cáo đọc danh mục thủ tục")
    reading.add_argument("--file", default=str(PORTAL_FILE), help="tệp JSONL, thường hoặc nén gzip")
    reading.add_argument("--commune", action="store_true", help="chỉ các thủ tục có cấp xã")
    reading.add_argument("--json", action="store_true", help="in JSON")
    reading.add_argument(
        "--list",
        choices=(AMBIGUOUS, ABSENT, report.TO_CONFIRM, "all"),
        help="liệt kê từng điểm chưa đọc được, theo mã và trường; to_confirm: đã đọc, chờ xác nhận",
    )
    finding = verbs.add_parser("search", help="tìm thủ tục bằng lời thường trong danh mục đi kèm")
    finding.add_argument("text", nargs="+")
    loading = verbs.add_parser("import", help="nhập danh mục vào cơ sở dữ liệu")
    loading.add_argument("--file", default=str(PORTAL_FILE), help="tệp JSONL, thường hoặc nén gzip")
    loading.add_argument(
        "--from", dest="valid_from", type=date.fromisoformat, help="ngày áp dụng (2026-12-01)"
    )
    loading.add_argument("--keep-missing", action="store_true", help="không kết thúc thủ tục vắng trong tệp")
    loading.add_argument(
        "--end-many", action="store_true", help="kết thúc cả khi tệp thiếu rất nhiều thủ tục"
    )
    options = parser.parse_args(argv)
    return {"import-report": _import_report, "search": _search, "import": _import}[options.verb](options)


def _search(options: argparse.Namespace) -> int:
    entries = [
        Entry(row.code, row.name, row.field_name, tuple(row.levels)) for row in report.read_all().procedures
    ]
    answer = Index(entries).search(" ".join(options.text), limit=10)
    if answer.read_as:
        sys.stdout.write(f"Đã đọc là: {answer.read_as}\n")
    for hit in answer.hits:
        sys.stdout.write(f"{hit.entry.code}\t{hit.entry.name}\t{hit.entry.field}\n")
    if not answer.hits:
        sys.stdout.write("Không tìm thấy thủ tục nào.\n")
    return 0


def _import(options: argparse.Namespace) -> int:
    import django

    django.setup()
    from xaso.kernel.people.viewer import Viewer
    from xaso.services.onestop.actions.catalogue import add_cleaned, import_catalogue

    system = Viewer.system()
    try:
        done = import_catalogue(
            system,
            source=options.file,
            valid_from=options.valid_from,
            end_missing=not options.keep_missing,
            end_many=options.end_many,
        )
    except OSError as error:
        sys.stderr.write(f"Không mở được tệp: {error}\n")
        return 2
    added = add_cleaned(system)
    lines = [
        f"Thêm {len(done.added) + len(added)}, đổi {len(done.changed)}, giữ nguyên {len(done.unchanged)}, "
        f"kết thúc {len(done.ended)} thủ tục.",
        *(f"Dòng {number}: {message}" for number, message in done.errors),
        *done.warnings,
    ]
    if done.to_settle_again:
        lines.append("Cần chốt lại: " + ", ".join(done.to_settle_again))
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if done.errors else 0


def _import_report(options: argparse.Namespace) -> int:
    try:
        reading = report.read_all(options.file)
    except OSError as error:
        sys.stderr.write(f"Không mở được tệp: {error}\n")
        return 2
    groups = {"all": reading.procedures, "commune": [p for p in reading.procedures if report.is_commune(p)]}
    listed = groups["commune" if options.commune else "all"]
    shown = {"commune": groups["commune"]} if options.commune else groups
    wanted = {
        "ambiguous": (AMBIGUOUS,),
        "absent": (ABSENT,),
        "all": (AMBIGUOUS, ABSENT, report.TO_CONFIRM),
    }.get(options.list or "", (options.list,))
    problems = [
        problem
        for procedure in listed
        for problem in report.problems_of(procedure)
        if problem.status in wanted
    ]
    tables = {name: report.counts(procedures) for name, procedures in shown.items()}
    if options.json:
        answer: dict[str, Any] = {"counts": tables, "broken": [list(item) for item in reading.broken]}
        if options.list:
            answer["problems"] = [problem.as_data() for problem in problems]
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
        return 0
    lines: list[str] = []
    for name, table in tables.items():
        lines += _page("Thủ tục có cấp xã" if name == "commune" else "Toàn bộ danh mục", table)
    lines += [f"Dòng {number} hỏng: {message}" for number, message in reading.broken]
    for problem in problems:
        lines.append("\t".join(_problem_line(problem)))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _problem_line(problem: report.Problem) -> tuple[str, ...]:
    raw = " ".join(problem.raw.split())
    candidates = " | ".join(problem.candidates)
    return (
        problem.code,
        problem.field,
        _WORDS[problem.status],
        REASONS.get(problem.reason, ""),
        raw,
        candidates,
    )


def _page(title: str, table: dict[str, Any]) -> list[str]:
    lines = [f"== {title}: {table['procedures']} thủ tục"]
    for key, label in (("terms", "Thời hạn (dòng)"), ("fees", "Phí (dòng)"), ("components", "Giấy tờ")):
        lines += _block(label, table[key])
    for key, label in (("procedures_by_term", "Thời hạn (thủ tục)"), ("procedures_by_fee", "Phí (thủ tục)")):
        lines += _block(label, table[key])
    unit = table["term_unit"]
    lines.append(
        f"Thủ tục có thời hạn kèm đơn vị: {unit['with_unit']} ({unit['share']}%); "
        f"chỉ tính chữ của Cổng: {unit['share_from_portal_text']}%; "
        f"trong số thủ tục có áp dụng thời hạn: {unit['share_where_a_term_applies']}%; "
        f"không kể hải quan và thuế: {unit['share_without_customs_and_tax']}%"
    )
    lines.append(f"    bảng của Cổng có in đơn vị (kể cả mâu thuẫn): {unit['printed_by_portal']}")
    lines += [f"    đơn vị từ {_KINDS[source]}: {count}" for source, count in unit["from"].items()]
    lines.append(f"    Cổng ghi rõ là không có thời hạn: {unit['stated_none']}")
    lines.append(f"    chưa biết: {unit['unknown']}")
    lines += [f"        vì {_why_without(name)}: {count}" for name, count in unit["without"].items()]
    lines.append(f"    đã đọc được, chờ cán bộ xác nhận: {unit['to_confirm']}")
    fields = ", ".join(f"{name} {count}" for name, count in unit["without_by_field"].items())
    lines += [f"    theo lĩnh vực: {fields}", ""]
    return lines


def _block(label: str, table: dict[str, Any]) -> list[str]:
    total = table["total"]
    lines = [f"{label}: " + ", ".join(f"{_WORDS[status]} {count}" for status, count in total.items())]
    for status, kinds in table["by_kind"].items():
        if status == AMBIGUOUS:
            lines += [f"    chưa rõ: {_reason(kind)}: {count}" for kind, count in kinds.items()]
        else:
            lines += [f"    {_WORDS[status]}: {_kind(label, kind)}: {count}" for kind, count in kinds.items()]
    return lines


def _kind(label: str, kind: str) -> str:
    if kind == "none" and label.startswith("Thời hạn"):
        return "ghi rõ không có thời hạn"
    return _KINDS.get(kind, kind)


def _why_without(name: str) -> str:
    return "Cổng không ghi gì" if name == ABSENT else _reason(name)


def _reason(code: str) -> str:
    return REASONS.get(code, code)
