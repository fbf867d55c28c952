"""A province enters a set of criteria from a table: what the decision's annex says, checked before it counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.text import clean, nfc
from xaso.kernel.units.models import Unit
from xaso.services.trace.models import OcopCriterion, OcopGroup, OcopOffice, OcopVersion

RIGHT = "trace.ocop_criteria"
COLUMNS = (
    "Phiếu chấm",
    "Phần",
    "Mục",
    "Mã tiêu chí",
    "Tiêu chí",
    "Điểm tối đa",
    "Các mức",
    "Minh chứng",
    "Xã xem xét",
    "Đã đối chiếu",
)
GROUPS = ("Mã nhóm", "Thuộc nhóm", "Tên nhóm", "Bộ chủ trì", "Phiếu chấm", "Đã đối chiếu")
LARGEST = 2 * 1024 * 1024
ROWS = 2000


def table_of(version: OcopVersion) -> bytes:
    """A set of criteria as a workbook with two sheets, to change and send back."""
    book = Workbook()
    first = book.active
    first.title = "Tiêu chí"
    first.append(COLUMNS)
    for one in OcopCriterion.objects.filter(version=version):
        levels = "; ".join(f"{level['points']}={level['label']}" for level in one.choices)
        first.append(
            [
                one.sheet,
                one.part,
                one.section,
                one.code,
                one.title,
                float(one.max_points),
                levels,
                one.evidence,
                "x" if one.by_commune else "",
                "x" if one.confirmed else "",
            ]
        )
    second = book.create_sheet("Nhóm")
    second.append(GROUPS)
    for group in OcopGroup.objects.filter(version=version).select_related("parent").order_by("code"):
        parent = group.parent.code if group.parent else ""
        mark = "x" if group.confirmed else ""
        second.append([group.code, parent, group.title, group.ministry, group.sheet, mark])
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


@action
def load_criteria(
    viewer: Viewer, *, content: bytes, title: str, legal_basis: str, valid_from: date, like: OcopVersion
) -> OcopVersion:
    """Enter a new set of criteria; the one in force ends the day before. Bands and months are those of ``like``.

    Each score sheet must give 100 points. Dossiers already begun keep their set. ActionErrors name row and column.
    """
    viewer.must(RIGHT, "")
    criteria, groups = read_table(content)
    key = f"ban-{valid_from:%Y%m%d}"
    if OcopVersion.objects.filter(key=key).exists():
        raise ActionError("Đã có bộ tiêu chí áp dụng từ ngày này. Chọn ngày khác.", "valid_from")
    made = OcopVersion.objects.create(
        key=key,
        title=clean(title)[:200],
        legal_basis=clean(legal_basis)[:300],
        valid_from=valid_from,
        months=like.months,
        bands=like.bands,
        remind_months=like.remind_months,
        confirmed=all(row["confirmed"] for row in criteria),
    )
    for old in OcopVersion.objects.filter(valid_to__isnull=True, valid_from__lt=valid_from):
        old.valid_to = valid_from - timedelta(days=1)
        old.save(update_fields=["valid_to"])
    kept: dict[str, OcopGroup] = {}
    for row in sorted(groups, key=lambda one: bool(one["parent"])):
        parent = kept.get(row["parent"])
        facts = {name: value for name, value in row.items() if name != "parent"}
        kept[row["code"]] = OcopGroup.objects.create(version=made, parent=parent, **facts)
    OcopCriterion.objects.bulk_create(
        [OcopCriterion(version=made, order=place, **row) for place, row in enumerate(criteria, 1)]
    )
    emit("trace.ocop_criteria_loaded", record=made, unit_path="", viewer=viewer, data={"key": key})
    return made


def read_table(content: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Criteria and groups of a workbook; ActionErrors with what is wrong by row."""
    if len(content) > LARGEST:
        raise ActionError("Bảng lớn hơn 2 MB. Gửi đúng bảng đã tải về.", "file")
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        first, second = (list(_rows(book.worksheets[place])) for place in (0, 1))
    except (BadZipFile, InvalidFileException, IndexError, KeyError, ValueError, OSError) as error:
        raise ActionError(
            "Không đọc được bảng. Tải bảng mẫu về, sửa rồi gửi lại dạng .xlsx.", "file"
        ) from error
    wrong: list[str] = []
    groups = [_group(row) for row in second]
    criteria = [_criterion(place, row, wrong) for place, row in enumerate(first, 2)]
    _check(criteria, groups, wrong)
    if wrong:
        raise ActionErrors({"file": wrong[:20]})
    return criteria, groups


