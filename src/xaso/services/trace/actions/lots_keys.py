"""Numbers of GS1 under the enterprise's own prefix: given out once, kept in a register, never made up."""

from __future__ import annotations

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.trace import lots_rules
from xaso.services.trace.actions.lots import name_thing
from xaso.services.trace.models import Enterprise, IssuedKey, KeyCounter, Lot, Site, TradeItem
from xaso.services.trace.naming import gtin_lot_uri
from xaso.services.trace.seats import MANAGER, must_sit

MANAGE = "trace.manage"


def following(enterprise: Enterprise, kind: str) -> int:
    """The next reference of the prefix, taken for good: the counter's row is locked until the end of the action."""
    prefix = enterprise.gs1_prefix
    KeyCounter.objects.get_or_create(enterprise=enterprise, kind=kind, prefix=prefix)
    counter = KeyCounter.objects.select_for_update().get(enterprise=enterprise, kind=kind, prefix=prefix)
    counter.following += 1
    counter.save(update_fields=["following"])
    return counter.following - 1


def _free_number(enterprise: Enterprise) -> str:
    """The next number of 13 digits that nobody has. GTINs and GLNs of one prefix are counted apart by GS1's rules."""
    while True:
        try:
            number = lots_rules.key_13(enterprise.gs1_prefix, following(enterprise, "gtin"))
        except ValueError as problem:
            raise ActionError(str(problem)) from problem
        if not _is_taken(number.zfill(14)):
            return number


def _is_taken(gtin: str) -> bool:
    """Whether the number was ever given out; a number is never given to another product."""
    return (
        IssuedKey.objects.filter(kind=IssuedKey.Kind.GTIN, value=gtin).exists()
        or TradeItem.objects.filter(gtin=gtin).exists()
    )


def note_gtin(viewer: Viewer, item: TradeItem, *, by_hand: bool) -> None:
    """Enter a GTIN just given to a pack size into the register, and make it a further name of the lots of that size.

    Inside an action whose caller has checked right and number. Raises Conflict when another size had it before.
    """
    enterprise = item.product.enterprise
    key, is_new = IssuedKey.objects.get_or_create(
        kind=IssuedKey.Kind.GTIN,
        value=item.gtin,
        defaults={"enterprise": enterprise, "item": item, "by_hand": by_hand},
    )
    if not is_new and key.item_id != item.pk:
        raise Conflict(
            "GTIN này đã cấp cho quy cách khác. Mã đã cấp không dùng lại cho sản phẩm khác.", "gtin"
        )
    for lot in Lot.objects.filter(item=item).select_related("thing"):
        uri = gtin_lot_uri(item.gtin, lot.code)
        if uri != lot.thing.uri:
            name_thing(uri, same_as=lot.thing)
    emit(
        "trace.key_issued",
        record=item,
        unit_path=enterprise.unit_path,
        viewer=viewer,
        data={"kind": "gtin", "value": item.gtin},
    )


def _must_hold_prefix(viewer: Viewer, enterprise: Enterprise) -> None:
    must_sit(viewer, enterprise, MANAGER, right=MANAGE)
    if not enterprise.gs1_prefix:
        raise ActionError(
            "Cơ sở chưa có mã doanh nghiệp GS1 nên không cấp GTIN được. Tem vẫn dùng địa chỉ của nền tảng."
        )
    try:
        lots_rules.check_prefix(enterprise.gs1_prefix)
    except ValueError as problem:
        raise ActionError(str(problem)) from problem


@action
def give_gtin(viewer: Viewer, *, item: TradeItem, gtin: str = "") -> TradeItem:
    """A GTIN for a pack size: the next of the prefix, or one that is already in use (``gtin``, 13 digits).

    Lots of this size keep their identity; the GTIN becomes a further name of theirs, so that new labels carry it and
    old stickers go on opening. Raises ActionError, Conflict.
    """
    enterprise = item.product.enterprise
    _must_hold_prefix(viewer, enterprise)
    item = (
        TradeItem.objects.select_for_update(of=("self",))
        .select_related("product__enterprise")
        .get(pk=item.pk)
    )
    if item.gtin:
        raise Conflict(f"Quy cách này đã có GTIN {item.gtin}. GTIN không đổi khi sản phẩm không đổi.")
    by_hand = bool(gtin.strip())
    if by_hand:
        try:
            number = lots_rules.own_number(gtin, enterprise.gs1_prefix)
        except ValueError as problem:
            raise ActionError(str(problem), "gtin") from problem
        if _is_taken(number.zfill(14)):
            raise ActionError(f"GTIN {number} đã cấp cho quy cách khác.", "gtin")
    else:
        number = _free_number(enterprise)
    item.gtin, item.gtin_from = number.zfill(14), today()
    item.save(update_fields=["gtin", "gtin_from"])
    note_gtin(viewer, item, by_hand=by_hand)
    return item


@action
def give_gln(viewer: Viewer, *, enterprise: Enterprise, site: Site | None = None) -> str:
    """A GLN for the enterprise or one of its places; events from now on name it so, its older address still opens."""
    _must_hold_prefix(viewer, enterprise)
    if site is not None and site.enterprise_id != enterprise.pk:
        raise NotFound("Nơi này không thuộc cơ sở.")
    holder: Enterprise | Site = site or enterprise
    if holder.gln:
        raise Conflict(f"Nơi này đã có GLN {holder.gln}.")
    try:
        number = lots_rules.key_13(enterprise.gs1_prefix, following(enterprise, "gln"))
    except ValueError as problem:
        raise ActionError(str(problem)) from problem
    holder.gln = number
    holder.save(update_fields=["gln"])
    IssuedKey.objects.create(enterprise=enterprise, kind=IssuedKey.Kind.GLN, value=number, site=site)
    emit(
        "trace.key_issued",
        record=holder,
        unit_path=enterprise.unit_path,
        viewer=viewer,
        data={"kind": "gln", "value": number},
    )
    return number
