"""Workbooks of the diary and of members: written out, and read in row by row with what is wrong with each."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from xaso.kernel.base.errors import ActionError
from xaso.kernel.documents.intake import XLSX, IntakeRule, check_upload
from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.plain.text import clean, fold
from xaso.kernel.plain.typed import read_decimal
from xaso.services.trace import vocabulary
from xaso.services.trace.lots_rules import word_of
from xaso.services.trace.models import Enterprise, Entry, InputProduct, Member, Plant, Site

MOST_ROWS = 3000
RULE = IntakeRule(kinds=(XLSX,), max_bytes=8 << 20)
ENTRY_COLUMNS = (
    ("Ngày", 12), ("Việc", 20), ("Thửa", 30), ("Cây", 14), ("Lượng", 10), ("Đơn vị", 9), ("Vật tư", 26),
    ("Số lô vật tư", 16), ("Hộ bán", 14), ("Ghi chú", 40), ("Người ghi", 22), ("Tình trạng", 14), ("Lô", 14),
)  # fmt: skip
MEMBER_COLUMNS = (
    ("Số thành viên", 14), ("Tên chủ hộ", 28), ("Tổ", 18), ("Thôn, bản", 20), ("Điện thoại", 16),
    ("Vào ngày", 12), ("Cho hiện tên (có/không)", 20),
)  # fmt: skip


@dataclass(frozen=True)
class BadRow:
    """A row that was not taken: its number in the sheet and why."""

    number: int
    why: str


def _book(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a fresh workbook has a sheet
    sheet.title = title[:31]
    sheet.append([name for name, _ in columns])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append(["" if value is None else value for value in row])
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that looks like a formula stays a text
            elif isinstance(cell.value, date):
                cell.number_format = "DD/MM/YYYY"
    for place, (_, width) in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def entries_book(rows: Iterable[Entry]) -> bytes:
    """The diary as a workbook; the caller let the viewer see these lines."""
    return _book("Nhật ký", ENTRY_COLUMNS, (_entry_row(row) for row in rows))


def _entry_row(row: Entry) -> list[Any]:
    targets = list(row.targets.all())
    return [
        row.happened_at.astimezone(VIETNAM).date(),
        vocabulary.label_of(vocabulary.step_uri(row.work)),
        "; ".join(dict.fromkeys(one.site.name for one in targets)),
        "; ".join(one.plant.code for one in targets if one.plant),
        float(row.amount) if row.amount is not None else None,
        word_of(row.uom) if row.amount is not None else "",
        str(row.input or ""),
        row.input_batch,
        row.member.code if row.member and row.kind == Entry.Kind.PURCHASE else "",
        row.note,
        row.recorded_name,
        row.get_state_display(),
        str(row.lot or ""),
    ]


def members_book(rows: Iterable[Member]) -> bytes:
    """Member households as a workbook."""
    return _book(
        "Thành viên",
        MEMBER_COLUMNS,
        (
            [
                one.code,
                one.name,
                str(one.group or ""),
                one.hamlet,
                (one.contact or {}).get("phone", ""),
                one.joined_on,
                "có" if one.shows_name else "không",
            ]
            for one in rows
        ),
    )


def blank_entries(enterprise: Enterprise) -> bytes:
    """An empty sheet to fill in, with an example and the names that may be used."""
    site = Site.objects.filter(enterprise=enterprise, kind=Site.Kind.PLOT, ended_at__isnull=True).first()
    example = [
        "01/03/2026",
        "Làm cỏ",
        site.name if site else "Nương 1",
        "",
        "",
        "",
        "",
        "",
        "",
        "Xóa dòng mẫu này",
    ]
    return _book("Nhật ký", ENTRY_COLUMNS[:10], [example])


def rows_of(
    content: bytes, name: str, columns: Sequence[tuple[str, int]]
) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a sheet by its own heads (in any order, accents and case aside). Raises ActionError."""
    check_upload(content, name, RULE)
    try:
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise ActionError("Không đọc được tệp này. Lưu lại dạng .xlsx rồi gửi lại.", "sheet") from error
    lines = sheet.iter_rows(values_only=True)
    heads = [fold(clean(str(one or ""))) for one in next(lines, ())]
    wanted = {fold(title): title for title, _ in columns}
    if fold(columns[0][0]) not in heads or fold(columns[1][0]) not in heads:
        raise ActionError(
            f"Dòng đầu phải có các cột {columns[0][0]}, {columns[1][0]}. Tải mẫu về rồi điền vào mẫu.",
            "sheet",
        )
    found = []
    for number, line in enumerate(lines, 2):
        row = {wanted[head]: value for head, value in zip(heads, line, strict=False) if head in wanted}
        if any(value not in (None, "") for value in row.values()):
            found.append((number, row))
        if len(found) > MOST_ROWS:
            raise ActionError(f"Mỗi tệp nhiều nhất {MOST_ROWS} dòng. Tách tệp ra.", "sheet")
    return found


