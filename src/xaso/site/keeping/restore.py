"""Putting a backup back: the cluster to a moment, the files, the keys. Never over living data."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xaso.kernel.plain.moment import VIETNAM

from .backup import current_chain, known_files, next_segment, segments
from .cluster import Cluster, at_least, programs_for
from .files import DiskFiles, Files, put_back
from .problems import KeepingProblem
from .repository import Manifest, Repository
from .server import Copy

Say = Callable[[str], None]
_END = "# --- written by restore: removed when recovery is over ---\n"


@dataclass(frozen=True)
class Restored:
    """A restored system: its home folder, its server (running), and from which backups it came."""

    home: Path
    server: Copy
    chain: list[Manifest]
    files: int
    moment: str


def parse_moment(text: str) -> datetime:
    """``2026-11-21 10:00`` in Vietnam's time, or any ISO time with its own offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise KeepingProblem(
            f"Không hiểu thời điểm '{text}'. Viết như 2026-11-21 10:00 (giờ Việt Nam)."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def choose(manifests: list[Manifest], at: datetime | None) -> list[Manifest]:
    """The newest base before the moment, and the backups after it up to the first that reaches the moment."""
    if not manifests:
        raise KeepingProblem("Kho sao lưu chưa có bản nào hoàn chỉnh.")
    if at is None:
        return current_chain(manifests)
    last = datetime.fromisoformat(manifests[-1]["at"])
    if at > last:
        raise KeepingProblem(
            f"Bản sao lưu cuối chỉ đến {_local(last)}. Chọn thời điểm trước đó, hoặc bỏ --at để lấy bản cuối."
        )
    bases = [
        number
        for number, one in enumerate(manifests)
        if one.get("base") and datetime.fromisoformat(one["at"]) <= at
    ]
    if not bases:
        first = next((one for one in manifests if one.get("base")), manifests[0])
        raise KeepingProblem(
            f"Kho sao lưu chỉ khôi phục được từ {_local(datetime.fromisoformat(first['at']))} trở đi."
        )
    chain = manifests[bases[-1] :]
    reach = next(i for i, one in enumerate(chain) if datetime.fromisoformat(one["at"]) >= at)
    return chain[: reach + 1]


def _local(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def restore(
    repository: Repository,
    home: Path,
    *,
    at: datetime | None = None,
    to_mark: bool = False,
    files: Files | None = None,
    throwaway: bool = False,
    say: Say = lambda _: None,
) -> Restored:
    """Restore into an empty folder and start the server there; answers when it is open for writing.

    ``at``: the moment; without it all that was backed up. ``to_mark``: exactly the position of the last backup's
    fingerprints. ``files``: where files go instead of ``home/files``. ``throwaway``: a scratch copy need not wait for
    the disk. Raises KeepingProblem, and leaves no process.
    """
    chain = choose(repository.manifests(), at)
    programs = programs_for(int(chain[-1]["major"]), home / "postgres")
    server = Copy(home / "postgres", sync=not throwaway)
    say("Đang đặt lại cơ sở dữ liệu…")
    data = server.place_data(programs)
    _put_secrets(repository, chain[-1], home)
    _put_base(repository, chain[0], data)
    _put_wal(repository, chain, data / "restored_wal")
    if at is not None:
        target = f"recovery_target_time = '{at.isoformat(sep=' ')}'\n"
    elif to_mark:
        target = f"recovery_target_lsn = '{chain[-1]['mark']['position']}'\nrecovery_target_inclusive = off\n"
    else:
        target = ""
    # A standby's settings came along with the copy: it must not wait for one now.
    (data / "postgresql.auto.conf").write_text(
        f'{_END}restore_command = \'cp "{data}/restored_wal/%f" "%p"\'\n{target}'
        "recovery_target_action = 'promote'\n"
    )
    (data / "recovery.signal").touch()
    (data / "standby.signal").unlink(missing_ok=True)
    server.hand_over(data)
    server.remember(programs, data)
    say("Đang chạy lại nhật ký…")
    try:
        server.raise_up(private=True)
        server.wait_writable()
        (data / "postgresql.auto.conf").write_text("")
        server.open_doors()
    except BaseException:
        server.lay_down()
        raise
    shutil.rmtree(data / "restored_wal", ignore_errors=True)
    say("Đang đặt lại tệp…")
    count = put_back(
        repository, list(known_files(repository, chain).values()), files or DiskFiles(home / "files")
    )
    return Restored(home, server, chain, count, at.isoformat() if at else chain[-1]["at"])


def _put_base(repository: Repository, manifest: Manifest, data: Path) -> None:
    for entry in repository.fetch_json(manifest["base"]["index"]):
        path = (data / entry["name"]).resolve()
        if not path.is_relative_to(data.resolve()):
            raise KeepingProblem(f"Bản sao lưu có tên tệp lạ: {entry['name']}")
        if entry.get("folder"):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            for piece in repository.stream(entry["parts"]):
                out.write(piece)


def _put_wal(repository: Repository, chain: list[Manifest], folder: Path) -> None:
    found = segments(chain)
    _check_unbroken(chain, sorted(name for name in found if not name.endswith(".history")))
    folder.mkdir(mode=0o700)
    for name, segment in found.items():
        with (folder / name).open("wb") as out:
            for piece in repository.stream(segment["parts"]):
                out.write(piece)


def _check_unbroken(chain: list[Manifest], names: list[str]) -> None:
    for name, after in zip(names, names[1:], strict=False):
        if after[8:] != next_segment(name)[8:] and after[8:] != name[8:]:
            raise KeepingProblem(
                f"Nhật ký trong kho sao lưu thiếu đoạn sau {name}. Kho này không đủ để khôi phục."
            )
    if not at_least(chain[-1]["mark"]["position"], chain[0]["base"]["end"]):
        raise KeepingProblem("Bản sao lưu chưa đủ nhật ký để nhất quán. Dùng bản trước đó.")


def _put_secrets(repository: Repository, manifest: Manifest, home: Path) -> None:
    for entry in repository.fetch_json(manifest["secrets"]):
        path = home / entry["name"]
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.parent.name == "postgres":
            path.parent.chmod(0o755)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            for piece in repository.stream(entry["parts"]):
                out.write(piece)


def set_aside(home: Path, stamp: str, names: tuple[str, ...]) -> Path | None:
    """Move what lies in the way into ``home/replaced-…``; nothing is deleted. None when nothing was there."""
    there = [name for name in names if (home / name).exists()]
    if not there:
        return None
    aside = home / f"replaced-{stamp}"
    aside.mkdir(mode=0o755)
    for name in there:
        (home / name).rename(aside / name)
    return aside


def cluster_of(restored: Restored) -> Cluster:
    """The restored server as a cluster that can itself be backed up."""
    from .cluster import of_server

    return of_server(restored.server)
