"""Writes of lots: open, process, split, pack, use up, hold. Amounts are taken from locked rows and never go below 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.trace import lots_rules
from xaso.services.trace.lots_events import at_day, some_of, write
from xaso.services.trace.models import Enterprise, Lot, Product, Site, Thing, TradeItem
from xaso.services.trace.naming import gtin_lot_uri, lot_uri, new_token
from xaso.services.trace.seats import MANAGER, MEMBER, RECORDER, must_sit


@dataclass(frozen=True)
class Taken:
    """So much of a lot that goes into something."""

    lot: Lot
    quantity: Decimal


def may_write(viewer: Viewer, enterprise: Enterprise) -> None:
    """Managers and recorders work with lots. Raises Forbidden."""
    must_sit(viewer, enterprise, MANAGER, RECORDER)


def amount_of(value: Decimal | int | float | str, field: str = "quantity") -> Decimal:
    """A quantity, or an ActionError that names the field."""
    try:
        return lots_rules.amount(value)
    except ValueError as problem:
        raise ActionError(str(problem), field) from problem


def locked(ids: Sequence[UUID], enterprise: Enterprise | None = None) -> dict[UUID, Lot]:
    """The lots, locked in one order so that two people never wait for each other. Raises NotFound."""
    rows = Lot.objects.select_for_update(of=("self",)).select_related(
        "thing", "product", "item", "enterprise", "site"
    )
    found = {one.pk: one for one in rows.filter(pk__in=set(ids)).order_by("pk")}
    if len(found) != len(set(ids)) or (
        enterprise is not None and any(one.enterprise_id != enterprise.pk for one in found.values())
    ):
        raise NotFound("Không tìm thấy lô hàng này ở cơ sở.")
    return found


def take(lot: Lot, quantity: Decimal, field: str = "quantity") -> None:
    """Take an amount out of a locked lot. Raises Conflict when it is held, ActionError when there is not so much."""
    if lot.state in {Lot.State.HELD, Lot.State.RECALLED}:
        raise Conflict(f"Lô {lot.code} đang {lot.get_state_display().lower()}, chưa dùng được.")
    if quantity > lot.left:
        raise ActionError(
            f"Lô {lot.code} chỉ còn {lots_rules.said(lot.left, lot.uom)}, không đủ"
            f" {lots_rules.said(quantity, lot.uom)}.",
            field,
        )
    lot.left -= quantity
    if lot.left == 0:
        lot.state = Lot.State.USED
    lot.save(update_fields=["left", "state"])


def put_back(lot: Lot, quantity: Decimal) -> None:
    """What was taken from a locked lot comes back (a carton is opened, a shipment called off)."""
    lot.left += quantity
    if lot.state == Lot.State.USED:
        lot.state = Lot.State.OPEN
    lot.save(update_fields=["left", "state"])


# ---- opening --------------------------------------------------------------------------------------------------


def _code_for(product: Product, made_on: date, code: str) -> str:
    """The code asked for, or the day's next. The product's row is locked, so two lots never get one code."""
    Product.objects.select_for_update(of=("self",)).get(pk=product.pk)
    lots = Lot.objects.filter(product=product)
    if code:
        try:
            code = lots_rules.read_code(code)
        except ValueError as problem:
            raise ActionError(str(problem), "code") from problem
        if lots.filter(code=code).exists():
            raise ActionError(f"Sản phẩm này đã có lô {code}. Chọn số lô khác.", "code")
        return code
    start = f"{made_on:%y%m%d}-"
    taken = set(lots.filter(code__startswith=start).values_list("code", flat=True))
    number = len(taken) + 1
    while lots_rules.day_code(made_on, number) in taken:
        number += 1
    return lots_rules.day_code(made_on, number)


def name_thing(uri: str, *, same_as: Thing | None = None) -> Thing:
    """The row of an address of goods. A name that already means other goods is refused."""
    thing, is_new = Thing.objects.get_or_create(uri=uri, defaults={"same_as": same_as, "is_class": True})
    if not is_new and thing.same_as_id != (same_as.pk if same_as else None):
        if same_as is None or thing.same_as_id is not None or hasattr(thing, "lot"):
            raise Conflict(f"Định danh {uri} đã dùng cho lô khác. Chọn số lô khác.")
        thing.same_as = same_as
        thing.save(update_fields=["same_as"])
    return thing


def _identity(token: str, item: TradeItem | None, code: str) -> Thing:
    """The lot's thing: by GTIN where there is one; the address of our own always leads there too."""
    if item is None or not item.gtin:
        return name_thing(lot_uri(token))
    thing = name_thing(gtin_lot_uri(item.gtin, code))
    if hasattr(thing, "lot"):
        raise Conflict(f"GTIN {item.gtin} đã có lô {code}. Chọn số lô khác.")
    name_thing(lot_uri(token), same_as=thing)
    return thing


