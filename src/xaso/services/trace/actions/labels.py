"""Printing labels: what stands on them is frozen, each serial is kept, a second printing leaves its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.services.trace import labels_rules
from xaso.services.trace.actions.lots import may_write, publish_lot
from xaso.services.trace.labels_words import of_lot, of_package, of_plant, of_site
from xaso.services.trace.models import (
    Enterprise,
    LabelBatch,
    LabelCode,
    LabelReprint,
    Lot,
    Package,
    Plant,
    Site,
)


def _sheet(key: str, kind: str) -> labels_rules.Sheet:
    sheet = labels_rules.sheets().get(key)
    if sheet is None or kind not in sheet.kinds:
        raise ActionError("Chọn khổ giấy.", "sheet")
    return sheet


def _checked(count: int, skipped: int, sheet: labels_rules.Sheet) -> None:
    if not 1 <= count <= labels_rules.MOST_LABELS:
        raise ActionError(f"Nhập số tem từ 1 đến {labels_rules.MOST_LABELS}.", "count")
    if not 0 <= skipped < sheet.each:
        raise ActionError(f"Tờ này có {sheet.each} ô: số ô bỏ trống từ 0 đến {sheet.each - 1}.", "skipped")


def _readable(rows: Sequence[dict[str, Any]], sheet: labels_rules.Sheet, tail: str = "") -> None:
    """Refuse a sheet on which the longest address could not be scanned."""
    longest = max((row["uri"] for row in rows), key=len) + tail
    try:
        labels_rules.draw(longest, sheet.qr, outdoors=sheet.outdoors)
    except ValueError as problem:
        raise ActionError(str(problem), "sheet") from problem


def _batch(viewer: Viewer, enterprise: Enterprise, **facts: Any) -> LabelBatch:
    batch = LabelBatch.objects.create(
        enterprise=enterprise,
        unit_path=enterprise.unit_path,
        printed_by=viewer.account_id,
        printer_name=viewer.name[:150],
        **facts,
    )
    emit(
        "trace.labels_printed",
        record=batch,
        unit_path=enterprise.unit_path,
        viewer=viewer,
        data={"kind": batch.kind, "count": batch.count},
    )
    return batch


@action
def print_labels(
    viewer: Viewer,
    *,
    lot: Lot,
    sheet: str,
    count: int,
    skipped: int = 0,
    serials: bool = False,
    scratch: bool = False,
) -> LabelBatch:
    """Labels of a lot, which is published by this: a code that is out in the world must open.

    ``serials``: each label has a number of its own, signed; ``scratch``: and a code under a layer to scratch off.
    Raises Conflict for a lot that is held, ActionError for a sheet on which the code could not be read.
    """
    may_write(viewer, lot.enterprise)
    if lot.product.kind != "done":
        raise ActionError("Chỉ in tem cho thành phẩm. Nguyên liệu theo dõi bằng mã của thửa và cây.")
    paper = _sheet(sheet, LabelBatch.Kind.LOT)
    _checked(count, skipped, paper)
    lot = publish_lot(viewer, lot=lot)
    row = of_lot(lot)
    serials = serials or scratch
    _readable([row], paper, "-" * 20 if serials else "")
    seed = labels_rules.new_seed() if serials else None
    batch = _batch(
        viewer,
        lot.enterprise,
        kind=LabelBatch.Kind.LOT,
        lot=lot,
        sheet=sheet,
        count=count,
        skipped=skipped,
        frozen={"rows": [row]},
        has_serials=serials,
        has_scratch=scratch,
        seed=seed,
    )
    if seed is not None:
        codes = [
            LabelCode(batch=batch, number=number, serial=labels_rules.new_serial(seed))
            for number in range(1, count + 1)
        ]
        LabelCode.objects.bulk_create(codes, batch_size=500)
    return batch


def _print_rows(
    viewer: Viewer, enterprise: Enterprise, kind: str, sheet: str, rows: list[dict[str, Any]], **facts: Any
) -> LabelBatch:
    if not rows:
        raise ActionError("Chọn ít nhất một thứ để in.")
    paper = _sheet(sheet, kind)
    skipped = facts.get("skipped", 0)
    _checked(len(rows), skipped, paper)
    _readable(rows, paper)
    return _batch(viewer, enterprise, kind=kind, sheet=sheet, count=len(rows), frozen={"rows": rows}, **facts)


@action
def print_package_labels(
    viewer: Viewer, *, enterprise: Enterprise, packages: Sequence[UUID], sheet: str, skipped: int = 0
) -> LabelBatch:
    """A label for each carton or pallet, with what lies in it."""
    may_write(viewer, enterprise)
    found = Package.objects.filter(enterprise=enterprise, pk__in=set(packages)).select_related(
        "enterprise", "thing"
    )
    rows = [of_package(one) for one in found.order_by("packed_at", "pk")]
    if len(rows) != len(set(packages)):
        raise NotFound("Không tìm thấy kiện hàng này ở cơ sở.")
    return _print_rows(viewer, enterprise, LabelBatch.Kind.PACKAGE, sheet, rows, skipped=skipped)


@action
def print_plant_signs(
    viewer: Viewer, *, site: Site, sheet: str, plants: Sequence[UUID] = (), skipped: int = 0
) -> LabelBatch:
    """A sign for each plant of a plot that is followed (or for those named)."""
    may_write(viewer, site.enterprise)
    found = Plant.objects.filter(site=site, ended_at__isnull=True).select_related("site__enterprise")
    if plants:
        found = found.filter(pk__in=set(plants))
    rows = [of_plant(one) for one in found.order_by("code")]
    return _print_rows(
        viewer, site.enterprise, LabelBatch.Kind.PLANT, sheet, rows, site=site, skipped=skipped
    )


@action
def print_plot_signs(
    viewer: Viewer, *, enterprise: Enterprise, sites: Sequence[UUID], sheet: str, skipped: int = 0
) -> LabelBatch:
    """A sign for each plot or other place."""
    may_write(viewer, enterprise)
    found = Site.objects.filter(enterprise=enterprise, pk__in=set(sites), ended_at__isnull=True)
    rows = [of_site(one) for one in found.select_related("enterprise").order_by("name")]
    if len(rows) != len(set(sites)):
        raise NotFound("Không tìm thấy nơi này ở cơ sở.")
    return _print_rows(viewer, enterprise, LabelBatch.Kind.PLOT, sheet, rows, skipped=skipped)


@action
def reprint_labels(viewer: Viewer, *, batch: LabelBatch, first: int, last: int, reason: str) -> LabelReprint:
    """Print some labels of a batch once more, exactly as they were; the reason stays. Raises ActionError, Conflict."""
    may_write(viewer, batch.enterprise)
    if not reason.strip():
        raise ActionError("Nhập lý do in lại: tem hỏng, kẹt giấy, rách…", "reason")
    try:
        labels_rules.numbers(first, last, batch.count)
    except ValueError as problem:
        raise ActionError(str(problem), "first") from problem
    if batch.lot is not None and batch.lot.state in {Lot.State.HELD, Lot.State.RECALLED}:
        raise Conflict(
            f"Lô {batch.lot.code} đang {batch.lot.get_state_display().lower()}, không in lại tem được."
        )
    reprint = LabelReprint.objects.create(
        batch=batch,
        first=first,
        last=last,
        reason=reason.strip()[:300],
        printed_by=viewer.account_id,
        printer_name=viewer.name[:150],
    )
    emit(
        "trace.labels_reprinted",
        record=batch,
        unit_path=batch.unit_path,
        viewer=viewer,
        data={"first": first, "last": last},
    )
    return reprint
