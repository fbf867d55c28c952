"""Readings from a file: CSV or XLSX with three columns, each row read or named with what is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.intake import XLSX, IntakeRule, check_upload
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.plain.typed import read_decimal
from xaso.services.alerts.actions.readings import MOST, Row

LARGEST = 4 << 20
RULE = IntakeRule(kinds=(XLSX,), max_bytes=LARGEST)
_WAYS = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class Sheet:
    """What a file holds: rows that can be read, and (line, why) of the others."""

    rows: list[Row]
    bad: list[tuple[int, str]]


def read_sheet(content: bytes, name: str) -> Sheet:
    """Read a file. Raises ActionError when it is no table or too long."""
    if len(content) > LARGEST:
        raise ActionError("Tệp lớn hơn 4 MB. Chia nhỏ rồi tải lên.", "file")
    lines = list(_workbook(content, name) if content[:2] == b"PK" else _text(content))
    if len(lines) > MOST + 1:
        raise ActionError(f"Tệp có quá {MOST} dòng. Chia nhỏ rồi tải lên.", "file")
    rows, bad = [], []
    for number, cells in enumerate(lines, 1):
        if not any(str(cell or "").strip() for cell in cells):
            continue
        try:
            rows.append(_row(cells))
        except ValueError as error:
            if number > 1:  # the first line may be the heading
                bad.append((number, str(error)))
    if not rows and not bad:
        raise ActionError("Tệp không có dòng số đo nào.", "file")
    return Sheet(rows, bad)


def _row(cells: list[Any]) -> Row:
    if len(cells) < 3:
        raise ValueError("Cần ba cột: mã trạm, lúc đo, số đo")
    code, moment, value = cells[:3]
    try:
        number = float(value) if isinstance(value, int | float) else float(read_decimal(str(value)))
    except ValueError as error:
        raise ValueError(f"“{str(value)[:20]}” không phải số đo") from error
    return Row(str(code or "").strip(), _moment(moment), number)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    text = str(value or "").strip()
    for way in _WAYS:
        try:
            return datetime.strptime(text, way).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"“{text[:20]}” không phải thời điểm như 20/11/2026 07:00") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _text(content: bytes) -> Iterable[list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ActionError("Tệp phải là CSV mã hóa UTF-8 hoặc XLSX.", "file") from error
    if "\x00" in text:
        raise ActionError("Tệp không phải bảng CSV hay XLSX.", "file")
    mark = max(";\t,", key=text[:2000].count)
    try:
        return [list(one) for one in csv.reader(io.StringIO(text), delimiter=mark)]
    except csv.Error as error:
        raise ActionError("Không đọc được tệp CSV.", "file") from error


def _workbook(content: bytes, name: str) -> Iterable[list[Any]]:
    checked = check_upload(content, name, RULE)
    try:
        book = load_workbook(io.BytesIO(checked.content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [list(one)[:3] for one in sheet.iter_rows(max_row=MOST + 2, values_only=True)]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise ActionError("Không đọc được tệp XLSX.", "file") from error
