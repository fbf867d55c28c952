"""Reads about mailings: figures by channel, state and hamlet, who has not been reached, whom to call, answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from xaso.kernel.base.errors import NotFound
from xaso.kernel.connectors.masks import mask_phone
from xaso.kernel.messages.audience import RIGHT
from xaso.kernel.messages.mass_models import (
    GatewayHold,
    Mailing,
    MassRule,
    Price,
    Quota,
    Receiver,
    Reply,
    Sending,
    ZaloTemplate,
)
from xaso.kernel.people.looking import view_people
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now, today
from xaso.kernel.units.models import Unit

SEE = (RIGHT, "messages.mass_approve", "messages.operate")
REACHED = ("delivered", "read", "acknowledged")


@dataclass(frozen=True)
class Figures:
    """Counts of one mailing. ``channels``: channel to state to count; ``hamlets``: path to receivers' state to count.

    ``waits``: channel to the sentence why it waits. ``reasons``: reason to count, of what failed or waits.
    """

    receivers: int
    states: dict[str, int]
    channels: dict[str, dict[str, int]]
    hamlets: dict[str, dict[str, int]]
    acknowledged: int
    to_call: int
    replies: int
    parts: int
    price: int
    reasons: dict[str, int]
    waits: dict[str, str]

    @property
    def reached(self) -> int:
        """Receivers who have it for certain."""
        return sum(self.states.get(state, 0) for state in REACHED)


def may_see(viewer: Viewer, unit_path: str) -> bool:
    """Whether the viewer may see mailings of a unit."""
    return any(viewer.can(right, unit_path) for right in SEE)


def mailing_for(viewer: Viewer, mailing_id: UUID) -> Mailing:
    """One mailing; NotFound for those who may not see it."""
    row = Mailing.objects.filter(pk=mailing_id).first()
    if row is None or not may_see(viewer, row.unit_path):
        raise NotFound("Không có đợt gửi này.")
    return row


def mailings(viewer: Viewer) -> QuerySet[Mailing]:
    """Mailings of the viewer's units, newest first."""
    wanted = Q(pk__in=[])
    for right in SEE:
        wanted |= viewer.scope(right, "unit_path")
    return Mailing.objects.filter(wanted).order_by("-created_at")


def figures(viewer: Viewer, mailing_id: UUID) -> Figures:
    """How a mailing stands now, by channel, state and hamlet."""
    mailing = mailing_for(viewer, mailing_id)
    receivers = Receiver.objects.filter(mailing=mailing)
    sendings = Sending.objects.filter(mailing=mailing)
    states: dict[str, int] = {}
    hamlets: dict[str, dict[str, int]] = {}
    for path, state, count in receivers.values_list("unit_path", "state").annotate(n=Count("pk")):
        states[state] = states.get(state, 0) + count
        hamlets.setdefault(path, {})[state] = count
    channels: dict[str, dict[str, int]] = {}
    for channel, state, count in sendings.values_list("channel", "state").annotate(n=Count("pk")):
        channels.setdefault(channel, {})[state] = count
    spent = sendings.aggregate(parts=Sum("parts"), price=Sum("price"))
    told = sendings.exclude(error="").values_list("error").annotate(n=Count("pk")).order_by("-n")[:20]
    waits = {name: one["reason"] for name, one in mailing.waits.items()}
    return Figures(
        receivers=mailing.receivers_count,
        states=states,
        channels=channels,
        hamlets=hamlets,
        acknowledged=states.get("acknowledged", 0),
        to_call=receivers.filter(to_call=True).count(),
        replies=Reply.objects.filter(mailing=mailing).count(),
        parts=spent["parts"] or 0,
        price=spent["price"] or 0,
        reasons=dict(told),
        waits=waits,
    )


@dataclass(frozen=True)
class ReceiverRow:
    """One receiver on a list: the number is masked unless the list is for calling."""

    receiver_id: UUID
    name: str
    phone: str
    unit_path: str
    state: str
    label: str
    reason: str
    channels: list[dict[str, Any]]
    to_call: bool
    called: bool