@action
def open_lot(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    product: Product,
    quantity: Decimal,
    uom: str = "",
    made_on: date | None = None,
    site: Site | None = None,
    item: TradeItem | None = None,
    code: str = "",
    facts: dict[str, Any] | None = None,
) -> Lot:
    """A new lot with its identity; no event: the caller writes the one that made it.

    Members open lots of raw material only (their harvest). Raises ActionError for a wrong amount, day or code.
    """
    roles = (MANAGER, RECORDER, MEMBER) if product.kind == Product.Kind.RAW else (MANAGER, RECORDER)
    must_sit(viewer, enterprise, *roles)
    if product.enterprise_id != enterprise.pk or (item is not None and item.product_id != product.pk):
        raise NotFound("Sản phẩm hoặc quy cách này không thuộc cơ sở.")
    made_on = made_on or today()
    at_day(made_on)
    quantity = amount_of(quantity)
    code = _code_for(product, made_on, code)
    token = new_token()
    lot = Lot.objects.create(
        enterprise=enterprise,
        product=product,
        item=item,
        site=site,
        thing=_identity(token, item, code),
        code=code,
        token=token,
        unit_path=enterprise.unit_path,
        quantity=quantity,
        left=quantity,
        uom=uom or product.uom,
        made_on=made_on,
        expires_on=made_on + timedelta(days=product.shelf_life_days) if product.shelf_life_days else None,
        facts=facts or {},
    )
    emit("trace.lot_opened", record=lot, unit_path=lot.unit_path, viewer=viewer, data={"code": lot.code})
    return lot


# ---- making one thing of others --------------------------------------------------------------------------------


def _weigh(inputs: Sequence[Taken]) -> Decimal | None:
    """What goes in, in kilograms; None when something cannot be weighed."""
    weights = [lots_rules.converted(one.quantity, one.lot.uom, "KGM") for one in inputs]
    return None if None in weights else sum((one for one in weights if one is not None), Decimal(0))


def check_yield(product: Product, inputs: Sequence[Taken], came_out: Decimal, uom: str) -> str:
    """Why the yield can hardly be; "" when it is as usual or cannot be compared."""
    went_in, out = _weigh(inputs), lots_rules.converted(came_out, uom, "KGM")
    return "" if went_in is None or out is None else lots_rules.odd_yield(product.crop, went_in, out)


def take_all(
    enterprise: Enterprise, inputs: Sequence[tuple[UUID, Decimal]], made_on: date
) -> tuple[list[Taken], list[dict[str, Any]]]:
    """Take each amount from its lot; answers what was taken and the lines for the event."""
    if not inputs:
        raise ActionError("Chọn ít nhất một lô nguyên liệu.", "inputs")
    lots = locked([one for one, _ in inputs], enterprise)
    wanted: dict[UUID, Decimal] = {}
    for key, quantity in inputs:
        wanted[key] = wanted.get(key, Decimal(0)) + amount_of(quantity, f"take_{lots[key].token}")
    taken = []
    for key, quantity in wanted.items():
        lot = lots[key]
        if lot.made_on > made_on:
            raise ActionError(
                f"Lô {lot.code} làm ra ngày {lot.made_on:%d/%m/%Y}, sau ngày {made_on:%d/%m/%Y}."
                " Xem lại ngày chế biến.",
                "made_on",
            )
        take(lot, quantity, f"take_{lot.token}")
        taken.append(Taken(lot, quantity))
    return taken, [some_of(one.lot, one.quantity) for one in taken]


@action
def process_lots(
    viewer: Viewer,
    *,
    enterprise: Enterprise,
    inputs: Sequence[tuple[UUID, Decimal]],
    product: Product,
    quantity: Decimal,
    made_on: date | None = None,
    site: Site | None = None,
    item: TradeItem | None = None,
    code: str = "",
    step: str = "processing",
    sure: bool = False,
    facts: dict[str, Any] | None = None,
) -> Lot:
    """Several lots become one (fresh leaf to dry tea; mixing): a TransformationEvent with all quantities.

    ``inputs`` are (lot id, amount). A yield that can hardly be is refused with its reason until ``sure``; then it is
    kept in the lot's facts. Raises ActionError, Conflict (a lot is held), NotFound.
    """
    may_write(viewer, enterprise)
    day = made_on or today()
    at = at_day(day)
    taken, lines = take_all(enterprise, inputs, day)
    quantity = amount_of(quantity)
    odd = check_yield(product, taken, quantity, product.uom)
    if odd and not sure:
        raise ActionError(odd, "sure")
    kept = {**(facts or {}), "from": [one.lot.token for one in taken], **({"odd_yield": odd} if odd else {})}
    lot = open_lot(
        viewer,
        enterprise=enterprise,
        product=product,
        quantity=quantity,
        made_on=day,
        site=site,
        item=item,
        code=code,
        facts=kept,
    )
    more = {"inputQuantityList": lines, "outputQuantityList": [some_of(lot, quantity)]}
    write(
        viewer,
        enterprise,
        "TransformationEvent",
        step=step,
        at=at,
        site=site,
        disposition="active",
        more=more,
    )
    emit(
        "trace.lot_processed",
        record=lot,
        unit_path=lot.unit_path,
        viewer=viewer,
        data={"code": lot.code, "inputs": [str(one.lot.pk) for one in taken]},
    )
    return lot


