"""The witness as a program: fetches what a log shows, by its address or from a copy, and remembers."""

from __future__ import annotations

import argparse
import base64
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xaso.kernel.plain.logbook.export import read_export
from xaso.kernel.plain.logbook.findings import BadState, read_memory
from xaso.kernel.plain.logbook.keyfile import FileSigner, KeyUnavailable, new_key_file, read_key_file
from xaso.kernel.plain.logbook.notes import (
    BadNote,
    check_cosignature,
    fingerprint,
    read_head,
    read_note,
    write_line,
)
from xaso.kernel.plain.logbook.verify import check
from xaso.kernel.plain.logbook.witness import Doubtful, Fork, Offered, look

if TYPE_CHECKING:
    from xaso.kernel.sealing.models import Cosignature

GOOD, TROUBLE, ALARM = 0, 1, 2
_LARGEST = 4 << 20
_SECONDS = 30


class Unreachable(RuntimeError):
    """The log does not answer; the sentence is Vietnamese."""


def run(options: argparse.Namespace, now: datetime) -> int:
    """Look once, or again and again; 2 on a fork, 1 when nothing could be learnt."""
    while True:
        code = once(options, now)
        if not options.every or code == ALARM:
            return code
        time.sleep(options.every)
        now = datetime.now(UTC)


def once(options: argparse.Namespace, now: datetime) -> int:
    """One look."""
    state: Path = options.state
    memory = read_memory(state)
    try:
        offered = _from_url(options.url) if options.url else None
        if offered is None:
            return _from_export(options, now)
        found = look(
            memory, offered, _name(options), _signer(state), now, options.expect_key if memory is None else ""
        )
    except Fork as alarm:
        return _alarm(state, str(alarm), now)
    except (Doubtful, Unreachable, KeyUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return TROUBLE
    found.save(state)
    size, root = found.seen[-1]
    sys.stdout.write(f"Đã chứng kiến {found.origin}: {size} mục, gốc {root.hex()[:16]}….\n")
    if memory is None:
        sys.stdout.write(
            f"Lần đầu: nhớ khóa {fingerprint(found.first_key)} của nhật ký. "
            f"Khóa của bên chứng kiến: {_public(state)}.\n"
        )
    return GOOD


def _from_export(options: argparse.Namespace, now: datetime) -> int:
    """A copy is checked whole; then its newest head is remembered."""
    memory = read_memory(options.state)
    report = check(read_export(options.export), memory=memory)
    if not report.good:
        return _alarm(options.state, " ".join(one.sentence for one in report.findings[:3]), now)
    if not report.newest:
        raise Doubtful("Bản chép chưa có đầu nhật ký nào.")
    statements = [str(line["statement"]) for line in _keys_of(options.export)]
    # Every root that the memory holds was compared above, so growth is proven without a path.
    head = read_head(read_note(report.newest).text)
    fresh = look(
        None,
        Offered(report.origin, statements, report.newest, lambda first, second: ()),
        _name(options),
        _signer(options.state),
        now,
        options.expect_key if memory is None else "",
    )
    kept = memory or fresh
    kept.remember(head.size, head.root, fresh.note, fresh.cosigned)
    kept.save(options.state)
    sys.stdout.write(f"Đã chứng kiến {kept.origin}: {head.size} mục, gốc {head.root.hex()[:16]}….\n")
    return GOOD


def _keys_of(path: Path) -> Iterator[dict[str, Any]]:
    for line in read_export(path):
        if line["kind"] == "key":
            yield line
        elif line["kind"] != "log":
            return


def _alarm(state: Path, words: str, now: datetime) -> int:
    """Say it loudly and keep it; the remembered head stays, it is the proof."""
    memory = read_memory(state)
    if memory is not None:
        memory.alarms.append(f"{now.astimezone(UTC).isoformat(timespec='seconds')} {words}")
        memory.save(state)
    sys.stderr.write(
        f"BÁO ĐỘNG: {words}\nGiữ nguyên tệp {state} làm bằng chứng, báo cơ quan quản lý và không ký thêm.\n"
    )
    return ALARM


def _name(options: argparse.Namespace) -> str:
    return str(options.name or f"chung-kien/{options.state.stem}").replace(" ", "-").replace("+", "-")


def _signer(state: Path) -> FileSigner:
    path = state.with_name(f"{state.name}.key")
    return read_key_file(path) if path.exists() else new_key_file(path)


def _public(state: Path) -> str:
    return base64.b64encode(_signer(state).public()).decode()


# -- over the network ----------------------------------------------------------------------------------------


def _get(address: str) -> bytes:
    if not address.startswith(("https://", "http://")):
        raise Unreachable("Địa chỉ nhật ký phải bắt đầu bằng https:// hoặc http://.")
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as answer:  # noqa: S310 - checked above
            return bytes(answer.read(_LARGEST))
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise Unreachable(f"Không hỏi được {address} ({error}). Kiểm tra đường mạng rồi chạy lại.") from error


def _from_url(url: str) -> Offered:
    base = url.rstrip("/")

    def prove(first: int, second: int) -> Sequence[bytes]:
        answer = _get(f"{base}/consistency.json?first={first}&second={second}")
        try:
            return [bytes.fromhex(one) for one in json.loads(answer)["path"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{base} không đưa ra chứng minh nối tiếp.") from error

    try:
        keys = json.loads(_get(f"{base}/keys.json"))
        note = _get(f"{base}/head.txt").decode()
        return Offered(str(keys["origin"]), [str(one["statement"]) for one in keys["keys"]], note, prove)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreachable(f"{base} không trả lời đúng mẫu của nhật ký.") from error


# -- back to the log -----------------------------------------------------------------------------------------


def take_cosignature(state: Path, public: str) -> Cosignature:
    """Keep a witness's signature under the head it signed. Raises BadState or BadNote."""
    from xaso.kernel.sealing.models import Cosignature, TreeHead

    memory = read_memory(state)
    if memory is None:
        raise BadState(f"Không có tệp {state}.")
    note = read_note(memory.cosigned)
    row = TreeHead.objects.filter(note__startswith=note.text).first()
    if row is None:
        raise BadNote("Đầu nhật ký này không phải của máy chủ này.")
    line = note.lines[-1]
    key = base64.b64decode(public)
    at = check_cosignature(note, line, key)
    made, _ = Cosignature.objects.get_or_create(
        head=row, witness=line.name, defaults={"public": key, "line": write_line(line), "at": at}
    )
    return made
