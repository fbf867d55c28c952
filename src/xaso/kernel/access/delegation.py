"""A leader's rights for a colleague, for some days, by a written mandate whose number every act then shows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Forbidden, NotFound
from xaso.kernel.events import emit
from xaso.kernel.people.accounts import open_grants
from xaso.kernel.people.models import Account, RoleGrant
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now

RIGHT = "access.delegate"
ACCOUNTS = "people.accounts"


def may_delegate(viewer: Viewer) -> list[RoleGrant]:
    """The viewer's own roles that may be handed on for a time: those that hold the right to delegate.

    What was itself received by delegation is not handed on.
    """
    account = Account.objects.filter(pk=viewer.own_account, kind=Account.Kind.OFFICER).first()
    if account is None:
        return []
    return [
        one
        for one in open_grants(account)
        if one.on_behalf_of_id is None
        and one.valid_from <= now()
        and one.role.rights.filter(right=RIGHT).exists()
    ]


def commune_of(unit_path: str) -> str:
    """The commune (or the province's own offices) a path lies in: "15/02728/kt/" is in "15/02728/"."""
    parts = unit_path.strip("/").split("/")
    return "/".join(parts[:2]) + "/" if parts[0] else ""


def colleagues(viewer: Viewer, grant: RoleGrant) -> QuerySet[Account]:
    """Officers of the same commune, who alone may receive."""
    rows = Account.objects.filter(
        kind=Account.Kind.OFFICER, is_active=True, unit_path__startswith=commune_of(grant.unit_path)
    )
    return rows.exclude(pk=viewer.own_account).order_by("display_name")


@action
def delegate(
    viewer: Viewer,
    *,
    grant_id: UUID,
    account_id: UUID,
    manner: str,
    document_number: str,
    reason: str,
    first: datetime,
    last: datetime,
) -> RoleGrant:
    """Give one of one's own roles to a colleague from a moment to a moment. Raises ActionError, Forbidden.

    The one who gives keeps the right; every act of the other bears both names and the paper's number.
    """
    own = next((one for one in may_delegate(viewer) if one.pk == grant_id), None)
    if own is None:
        raise Forbidden("Chỉ ủy quyền được quyền của chính mình, không ủy quyền lại quyền được giao.")
    if not colleagues(viewer, own).filter(pk=account_id).exists():
        raise ActionError("Chọn cán bộ trong cùng xã.", "account")
    if manner not in RoleGrant.Manner.values:
        raise ActionError("Chọn cách ký.", "manner")
    if not document_number.strip():
        raise ActionError("Nhập số văn bản ủy quyền.", "document_number")
    if last <= first or last <= now():
        raise ActionError("Ngày cuối phải sau ngày đầu và chưa qua.", "last")
    if own.valid_to is not None and last > own.valid_to:
        raise ActionError("Không ủy quyền lâu hơn thời hạn của quyền đang giữ.", "last")
    row = RoleGrant.objects.create(
        account_id=account_id,
        role_id=own.role_id,
        unit_path=own.unit_path,
        valid_from=first,
        valid_to=last,
        granted_by=viewer.account_id,
        on_behalf_of_id=viewer.account_id,
        manner=manner,
        document_number=document_number.strip()[:60],
        reason=reason.strip()[:300],
    )
    data = {"role": own.role_id, "to": str(account_id), "document_number": row.document_number}
    emit("access.delegated", record=row, unit_path=own.unit_path, viewer=viewer, data=data)
    return row


@action
def end_delegation(viewer: Viewer, *, grant_id: UUID) -> RoleGrant:
    """Take it back before its time: by who gave it, who holds it, or whoever keeps the unit's accounts."""
    row = RoleGrant.objects.select_for_update().filter(pk=grant_id, on_behalf_of__isnull=False).first()
    mine = row is not None and viewer.account_id in {row.on_behalf_of_id, row.account_id}
    if row is None or not (mine or viewer.can(ACCOUNTS, row.unit_path)):
        raise NotFound("Không có ủy quyền này.")
    if row.valid_to is None or row.valid_to > now():
        row.valid_to = now()
        row.save(update_fields=["valid_to"])
        data = {"role": row.role_id, "document_number": row.document_number}
        emit("access.delegation_ended", record=row, unit_path=row.unit_path, viewer=viewer, data=data)
    return row


def delegations(viewer: Viewer) -> QuerySet[RoleGrant]:
    """Delegations given or received by the viewer, and those of the units whose accounts the viewer keeps."""
    rows = RoleGrant.objects.filter(on_behalf_of__isnull=False)
    wanted = Q(on_behalf_of_id=viewer.account_id) | Q(account_id=viewer.own_account)
    rows = (
        rows.filter(wanted | viewer.scope(ACCOUNTS, "unit_path"))
        if viewer.can(ACCOUNTS)
        else rows.filter(wanted)
    )
    return rows.select_related("account", "on_behalf_of", "role").order_by("-valid_from")
