"""Handing over the result: at the desk, by post, on the screen; and what the post says of a parcel."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.cases import actions as cases
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.onestop import rules
from xaso.services.onestop.actions.base import locked, move, must_receive, tell
from xaso.services.onestop.models import Dossier, Result, Return

RETURN_WAYS = {
    "counter": "Tại quầy",
    "post": "Bưu chính",
    "screen": "Trên màn hình",
    "email": "Thư điện tử",
}
BY_ITSELF = frozenset({"screen", "email"})


def _must_be_done(dossier: Dossier) -> None:
    if dossier.status != rules.DONE:
        raise Conflict(
            f"Hồ sơ đang ở trạng thái “{dossier.get_status_display()}”, chưa có kết quả chờ trả. Tải lại trang."
        )


@action
def return_result(
    viewer: Viewer,
    *,
    dossier_id: UUID,
    way: str,
    receiver: Mapping[str, str] | None = None,
    parcel: str = "",
) -> Dossier:
    """Hand over the result of a finished dossier; the second press changes nothing.

    At the desk the receiver is named (name, id_number, relation). Right: onestop.receive where it was received.
    """
    dossier = locked(dossier_id)
    must_receive(viewer, dossier)
    if dossier.status == rules.RETURNED:
        return dossier
    _must_be_done(dossier)
    if way not in RETURN_WAYS:
        raise ActionError("Chọn cách trả kết quả.", "way")
    facts = {key: value.strip()[:200] for key, value in (receiver or {}).items() if value and value.strip()}
    if way == "counter" and len(facts.get("name", "")) < 2:
        raise ActionError("Nhập họ, chữ đệm và tên người nhận kết quả.", "name")
    _keep(viewer, dossier, way, facts, parcel)
    move(dossier, rules.RETURNED, returned_at=now())
    cases.mark_returned(viewer, case=dossier.case_id, checked=True)
    tell("onestop.result_returned", dossier, viewer, way=way)
    return dossier


def _keep(viewer: Viewer, dossier: Dossier, way: str, receiver: Mapping[str, str], parcel: str) -> Return:
    kept = Return.objects.filter(dossier=dossier).first()
    if kept is None:
        kept = Return(dossier=dossier)
    kept.way = way
    kept.receiver = dict(receiver) or kept.receiver
    kept.parcel = parcel.strip()[:40] or kept.parcel
    kept.given_by = viewer.account_id or kept.given_by
    kept.save()
    return kept


@action
def post_result(viewer: Viewer, *, dossier_id: UUID, receiver: Mapping[str, str], parcel: str) -> Return:
    """The result has been given to the post under a parcel code. It counts as returned when the post has delivered."""
    dossier = locked(dossier_id)
    must_receive(viewer, dossier)
    _must_be_done(dossier)
    if not parcel.strip():
        raise ActionError("Nhập mã bưu gửi trên phiếu của bưu điện.", "parcel")
    known = Return.objects.filter(dossier=dossier, way="post").first()
    if known is not None and known.parcel == parcel.strip():
        return known
    kept = _keep(viewer, dossier, "post", receiver, parcel)
    tell("onestop.result_posted", dossier, viewer)
    return kept


def return_by_itself(dossier_id: UUID) -> None:
    """A result wanted on the screen or by e-mail is returned the moment it is issued; called again, nothing happens."""
    dossier = Dossier.objects.filter(pk=dossier_id, status=rules.DONE).first()
    if dossier is None:
        return
    way = (dossier.delivery or {}).get("way", "")
    issued = Result.objects.filter(dossier=dossier, issued_at__isnull=False, ended_at__isnull=True).exists()
    if way in BY_ITSELF and issued:
        return_result(Viewer.system(), dossier_id=dossier.pk, way=way)
