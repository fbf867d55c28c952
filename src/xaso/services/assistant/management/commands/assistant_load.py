"""./xaso assistant load: the shipped corpus, or a file of lines or the codification's zip, into database and index."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from xaso.services.assistant.actions import indexing, loading
from xaso.services.assistant.actions.bulk import bring_in_file
from xaso.services.assistant.importers.base import Unreadable
from xaso.services.assistant.models import Import


class Command(BaseCommand):
    """Repeatable: what is there stays; a run that was broken off goes on where it stopped."""

    help = (
        "Nạp kho văn bản đi kèm, hoặc một tệp (.jsonl, .jsonl.gz, BoPhapDienDienTu.zip), vào kho và chỉ mục."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="tệp dòng JSON hoặc zip của Bộ pháp điển")
        parser.add_argument("--source", default="", help="nguồn của tệp")
        parser.add_argument("--day", type=date.fromisoformat, help="ngày của nguồn, YYYY-MM-DD")
        parser.add_argument(
            "--place", default="", help="đường dẫn đơn vị khi là văn bản địa phương, ví dụ 15/"
        )
        parser.add_argument("--no-index", action="store_true", help="không đưa vào chỉ mục ngay")
        parser.add_argument("--index-anew", action="store_true", help="làm lại chỉ mục từ đầu")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["file"] is not None:
            try:
                row = bring_in_file(
                    options["file"],
                    source=options["source"],
                    day=options["day"],
                    unit_path=options["place"],
                )
            except (Unreadable, OSError, ValueError) as problem:
                raise CommandError(str(problem)) from problem
        else:
            loading.load_pack()
            loaded = loading.pack_row()
            if loaded is None:
                raise CommandError("Bản cài đặt này không có kho văn bản đi kèm.")
            row = loaded
        counts = {key: value for key, value in row.counts.items() if key not in {"parts", "touched"}}
        self.stdout.write(f"{row}: {Import.State(row.state).label}, {row.done} điều. {counts}")
        if options["index_anew"]:
            indexing.index_anew()
        if not options["no_index"]:
            indexing.index_imports()
            self.stdout.write("Chỉ mục đã có mọi văn bản.")
