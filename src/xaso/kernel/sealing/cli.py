"""``./xaso log``: the log from the command line. Checking a file needs no database and no server.

Exit codes: 0 all is well, 2 altered or forked, 1 the question could not be answered.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from xaso.kernel.plain.logbook.export import BadExport, read_export, write_export
from xaso.kernel.plain.logbook.findings import BadState, Memory, Report, read_memory, told
from xaso.kernel.plain.logbook.notes import BadNote, fingerprint, read_head, read_note
from xaso.kernel.plain.logbook.proof import BadReceipt, check_proof
from xaso.kernel.plain.logbook.verify import check

GOOD, TROUBLE, ALTERED = 0, 1, 2


def say(words: str) -> None:
    """One line for the reader."""
    sys.stdout.write(words + "\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one word of the log; answers the exit code."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except (BadExport, BadState, BadReceipt, BadNote, OSError) as error:
        sys.stderr.write(f"Lỗi: {error}\n")
        return ALTERED if isinstance(error, BadReceipt) else TROUBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="xaso log", description="Nhật ký không thể sửa.")
    words = parser.add_subparsers(required=True, metavar="VIỆC")

    def word(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = words.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    word("head", _head, "in đầu nhật ký mới nhất đã ký")
    word("seal", _seal, "ghi ngay các việc đang chờ vào nhật ký và ký")
    word("rotate-key", _rotate, "thay khóa ký nhật ký; khóa cũ ký xác nhận khóa mới")
    one = word("export", _export, "chép toàn bộ nhật ký ra một tệp (.jsonl hoặc .jsonl.gz)")
    one.add_argument("file", type=Path)
    one = word("verify", _verify, "kiểm tra một bản chép, hoặc cơ sở dữ liệu đang chạy khi không ghi tệp")
    one.add_argument("export", type=Path, nargs="?")
    one.add_argument("--witness", type=Path, help="trí nhớ của bên chứng kiến (tệp --state của log witness)")
    one.add_argument("--files", type=Path, help="thư mục chứa tệp đã ký, để so mã băm từng tệp")
    one.add_argument("--json", action="store_true", help="in kết quả thành JSON")
    one = word("proof", _proof, "kiểm tra một tệp chứng minh tải từ trang Chứng minh")
    one.add_argument("file", type=Path)
    one.add_argument("--witness", type=Path, help="trí nhớ của bên chứng kiến")
    one = word("witness", _witness, "làm chứng: nhớ đầu nhật ký, báo động khi có hai bản khác nhau")
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument("--url", help="địa chỉ nhật ký, ví dụ https://xa.example.vn/log/")
    source.add_argument("--export", type=Path, help="một bản chép")
    one.add_argument(
        "--state", type=Path, required=True, help="tệp trí nhớ; khóa của bên chứng kiến nằm cạnh nó"
    )
    one.add_argument("--name", default="", help="tên bên chứng kiến, ví dụ tinh.example.vn/chung-kien")
    one.add_argument("--expect-key", default="", help="dấu của khóa đầu tiên, biết được bằng đường khác")
    one.add_argument(
        "--every", type=float, default=0, metavar="GIÂY", help="làm lại mãi, cách nhau chừng này"
    )
    one = word("cosign", _cosign, "nhận chữ ký của bên chứng kiến để hiện trên trang nhật ký")
    one.add_argument("file", type=Path, help="tệp trí nhớ của bên chứng kiến")
    one.add_argument("--key", required=True, help="khóa công khai của bên chứng kiến (base64)")
    return parser


def _django() -> None:
    import django

    django.setup()


# -- words that need no database -----------------------------------------------------------------------------


def _verify(options: argparse.Namespace) -> int:
    memory = _memory(options.witness)
    if options.export:
        lines = read_export(options.export)
    else:
        _django()
        from xaso.kernel.sealing.reading import lines as live

        lines = live()
    report = check(lines, memory=memory, files=options.files)
    _tell(report, memory, as_json=options.json)
    return GOOD if report.good else ALTERED


def _memory(path: Path | None) -> Memory | None:
    if path is None:
        return None
    found = read_memory(path)
    if found is None:
        raise BadState(f"Không có tệp {path}. Chạy ./xaso log witness trước.")
    return found


def _tell(report: Report, memory: Memory | None, *, as_json: bool) -> None:
    if as_json:
        facts: dict[str, Any] = {
            "origin": report.origin,
            "good": report.good,
            "leaves": report.leaves,
            "heads": report.heads,
            "waiting": report.waiting,
            "files": report.files,
            "counts": dict(report.counts),
            "findings": [{"kind": one.kind, "sentence": one.sentence} for one in report.findings],
        }
        say(json.dumps(facts, ensure_ascii=False))
        return
    say(
        f"Nhật ký {report.origin}: {report.leaves} mục, {report.heads} đầu đã ký, {report.waiting} việc đang chờ."
    )
    if report.files:
        say(f"Đã so {report.files} tệp.")
    for one in report.findings:
        say(f"  SAI  {one.sentence}")
    for kind, count in report.counts.items():
        told_of = sum(one.kind == kind for one in report.findings)
        if count > told_of:
            say(f"  … và {count - told_of} chỗ nữa cùng loại.")
    if report.newest:
        head = read_head(read_note(report.newest).text)
        say(f"Đầu mới nhất: {head.size} mục, gốc {head.root.hex()}, ký lúc {told(head.at)}.")
    if memory is None and report.first_key:
        say(
            f"Khóa đầu tiên: {fingerprint(report.first_key)}. So với dấu đã niêm yết; chưa so với bên chứng kiến."
        )
    say(
        "Đúng: không có mục nào bị sửa."
        if report.good
        else f"KHÔNG ĐÚNG: {sum(report.counts.values())} chỗ sai."
    )


def _proof(options: argparse.Namespace) -> int:
    try:
        facts = json.loads(options.file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadReceipt(f"Tệp {options.file} không phải JSON.") from error
    found = check_proof(facts, _memory(options.witness))
    say(
        f"Đúng: sự kiện {found.opening.name} lúc {found.opening.at} là mục {found.index} của {found.head.origin}."
    )
    say(
        f"Đầu nhật ký {found.head.size} mục, ký lúc {told(found.head.at)}, khóa đầu {fingerprint(found.first_key)}."
    )
    return GOOD


def _witness(options: argparse.Namespace) -> int:
    from xaso.kernel.sealing import witnessing

    return witnessing.run(options, datetime.now(UTC))


# -- words for the operator ----------------------------------------------------------------------------------


def _export(options: argparse.Namespace) -> int:
    _django()
    from xaso.kernel.sealing.reading import lines

    counts = write_export(options.file, lines())
    say(f"Đã chép {counts.get('leaf', 0)} mục, {counts.get('head', 0)} đầu đã ký vào {options.file}.")
    say("Tệp này có nội dung sự kiện: giữ như tài liệu nội bộ.")
    return GOOD


def _head(options: argparse.Namespace) -> int:
    _django()
    from xaso.kernel.sealing.proofs import newest_head

    head = newest_head()
    if head is None:
        sys.stderr.write("Chưa có đầu nhật ký nào. Chạy ./xaso log seal hoặc đợi tiến trình nền.\n")
        return TROUBLE
    sys.stdout.write(head.note)
    return GOOD


def _seal(options: argparse.Namespace) -> int:
    _django()
    from xaso.kernel.sealing.keys import KeyUnavailable
    from xaso.kernel.sealing.sealer import Altered, seal
    from xaso.kernel.sealing.tree import Gone

    try:
        done = seal()
    except (Altered, Gone) as error:
        sys.stderr.write(f"{error} Chạy ./xaso log verify.\n")
        return ALTERED
    except KeyUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return TROUBLE
    say(f"Đã ghi thêm {done.leaves} mục." + (f" Đầu số {done.head.number}." if done.head else ""))
    return GOOD


def _rotate(options: argparse.Namespace) -> int:
    _django()
    from xaso.kernel.sealing import logkeys
    from xaso.kernel.sealing.keys import KeyUnavailable

    try:
        row = logkeys.rotate()
    except KeyUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return TROUBLE
    say(
        f"Khóa số {row.number} đang dùng: {fingerprint(bytes(row.public))}. Giữ tệp khóa cũ đến khi sao lưu xong."
    )
    return GOOD


def _cosign(options: argparse.Namespace) -> int:
    _django()
    from xaso.kernel.sealing.witnessing import take_cosignature

    row = take_cosignature(options.file, options.key)
    say(f"Đã nhận chữ ký của {row.witness} dưới đầu số {row.head.number}.")
    return GOOD
