"""The follow-up book (form 07): its lines, and the same lines as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from xaso.kernel.plain.moment import VIETNAM
from xaso.kernel.units.models import Unit
from xaso.services.onestop import rules
from xaso.services.onestop.actions.returning import RETURN_WAYS
from xaso.services.onestop.models import Dossier

# The columns of form 07 with their widths in letters.
COLUMNS: tuple[tuple[str, int], ...] = (
    ("TT", 6),
    ("Mã hồ sơ", 24),
    ("Nội dung yêu cầu giải quyết", 40),
    ("Số bộ", 8),
    ("Tên cá nhân, tổ chức", 28),
    ("Địa chỉ", 34),
    ("Số điện thoại", 15),
    ("Cơ quan chủ trì giải quyết", 32),
    ("Nhận hồ sơ", 18),
    ("Hẹn trả kết quả", 18),
    ("Trả kết quả", 18),
    ("Phương thức nhận kết quả", 20),
    ("Người nhận (ký nhận)", 26),
    ("Ghi chú", 30),
)


@dataclass(frozen=True)
class BookLine:
    """One line of the book, in the order of its columns."""

    number: int
    code: str
    matter: str
    sets: int
    person: str
    address: str
    phone: str
    agency: str
    received: datetime | None
    due: datetime | None
    returned: datetime | None
    way: str
    receiver: str
    note: str


def lines_of(dossiers: Iterable[Dossier], first: int = 1) -> Iterator[BookLine]:
    """The lines of dossiers, numbered from ``first``; the dossiers come with case, setup, applicant, handover."""
    rows = list(dossiers)
    paths = {row.unit_path for row in rows}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "full_name"))
    for number, row in enumerate(rows, first):
        contact = row.applicant.contact or {}
        handover = getattr(row, "handover", None)
        wanted = (row.delivery or {}).get("way", "counter")
        yield BookLine(
            number=number,
            code=row.code,
            matter=row.subject or row.setup.title,
            sets=1,
            person=row.applicant.full_name,
            address=contact.get("address", ""),
            phone=contact.get("phone", ""),
            agency=names.get(row.unit_path, ""),
            received=_local(row.submitted_at),
            due=_local(row.case.due_at),
            returned=_local(row.returned_at),
            way=RETURN_WAYS.get(handover.way if handover else wanted, "Tại quầy"),
            receiver=(handover.receiver or {}).get("name", "") if handover else "",
            note=_note(row),
        )


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(VIETNAM).replace(tzinfo=None) if moment else None


def _note(row: Dossier) -> str:
    if row.status in {rules.DONE, rules.RETURNED}:
        return "" if row.on_time in {True, None} else "Trễ hạn"
    return row.get_status_display()


def workbook(lines: Iterable[BookLine], *, unit: str, span: str) -> bytes:
    """The book as an XLSX file: title, unit and span above, one line a dossier, head repeated when printed."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sổ theo dõi")
    for place, (_, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "C5"
    sheet.print_title_rows = "4:4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.append([_cell(sheet, "SỔ THEO DÕI HỒ SƠ", Font(bold=True, size=14))])
    sheet.append([unit])
    sheet.append([span])
    sheet.append([_cell(sheet, title, Font(bold=True)) for title, _ in COLUMNS])
    for line in lines:
        sheet.append([_value(sheet, value) for value in astuple(line)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: object, font: Font) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=value)
    cell.font = font
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _value(sheet: object, value: object) -> object:
    """A cell as it is; a moment with its format; a text that looks like a formula stays a text."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = "DD/MM/YYYY HH:MM"
        return cell
    if isinstance(value, str) and value[:1] in "=+-@\t":
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"
        return cell
    return value
