"""Other systems send through us: by approved templates only, within their limits, as live, team or test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.db.models import Q

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, ActionErrors, Forbidden, NotFound, TooMany
from xaso.kernel.base.reach import widened
from xaso.kernel.events import emit
from xaso.kernel.messages import mass
from xaso.kernel.messages.audience import RIGHT, Recipient
from xaso.kernel.messages.channels import WAYS
from xaso.kernel.messages.mass_filling import identity_of
from xaso.kernel.messages.mass_wording import Wording
from xaso.kernel.messages.models import MailingTemplate, Receiver
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Grant, Viewer
from xaso.kernel.plain.moment import now, today
from xaso.services.notices import rules
from xaso.services.notices.callbacks import tell_of
from xaso.services.notices.models import ApiBudget, ApiJob, ApiLimit, ApiMessage
from xaso.services.notices.models.outside import KeyKind
from xaso.services.notices.queries.outside import SCOPES, current_template, kind_of

CHANNELS = ("sms", "zalo", "email")
MOST_ROWS, PART = 10_000, 2000
GIVEN_UP = timedelta(hours=72)
_Status = ApiMessage.Status
FINAL = (_Status.DELIVERED, _Status.PERMANENT, _Status.TECHNICAL, _Status.TEMPORARY)


def limit_for(unit_path: str) -> ApiLimit:
    """The row of limits of the nearest unit upwards that is in force today. Raises ActionError without any."""
    above = ["", *(unit_path[: at + 1] for at, char in enumerate(unit_path) if char == "/")]
    rows = ApiLimit.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today()), unit_path__in=above, valid_from__lte=today()
    )
    found = sorted(rows, key=lambda row: (len(row.unit_path), row.valid_from))
    if not found:
        raise ActionError("Đơn vị chưa đặt mức trần gửi qua API.")
    return found[-1]


@action
def spend_request(viewer: Viewer) -> None:
    """Count one request of a client against its bucket. Raises TooMany, saying how long to wait."""
    budget, limit = _budget(viewer), limit_for(viewer.unit_path)
    held = rules.Budget(budget.tokens, budget.filled_at)
    left, wait = rules.take(held, now(), per_minute=limit.per_minute, burst=limit.burst)
    if wait:
        raise TooMany(f"Quá {limit.per_minute} yêu cầu một phút. Chờ {ceil(wait)} giây rồi gửi tiếp.")
    budget.tokens, budget.filled_at = left.tokens, left.filled_at
    budget.save(update_fields=["tokens", "filled_at"])


def _budget(viewer: Viewer) -> ApiBudget:
    if viewer.account_id is None:
        raise Forbidden()
    kind = kind_of(viewer)
    full = limit_for(viewer.unit_path).burst
    first = {"unit_path": viewer.unit_path, "tokens": full, "filled_at": now(), "day": today()}
    ApiBudget.objects.get_or_create(client_id=viewer.account_id, key_kind=kind, defaults=first)
    return ApiBudget.objects.select_for_update().get(client_id=viewer.account_id, key_kind=kind)


def _spend_day(viewer: Viewer, messages: int) -> None:
    budget, limit = _budget(viewer), limit_for(viewer.unit_path)
    used = budget.used if budget.day == today() else 0
    if used + messages > limit.per_day:
        raise TooMany(f"Quá {limit.per_day} tin trong ngày. Mai gửi tiếp, hoặc nhờ đơn vị nâng mức trần.")
    budget.day, budget.used = today(), used + messages
    budget.save(update_fields=["day", "used"])


def _sender(viewer: Viewer) -> Viewer:
    """A live or team scope stands for sending to many within the client's own unit, and for nothing else."""
    grant = Grant("machine", viewer.unit_path, frozenset({RIGHT}))
    return replace(viewer, grants=(*viewer.grants, grant))


def _recipient(channel: str, to: str, name: str, data: Mapping[str, str], unit_path: str) -> Recipient:
    """Somebody by address, checked. Raises ActionError at ``to``."""
    contact = {"email": to} if channel == "email" else {"phone": to}
    if not WAYS[channel].address(contact):
        what = "địa chỉ thư" if channel == "email" else "số di động Việt Nam"
        raise ActionError(f"“{to[:60]}” không phải {what}.", "to")
    return Recipient(
        name=name,
        phone=contact.get("phone", ""),
        email=contact.get("email", ""),
        unit_path=unit_path,
        data=dict(data),
    )


