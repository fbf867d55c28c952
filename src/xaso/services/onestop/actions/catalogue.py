"""Writes of the catalogue: the import, and an officer's settlement of what the portal's text cannot tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Max

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import now, today
from xaso.services.onestop.catalogue import points
from xaso.services.onestop.catalogue.parse import BrokenRecord
from xaso.services.onestop.catalogue.plan import (
    SOURCE_PORTAL,
    Prepared,
    Segment,
    clean_records,
    prepare,
    prepare_clean,
)
from xaso.services.onestop.catalogue.source import CRAWLED_FROM, PORTAL_FILE, Line, read_lines
from xaso.services.onestop.models import Procedure, ProcedureVersion

RIGHT = "onestop.settle"
_FILLED = ["name", "field", "search_text", "ended_at"]
_BATCH = 400
_MOST_ENDING = 0.2  # a file that would end more than a fifth of the catalogue is taken for a torn file


@dataclass(slots=True)
class ImportReport:
    """What an import did: codes by outcome, and the lines that could not be read."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # missing from the file, not ended: see `warnings`
    to_settle_again: list[str] = field(default_factory=list)  # the settled text is no longer there
    errors: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "ended": len(self.ended),
            "errors": len(self.errors),
        }


@action
def import_catalogue(
    viewer: Viewer,
    *,
    source: str | Path | Iterable[str] = PORTAL_FILE,
    valid_from: date | None = None,
    end_missing: bool = True,
    end_many: bool = False,
) -> ImportReport:
    """Bring the catalogue to what a file of portal records says; needs `onestop.settle` everywhere.

    A changed procedure gets a new version from `valid_from` (today; on the first import the day of the crawl);
    versions already made are never rewritten, only closed, so a dossier keeps the one it pinned. Equal content
    writes nothing. A procedure missing from the file ends, unless `end_missing` is off, a broken line may have
    held it, or so many would end that the file looks torn (`end_many` insists).
    """
    viewer.must(RIGHT, "")
    report = ImportReport()
    prepared, doubtful = _prepare_all(read_lines(source), report)
    procedures = {row.code: row for row in Procedure.objects.all()}
    open_versions = {
        row.procedure_id: row for row in ProcedureVersion.objects.filter(valid_to__isnull=True).defer("data")
    }
    last_numbers = dict(
        ProcedureVersion.objects.order_by().values_list("procedure_id").annotate(last=Max("number"))
    )
    first = valid_from or (today() if open_versions else date.fromisoformat(CRAWLED_FROM))
    new_procedures: list[Procedure] = []
    met_again: list[Procedure] = []
    new_rows: list[ProcedureVersion] = []
    closing: list[ProcedureVersion] = []
    for item in prepared.values():
        held = procedures.get(item.code)
        current = open_versions.get(held.pk) if held else None
        if held and current and current.source_hash == item.fingerprint and held.ended_at is None:
            report.unchanged.append(item.code)
            continue
        procedure = _filled(held or Procedure(code=item.code), item)
        (met_again if held else new_procedures).append(procedure)
        (report.changed if current else report.added).append(item.code)
        start = max(first, current.valid_from) if current else first
        if current:
            current.valid_to = start - timedelta(days=1)
            closing.append(current)
        carried = current.data.get("settled", []) if current else []
        number = last_numbers.get(procedure.pk, 0)
        new_rows += _new_versions(procedure, item, start, number, carried, report)
    _end_missing(report, prepared, doubtful, procedures, open_versions, first, end_missing, end_many)
    Procedure.objects.bulk_create(new_procedures, batch_size=_BATCH)
    Procedure.objects.bulk_update(met_again, _FILLED, batch_size=_BATCH)
    ProcedureVersion.objects.bulk_update(closing, ["valid_to"], batch_size=_BATCH)
    ProcedureVersion.objects.bulk_create(new_rows, batch_size=_BATCH)
    if report.added or report.changed or report.ended:
        emit(
            "onestop.catalogue_imported",
            record=("onestop.procedure", uuid7()),
            unit_path="",
            viewer=viewer,
            data=report.as_data(),
        )
    return report


