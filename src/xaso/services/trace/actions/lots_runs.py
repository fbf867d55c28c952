"""A batch written down in parts: what goes in over some days, what comes out later, joined by its transformationID."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.trace.actions.lots import Taken, amount_of, check_yield, may_write, open_lot, take_all
from xaso.services.trace.lots_events import at_day, some_of, write
from xaso.services.trace.models import Enterprise, Lot, ProcessRun, Product, Site, TradeItem
from xaso.services.trace.naming import new_token, own


@action
def begin_run(
    viewer: Viewer, *, enterprise: Enterprise, product: Product, step: str = "processing"
) -> ProcessRun:
    """Begin a batch of a product; raw material and outcome are added as they come."""
    may_write(viewer, enterprise)
    if product.enterprise_id != enterprise.pk:
        raise NotFound("Sản phẩm này không thuộc cơ sở.")
    token = new_token()
    return ProcessRun.objects.create(
        enterprise=enterprise,
        unit_path=enterprise.unit_path,
        product=product,
        token=token,
        uri=own("bt", token),
        step=step,
    )


def _locked(run: ProcessRun) -> ProcessRun:
    rows = ProcessRun.objects.select_for_update(of=("self",)).select_related("enterprise", "product")
    found = rows.filter(pk=run.pk).first()
    if found is None:
        raise NotFound("Không tìm thấy mẻ chế biến này.")
    if found.finished_at is not None:
        raise Conflict("Mẻ này đã xong.")
    return found


@action
def add_to_run(
    viewer: Viewer, *, run: ProcessRun, inputs: Sequence[tuple[UUID, Decimal]], day: date | None = None
) -> ProcessRun:
    """Amounts of lots go into the batch: an event with inputs alone."""
    may_write(viewer, run.enterprise)
    run = _locked(run)
    on = day or today()
    taken, lines = take_all(run.enterprise, inputs, on)
    run.inputs = [*run.inputs, *({"lot": str(one.lot.pk), "quantity": str(one.quantity)} for one in taken)]
    run.save(update_fields=["inputs"])
    more = {"transformationID": run.uri, "inputQuantityList": lines}
    write(viewer, run.enterprise, "TransformationEvent", step=run.step, at=at_day(on), more=more)
    return run


@action
def finish_run(
    viewer: Viewer,
    *,
    run: ProcessRun,
    quantity: Decimal,
    made_on: date | None = None,
    site: Site | None = None,
    item: TradeItem | None = None,
    code: str = "",
    sure: bool = False,
    facts: dict[str, Any] | None = None,
) -> Lot:
    """What came out of the batch: a lot, and an event with outputs alone. The yield is checked over all inputs."""
    may_write(viewer, run.enterprise)
    run = _locked(run)
    if not run.inputs:
        raise ActionError("Mẻ này chưa có nguyên liệu nào.", "inputs")
    lots = {str(one.pk): one for one in Lot.objects.filter(pk__in=[row["lot"] for row in run.inputs])}
    taken = [Taken(lots[row["lot"]], Decimal(row["quantity"])) for row in run.inputs]
    quantity = amount_of(quantity)
    odd = check_yield(run.product, taken, quantity, run.product.uom)
    if odd and not sure:
        raise ActionError(odd, "sure")
    kept = {"from": list(dict.fromkeys(one.lot.token for one in taken)), "run": run.token, **(facts or {})}
    if odd:
        kept["odd_yield"] = odd
    lot = open_lot(
        viewer,
        enterprise=run.enterprise,
        product=run.product,
        quantity=quantity,
        made_on=made_on,
        site=site,
        item=item,
        code=code,
        facts=kept,
    )
    run.finished_at = now()
    run.save(update_fields=["finished_at"])
    more = {"transformationID": run.uri, "outputQuantityList": [some_of(lot, quantity)]}
    write(
        viewer,
        run.enterprise,
        "TransformationEvent",
        step=run.step,
        at=at_day(made_on),
        site=site,
        disposition="active",
        more=more,
    )
    inputs = [one.lot.pk for one in taken]
    emit(
        "trace.lot_processed",
        record=lot,
        unit_path=lot.unit_path,
        viewer=viewer,
        data={"code": lot.code, "inputs": [str(key) for key in dict.fromkeys(inputs)]},
    )
    return lot
