"""Recognising Vietnamese letters in scans: Tesseract with its Vietnamese data, when the machine has it."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import lru_cache
from statistics import fmean
from typing import Protocol

from xaso.services.assistant.importers.base import Unreadable

MISSING = (
    "Đây là bản quét, cần nhận dạng chữ mà máy chủ chưa có. Người quản trị cài gói tesseract-ocr và tesseract-ocr-vie, "
    "hoặc gửi bản Word hay PDF có chữ."
)
PAGE_SECONDS = 120


class PictureLike(Protocol):
    """A picture that can be written as PNG."""

    def save(self, fp: io.BytesIO, format: str) -> None: ...


@lru_cache(maxsize=1)
def program() -> str:
    """The path of Tesseract when it has Vietnamese; "" else."""
    path = shutil.which("tesseract")
    if path is None:
        return ""
    try:
        listed = subprocess.run(
            [path, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return path if "vie" in listed.stdout.split() else ""


def recognise(picture: PictureLike) -> tuple[str, float]:
    """(text, how sure in percent). Raises Unreadable when there is no recognition here or it fails."""
    path = program()
    if not path:
        raise Unreadable(MISSING)
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    try:
        done = subprocess.run(
            [path, "stdin", "stdout", "-l", "vie", "--psm", "6", "tsv"],
            input=packed.getvalue(),
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Unreadable("Nhận dạng chữ bị lỗi ở một trang. Thử lại, hoặc gửi bản có chữ.") from error
    return lines_of(done.stdout.decode("utf-8", "replace"))


def lines_of(table: str) -> tuple[str, float]:
    """Tesseract's table of words as lines, and the mean of how sure it was of each word."""
    lines: dict[tuple[str, ...], list[str]] = {}
    sure: list[float] = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or not cells[11].strip():
            continue
        lines.setdefault(tuple(cells[1:5]), []).append(cells[11])
        sure.append(float(cells[10]))
    return "\n".join(" ".join(words) for words in lines.values()), fmean(sure) if sure else 0.0
