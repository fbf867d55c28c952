"""What happens to a lot at its place: stored, tested, certified, sold, used up, held and released."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import today
from xaso.services.trace.actions.lots import amount_of, locked, may_write, take
from xaso.services.trace.lots_events import at_day, seen
from xaso.services.trace.models import Certificate, LabTest, Lot, Site
from xaso.services.trace.naming import own
from xaso.services.trace.seats import MANAGER, RECORDER, must_sit

RECALL, MANAGE = "trace.recall", "trace.manage"


@dataclass(frozen=True)
class Way:
    """How goods leave a lot for good: the words, and what the event says."""

    label: str
    step: str
    disposition: str
    action: str = "OBSERVE"


WAYS = {
    "sold": Way("Bán lẻ tại chỗ", "retail_selling", "retail_sold"),
    "sample": Way("Lấy mẫu thử", "sampling", "non_sellable_other"),
    "own": Way("Dùng trong cơ sở", "other", "inactive"),
    "destroyed": Way("Tiêu hủy", "destroying", "destroyed", "DELETE"),
    "lost": Way("Hao hụt, hư hỏng", "decommissioning", "damaged", "DELETE"),
}


@action
def use_up(viewer: Viewer, *, lot: Lot, quantity: Decimal, how: str, note: str = "") -> Lot:
    """So much of a lot is gone: sold, taken as a sample, used, destroyed, lost. ``how`` is a key of ``WAYS``.

    Held goods may be destroyed or sampled, nothing else.
    """
    may_write(viewer, lot.enterprise)
    way = WAYS.get(how)
    if way is None:
        raise ActionError("Chọn lý do.", "how")
    quantity = amount_of(quantity)
    lot = locked([lot.pk])[lot.pk]
    state = lot.state
    if how in {"destroyed", "sample"}:
        lot.state = Lot.State.OPEN
    take(lot, quantity)
    if state != Lot.State.OPEN and lot.state == Lot.State.OPEN:
        lot.state = Lot.State(state)
        lot.save(update_fields=["state"])
    seen(
        viewer,
        lot.enterprise,
        step=way.step,
        lots=[(lot, quantity)],
        action=way.action,
        site=lot.site,
        disposition=way.disposition,
        facts={"note": note},
    )
    return lot


@action
def store_lot(viewer: Viewer, *, lot: Lot, site: Site) -> Lot:
    """The lot lies in another store of the enterprise from now on."""
    may_write(viewer, lot.enterprise)
    if site.enterprise_id != lot.enterprise_id:
        raise NotFound("Nơi này không thuộc cơ sở.")
    lot = locked([lot.pk])[lot.pk]
    if lot.left <= 0:
        raise Conflict(f"Lô {lot.code} đã dùng hết.")
    lot.site = site
    lot.save(update_fields=["site"])
    seen(
        viewer,
        lot.enterprise,
        step="storing",
        lots=[(lot, lot.left)],
        site=site,
        disposition="sellable_not_accessible",
    )
    return lot


@action
def certify_lot(viewer: Viewer, *, lot: Lot, certificate: Certificate) -> Lot:
    """The lot was made under this certificate: the event names it (certificationInfo).

    Raises Conflict when the certificate was not valid on the day the lot was made: it must not be shown as if.
    """
    may_write(viewer, lot.enterprise)
    if certificate.enterprise_id != lot.enterprise_id:
        raise NotFound("Giấy chứng nhận này không thuộc cơ sở.")
    if certificate.product_id is not None and certificate.product_id != lot.product_id:
        raise ActionError("Giấy chứng nhận này cấp cho sản phẩm khác.", "certificate")
    too_late = certificate.expires_on is not None and certificate.expires_on < lot.made_on
    if certificate.ended_at is not None or too_late or certificate.issued_on > lot.made_on:
        raise Conflict(
            f"Giấy {certificate.number} không có hiệu lực ngày làm ra lô ({lot.made_on:%d/%m/%Y})."
        )
    lot = locked([lot.pk])[lot.pk]
    kept = [*lot.facts.get("certificates", []), str(certificate.pk)]
    lot.facts = {**lot.facts, "certificates": list(dict.fromkeys(kept))}
    lot.save(update_fields=["facts"])
    seen(
        viewer,
        lot.enterprise,
        step="certifying",
        lots=[(lot, lot.quantity)],
        site=lot.site,
        disposition="conformant",
        more={"certificationInfo": [own("bt", certificate.pk.hex)]},
    )
    return lot


@action
def note_test(viewer: Viewer, *, lot: Lot, test: LabTest) -> Lot:
    """What a laboratory found in the lot. A test that was not passed holds the lot at once."""
    must_sit(viewer, lot.enterprise, MANAGER, RECORDER, right=MANAGE)
    if test.enterprise_id != lot.enterprise_id or test.lot_id not in {None, lot.pk}:
        raise NotFound("Phiếu kiểm nghiệm này không phải của lô.")
    lot = locked([lot.pk])[lot.pk]
    seen(
        viewer,
        lot.enterprise,
        step="testing",
        lots=[(lot, lot.quantity)],
        at=at_day(min(test.sampled_on, today())),
        site=lot.site,
        disposition="conformant" if test.passed else "non_conformant",
        more={"bizTransactionList": [{"type": "testres", "bizTransaction": own("bt", test.pk.hex)}]},
        facts={"result": test.result},
    )
    if not test.passed and lot.state == Lot.State.OPEN:
        lot = _hold(viewer, lot, f"Kiểm nghiệm {test.name} không đạt", recalled=False)
    return lot


@action
def hold_lot(viewer: Viewer, *, lot: Lot, reason: str, recalled: bool = False) -> Lot:
    """Nobody may use, pack or send the lot until it is released; ``recalled``: it is called back from its holders.

    For managers of the enterprise, and officers with the right to recall. Holding again changes nothing.
    """
    _may_hold(viewer, lot)
    if not reason.strip():
        raise ActionError("Nhập lý do.", "reason")
    return _hold(viewer, lot, reason, recalled=recalled)


def _hold(viewer: Viewer, lot: Lot, reason: str, *, recalled: bool) -> Lot:
    lot = locked([lot.pk])[lot.pk]
    wanted = Lot.State.RECALLED if recalled else Lot.State.HELD
    if lot.state in {wanted, Lot.State.RECALLED}:
        return lot
    lot.state = wanted
    lot.facts = {**lot.facts, "held": reason.strip()[:300]}
    lot.save(update_fields=["state", "facts"])
    seen(
        viewer,
        lot.enterprise,
        step="holding",
        lots=[(lot, lot.left or lot.quantity)],
        site=lot.site,
        disposition="recalled" if recalled else "non_sellable_other",
        facts={"note": reason},
    )
    name = "trace.lot_recalled" if recalled else "trace.lot_held"
    emit(name, record=lot, unit_path=lot.unit_path, viewer=viewer, data={"code": lot.code})
    return lot


@action
def release_lot(viewer: Viewer, *, lot: Lot, reason: str) -> Lot:
    """The lot may be used again. What was recalled is released by an officer with the right to recall only."""
    _may_hold(viewer, lot)
    if not reason.strip():
        raise ActionError("Nhập lý do.", "reason")
    lot = locked([lot.pk])[lot.pk]
    if lot.state == Lot.State.RECALLED:
        must_sit(viewer, lot.enterprise, right=RECALL)
    if lot.state not in {Lot.State.HELD, Lot.State.RECALLED}:
        raise Conflict(f"Lô {lot.code} không bị tạm giữ.")
    lot.state = Lot.State.OPEN if lot.left > 0 else Lot.State.USED
    lot.facts = {key: value for key, value in lot.facts.items() if key != "held"}
    lot.save(update_fields=["state", "facts"])
    seen(
        viewer,
        lot.enterprise,
        step="inspecting",
        lots=[(lot, lot.left or lot.quantity)],
        site=lot.site,
        disposition="sellable_not_accessible",
        facts={"note": reason},
    )
    emit("trace.lot_released", record=lot, unit_path=lot.unit_path, viewer=viewer, data={"code": lot.code})
    return lot


def _may_hold(viewer: Viewer, lot: Lot) -> None:
    must_sit(viewer, lot.enterprise, MANAGER, right=RECALL)