def _prepare_all(lines: Iterable[Line], report: ImportReport) -> tuple[dict[str, Prepared], set[str] | None]:
    """Procedures by code; and the codes that broken lines may have held, None when one cannot be told."""
    prepared: dict[str, Prepared] = {}
    doubtful: set[str] | None = set()
    for line in lines:
        try:
            if line.record is None:
                raise BrokenRecord(line.error)
            item = prepare(line.record)
        except BrokenRecord as error:
            report.errors.append((line.number, str(error)))
            if not line.code:
                doubtful = None
            elif doubtful is not None:
                doubtful.add(line.code)
            continue
        if item.code in prepared:
            report.errors.append((line.number, f"Mã {item.code} đã có ở dòng trước; giữ dòng trước."))
            continue
        prepared[item.code] = item
    return prepared, doubtful


def _filled(procedure: Procedure, item: Prepared) -> Procedure:
    procedure.name, procedure.field, procedure.search_text = item.name, item.field, item.search_text
    procedure.ended_at = None
    return procedure


def _new_versions(
    procedure: Procedure,
    item: Prepared,
    start: date,
    number: int,
    carried: list[dict[str, Any]],
    report: ImportReport,
) -> list[ProcedureVersion]:
    """Rows to insert for one procedure, numbered after the versions that it has."""
    rows = []
    for segment in item.segments(start):
        number += 1
        data = _carry(segment.data, carried, item.code, report)
        rows.append(_version(procedure, item, segment, number, data))
    return rows


def _carry(
    data: dict[str, Any], carried: list[dict[str, Any]], code: str, report: ImportReport
) -> dict[str, Any]:
    """The data with the settlements of the version before it, as far as their text is still there."""
    for settlement in carried:
        made = points.settled(data, settlement)
        if made is not None:
            data = made
        elif code not in report.to_settle_again:
            report.to_settle_again.append(code)
    return data


def _version(
    procedure: Procedure, item: Prepared, segment: Segment, number: int, data: dict[str, Any]
) -> ProcedureVersion:
    return ProcedureVersion(
        procedure=procedure,
        number=number,
        name=item.name,
        field=item.field,
        agency=item.agency,
        decision=item.decision[:200],
        levels=item.levels,
        data=data,
        source=item.source,
        source_hash=item.fingerprint,
        unsettled=points.open_points(data),
        confirmed=segment.confirmed,
        valid_from=segment.valid_from,
        valid_to=segment.valid_to,
        legal_basis=segment.legal_basis,
    )


def _end_missing(
    report: ImportReport,
    prepared: dict[str, Prepared],
    doubtful: set[str] | None,
    procedures: dict[str, Procedure],
    open_versions: dict[UUID, ProcedureVersion],
    first: date,
    end_missing: bool,
    end_many: bool,
) -> None:
    """End the procedures of the portal that the file no longer has, with care for torn files."""
    from_portal = [
        row for row in procedures.values() if row.pk in open_versions and row.ended_at is None
        and open_versions[row.pk].source == SOURCE_PORTAL
    ]  # fmt: skip
    missing = [row for row in from_portal if row.code not in prepared]
    if not missing:
        return
    if doubtful is None and end_missing:
        report.warnings.append("Có dòng hỏng không rõ mã thủ tục nên không kết thúc thủ tục nào.")
    too_many = len(missing) > max(5, _MOST_ENDING * len(from_portal)) and not end_many
    if too_many and end_missing and doubtful is not None:
        report.warnings.append(
            f"Tệp thiếu {len(missing)} trên {len(from_portal)} thủ tục đang có, có thể tệp bị cụt; không kết thúc."
        )
    for row in missing:
        if not end_missing or doubtful is None or too_many or row.code in doubtful:
            report.kept.append(row.code)
            continue
        version = open_versions[row.pk]
        row.ended_at = now()
        row.save(update_fields=["ended_at"])
        version.valid_to = max(first, version.valid_from) - timedelta(days=1)
        version.save(update_fields=["valid_to"])
        report.ended.append(row.code)


