"""Messages to who lives in a warned area, and what outlets report back."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings

from xaso.kernel.base.actions import action
from xaso.kernel.base.fields import keyed_hash, keyed_hashes
from xaso.kernel.messages import audience, mass
from xaso.kernel.messages.announcement_models import Announcement
from xaso.kernel.messages.mass_models import Mailing
from xaso.kernel.people.viewer import Viewer
from xaso.services.alerts.actions.drafting import note_step
from xaso.services.alerts.models import CapMessage, HazardWarning
from xaso.services.alerts.rules import wording

PURPOSE = "Báo thiên tai cho người ở trong vùng"
# One channel after the other for each person: what reaches every telephone first.
LADDER: list[dict[str, Any]] = [
    {"channel": "sms", "wait_minutes": 3},
    {"channel": "push"},
    {"channel": "email"},
    {"channel": "inbox"},
]
_TOKEN = "alerts-safe"  # noqa: S105 - the purpose of a digest, no secret
_SIZE = 18


def safe_token(code: str, person_id: UUID) -> str:
    """The end of a person's own address for "tôi an toàn": the person and a digest that only we can make."""
    digest = keyed_hash(f"{code}:{person_id}", _TOKEN)[:_SIZE]
    return base64.urlsafe_b64encode(person_id.bytes + bytes.fromhex(digest)).decode().rstrip("=")


def person_of(code: str, token: str) -> UUID | None:
    """Whose address this is; None for one that we did not make."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        person_id, digest = UUID(bytes=raw[:16]), raw[16:].hex()
    except ValueError:
        return None
    ours = [one[:_SIZE] for one in keyed_hashes(f"{code}:{person_id}", _TOKEN)]
    return person_id if len(digest) == _SIZE and digest in ours else None


@action
def send_messages(viewer: Viewer, *, message_id: UUID, approved_by: str = "") -> Mailing | None:
    """Tell everybody in the area by push, SMS, Zalo, mail and the box of the page. Repeatable.

    Run by the product itself right after a confirmation; ``approved_by`` is who confirmed.
    """
    message = CapMessage.objects.select_related("warning").get(pk=message_id)
    row = message.warning
    key = f"alerts:{message.identifier}"
    known = Mailing.objects.filter(key=key).first()
    if known is not None:
        return known
    people = recipients(viewer, row)
    if not people:
        note_step(row, "no_people", "Không có ai trong vùng có địa chỉ để nhắn", record=message)
        return None
    mailing = mass.start(
        viewer,
        title=message.headline[:200],
        wording=words_for(row),
        recipients=people,
        ladder=LADDER,
        urgent=True,
        unit_path=row.unit_path,
        record=row,
        key=key,
        drill=row.drill,
        approved_by=UUID(approved_by) if approved_by else None,
    )
    count = sum(1 for one in people if one.person_id)
    HazardWarning.objects.filter(pk=row.pk).update(mailing_id=mailing.pk, people_count=count)
    note_step(
        row, "mailing", f"Giao tin nhắn cho {len(people)} người", record=mailing, facts={"count": len(people)}
    )
    return mailing


def recipients(viewer: Viewer, row: HazardWarning) -> list[audience.Recipient]:
    """Who lives in the area, heads of its hamlets, browsers that asked for notices; each with an own address.

    An area that became smaller or moved leaves nobody behind: who was told before is told of the change and of the end.
    """
    areas = [row.told.get("area", {}), *row.told.get("areas_before", ())]
    units = list(dict.fromkeys(path for area in areas for path in area.get("units", ())))
    polygons = [ring for area in areas for ring in area.get("polygons", ())]
    spec: dict[str, Any] = {"units": units, "polygons": polygons}
    found = audience.resolve(viewer, {**spec, "subscribers": True}, purpose=PURPOSE)
    near = units or [row.unit_path]
    found += audience.resolve(viewer, {"units": near, "roles": ["hamlet_head"]}, purpose=PURPOSE)
    base = f"{settings.XASO_BASE_URL}/canh-bao/{row.code}/"
    return [
        replace(
            one,
            data={"safe": f"{base}toi/{safe_token(row.code, one.person_id)}/" if one.person_id else base},
        )
        for one in found
    ]


def words_for(row: HazardWarning) -> mass.Wording:
    """The text in the form of each channel. The mark of a drill before it is put by the sending itself."""
    words = wording.told(row.told, drill=row.drill)
    headline, instruction = str(row.told["headline"]), str(row.told["instruction"])
    page = f"{settings.XASO_BASE_URL}/canh-bao/{row.code}/"
    over = row.state in {HazardWarning.State.ENDED, HazardWarning.State.CANCELLED}
    ask = "" if over else "\n\nBáo tôi an toàn hoặc cần giúp: {safe}"
    short = f"{headline}. {instruction}"
    return mass.Wording(
        subject=_bare(headline)[:130],
        body=_bare(f"{words.description}\n\n{words.instruction}") + ask,
        sms=_bare(short)[:300] + f" {page}",
        push=_bare(short)[:300],
        sms_accents=False,
    )


def _bare(text: str) -> str:
    """Words without braces, which would be read as places to fill."""
    return text.replace("{", "(").replace("}", ")")


@action
def note_report(viewer: Viewer, *, announcement_id: UUID, outlet: str) -> None:
    """An outlet told what became of an announcement: the first and the last word of each stand in the timeline."""
    said = Announcement.objects.filter(pk=announcement_id).first()
    if said is None or said.record_id is None or said.record_type != "alerts.hazardwarning":
        return
    row = HazardWarning.objects.filter(pk=said.record_id).first()
    if row is None:
        return
    facts = dict(said.outlets.get(outlet, {}))
    name = {"loudspeaker": "Loa", "web": "Trang web", "messages": "Tin nhắn"}.get(outlet, outlet)
    step = row.steps.filter(kind=f"outlet.{outlet}"[:20], record_id=said.pk).order_by("-at").first()
    words = "; ".join(f"{key}: {value}" for key, value in facts.items() if isinstance(value, int | str))
    if step is not None and step.facts == facts:
        return
    note_step(row, f"outlet.{outlet}"[:20], f"{name} báo lại. {words}"[:400], record=said, facts=facts)
