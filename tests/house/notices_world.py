"""A notice to the applicant in the world of the matrix: its receiver, a task and a report, an answer, a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from xaso.kernel.messages.audience import Recipient, add_members, keep_list
from xaso.kernel.messages.mass import Wording
from xaso.kernel.messages.mass_templates import write_template
from xaso.kernel.messages.models import MailingTemplate, Receiver, Reply
from xaso.kernel.people.machines import register_client
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.moment import now
from xaso.services.notices import rules
from xaso.services.notices.actions.notices import send_notice, write_notice
from xaso.services.notices.models import ApiJob, ApiMessage, HamletTask, Notice, TaskReport

SYSTEM = Viewer.system()
DESK, API = "/desk/notices/", "/api/v1/notices/"


@dataclass
class Told:
    """What parameters of the addresses stand for, and rows that no stranger may see."""

    fills: dict[tuple[str, str], Any]
    rows: list[tuple[type[models.Model], models.Q]]


def a_notice(citizen: Account, commune: str, name: str, phone: str) -> Told:
    """The applicant was written to by name, answered, and their hamlet has something to do about it."""
    kept = keep_list(SYSTEM, unit_path=commune, title="Hộ phải di dời", purpose="Báo di dời")
    one = Recipient(person_id=citizen.person_id, name=name, phone=phone, unit_path=commune)
    beside = Recipient(name=name, phone="0987000778", unit_path=commune)
    add_members(SYSTEM, audience=kept, recipients=[one, beside])
    facts = {
        "subject": f"Di dời hộ {name}",
        "body": f"{name} chuyển đồ lên nhà văn hóa.",
        "audience": {"persons": [str(citizen.person_id)]},
        "ladder": rules.ladder_of("sms", 30),
    }
    notice = write_notice(SYSTEM, unit_path=commune, facts=facts)
    notice = send_notice(SYSTEM, notice_id=notice.pk, seen=1)
    receiver = Receiver.objects.get(mailing_id=notice.mailing_id)
    reply, task = _answered(receiver, commune, name, phone)
    template, job, message = _from_outside(commune, name, phone)
    fills = {
        (f"{DESK}tin/", "notice_id"): notice.pk,
        (f"{DESK}viec/", "task_id"): task.pk,
        (f"{DESK}phan-hoi/", "reply_id"): reply.pk,
        (f"{DESK}mau/", "template_id"): template.pk,
        (f"{DESK}danh-sach/", "list_id"): kept.pk,
        (f"{DESK}thon/tin/", "receiver_id"): receiver.pk,
        (f"{DESK}thon/viec/", "task_id"): task.pk,
        ("/notices/", "notice_id"): notice.pk,
        (f"{API}messages/", "message_id"): message.pk,
        (f"{API}jobs/", "job_id"): job.pk,
    }
    rows = [
        (Notice, notice),
        (HamletTask, task),
        (Reply, reply),
        (Receiver, receiver),
        (ApiJob, job),
        (ApiMessage, message),
    ]
    return Told(
        fills,
        [
            *((model, models.Q(pk=row.pk)) for model, row in rows),
            (TaskReport, models.Q(task=task)),
            (type(kept), models.Q(pk=kept.pk)),
        ],
    )


def _answered(receiver: Receiver, commune: str, name: str, phone: str) -> tuple[Reply, HamletTask]:
    """An answer, and the work that was made of it."""
    reply = Reply.objects.create(
        channel="sms",
        provider_id="house-1",
        sender=phone,
        sender_hash="house",
        text=f"{name} xin xe chở đồ",
        receiver=receiver,
        mailing=receiver.mailing,
        unit_path=commune,
    )
    task = HamletTask.objects.create(
        notice_id=receiver.mailing.record_id,
        reply=reply,
        unit_path=commune,
        hamlet_path=f"{commune}t-cua-nguoi-nop/",
        title=f"Chở đồ cho {name}",
        asks=["text"],
        due_at=now(),
    )
    TaskReport.objects.create(
        task=task,
        unit_path=commune,
        hamlet_path=task.hamlet_path,
        text=f"Đã chở cho {name}",
        by_name="Trưởng thôn",
    )
    return reply, task


def _from_outside(commune: str, name: str, phone: str) -> tuple[MailingTemplate, ApiJob, ApiMessage]:
    """A job of another system with one message."""
    words = Wording(subject=f"Giấy hẹn của {name}", body="Mời đến nhận.")
    template = write_template(SYSTEM, unit_path=commune, key="notices.house", title="Giấy hẹn", wording=words)
    client, _ = register_client(
        SYSTEM, name="Hệ thống gửi tin", unit_path=commune, scopes=["notices.api_test"]
    )
    job = ApiJob.objects.create(
        client=client, unit_path=commune, template=template, key_kind="test", name=name, count=1
    )
    message = ApiMessage.objects.create(
        client=client,
        unit_path=commune,
        template=template,
        job=job,
        key_kind="test",
        channel="sms",
        contact={"phone": phone, "name": name},
        body=name,
    )
    return template, job, message
