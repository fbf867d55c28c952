"""Sheets of receivers (CSV or XLSX): read line by line, each fault with its line; and written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.intake import XLSX, IntakeRule, check_upload
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.plain.text import clean, fold

MOST_LINES, MOST_BYTES, MOST_COLUMNS = 20_000, 8 << 20, 30
RULE = IntakeRule(kinds=(XLSX,), max_bytes=MOST_BYTES)
# Headings that mean something; every other column can be put into the text by its own name.
HEADINGS = {
    "name": ("ten", "ho ten", "ho va ten", "ho chu dem va ten", "chu ho", "name"),
    "phone": ("dien thoai", "so dien thoai", "dt", "sdt", "di dong", "phone"),
    "email": ("email", "e mail", "thu dien tu"),
    "hamlet": ("thon", "ban", "thon ban", "to dan pho", "khu", "hamlet"),
}
_TAKEN = {"name", "link", "hamlet"}


@dataclass(frozen=True)
class Line:
    """A line that can be used."""

    number: int
    name: str
    phone: str
    email: str
    hamlet: str
    data: Mapping[str, str]


@dataclass(frozen=True)
class BadLine:
    """A line that cannot, with what to mend."""

    number: int
    shown: str
    why: str


@dataclass
class Sheet:
    """What was read: columns that texts may use, good lines, bad lines."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def place_name(heading: str) -> str:
    """The name by which a text uses a column: "Số tiền" is {so_tien}."""
    letters = fold(heading)
    name = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in letters).split())
    return name if name and name[0].isalpha() else f"cot_{name}" if name else ""


def read_sheet(content: bytes, name: str, hamlets: Mapping[str, str]) -> Sheet:
    """Read receivers. ``hamlets``: names, as people write them, to paths. Raises ActionError for a broken file."""
    if len(content) > MOST_BYTES:
        raise ActionError("Tệp lớn quá 8 MB. Chia thành nhiều danh sách.", "file")
    rows = _xlsx(content, name) if content[:2] == b"PK" else _csv(content)
    return _read(rows, hamlets)


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if b"\x00" in content:
        raise ActionError("Tệp này không phải CSV hoặc Excel (.xlsx). Chọn lại tệp.", "file")
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1258"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ActionError("Không đọc được bảng chữ của tệp. Lưu lại dạng CSV UTF-8 hoặc Excel.", "file")
    head = text[:4000]
    mark = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ActionError(
            f"Dòng {reader.line_num} của tệp CSV bị hỏng. Mở bằng Excel rồi lưu lại.", "file"
        ) from error


def _xlsx(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    checked = check_upload(content, name, RULE)
    try:
        book = load_workbook(io.BytesIO(checked.content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, IndexError, ValueError) as error:
        raise ActionError("Không đọc được tệp Excel này. Lưu lại dạng .xlsx rồi gửi lại.", "file") from error
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        yield number, [_text(cell) for cell in row[:MOST_COLUMNS]]
    book.close()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if cell.time().isoformat() == "00:00:00" else f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return str(cell)


def _read(rows: Iterator[tuple[int, list[str]]], hamlets: Mapping[str, str]) -> Sheet:
    header = next(((number, row) for number, row in rows if any(cell.strip() for cell in row)), None)
    if header is None:
        raise ActionError("Tệp không có dòng nào.", "file")
    meant, columns = _headings(header[1])
    if "name" not in meant or not {"phone", "email"} & set(meant):
        raise ActionError(
            "Dòng đầu phải có cột “Họ và tên” và cột “Điện thoại” hoặc “Email”. Thêm tên cột rồi gửi lại.",
            "file",
        )
    found = Sheet(columns=[(name, heading) for _, name, heading in columns])
    seen: dict[str, int] = {}
    for number, row in rows:
        cells = [clean(cell) for cell in row]
        if not any(cells):
            continue
        if len(found.lines) + len(found.bad) >= MOST_LINES:
            raise ActionError(
                f"Danh sách dài quá {MOST_LINES:,} dòng. Chia thành nhiều danh sách.".replace(",", "."),
                "file",
            )
        _take(found, number, cells, meant, columns, hamlets, seen)
    return found


def _headings(row: list[str]) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
    meant: dict[str, int] = {}
    columns: list[tuple[int, str, str]] = []
    used = set(_TAKEN)
    for place, heading in enumerate(row[:MOST_COLUMNS]):
        said = " ".join(fold(heading).replace("-", " ").replace(",", " ").split())
        known = next((name for name, words in HEADINGS.items() if said in words), "")
        if known and known not in meant:
            meant[known] = place
        elif (name := place_name(heading)) and name not in used:
            columns.append((place, name, clean(heading)))
            used.add(name)
    return meant, columns


def _take(
    found: Sheet,
    number: int,
    cells: list[str],
    meant: Mapping[str, int],
    columns: Sequence[tuple[int, str, str]],
    hamlets: Mapping[str, str],
    seen: dict[str, int],
) -> None:
    def cell(name: str) -> str:
        place = meant.get(name, -1)
        return cells[place] if 0 <= place < len(cells) else ""

    name, phone, email, hamlet = (cell(one) for one in ("name", "phone", "email", "hamlet"))
    why = []
    digits = WAYS["sms"].address({"phone": _zero(phone)}) if phone else ""
    address = WAYS["email"].address({"email": email}) if email else ""
    path = hamlets.get(fold(hamlet), "") if hamlet else ""
    if not name:
        why.append("thiếu họ và tên")
    if phone and not digits:
        why.append(f"“{phone}” không phải số di động Việt Nam")
    if email and not address:
        why.append(f"“{email}” không phải địa chỉ thư")
    if not phone and not email:
        why.append("không có điện thoại hoặc email")
    if hamlet and not path:
        why.append(f"không có thôn “{hamlet}” trong đơn vị")
    key = digits or address.lower()
    if key and not why and key in seen:
        why.append(f"trùng với dòng {seen[key]}")
    if why:
        found.bad.append(BadLine(number, name or phone or email, "; ".join(why)))
        return
    seen[key] = number
    data = {place: cells[at] if at < len(cells) else "" for at, place, _ in columns}
    found.lines.append(Line(number, name[:150], digits, address, path, data))


def _zero(phone: str) -> str:
    """A number whose first 0 a spreadsheet ate."""
    digits = "".join(char for char in phone if char.isdigit())
    return f"0{digits}" if len(digits) == 9 and digits[0] in "35789" else phone


def hamlet_words(units: Iterable[Any]) -> dict[str, str]:
    """Names of hamlets as people write them (with and without kind, no diacritics) to their paths."""
    found: dict[str, str] = {}
    for unit in units:
        for written in (unit.name, unit.full_name):
            found[fold(written)] = unit.path
    return found


def book(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet."""
    made = Workbook()
    sheet = made.active
    assert sheet is not None  # noqa: S101 - a fresh workbook has a sheet
    sheet.title = title[:31]
    sheet.append(list(headings))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(["" if value is None else value for value in row])
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that looks like a formula stays a text
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()
