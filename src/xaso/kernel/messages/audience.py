"""Who a mailing is for: people of units, holders of roles, lists, an area drawn on the map, narrowed by attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events import emit
from xaso.kernel.messages.announcements import ring_of
from xaso.kernel.messages.mass_models import AudienceList, AudienceMember
from xaso.kernel.messages.push_models import PushSubscription
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.models import Account, Person, RoleGrant
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.places.geometry import GeometryError
from xaso.kernel.places.homes import people_in
from xaso.kernel.plain.collecting import no_collecting
from xaso.kernel.plain.moment import now, today
from xaso.kernel.plain.text import clean

RIGHT = "messages.mass"
ATTRIBUTES = ("kind", "sex", "ethnicity", "age_from", "age_to")
PURPOSE = "Lập danh sách người nhận tin"


@dataclass(frozen=True)
class Recipient:
    """Somebody to tell. ``unit_path``: their hamlet, for figures. ``data``: what placeholders take."""

    person_id: UUID | None = None
    account_id: UUID | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    unit_path: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    push: str = ""


@no_collecting()
def resolve(viewer: Viewer, spec: Mapping[str, Any], *, purpose: str = PURPOSE) -> list[Recipient]:
    """The receivers that ``spec`` names, each once; looks at people are logged with ``purpose``.

    ``units``: everybody who lives there (or, with ``roles``, those who hold one of the roles there). ``lists``: ids of
    kept lists. ``polygons``: whoever lives inside. ``persons``: ids. ``attributes`` narrow people: kind, sex,
    ethnicity, age_from, age_to. ``subscribers``: browsers that asked for notices of ``units`` without signing in.
    Raises Forbidden for units where ``viewer`` may not write to many, ActionError for what cannot be read.
    """
    units = [str(path) for path in spec.get("units", ())]
    for path in units:
        viewer.must(RIGHT, path)
    roles = [str(role) for role in spec.get("roles", ())]
    people = _People(viewer, dict(spec.get("attributes") or {}))
    if units and not roles:
        people.take(_living_in(units))
    if spec.get("polygons"):
        inside = people_in(viewer, _rings(spec["polygons"]), purpose)
        people.take(Q(pk__any=inside))
    if spec.get("persons"):
        people.take(Q(pk__in=[UUID(str(one)) for one in spec["persons"]]))
    found = people.all()
    found += _holders(viewer, roles, units) if roles else []
    for list_id in spec.get("lists", ()):
        found += _members(viewer, UUID(str(list_id)), people)
    if spec.get("subscribers"):
        found += _subscribers(units)
    unique = {_identity(one): one for one in reversed(found)}
    result = list(reversed(unique.values()))
    _log(viewer, result, purpose)
    return result


def _identity(one: Recipient) -> tuple[Any, ...]:
    if one.person_id:
        return ("person", one.person_id)
    if one.account_id:
        return ("account", one.account_id)
    return ("address", one.phone, one.email.lower(), one.push)


def _living_in(units: Iterable[str]) -> Q:
    wanted = Q(pk__in=[])
    for path in units:
        wanted |= Q(unit_path__startswith=path)
    return wanted


def _rings(polygons: Sequence[Any]) -> list[list[list[float]]]:
    try:
        return [ring_of(points) for points in polygons]
    except (GeometryError, TypeError, ValueError) as error:
        raise ActionError(f"Vùng vẽ không đọc được: {error}", "area") from error


class _People:
    """Persons that the viewer may write to, narrowed by the attributes."""

    def __init__(self, viewer: Viewer, attributes: dict[str, Any]) -> None:
        unknown = sorted(set(attributes) - set(ATTRIBUTES))
        if unknown:
            raise ActionError(f"Không lọc được theo: {', '.join(unknown)}.", "attributes")
        self.viewer = viewer
        self.narrow = _narrowing(attributes)
        self.wanted: Q | None = None

    def take(self, wanted: Q) -> None:
        self.wanted = wanted if self.wanted is None else self.wanted | wanted

    def rows(self, wanted: Q) -> QuerySet[Person]:
        rows = Person.objects.filter(wanted, self.narrow, ended_at__isnull=True)
        return rows.filter(self.viewer.scope(RIGHT, "unit_path"))

    def all(self) -> list[Recipient]:
        if self.wanted is None:
            return []
        columns = ("pk", "full_name", "contact", "unit_path")
        return [_person(*row) for row in self.rows(self.wanted).values_list(*columns).iterator(2000)]


def _narrowing(attributes: Mapping[str, Any]) -> Q:
    narrow = Q()
    for name in ("kind", "sex", "ethnicity"):
        if attributes.get(name):
            given = attributes[name]
            narrow &= Q(**{f"{name}__in": given if isinstance(given, list | tuple) else [given]})
    year = today().year
    # Birth dates are texts of 4, 7 or 10 letters, so their beginnings compare as years.
    if attributes.get("age_from"):
        narrow &= Q(birth_date__lt=str(year - int(attributes["age_from"]) + 1)) & ~Q(birth_date="")
    if attributes.get("age_to"):
        narrow &= Q(birth_date__gte=str(year - int(attributes["age_to"])))
    return narrow


def _person(pk: UUID, name: str, contact: Mapping[str, Any] | None, unit_path: str) -> Recipient:
    kept = contact or {}
    return Recipient(
        person_id=pk,
        name=name,
        phone=str(kept.get("phone") or ""),
        email=str(kept.get("email") or ""),
        unit_path=unit_path,
    )


def _holders(viewer: Viewer, roles: list[str], units: list[str]) -> list[Recipient]:
    """Accounts that hold a role: those whose part of the country lies in the units."""
    moment = now()
    grants = RoleGrant.objects.filter(role_id__in=roles, valid_from__lte=moment)
    grants = grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=moment)).filter(
        viewer.scope(RIGHT, "unit_path")
    )
    if units:
        grants = grants.filter(_living_in(units))
    found: dict[UUID, Recipient] = {}
    for grant in grants.select_related("account", "account__person").order_by("pk"):
        if grant.account.is_active:
            found.setdefault(grant.account_id, _officer(grant.account, grant.unit_path))
    return list(found.values())


def _officer(account: Account, unit_path: str) -> Recipient:
    kept = (account.person.contact if account.person else None) or {}
    return Recipient(
        account_id=account.pk,
        name=account.display_name,
        phone=str(kept.get("phone") or ""),
        email=account.email or str(kept.get("email") or ""),
        unit_path=unit_path,
    )


def _members(viewer: Viewer, list_id: UUID, people: _People) -> list[Recipient]:
    kept = AudienceList.objects.filter(pk=list_id, ended_at__isnull=True).first()
    if kept is None or not viewer.can(RIGHT, kept.unit_path):
        raise NotFound("Không có danh sách này.")
    rows = AudienceMember.objects.filter(audience=kept, ended_at__isnull=True)
    own = [row.person_id for row in rows if row.person_id]
    columns = ("pk", "full_name", "contact", "unit_path")
    found = [_person(*row) for row in people.rows(Q(pk__in=own)).values_list(*columns)]
    if people.narrow:
        return found  # attributes are known of persons only
    return found + [_written_down(row) for row in rows if not row.person_id]


def _written_down(row: AudienceMember) -> Recipient:
    facts = row.facts or {}
    return Recipient(
        name=str(facts.get("name", "")),
        phone=str(facts.get("phone", "")),
        email=str(facts.get("email", "")),
        unit_path=row.unit_path,
        data=dict(facts.get("data") or {}),
    )


def _subscribers(units: list[str]) -> list[Recipient]:
    rows = PushSubscription.objects.filter(
        _near(units), ended_at__isnull=True, person__isnull=True, account__isnull=True
    )
    return [Recipient(unit_path=path, push=str(pk)) for pk, path in rows.values_list("pk", "unit_path")]


def _near(units: Iterable[str]) -> Q:
    """Subscriptions to a unit, to a part of it, or to one above it."""
    wanted = Q(pk__in=[])
    for path in units:
        parts = path.split("/")
        above = ["/".join(parts[: n + 1]) + "/" for n in range(len(parts) - 1)]
        wanted |= Q(unit_path__startswith=path) | Q(unit_path__in=above)
    return wanted


def _log(viewer: Viewer, found: list[Recipient], purpose: str) -> None:
    people: Iterator[tuple[UUID, tuple[str, UUID], str]] = (
        (one.person_id, ("people.person", one.person_id), "") for one in found if one.person_id
    )
    view_people(viewer, people, purpose=purpose)


@action
def keep_list(viewer: Viewer, *, unit_path: str, title: str, purpose: str = "") -> AudienceList:
    """Begin a list of receivers for a unit."""
    viewer.must(RIGHT, unit_path)
    if not clean(title):
        raise ActionError("Nhập tên danh sách.", "title")
    row = AudienceList.objects.create(
        unit_path=unit_path, title=clean(title)[:150], purpose=clean(purpose)[:200]
    )
    emit("messages.list_kept", record=row, unit_path=unit_path, viewer=viewer)
    return row


@action
def add_members(
    viewer: Viewer, *, audience: AudienceList, recipients: Sequence[Recipient]
) -> list[AudienceMember]:
    """Put receivers into a list: persons of ours, or names with a number or an address."""
    viewer.must(RIGHT, audience.unit_path)
    rows = [
        AudienceMember(
            audience=audience,
            person_id=one.person_id,
            facts=None
            if one.person_id
            else {"name": one.name, "phone": one.phone, "email": one.email, "data": dict(one.data)},
            unit_path=one.unit_path,
        )
        for one in recipients
    ]
    AudienceMember.objects.bulk_create(rows, batch_size=1000)
    data = {"count": len(rows)}
    emit("messages.list_filled", record=audience, unit_path=audience.unit_path, viewer=viewer, data=data)
    return rows


@action
def end_list(viewer: Viewer, *, audience: AudienceList) -> None:
    """Use a list no more; what was sent by it stays."""
    viewer.must(RIGHT, audience.unit_path)
    AudienceList.objects.filter(pk=audience.pk, ended_at__isnull=True).update(ended_at=now())
    emit("messages.list_ended", record=audience, unit_path=audience.unit_path, viewer=viewer)


def lists_for(viewer: Viewer) -> QuerySet[AudienceList]:
    """Lists in use in the viewer's units."""
    rows = AudienceList.objects.filter(viewer.scope(RIGHT, "unit_path"), ended_at__isnull=True)
    return rows.order_by("title")