def receivers(
    viewer: Viewer, mailing_id: UUID, *, states: tuple[str, ...] = (), limit: int = 200
) -> list[ReceiverRow]:
    """Receivers with what each channel did; numbers are masked. The look at them is logged."""
    mailing = mailing_for(viewer, mailing_id)
    rows = Receiver.objects.filter(mailing=mailing).prefetch_related("sendings")
    if states:
        rows = rows.filter(state__in=states)
    found = list(rows.order_by("unit_path", "pk")[:limit])
    _log(viewer, mailing, found, "Xem người nhận của đợt gửi")
    return [_row(one, masked=True) for one in found]


def call_list(viewer: Viewer, mailing_id: UUID, *, limit: int = 500) -> list[ReceiverRow]:
    """Whom to call, with numbers in full, by hamlet: only for who may send. The look is logged."""
    mailing = mailing_for(viewer, mailing_id)
    viewer.must(RIGHT, mailing.unit_path)
    rows = Receiver.objects.filter(mailing=mailing, to_call=True).prefetch_related("sendings")
    found = list(rows.order_by("unit_path", "pk")[:limit])
    _log(viewer, mailing, found, "Gọi điện cho người chưa nhận tin")
    return [_row(one, masked=False) for one in found]


def _row(one: Receiver, *, masked: bool) -> ReceiverRow:
    phone = str(one.facts.get("phone") or "")
    tries = [
        {
            "channel": row.get_channel_display(),
            "state": row.get_state_display(),
            "error": row.error,
            "history": row.history,
        }
        for row in sorted(one.sendings.all(), key=lambda row: row.pk)
    ]
    return ReceiverRow(
        receiver_id=one.pk,
        name=str(one.facts.get("name") or "Chưa rõ tên"),
        phone=mask_phone(phone) if masked and phone else phone,
        unit_path=one.unit_path,
        state=one.state,
        label=one.get_state_display(),
        reason=one.reason,
        channels=tries,
        to_call=one.to_call,
        called=one.called_at is not None,
    )


def _log(viewer: Viewer, mailing: Mailing, found: list[Receiver], purpose: str) -> None:
    record = ("messages.mailing", mailing.pk)
    people = [(one.person_id, record, "") for one in found if one.person_id]
    view_people(viewer, people, purpose=purpose)


def replies(viewer: Viewer) -> QuerySet[Reply]:
    """The one inbox of answers: newest first, in the viewer's units."""
    rows = Reply.objects.filter(viewer.scope(RIGHT, "unit_path")).select_related("mailing", "receiver")
    return rows.order_by("-created_at")


def mailings_waiting_for(viewer: Viewer) -> QuerySet[Mailing]:
    """Mailings that wait for this viewer's approval: not their own."""
    rows = Mailing.objects.filter(
        viewer.scope("messages.mass_approve", "unit_path"), state=Mailing.State.APPROVAL
    )
    return rows.exclude(sender_id=viewer.account_id).order_by("created_at")


def rows_in_force() -> dict[str, Any]:
    """The dated rows that mailings go by today, gateways left alone, and templates of Zalo, for the operator's page."""
    day = today()
    dated = Q(valid_from__lte=day) & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))
    return {
        "prices": _counting(Price.objects.filter(dated), "channel", "operator"),
        "quotas": _counting(Quota.objects.filter(dated), "channel", "span"),
        "rules": _counting(MassRule.objects.filter(dated)),
        "holds": GatewayHold.objects.filter(until__gt=now()),
        "zalo": ZaloTemplate.objects.order_by("number"),
    }


def _counting(rows: QuerySet[Any], *kinds: str) -> list[Any]:
    """Of each kind and unit the newest row, with the name of its unit."""
    found: dict[tuple[Any, ...], Any] = {}
    for row in rows.order_by(*kinds, "unit_path", "-valid_from", "-pk"):
        found.setdefault((row.unit_path, *(getattr(row, kind) for kind in kinds)), row)
    paths = {row.unit_path for row in found.values()}
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    for row in found.values():
        row.unit_name = names.get(row.unit_path, "Cả nước")
    return list(found.values())


def units_of_rows(viewer: Viewer) -> list[tuple[str, str]]:
    """The units for which somebody may write prices, quotas and rules: path and name."""
    paths = viewer.paths("messages.templates")
    names = dict(Unit.objects.filter(path__in=paths).values_list("path", "name"))
    return [(path, names.get(path, "Cả nước")) for path in paths]