def _check(template: MailingTemplate, channel: str, data: Mapping[str, str]) -> Wording:
    wording = Wording.from_json(template.wording)
    if channel not in CHANNELS:
        raise ActionError("Kênh là sms, zalo hoặc email.", "channel")
    if channel == "zalo" and not wording.zalo_template:
        raise ActionError("Mẫu này không có mã mẫu Zalo.", "channel")
    missing = sorted(wording.variables - set(data))
    if missing:
        raise ActionError(f"Thiếu dữ liệu: {', '.join(missing)}.", "data")
    return wording


def _is_officer(unit_path: str, one: Recipient) -> bool:
    mine = Account.objects.filter(is_active=True, unit_path__startswith=unit_path)
    if one.email:
        return mine.filter(email__iexact=one.email).exists()
    wanted = WAYS["sms"].address({"phone": one.phone})
    people = mine.filter(person__isnull=False).select_related("person")[:2000]
    return any(
        WAYS["sms"].address({"phone": str((row.person.contact or {}).get("phone", ""))}) == wanted
        for row in people
        if row.person is not None
    )


def _must_be_team(viewer: Viewer, one: Recipient) -> None:
    """A team key reaches accounts of the client's own unit alone."""
    with widened("whether an address is one of the unit's own officers: yes or no, for a team key"):
        known = _is_officer(viewer.unit_path, one)
    if not known:
        raise ActionError(
            "Khóa nhóm thử chỉ gửi được cho cán bộ của đơn vị. Dùng khóa thật để gửi người dân.", "to"
        )


@action
def send_message(
    viewer: Viewer,
    *,
    template: str,
    channel: str,
    to: str,
    data: Mapping[str, str],
    name: str = "",
    reference: str = "",
) -> ApiMessage:
    """One message of an approved template. Raises ActionError by field, TooMany over the day's limit."""
    used = current_template(viewer, template)
    wording = _check(used, channel, data)
    one = _recipient(channel, to.strip(), name, data, viewer.unit_path)
    kind = kind_of(viewer)
    if kind == KeyKind.TEAM:
        _must_be_team(viewer, one)
    _spend_day(viewer, 1)
    row = _row(viewer, used, wording, channel, one, kind)
    row.reference = reference[:100]
    row.save(force_insert=True)
    _hand_over(viewer, [row], [one], used, wording, f"api:{row.pk}")
    emit(
        "notices.api_sent",
        record=row,
        unit_path=row.unit_path,
        viewer=viewer,
        data={"kind": kind, "count": 1},
    )
    return row


def _row(
    viewer: Viewer, template: MailingTemplate, wording: Wording, channel: str, one: Recipient, kind: str
) -> ApiMessage:
    values = {"link": "", **one.data, "name": one.name}
    return ApiMessage(
        client_id=viewer.own_account,
        unit_path=viewer.unit_path,
        template=template,
        key_kind=kind,
        channel=channel,
        contact={"phone": one.phone, "email": one.email, "name": one.name},
        data=dict(one.data),
        body=mass.sample_text(wording, channel, values),
        identity=identity_of(one),
    )


def _hand_over(
    viewer: Viewer,
    rows: Sequence[ApiMessage],
    people: Sequence[Recipient],
    template: MailingTemplate,
    wording: Wording,
    key: str,
) -> UUID | None:
    """To the gateways; a test key answers by itself and nothing leaves the house."""
    if rows[0].key_kind == KeyKind.TEST:
        for row, one in zip(rows, people, strict=True):
            row.status, row.done_at = rules.simulated(one.email or one.phone), now()
            row.error = "" if row.status == _Status.DELIVERED else "Giả lập theo số cuối của nơi nhận"
            row.save(update_fields=["status", "done_at", "error"])
            tell_of(row)
        return None
    mailing = mass.start(
        _sender(viewer),
        title=template.title,
        wording=wording,
        recipients=people,
        ladder=[{"channel": rows[0].channel}],
        urgent=False,
        unit_path=viewer.unit_path,
        record=rows[0] if rows[0].job_id is None else ("notices.apijob", rows[0].job_id),
        key=key,
        template=template,
    )
    ApiMessage.objects.filter(pk__in=[row.pk for row in rows]).update(mailing_id=mailing.pk)
    for row in rows:
        row.mailing_id = mailing.pk
    return mailing.pk


