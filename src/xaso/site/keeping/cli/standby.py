"""``./xaso standby``: a second server that holds every acknowledged commit and can take over."""

from __future__ import annotations

import argparse
from pathlib import Path

import psycopg

from xaso.site import database
from xaso.site.keeping import config, standby
from xaso.site.keeping.problems import KeepingProblem
from xaso.site.keeping.server import Copy

from . import guarded


def main(words: list[str]) -> int:
    """Runs the word; answers the exit code."""
    parser = argparse.ArgumentParser(
        prog="./xaso standby", description="Máy dự phòng nóng: mỗi ghi nhận đã trả lời đều có ở cả hai máy."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    init = verbs.add_parser("init", help="dựng máy dự phòng từ máy chính đang chạy")
    init.add_argument("--into", required=True, help="thư mục trống của máy dự phòng (nên ở đĩa khác)")
    verbs.add_parser("status", help="máy nào đang ghi, máy dự phòng có theo kịp không")
    promote = verbs.add_parser("promote", help="máy chính đã hỏng: máy dự phòng lên thay")
    promote.add_argument("--force", action="store_true", help="dù máy chính còn trả lời")
    verbs.add_parser("drop", help="thôi dùng máy dự phòng; máy chính ghi một mình")
    options = parser.parse_args(words)
    if database.is_external():
        print(
            "Cơ sở dữ liệu do DATABASE_URL chỉ ra: dựng máy dự phòng bằng công cụ của PostgreSQL ở đó "
            "(docs/guide/van-hanh-sao-luu.md có từng bước), rồi ghi cả hai máy vào DATABASE_URL."
        )
        return 2
    verb = {"init": _init, "status": _status, "promote": _promote, "drop": _drop}[options.verb]
    return guarded(lambda: verb(options))


def _init(options: argparse.Namespace) -> int:
    primary = standby.primary_of(database.server())
    second = standby.build(primary, Path(options.into).absolute())
    standby.remember(config.home(), primary, second)
    database.start()  # writes down the address with both servers
    print(
        f"Máy dự phòng chạy ở {second.home}, cổng {second.facts()['port']}. Từ giờ mỗi ghi nhận chờ cả hai máy. "
        "Khởi động lại ./xaso run để các tiến trình biết địa chỉ của cả hai."
    )
    return 0


def _status(_: argparse.Namespace) -> int:
    primary, second = standby.known(config.home())
    try:
        state, lag = standby.state_of(primary), standby.lag_of(primary)
    except psycopg.OperationalError:
        print(f"Máy chính ({primary.home}) KHÔNG trả lời. {_second_words(second)}")
        print("Nếu nó hỏng hẳn: ./xaso standby promote")
        return 3
    if "sync" not in state:
        print("Máy chính chạy, máy dự phòng KHÔNG theo kịp: mọi ghi nhận đang chờ nó.")
        print("Sửa máy dự phòng, hoặc cho máy chính ghi một mình: ./xaso standby drop")
        return 3
    print(f"Máy chính chạy; máy dự phòng đồng bộ, còn thiếu {lag} byte.")
    return 0


def _second_words(second: Copy) -> str:
    try:
        waiting = second.ask("select pg_is_in_recovery()")
    except psycopg.OperationalError:
        return "Máy dự phòng cũng không trả lời."
    return "Máy dự phòng sẵn sàng lên thay." if waiting else "Máy dự phòng đã lên thay."


def _promote(options: argparse.Namespace) -> int:
    primary, second = standby.known(config.home())
    standby.promote(second, primary, force=options.force)
    standby.remember(config.home(), second, primary)
    (config.home() / "pgdata").write_text(str(second.home))
    database.start()
    print(
        f"Máy dự phòng đã lên thay, ghi được ở cổng {second.facts()['port']}. Máy cũ bị khóa ghi. "
        "Các tiến trình đang chạy tự nối sang. Dựng máy dự phòng mới: ./xaso standby init --into THƯ_MỤC_TRỐNG"
    )
    return 0


def _drop(_: argparse.Namespace) -> int:
    primary, second = standby.known(config.home())
    # Who keeps the database must not raise the standby again meanwhile.
    (config.home() / "standby.json").rename(config.home() / "standby.old")
    if second.main_process() is not None:
        second.lay_down()
    try:
        standby.let_go(primary)
    except psycopg.OperationalError:
        (config.home() / "standby.old").rename(config.home() / "standby.json")
        raise KeepingProblem("Máy chính không trả lời. Chạy ./xaso db start rồi làm lại.") from None
    (config.home() / "standby.old").unlink(missing_ok=True)
    database.start()
    print("Máy chính ghi một mình. Mọi ghi nhận chỉ còn chờ đĩa của máy này.")
    return 0
