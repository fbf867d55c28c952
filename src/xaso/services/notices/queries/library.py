"""Templates and lists of receivers of my units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from xaso.kernel.base.errors import NotFound
from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.messages.models import AudienceList, AudienceMember, MailingTemplate
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.viewer import Viewer
from xaso.services.notices.queries.rights import APPROVE, LISTS, WORDINGS, WRITE

_State = MailingTemplate.State
KINDS = {
    _State.DRAFT: "",
    _State.SUBMITTED: "warn",
    _State.APPROVED: "good",
    _State.REFUSED: "danger",
    _State.ENDED: "",
}


def templates(viewer: Viewer) -> QuerySet[MailingTemplate]:
    """The newest versions first, by name; ended ones last."""
    rows = MailingTemplate.objects.filter(viewer.scope(WORDINGS))
    return rows.exclude(state=_State.ENDED).order_by("title", "-version")


def template_for(viewer: Viewer, template_id: UUID) -> MailingTemplate:
    """One version. Raises NotFound."""
    row = MailingTemplate.objects.filter(viewer.scope(WORDINGS), pk=template_id).first()
    if row is None:
        raise NotFound("Không tìm thấy mẫu này.")
    return row


def versions_of(template: MailingTemplate) -> QuerySet[MailingTemplate]:
    """All versions of a text, newest first; the caller let the viewer see one."""
    rows = MailingTemplate.objects.filter(unit_path=template.unit_path, key=template.key)
    return rows.order_by("-version")


def usable_templates(viewer: Viewer) -> list[MailingTemplate]:
    """Approved texts of the units where I may write, and of the units above them."""
    wanted = Q(pk__in=[])
    for path in viewer.paths(WRITE):
        above = [path[: at + 1] for at, char in enumerate(path) if char == "/"]
        wanted |= Q(unit_path__in=["", *above]) | Q(unit_path__startswith=path)
    return list(MailingTemplate.objects.filter(wanted, state=_State.APPROVED).order_by("title")[:200])


def usable_template(viewer: Viewer, template_id: UUID) -> MailingTemplate | None:
    """One of them; None for any other."""
    return next((one for one in usable_templates(viewer) if one.pk == template_id), None)


def template_count(viewer: Viewer) -> int:
    """Texts that wait for this viewer's approval."""
    if not viewer.can(APPROVE):
        return 0
    rows = MailingTemplate.objects.filter(viewer.scope(APPROVE), state=_State.SUBMITTED)
    return rows.exclude(written_by=viewer.account_id).count()


def lists(viewer: Viewer) -> QuerySet[AudienceList]:
    """Lists in use, with how many people each holds."""
    rows = AudienceList.objects.filter(viewer.scope(LISTS), ended_at__isnull=True)
    counted = Count("members", filter=Q(members__ended_at__isnull=True))
    return rows.annotate(people=counted).order_by("title")


def list_for(viewer: Viewer, list_id: UUID) -> AudienceList:
    """One list. Raises NotFound."""
    row = lists(viewer).filter(pk=list_id).first()
    if row is None:
        raise NotFound("Không có danh sách này.")
    return row


@dataclass(frozen=True)
class MemberLine:
    """Somebody in a list as an officer may see them."""

    name: str
    phone: str
    email: str
    unit_path: str
    data: dict[str, str]


def members(viewer: Viewer, row: AudienceList, most: int = 300) -> Sequence[MemberLine]:
    """The first people of a list, numbers masked; the look is logged."""
    rows = list(
        AudienceMember.objects.filter(audience=row, ended_at__isnull=True)
        .select_related("person")
        .order_by("pk")[:most]
    )
    looked = [(one.person_id, ("messages.audiencelist", row.pk), "") for one in rows if one.person_id]
    view_people(viewer, looked, purpose="Xem danh sách người nhận")
    found = []
    for one in rows:
        facts = one.facts or {}
        kept = (one.person.contact or {}) if one.person is not None else facts
        phone, email = str(kept.get("phone") or ""), str(kept.get("email") or "")
        name = one.person.full_name if one.person is not None else str(facts.get("name") or "")
        found.append(
            MemberLine(
                name, mask_phone(phone) if phone else "", email, one.unit_path, dict(facts.get("data") or {})
            )
        )
    return found
