"""``./xaso backup``: what changed since the last one goes into the encrypted repository."""

from __future__ import annotations

import argparse
from datetime import timedelta
from urllib.parse import unquote, urlparse

from xaso.kernel.plain.moment import now
from xaso.site import database
from xaso.site.keeping import cluster as pg
from xaso.site.keeping import config, records
from xaso.site.keeping.backup import Done, back_up
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.repository import Repository

from . import guarded, megabytes, open_repository, teller, with_key


def main(words: list[str]) -> int:
    """Runs the word; answers the exit code."""
    parser = argparse.ArgumentParser(prog="./xaso backup", description="Sao lưu khi hệ thống đang chạy.")
    parser.add_argument("--to", default=config.default_place(), help="thư mục, hoặc s3://… (XASO_BACKUP_TO)")
    parser.add_argument("--full", action="store_true", help="chép lại cả cơ sở dữ liệu, không chỉ phần mới")
    parser.add_argument(
        "--verify", action="store_true", help="không sao lưu; đọc và kiểm từng mảnh trong kho"
    )
    parser.add_argument("--list", action="store_true", help="không sao lưu; liệt kê những gì kho có")
    parser.add_argument(
        "--stop", action="store_true", help="thôi sao lưu: cơ sở dữ liệu không giữ nhật ký nữa"
    )
    with_key(parser)
    options = parser.parse_args(words)
    return guarded(lambda: _run(options))


def product_database() -> str:
    """Name of the product's database on its server."""
    return unquote(urlparse(database.url().replace(",", "-")).path.lstrip("/")) or database.NAME


def _run(options: argparse.Namespace) -> int:
    if options.stop:
        pg.drop_slot(pg.present())
        print("Cơ sở dữ liệu không còn giữ nhật ký cho sao lưu.")
        return 0
    if options.verify or options.list:
        repository = open_repository(options.to, options)
        return _list(repository) if options.list else _verify(repository)
    say = teller(options)
    try:
        repository = open_repository(options.to, options, create=True)
        done = back_up(
            repository,
            pg.present(),
            config.sources(),
            config.home() / "backup-spool",
            database=product_database(),
            full=options.full,
            base_hours=config.number("XASO_BACKUP_BASE_HOURS", 24),
            say=say,
        )
    except KeepingProblem as problem:
        records.write(database.url(), "backup", False, str(problem), {"to": options.to.rpartition("@")[2]})
        raise
    return _report(repository, done, options, say)


def _report(repository: Repository, done: Done, options: argparse.Namespace, say: object) -> int:
    manifest = done.manifest
    days = config.number("XASO_BACKUP_KEEP_DAYS", 35)
    if manifest["base"]:
        with repository.place.lock():
            repository.prune((now() - timedelta(days=days)).isoformat())
    kind = "bản đầy đủ" if manifest["base"] else "phần mới"
    words = (
        f"Đã sao lưu {kind} lúc {manifest['at'][:19]}Z: {len(manifest['wal'])} đoạn nhật ký, {manifest['files']} tệp, "
        f"thêm {megabytes(done.new_bytes)} vào kho."
    )
    ok = not done.damaged and manifest["mark"]["tables"] is not None
    if done.damaged:
        words += f" {len(done.damaged)} tệp trên máy này ĐÃ HỎNG: {done.damaged[0]}"
    if manifest["mark"]["tables"] is None:
        words += " Hệ thống quá bận nên chưa ghi được dấu các bảng."
    facts = {"to": str(repository.place), "manifest": done.place, "new_bytes": done.new_bytes}
    records.write(
        database.url(), "backup", ok, words, {**facts, "files": manifest["files"], "mark": manifest["at"]}
    )
    if not options.quiet or not ok:
        print(words)
    return 0 if ok else 1


def _list(repository: Repository) -> int:
    manifests = repository.manifests()
    for one in manifests:
        kind = "đầy đủ" if one["base"] else "phần mới"
        print(f"{one['place']}  {one['at'][:19]}Z  {kind:<8}  {one['files']} tệp  {one['host']}")
    bases = [one for one in manifests if one["base"]]
    if bases:
        print(f"Khôi phục được mọi thời điểm từ {bases[0]['at'][:19]}Z đến {manifests[-1]['at'][:19]}Z.")
    return 0


def _verify(repository: Repository) -> int:
    manifests, pieces = repository.verify()
    print(f"{manifests} bản kê đúng chữ ký, {pieces} mảnh đúng nội dung.")
    return 0