def _rows(sheet: Any) -> Iterable[list[str]]:
    for place, row in enumerate(sheet.iter_rows(values_only=True, max_row=ROWS, max_col=12)):
        cells = ["" if cell is None else nfc(str(cell)).strip() for cell in row]
        if place and any(cells):
            yield [*cells, *[""] * 12][:12]


def _group(row: list[str]) -> dict[str, Any]:
    return {
        "code": row[0][:20],
        "parent": row[1][:20],
        "title": row[2][:200],
        "ministry": row[3][:120],
        "sheet": row[4][:40],
        "confirmed": bool(row[5]),
    }


def _criterion(place: int, row: list[str], wrong: list[str]) -> dict[str, Any]:
    points = Decimal(0)
    try:
        points = Decimal(row[5].replace(",", "."))
    except InvalidOperation:
        wrong.append(f"Dòng {place}: điểm tối đa “{row[5]}” không phải số")
    if row[1] not in OcopCriterion.Part.values:
        wrong.append(f"Dòng {place}: phần phải là A, B hoặc C")
    if not row[3] or not row[4]:
        wrong.append(f"Dòng {place}: thiếu mã hoặc tên tiêu chí")
    return {
        "sheet": row[0][:40],
        "part": row[1][:1],
        "section": row[2][:160],
        "code": row[3][:12],
        "title": row[4][:300],
        "max_points": points,
        "choices": _levels(place, row[6], wrong),
        "evidence": row[7][:300],
        "by_commune": bool(row[8]),
        "confirmed": bool(row[9]),
    }


def _levels(place: int, text: str, wrong: list[str]) -> list[dict[str, Any]]:
    found = []
    for piece in (one.strip() for one in text.split(";")):
        match = re.fullmatch(r"(\d+(?:[.,]\d{1,2})?)\s*=\s*(.+)", piece)
        if match:
            found.append({"points": match[1].replace(",", "."), "label": match[2][:200]})
        elif piece:
            wrong.append(f"Dòng {place}: mức “{piece[:40]}” phải viết như “3=Có chứng nhận”")
    return found


def _check(criteria: list[dict[str, Any]], groups: list[dict[str, Any]], wrong: list[str]) -> None:
    totals: dict[str, Decimal] = {}
    seen: set[tuple[str, str]] = set()
    for row in criteria:
        key = (row["sheet"], row["code"])
        if key in seen:
            wrong.append(f"Mã {row['code']} của phiếu {row['sheet']} đứng hai lần")
        seen.add(key)
        totals[row["sheet"]] = totals.get(row["sheet"], Decimal(0)) + row["max_points"]
    for sheet, total in totals.items():
        if total != 100:
            wrong.append(f"Phiếu {sheet} có tổng {total.normalize():f} điểm, phải là 100")
    codes = {row["code"] for row in groups}
    for row in groups:
        if row["sheet"] not in totals:
            wrong.append(f"Nhóm {row['code']}: không có phiếu chấm “{row['sheet']}”")
        if row["parent"] and row["parent"] not in codes:
            wrong.append(f"Nhóm {row['code']}: không có nhóm trên “{row['parent']}”")
    if not criteria or not groups:
        wrong.append("Bảng phải có cả tiêu chí và nhóm")


@action
def name_office(viewer: Viewer, *, province_path: str, unit_path: str) -> OcopOffice:
    """Say which office of a province deals with OCOP; dossiers begun before stay where they are."""
    viewer.must(RIGHT, province_path)
    unit = Unit.objects.filter(path=unit_path).first()
    if unit is None or not unit_path.startswith(province_path):
        raise ActionError("Chọn một cơ quan của tỉnh.", "unit_path")
    made, _ = OcopOffice.objects.update_or_create(
        province_path=province_path, defaults={"unit_path": unit_path}
    )
    emit("trace.ocop_office_named", record=made, unit_path=province_path, viewer=viewer)
    return made
