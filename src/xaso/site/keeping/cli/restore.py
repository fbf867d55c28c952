"""``./xaso restore``: a backup back into a folder, or in place of this installation when that is asked for twice."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from xaso.kernel.plain.moment import now
from xaso.site import database
from xaso.site.keeping import config
from xaso.site.keeping.files import files_of
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.repository import Repository
from xaso.site.keeping.restore import Restored, parse_moment, restore, set_aside

from . import guarded, open_repository, teller, with_key


def main(words: list[str]) -> int:
    """Runs the word; answers the exit code."""
    parser = argparse.ArgumentParser(prog="./xaso restore", description="Khôi phục từ kho sao lưu.")
    parser.add_argument(
        "--from", dest="source", default=config.default_place(), help="kho: thư mục hoặc s3://…"
    )
    parser.add_argument(
        "--at", help='thời điểm, giờ Việt Nam, ví dụ "2026-11-21 10:00"; không có là bản cuối'
    )
    parser.add_argument(
        "--into", help="thư mục mới (XASO_HOME của hệ thống khôi phục); không có là chính chỗ này"
    )
    parser.add_argument(
        "--replace", action="store_true", help="cho phép thay hệ thống đang có (bản cũ được giữ lại)"
    )
    with_key(parser)
    options = parser.parse_args(words)
    return guarded(lambda: _run(options))


def _run(options: argparse.Namespace) -> int:
    at = parse_moment(options.at) if options.at else None
    repository = open_repository(options.source, options)
    if options.into:
        return _into(Path(options.into).absolute(), repository, at, options)
    return _in_place(repository, at, options)


def _into(home: Path, repository: Repository, at: datetime | None, options: argparse.Namespace) -> int:
    home.mkdir(parents=True, exist_ok=True, mode=0o755)
    restored = restore(repository, home, at=at, say=teller(options))
    restored.server.stop()
    print(_told(restored))
    print(f"Chạy hệ thống đã khôi phục: XASO_HOME={home} ./xaso db start && XASO_HOME={home} ./xaso run")
    return 0


def _in_place(repository: Repository, at: datetime | None, options: argparse.Namespace) -> int:
    if database.is_external():
        raise KeepingProblem(
            "Cơ sở dữ liệu do DATABASE_URL chỉ ra, không thay tại chỗ được. Dùng --into THƯ_MỤC rồi trỏ "
            "DATABASE_URL hoặc PostgreSQL của ông/bà vào đó."
        )
    home = config.home()
    if database.home() != home / "postgres":
        raise KeepingProblem(
            f"Dữ liệu PostgreSQL nằm ở {database.home()}, không cùng chỗ với {home}. Dùng --into THƯ_MỤC."
        )
    if database.status().running:
        if not options.replace:
            raise KeepingProblem(
                "Hệ thống đang chạy. Khôi phục sẽ thay dữ liệu hiện có: thêm --replace nếu chắc chắn, "
                "hoặc --into THƯ_MỤC để khôi phục sang chỗ khác."
            )
        database.stop()
    elif any((home / "postgres").glob("data-*/PG_VERSION")) and not options.replace:
        raise KeepingProblem(
            "Ở đây đã có dữ liệu. Thêm --replace nếu chắc chắn (dữ liệu cũ được giữ lại), hoặc dùng --into."
        )
    if not options.key:
        options.key = str(config.recovery_path())
    recovery = Path(options.key).read_text() if Path(options.key).exists() else ""
    sources = config.sources()
    names = (
        ("postgres", "keys", "backup-spool") if sources.s3 else ("postgres", "keys", "backup-spool", "files")
    )
    aside = set_aside(home, now().strftime("%Y%m%d-%H%M%S"), names)
    try:
        restored = restore(
            repository,
            home,
            at=at,
            files=files_of(sources) if sources.s3 else None,
            say=teller(options),
        )
    except BaseException:
        if aside is not None:
            print(f"Khôi phục không xong. Dữ liệu cũ còn nguyên trong {aside}.")
        raise
    _keep_recovery_key(recovery)
    restored.server.stop()
    database.start(restored.chain[-1]["database"])
    print(_told(restored))
    if aside is not None:
        print(f"Dữ liệu cũ được giữ trong {aside}. Xóa khi đã kiểm tra xong.")
    return 0


def _keep_recovery_key(text: str) -> None:
    path = config.recovery_path()
    if text and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(text)


def _told(restored: Restored) -> str:
    return (
        f"Đã khôi phục về {restored.moment[:19]} vào {restored.home}: "
        f"cơ sở dữ liệu, {restored.files} tệp và các khóa."
    )