@action
def send_job(
    viewer: Viewer, *, template: str, channel: str, name: str, rows: Sequence[Mapping[str, str]]
) -> ApiJob:
    """Many messages from a sheet: column "to", optional "name" and "reference", the rest fills the text.

    With a bad line nothing is sent: ActionErrors names each line ("rows.3").
    """
    used = current_template(viewer, template)
    kind = kind_of(viewer)
    if not rows or len(rows) > MOST_ROWS:
        raise ActionError(f"Mỗi đợt từ 1 đến {MOST_ROWS} dòng.", "rows")
    people, wrong, seen = [], {}, set()
    wording = Wording.from_json(used.wording)
    for number, line in enumerate(rows, 1):
        data = {key: value for key, value in line.items() if key not in {"to", "name", "reference"}}
        try:
            _check(used, channel, data)
            one = _recipient(
                channel, line.get("to", "").strip(), line.get("name", ""), data, viewer.unit_path
            )
            if kind == KeyKind.TEAM:
                _must_be_team(viewer, one)
            if identity_of(one) in seen:
                raise ActionError("Trùng nơi nhận với một dòng trước.")
        except ActionError as error:
            wrong[f"rows.{number}"] = [error.message]
        else:
            seen.add(identity_of(one))
            people.append(one)
    if wrong:
        raise ActionErrors(dict(list(wrong.items())[:100]))
    _spend_day(viewer, len(people))
    job = ApiJob.objects.create(
        client_id=viewer.own_account,
        unit_path=viewer.unit_path,
        template=used,
        key_kind=kind,
        name=name[:150],
        count=len(people),
    )
    made = [_row(viewer, used, wording, channel, one, kind) for one in people]
    for number, (row, line) in enumerate(zip(made, rows, strict=True), 1):
        row.job, row.number, row.reference = job, number, line.get("reference", "")[:100]
    ApiMessage.objects.bulk_create(made, batch_size=1000)
    job.mailing_id = _hand_over(viewer, made, people, used, wording, f"api-job:{job.pk}")
    job.save(update_fields=["mailing_id"])
    emit(
        "notices.api_sent",
        record=job,
        unit_path=job.unit_path,
        viewer=viewer,
        data={"kind": kind, "count": job.count},
    )
    return job


# ---- what became of them --------------------------------------------------------------------------------------------


def follow_messages() -> None:
    """The job: carry the newest state of the gateways over to the messages that are not done, and tell of changes."""
    waiting = ApiMessage.objects.filter(done_at__isnull=True, mailing_id__isnull=False)
    last = None
    while True:
        part = waiting.order_by("pk") if last is None else waiting.filter(pk__gt=last).order_by("pk")
        rows = list(
            part.only(
                "pk", "mailing_id", "identity", "status", "error", "sent_at", "created_at", "client_id"
            )[:PART]
        )
        if not rows:
            return
        _follow(Viewer.system(), rows=rows)
        last = rows[-1].pk


@action
def _follow(viewer: Viewer, *, rows: list[ApiMessage]) -> None:
    """One part of them."""
    states = {
        (one.mailing_id, one.identity): (one.state, one.reason)
        for one in Receiver.objects.filter(
            mailing_id__in={row.mailing_id for row in rows}, identity__in={row.identity for row in rows}
        ).only("mailing_id", "identity", "state", "reason")
    }
    for row in rows:
        state, reason = states.get((UUID(str(row.mailing_id)), row.identity), ("waiting", ""))
        status = rules.status_of(state)
        if status == _Status.SENDING and row.sent_at is not None and now() - row.sent_at > GIVEN_UP:
            status, reason = _Status.TEMPORARY, "Không có xác nhận tới máy sau 72 giờ"
        if status == row.status:
            continue
        row.status, row.error = status, reason[:200]
        row.sent_at = row.sent_at or (None if status == _Status.CREATED else now())
        row.done_at = now() if status in FINAL else None
        row.save(update_fields=["status", "error", "sent_at", "done_at"])
        tell_of(row)


@action
def decide_job(viewer: Viewer, *, job_id: UUID, good: bool, reason: str = "") -> ApiJob:
    """A person lets a large job of another system go, or not."""
    job = ApiJob.objects.filter(pk=job_id).first()
    if job is None or job.mailing_id is None or not viewer.can(mass.APPROVE, job.unit_path):
        raise NotFound("Không có đợt gửi này.")
    if good:
        mass.approve_mailing(viewer, mailing_id=job.mailing_id)
    else:
        mass.refuse_mailing(viewer, mailing_id=job.mailing_id, reason=reason)
    return job


__all__ = [
    "SCOPES",
    "decide_job",
    "follow_messages",
    "limit_for",
    "send_job",
    "send_message",
    "spend_request",
]
