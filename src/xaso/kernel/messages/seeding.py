"""Templates of the installed services become rows: a changed wording makes a new version, nothing is overwritten."""

from __future__ import annotations

from datetime import time
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from xaso.kernel.messages.models import MessageTemplate, QuietHours
from xaso.kernel.messages.wording import Wording, read_wordings
from xaso.kernel.plain.moment import now, today


def seed_templates(service: str, path: Path) -> int:
    """Take in a service's ``messages.toml``; answer how many new versions were made. Repeating changes nothing.

    A template that an operator has rewritten stays the operator's until the file itself changes after that.
    Raises WordingError for a faulty file.
    """
    made = 0
    for wording in read_wordings(path, service):
        made += _seed(wording, service)
    return made


@transaction.atomic
def _seed(wording: Wording, service: str) -> bool:
    rows = MessageTemplate.objects.select_for_update().filter(key=wording.key)
    from_file = rows.filter(origin=MessageTemplate.Origin.FILE).order_by("-version").first()
    if from_file is not None and from_file.fingerprint == wording.fingerprint:
        return False
    put_version(wording, service, MessageTemplate.Origin.FILE)
    return True


def put_version(wording: Wording, service: str, origin: str) -> MessageTemplate:
    """End the version in force and begin the next one now. Call in a transaction."""
    moment = now()
    rows = MessageTemplate.objects.filter(key=wording.key)
    last = rows.aggregate(last=Max("version"))["last"] or 0
    rows.filter(valid_to__isnull=True).update(valid_to=moment)
    return MessageTemplate.objects.create(
        key=wording.key,
        version=last + 1,
        service=service,
        title=wording.title,
        origin=origin,
        channels=list(wording.channels),
        variables=list(wording.variables),
        subject=wording.subject,
        body=wording.body,
        sms=wording.sms,
        sms_accents=wording.sms_accents,
        zalo_template=wording.zalo_template,
        zalo_data=dict(wording.zalo_data),
        mandatory=wording.mandatory,
        insist_minutes=wording.insist_minutes,
        valid_from=moment,
        fingerprint=wording.fingerprint,
    )


def wording_of(row: MessageTemplate) -> Wording:
    """A stored version as a wording."""
    return Wording(
        key=row.key,
        title=row.title,
        subject=row.subject,
        body=row.body,
        channels=tuple(row.channels),
        variables=tuple(row.variables),
        sms=row.sms,
        sms_accents=row.sms_accents,
        zalo_template=row.zalo_template,
        zalo_data=row.zalo_data,
        mandatory=row.mandatory,
        insist_minutes=row.insist_minutes,
    )


def seed_quiet_hours() -> None:
    """The country's default night, when there is no row at all. An operator's row replaces it."""
    if QuietHours.objects.exists():
        return
    QuietHours.objects.create(
        channels=["sms", "zalo"],
        start=time(21, 30),
        end=time(6, 30),
        valid_from=today().replace(month=1, day=1),
        legal_basis="Mặc định của phần mềm. NĐ 91/2020/NĐ-CP chỉ buộc giờ gửi với tin quảng cáo.",
        confirmed=False,
    )