def text(value: Any) -> str:
    """A cell as one line of text; 12.0 of a number cell is 12."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(str(value if value is not None else ""))


def day(value: Any) -> date:
    """A cell as a day: a date cell, or 27/03/2026. Raises ValueError."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text(value), form).date()  # noqa: DTZ007 - only the day is taken
        except ValueError:
            continue
    raise ValueError("Ngày phải viết như 27/03/2026.")


def number(value: Any) -> Decimal | None:
    """A cell as a measure; None when empty. Raises ValueError."""
    if value in (None, ""):
        return None
    return Decimal(str(value)) if isinstance(value, int | float) else read_decimal(text(value))


class Reader:
    """Turns rows of a sheet into lines of the diary, by the names that the enterprise uses."""

    def __init__(self, enterprise: Enterprise) -> None:
        live = {"enterprise": enterprise, "ended_at__isnull": True}
        self.sites = _by_name(Site.objects.filter(**live), lambda one: one.name)
        self.members = _by_name(Member.objects.filter(**live), lambda one: one.code)
        self.inputs = _by_name(InputProduct.objects.filter(**live), lambda one: one.name)
        self.works = {fold(told["vi"]): term for term, told in vocabulary.words()["own"].items()}
        self.enterprise = enterprise

    def read(self, row: dict[str, Any]) -> dict[str, Any]:
        """The arguments of a ``Line``. Raises ValueError that says what to mend."""
        work = self.works.get(fold(text(row.get("Việc"))))
        if work is None:
            raise ValueError(f"Không có việc “{text(row.get('Việc'))}”. Dùng tên việc như trên trang ghi.")
        sites = [
            self._named(self.sites, name, "thửa") for name in text(row.get("Thửa")).split(";") if name.strip()
        ]
        plants = self._plants(sites, text(row.get("Cây")))
        used, seller = text(row.get("Vật tư")), text(row.get("Hộ bán"))
        return {
            "work": work,
            "happened_at": datetime.combine(day(row.get("Ngày")), time(12), VIETNAM),
            "sites": [] if plants else [one.pk for one in sites],
            "plants": [one.pk for one in plants],
            "amount": number(row.get("Lượng")),
            "input": self._named(self.inputs, used, "vật tư").pk if used else None,
            "input_batch": text(row.get("Số lô vật tư")),
            "member": self._named(self.members, seller, "hộ").pk if seller else None,
            "note": str(row.get("Ghi chú") or "").strip(),
        }

    def _named(self, found: dict[str, Any], name: str, what: str) -> Any:
        one = found.get(fold(clean(name)))
        if one is None:
            raise ValueError(f"Không có {what} “{clean(name)}” ở cơ sở này.")
        return one

    def _plants(self, sites: Sequence[Site], codes: str) -> list[Plant]:
        wanted = [clean(code) for code in codes.split(";") if code.strip()]
        if not wanted:
            return []
        rows = Plant.objects.filter(site__in=[one.pk for one in sites], ended_at__isnull=True)
        found = {one.code.upper(): one for one in rows}
        missing = [code for code in wanted if code.upper() not in found]
        if missing:
            raise ValueError(f"Không có cây {', '.join(missing)} ở thửa này.")
        return [found[code.upper()] for code in wanted]


def _by_name(rows: Iterable[Any], name: Callable[[Any], str]) -> dict[str, Any]:
    return {fold(clean(name(one))): one for one in rows}


def row_key(row: dict[str, Any]) -> str:
    """The same row of a sheet is the same line, however often the sheet is sent."""
    told = "|".join(f"{key}={text(value)}" for key, value in sorted(row.items()))
    return f"xlsx-{hashlib.sha256(told.encode()).hexdigest()[:40]}"
