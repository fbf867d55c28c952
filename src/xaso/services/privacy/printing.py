"""Papers of the room: the notice of a breach, the register of processing as workbook and on paper."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from xaso.kernel.cases.queries import unit_names
from xaso.kernel.documents.papers_in_force import render_template
from xaso.kernel.people.models import ProcessingPurpose
from xaso.kernel.plain.formats import day, stamp
from xaso.kernel.plain.moment import now, today
from xaso.services.privacy.models import Breach, RetentionRule

COLUMNS = (
    ("Mục đích", 36),
    ("Căn cứ", 22),
    ("Điều luật", 44),
    ("Loại dữ liệu", 44),
    ("Dữ liệu của ai", 28),
    ("Bên nhận", 30),
    ("Thời gian giữ", 28),
    ("Biện pháp bảo vệ", 40),
    ("Đã đối chiếu", 14),
)


def notice_pdf(row: Breach) -> bytes:
    """The notice to the specialised authority, with what is known now."""
    unit = unit_names({row.unit_path}).get(row.unit_path, "")
    return render_template(
        "privacy.breach_notice",
        {
            "agency": unit,
            "title": row.title,
            "noticed_at": stamp(row.noticed_at),
            "happened_at": stamp(row.happened_at) if row.happened_at else "Chưa rõ",
            "due_at": stamp(row.due_at),
            "story": row.story,
            "data_kinds": row.data_kinds,
            "people_count": str(row.people_count) if row.people_count is not None else "Đang xác định",
            "harm": row.harm or "Đang đánh giá",
            "measures": row.measures or "Đang thực hiện",
            "late_reason": row.late_reason,
            "basis": row.legal_basis,
            "date": day(today()),
        },
    )


def _line(row: ProcessingPurpose) -> tuple[str, ...]:
    return (
        row.title,
        row.get_ground_display(),
        row.legal_basis,
        row.data_kinds,
        row.subjects,
        row.receivers or "Không",
        row.keeping,
        row.protection,
        "Rồi" if row.confirmed else "Chưa",
    )


def register_xlsx(rows: Sequence[ProcessingPurpose], keeps: Sequence[RetentionRule]) -> bytes:
    """The register as a workbook: purposes on one sheet, times of keeping on the other."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a fresh workbook has a sheet
    sheet.title = "Mục đích"
    sheet.append([f"SỔ XỬ LÝ DỮ LIỆU CÁ NHÂN, ngày {day(today())}"])
    sheet.append([title for title, _ in COLUMNS])
    for row in rows:
        sheet.append(list(_line(row)))
    for place, (_, width) in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    second = book.create_sheet("Thời hạn giữ")
    second.append(["Loại dữ liệu", "Số năm giữ", "Căn cứ", "Đã đối chiếu"])
    for keep in keeps:
        years = "Chưa nhập, giữ" if keep.years is None else str(keep.years)
        second.append([keep.title, years, keep.legal_basis, "Rồi" if keep.confirmed else "Chưa"])
    for one in (sheet, second):
        for cells in one.iter_rows():
            for cell in cells:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=14)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def register_pdf(rows: Sequence[ProcessingPurpose], keeps: Sequence[RetentionRule]) -> bytes:
    """The same on A4 across."""
    return render_template(
        "privacy.register",
        {
            "printed_at": stamp(now()),
            "columns": [title for title, _ in COLUMNS],
            "rows": [list(_line(row)) for row in rows],
            "keeps": [
                [
                    keep.title,
                    "Chưa nhập số năm, đang giữ" if keep.years is None else f"{keep.years} năm",
                    keep.legal_basis,
                ]
                for keep in keeps
            ],
        },
    )