@action
def split_lot(viewer: Viewer, *, lot: Lot, parts: Sequence[Decimal], codes: Sequence[str] = ()) -> list[Lot]:
    """Parts of a lot as lots of their own; what is not parted stays. One TransformationEvent, nothing lost."""
    may_write(viewer, lot.enterprise)
    amounts = [amount_of(one, "parts") for one in parts]
    if not amounts:
        raise ActionError("Nhập lượng của từng phần.", "parts")
    whole = sum(amounts, Decimal(0))
    mother = locked([lot.pk], lot.enterprise)[lot.pk]
    take(mother, whole, "parts")
    names = list(Lot.objects.filter(product=mother.product).values_list("code", flat=True))
    made = []
    for place, quantity in enumerate(amounts):
        code = codes[place] if place < len(codes) else ""
        code = code or lots_rules.part_code(mother.code, place + 1, names)
        names.append(code)
        part = open_lot(
            viewer,
            enterprise=mother.enterprise,
            product=mother.product,
            quantity=quantity,
            uom=mother.uom,
            made_on=mother.made_on,
            site=mother.site,
            item=mother.item,
            code=code,
            facts={"from": [mother.token]},
        )
        made.append(_dated_as(part, mother))
    more = {
        "inputQuantityList": [some_of(mother, whole)],
        "outputQuantityList": [some_of(one, one.quantity) for one in made],
    }
    write(
        viewer,
        mother.enterprise,
        "TransformationEvent",
        step="splitting",
        site=mother.site,
        disposition="active",
        more=more,
    )
    return made


def _dated_as(part: Lot, mother: Lot) -> Lot:
    """A part is as old as the whole: packing anew makes nothing fresher."""
    part.expires_on, part.best_before = mother.expires_on, mother.best_before
    part.save(update_fields=["expires_on", "best_before"])
    return part


@action
def pack_lot(
    viewer: Viewer, *, lot: Lot, item: TradeItem, packs: int, code: str = "", site: Site | None = None
) -> Lot:
    """So many packs of one size from a lot (also re-packing into another size): a lot of its own with that size."""
    may_write(viewer, lot.enterprise)
    if packs < 1:
        raise ActionError("Nhập số gói từ 1 trở lên.", "packs")
    mother = locked([lot.pk], lot.enterprise)[lot.pk]
    if item.product_id != mother.product_id:
        raise NotFound("Quy cách này không thuộc sản phẩm của lô.")
    net = lots_rules.converted(item.net_quantity, item.net_uom, mother.uom)
    if net is None:
        raise ActionError(
            f"Quy cách tính bằng {lots_rules.word_of(item.net_uom)}, lô tính bằng"
            f" {lots_rules.word_of(mother.uom)}: không đổi được.",
            "item",
        )
    quantity = amount_of(net * packs, "packs")
    take(mother, quantity, "packs")
    names = list(Lot.objects.filter(product=mother.product).values_list("code", flat=True))
    packed = open_lot(
        viewer,
        enterprise=mother.enterprise,
        product=mother.product,
        quantity=quantity,
        uom=mother.uom,
        made_on=mother.made_on,
        site=site or mother.site,
        item=item,
        code=code or lots_rules.part_code(mother.code, 1, names),
        facts={"from": [mother.token], "packs": packs},
    )
    _dated_as(packed, mother)
    more = {
        "inputQuantityList": [some_of(mother, quantity)],
        "outputQuantityList": [some_of(packed, quantity)],
    }
    step = "packing" if mother.item_id is None else "repackaging"
    write(viewer, mother.enterprise, "TransformationEvent", step=step, site=site or mother.site, more=more)
    return packed


@action
def publish_lot(viewer: Viewer, *, lot: Lot) -> Lot:
    """Show the lot to buyers: from now on its code opens a page. Raises Conflict for what is held."""
    may_write(viewer, lot.enterprise)
    lot = locked([lot.pk])[lot.pk]
    if lot.state in {Lot.State.HELD, Lot.State.RECALLED}:
        raise Conflict(f"Lô {lot.code} đang {lot.get_state_display().lower()}, chưa công bố được.")
    if lot.published_at is None:
        lot.published_at = now()
        lot.save(update_fields=["published_at"])
        emit("trace.lot_published", record=lot, unit_path=lot.unit_path, viewer=viewer)
    return lot
