"""Notices at the desk: lists, one notice, what would happen if it were sent now, what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xaso.kernel.base.errors import ActionError, NotFound
from xaso.kernel.events.models import Event
from xaso.kernel.events.registry import sentence_of
from xaso.kernel.messages import audience, mass
from xaso.kernel.messages.mass import ChannelPreview, Wording
from xaso.kernel.messages.mass_filling import reachable, with_browsers
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.messages.mass_rows import rule_for
from xaso.kernel.people.models import Role
from xaso.kernel.people.queries import names_of
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.kernel.units.models import Level, Unit
from xaso.services.notices import rules
from xaso.services.notices.models import Notice
from xaso.services.notices.queries.rights import APPROVE, SEND, VIEW
from xaso.services.notices.queries.tasks import unit_names

_State = Notice.State
PURPOSE = "Gửi thông báo"
AUDIENCE_ROLES = ("hamlet_head", "leader", "clerk", "specialist", "receptionist")
TABS = {
    "soan": ("Đang soạn", (_State.DRAFT, _State.REFUSED)),
    "cho": ("Chờ duyệt", (_State.WAITING,)),
    "da-gui": ("Đã gửi", (_State.SENT, _State.STOPPED)),
}
KINDS = {
    _State.DRAFT: "",
    _State.WAITING: "warn",
    _State.REFUSED: "danger",
    _State.SENT: "good",
    _State.STOPPED: "danger",
    _State.DROPPED: "",
}
MOST_SHOWN = 200


def notices(viewer: Viewer, states: Sequence[str] = ()) -> QuerySet[Notice]:
    """Notices of my units, newest first."""
    rows = Notice.objects.filter(viewer.scope(VIEW)).exclude(state=_State.DROPPED)
    return (rows.filter(state__in=states) if states else rows).order_by("-created_at")


def tab_counts(viewer: Viewer) -> dict[str, int]:
    """How many notices stand under each tab."""
    rows = list(notices(viewer).values_list("state", flat=True))
    return {key: sum(1 for state in rows if state in states) for key, (_, states) in TABS.items()}


def waiting_count(viewer: Viewer) -> int:
    """Notices that wait for this viewer as the second person."""
    if not viewer.can(APPROVE):
        return 0
    rows = Notice.objects.filter(viewer.scope(APPROVE), state=_State.WAITING)
    return rows.exclude(submitted_by=viewer.account_id).count()


def notice_at_desk(viewer: Viewer, notice_id: UUID) -> Notice:
    """One notice for an officer. Raises NotFound."""
    found = Notice.objects.filter(viewer.scope(VIEW), pk=notice_id).select_related("template").first()
    if found is None:
        raise NotFound("Không tìm thấy thông báo này.")
    return found


def public_notices() -> QuerySet[Notice]:
    """What everybody may read, newest first."""
    return Notice.objects.filter(is_public=True, sent_at__lte=now(), state=_State.SENT).order_by("-sent_at")


def public_notice(notice_id: UUID) -> Notice:
    """One of them. Raises NotFound."""
    found = public_notices().filter(pk=notice_id).first()
    if found is None:
        raise NotFound("Không có thông báo này, hoặc đã gỡ.")
    return found


# ---- who and how ----------------------------------------------------------------------------------------------------


def places_to_choose(unit_path: str) -> list[tuple[str, str]]:
    """The parts of a unit that can be written to: hamlets of a commune, communes of a province."""
    units = Unit.objects.on().filter(path__startswith=unit_path)
    hamlets = units.filter(level=Level.HAMLET).order_by("sort_key", "path")
    if unit_path.count("/") >= 2 or not unit_path:
        return list(hamlets.values_list("path", "full_name")[:MOST_SHOWN])
    communes = units.filter(level=Level.COMMUNE).order_by("sort_key", "path")
    return list(communes.values_list("path", "full_name")[:MOST_SHOWN])


def roles_to_choose() -> list[tuple[str, str]]:
    """Roles whose holders can be written to."""
    names = dict(Role.objects.filter(pk__in=AUDIENCE_ROLES).values_list("code", "label"))
    return [(role, names[role]) for role in AUDIENCE_ROLES if role in names]


def lists_to_choose(viewer: Viewer) -> list[tuple[str, str]]:
    """Lists of receivers in my units."""
    return [(str(one.pk), one.title) for one in audience.lists_for(viewer)]


def words_of(viewer: Viewer, notice: Notice) -> str:
    """The audience in words."""
    spec = notice.audience
    lists = {str(one.pk): one.title for one in audience.lists_for(viewer)} if spec.get("lists") else {}
    return rules.audience_words(spec, unit_names(spec.get("units", ())), dict(roles_to_choose()), lists)


def wording_of(notice: Notice) -> Wording:
    """The notice in the form of each channel; with "đã nhận" asked for, each carries the way to say so."""
    sms, body, push = notice.sms or notice.subject, notice.body, notice.push
    if notice.needs_receipt:
        sms, body = rules.with_button(sms, short=True), rules.with_button(body, short=False)
    return Wording(
        subject=notice.subject,
        body=body,
        sms=sms,
        push=push,
        sms_accents=notice.sms_accents,
        zalo_template=notice.zalo_template,
        zalo_data=notice.zalo_data,
    )


def ladder_of(notice: Notice) -> list[dict[str, Any]]:
    """The ladder as it can be gone."""
    return rules.sendable(notice.ladder, zalo=bool(notice.zalo_template))


def receivers_of(viewer: Viewer, notice: Notice) -> list[audience.Recipient]:
    """Everybody the audience names, each once, with what texts may say of them. The look at people is logged."""
    if rules.is_empty(notice.audience):
        return []
    found = audience.resolve(viewer, notice.audience, purpose=PURPOSE)
    wanted = {"hamlet"} & set(wording_of(notice).variables)
    names = unit_names({one.unit_path for one in found}) if wanted else {}
    return [
        replace(one, data={"hamlet": names.get(one.unit_path, ""), **one.data}) if wanted else one
        for one in found
    ]


@dataclass(frozen=True)
class Ahead:
    """What would happen if the notice were sent now."""

    recipients: Sequence[audience.Recipient]
    unreachable: Sequence[audience.Recipient]
    channels: Sequence[ChannelPreview]
    needs_second: bool
    why_second: str
    problem: str = ""

    @property
    def count(self) -> int:
        """How many people it is for."""
        return len(self.recipients)

    @property
    def price(self) -> int | None:
        """The dearest case in đồng: each person costs what the first channel that reaches them costs."""
        prices = [one.price for one in self.channels]
        return None if any(one is None for one in prices) else max((one or 0 for one in prices), default=0)


def second_needed(notice: Notice, count: int) -> str:
    """Why another person must agree; empty when nobody needs to."""
    if notice.urgent:
        return "Tin khẩn phá giờ yên tĩnh nên cần người thứ hai."
    rule = rule_for(notice.unit_path)
    if rule is not None and count > rule.approve_above:
        most = f"{rule.approve_above:,}".replace(",", ".")
        return f"Trên {most} người nhận cần người thứ hai ({rule.source or 'quy định của đơn vị'})."
    return ""


def look_ahead(viewer: Viewer, notice: Notice) -> Ahead:
    """Count, who cannot be reached, each channel with parts and cost, and whether a second person is needed."""
    viewer.must(SEND, notice.unit_path)
    people = receivers_of(viewer, notice)
    why = second_needed(notice, len(people))
    ladder, wording = ladder_of(notice), wording_of(notice)
    if not people:
        return Ahead([], [], [], bool(why), why, "Chưa có người nhận nào ở các nơi đã chọn.")
    names = [str(one["channel"]) for one in ladder]
    browsers = with_browsers(people) if "push" in names else set()
    lost = [one for one in people if not reachable(one, names, browsers)]
    try:
        channels = mass.preview(wording, people, ladder, unit_path=notice.unit_path)
    except ActionError as error:
        return Ahead(people, lost, [], bool(why), why, error.message)
    return Ahead(people, lost, channels, bool(why), why)


def sample_for(notice: Notice, one: audience.Recipient) -> list[tuple[str, str]]:
    """What one person would read on each channel."""
    wording = wording_of(notice)
    values = {"link": "https://…", **one.data, "name": one.name}
    return [
        (rules.CHANNELS[str(step["channel"])], mass.sample_text(wording, str(step["channel"]), values))
        for step in ladder_of(notice)
    ]


def body_for(notice: Notice, name: str, hamlet: str = "") -> str:
    """The body as one person reads it on a page."""
    values: Mapping[str, str] = {"name": name, "hamlet": hamlet, "link": ""}
    return rules.PLACE.sub(lambda place: values.get(place.group(1), place.group(0)), notice.body)


# ---- what became of it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PlaceLine:
    """One hamlet in the table of a mailing."""

    path: str
    name: str
    all: int
    reached: int
    received: int
    failed: int

    @property
    def waiting(self) -> int:
        """Neither reached nor given up."""
        return self.all - self.reached - self.failed


def by_place(notice: Notice, hamlets: Mapping[str, Mapping[str, int]]) -> list[PlaceLine]:
    """Figures by hamlet, those with most people not reached first; people of no hamlet stand under the unit."""
    rows = [
        (rules.hamlet_of(path, notice.unit_path), state, number)
        for path, states in hamlets.items()
        for state, number in states.items()
    ]
    names = unit_names({path for path, _, _ in rows})
    found = []
    for path, states in rules.tally(rows).items():
        inside = path != notice.unit_path
        found.append(
            PlaceLine(
                path,
                names.get(path, path) if inside else "Không ghi thôn",
                states["all"],
                sum(states.get(one, 0) for one in ("delivered", "read", "acknowledged")),
                states.get("acknowledged", 0),
                states.get("failed", 0),
            )
        )
    return sorted(found, key=lambda one: (one.reached - one.all, one.name))


def mailing_of(notice: Notice) -> Mailing | None:
    """How the notice travels; the caller let the viewer see the notice."""
    return Mailing.objects.filter(pk=notice.mailing_id).first() if notice.mailing_id else None


def timeline(records: Iterable[UUID]) -> list[dict[str, Any]]:
    """What was done with these records, newest first, for the timeline component."""
    events = list(
        Event.objects.filter(Q(record_id__in=[one for one in records if one])).order_by("-seq")[:60]
    )
    who = names_of({one.actor_id for one in events if one.actor_id})
    return [
        {
            "title": sentence_of(one),
            "at": one.at,
            "by": who[one.actor_id][0] if one.actor_id in who else "Hệ thống",
        }
        for one in events
    ]