@action
def add_cleaned(viewer: Viewer) -> list[str]:
    """Procedures that only the hand-cleaned list has; answers the codes added. Repeatable."""
    viewer.must(RIGHT, "")
    known = set(Procedure.objects.filter(versions__isnull=False).values_list("code", flat=True))
    added = []
    for code, row in clean_records().items():
        if code in known:
            continue
        item = prepare_clean(row)
        procedure = _filled(Procedure.objects.filter(code=code).first() or Procedure(code=code), item)
        procedure.save()
        segment = item.segments(date.fromisoformat(CRAWLED_FROM))[0]
        _version(procedure, item, segment, 1, segment.data).save()
        added.append(code)
    return added


@action
def settle_ambiguity(
    viewer: Viewer,
    *,
    version_id: UUID,
    item: str,
    value: str,
    legal_basis: str,
    valid_from: date | None = None,
) -> ProcedureVersion:
    """Settle one point of a procedure with its legal basis: makes a new version, the old one is closed.

    `item` is the key of the point (`term-1`, `fee-2`), `value` a clock code (`5wd`, `same-day`, `no-result`) or
    đồng (`20000`, `none`, `council`). Whoever holds `onestop.settle` somewhere may settle: the catalogue is one
    for all units of the installation.
    """
    places = viewer.paths(RIGHT)
    if not places:
        raise Forbidden()
    version = ProcedureVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise NotFound("Không tìm thấy phiên bản thủ tục này.")
    if version.valid_to is not None:
        raise Conflict("Thủ tục đã có phiên bản mới hơn. Mở lại trang để chốt trên phiên bản hiện hành.")
    point = next((row for row in version.data.get("points", []) if row["key"] == item), None)
    errors: dict[str, list[str]] = {}
    if point is None:
        raise ActionError("Điểm này không còn trong danh sách cần chốt.", "item")
    if len(legal_basis.strip()) < 5:
        errors["legal_basis"] = ["Ghi căn cứ: số, ký hiệu văn bản và điều khoản."]
    try:
        points.read_value(point["kind"], value)
    except points.WrongValue as error:
        errors["value"] = [str(error)]
    if errors:
        raise ActionErrors(errors)
    settlement = {
        "kind": point["kind"],
        "raw": point["raw"],
        "reason": point["reason"],
        "value": value.strip(),
        "legal_basis": legal_basis.strip(),
        "by": str(viewer.account_id or ""),
        "at": now().isoformat(),
    }
    data = points.settled(version.data, settlement)
    if data is None:
        raise Conflict("Nội dung của điểm này đã thay đổi. Mở lại trang.")
    made = _follow(version, data, legal_basis.strip(), max(valid_from or today(), version.valid_from))
    emit(
        "onestop.point_settled",
        record=made.procedure,
        unit_path=places[0],
        viewer=viewer,
        data={"code": made.procedure.code, "item": item, "version": made.number},
    )
    return made


def _follow(version: ProcedureVersion, data: dict[str, Any], basis: str, start: date) -> ProcedureVersion:
    """The next version of a procedure with other data, from a day on."""
    ProcedureVersion.objects.filter(pk=version.pk).update(valid_to=start - timedelta(days=1))
    made = ProcedureVersion(
        **{
            name: getattr(version, name)
            for name in (
                "procedure_id",
                "name",
                "field",
                "agency",
                "decision",
                "levels",
                "online_level",
                "source",
                "source_hash",
                "confirmed",
            )  # fmt: skip
        },
        number=version.number + 1,
        data=data,
        unsettled=points.open_points(data),
        valid_from=start,
        legal_basis="; ".join(part for part in (version.legal_basis, basis) if part),
    )
    made.save(force_insert=True)
    return made
