"""Results that travel by the public postal service: ordering a parcel, hearing that it was delivered."""

from __future__ import annotations

import logging
from uuid import UUID

from xaso.kernel.base.errors import ActionError
from xaso.kernel.connectors.errors import OutsideError
from xaso.kernel.connectors.post import Parcel, ParcelState, PostalParty, post
from xaso.kernel.connectors.transport import Asked
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.units.models import Unit
from xaso.services.onestop import routing, rules
from xaso.services.onestop.actions.returning import return_result
from xaso.services.onestop.models import Dossier, Return

log = logging.getLogger("xaso.onestop")


def order_parcel(viewer: Viewer, dossier: Dossier, receiver: PostalParty) -> Parcel:
    """Ask the post to fetch a result. The dossier's code is the order's code, so asking twice gives one parcel.

    Called outside any transaction: the post may take its time. Raises outside errors, which are ActionErrors.
    """
    authority = routing.authority_of(dossier.received_path)
    unit = Unit.objects.filter(path=authority).first()
    sender = PostalParty(
        name=unit.full_name if unit else "Bộ phận một cửa",
        phone="",
        address=unit.full_name if unit else "",
        province=province_name(authority),
    )
    asked = Asked(
        actor_id=viewer.account_id,
        record_type="onestop.dossier",
        record_id=dossier.pk,
        purpose="Trả kết quả qua bưu chính",
    )
    return post().order(
        asked,
        order_code=dossier.code,
        sender=sender,
        receiver=receiver,
        content="Kết quả thủ tục hành chính",
    )


def province_name(path: str) -> str:
    """The province of a unit, by name."""
    found = Unit.objects.filter(path=routing.province_of(path)).values_list("full_name", flat=True).first()
    return found or ""


def follow_parcels() -> None:
    """Scheduled: results the post has delivered are marked returned. One parcel's trouble does not stop the rest."""
    rows = Return.objects.filter(way="post", dossier__status=rules.DONE).exclude(parcel="")
    for row in rows.select_related("dossier").order_by("created_at")[:500]:
        try:
            follow(row.dossier_id)
        except OutsideError as error:
            log.warning("parcel of dossier %s: %s", row.dossier_id, error.message)
            if getattr(error, "retryable", False):
                return
        except ActionError as error:
            log.warning("dossier %s not returned: %s", row.dossier_id, error.message)


def follow(dossier_id: UUID) -> bool:
    """Ask where one parcel is; answers whether it was delivered and the dossier is now returned."""
    row = Return.objects.filter(dossier_id=dossier_id, way="post").exclude(parcel="").first()
    if row is None:
        return False
    asked = Asked(record_type="onestop.dossier", record_id=dossier_id, purpose="Theo dõi bưu gửi")
    events = post().track(asked, row.parcel)
    if not any(event.state == ParcelState.DELIVERED for event in events):
        return False
    return_result(Viewer.system(), dossier_id=dossier_id, way="post", parcel=row.parcel)
    return True
