"""Work of hamlets: given by a directive, reported from the phone, accepted or returned, chased when overdue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from xaso.kernel.base.errors import ActionError, ActionErrors, Conflict, NotFound
from xaso.kernel.base.reach import watched
from xaso.kernel.messages.models import Acknowledgement, Message, Receiver, Reply
from xaso.kernel.people.reaching import reach_of
from xaso.kernel.plain import moment
from xaso.services.notices.actions import receipts
from xaso.services.notices.actions import replies as answering
from xaso.services.notices.actions import tasks as actions
from xaso.services.notices.models import HamletTask, Notice, TaskReport
from xaso.services.notices.queries import head as head_queries
from xaso.services.notices.queries import tasks as queries
from xaso.services.notices.tests.world import World

State = HamletTask.State


def _task(world: World, name: str = "near") -> HamletTask:
    notice = world.sent(directive=True)
    return notice.tasks.get(hamlet_path=getattr(world, name).path)


def test_a_directive_gives_each_hamlet_its_task_with_owner_and_due_day(world: World) -> None:
    with moment.frozen("2026-12-04T09:00"):  # a Friday: two working days end on Tuesday
        notice = world.sent(directive=True)
    given = {task.hamlet_path: task for task in notice.tasks.select_related("owner")}
    assert {task.owner for task in given.values()} == {
        world.accounts["head_near"],
        world.accounts["head_far"],
    }
    assert {f"{task.due_at.astimezone(moment.VIETNAM):%d/%m %H:%M}" for task in given.values()} == {
        "08/12 17:00"
    }
    assert Message.objects.filter(template__key="notices.task_given").count() == 2


def test_reported_returned_reported_again_and_accepted(world: World) -> None:
    task = _task(world)
    head, clerk = world.viewer("head_near"), world.viewer("clerk")
    with pytest.raises(ActionErrors) as caught:
        actions.report_task(head, task_id=task.pk, text="")
    assert set(caught.value.errors) == {"text", "figure"}
    actions.report_task(head, task_id=task.pk, text="Đã đi hết 30 hộ", figure=Decimal(4))
    with pytest.raises(ActionError):
        actions.return_report(clerk, task_id=task.pk, note=" ")
    actions.return_report(clerk, task_id=task.pk, note="Ghi rõ tên chủ hộ")
    told = Message.objects.get(template__key="notices.task_returned")
    assert "Ghi rõ tên chủ hộ" in told.body
    actions.report_task(head, task_id=task.pk, text="Đã ghi tên từng hộ", figure=Decimal(5))
    done = actions.accept_report(clerk, task_id=task.pk)
    assert done.state == State.ACCEPTED
    assert list(
        TaskReport.objects.filter(task=task).order_by("created_at").values_list("verdict", flat=True)
    ) == [
        "returned",
        "accepted",
    ]
    with pytest.raises(Conflict):
        actions.report_task(head, task_id=task.pk, text="Thêm", figure=Decimal(1))
    assert queries.sum_of(queries.lines([done])) == 5


@pytest.mark.parametrize("name", ["head_far", "stranger", "clerk"])
def test_only_the_own_head_reports(world: World, name: str) -> None:
    task = _task(world)
    with pytest.raises(NotFound):
        actions.report_task(world.viewer(name), task_id=task.pk, text="Đã làm", figure=Decimal(1))


def test_overdue_is_chased_once_a_day_and_not_for_ever(world: World) -> None:
    task = _task(world)
    actions.chase_overdue()
    assert not Message.objects.filter(template__key="notices.task_overdue").exists()
    for day in range(8):
        for hour in (1, 5):
            with moment.frozen(task.due_at + timedelta(days=day, hours=hour)):
                actions.chase_task(actions.Viewer.system(), task_id=task.pk)
    task.refresh_from_db()
    assert task.chased == actions.MOST_CHASES
    assert Message.objects.filter(template__key="notices.task_overdue").count() == actions.MOST_CHASES
    assert queries.lines([task])[0].due_kind == "left"
    with moment.frozen(task.due_at + timedelta(days=2)):
        assert queries.lines([task])[0].due_kind == "late"
        assert queries.counts_here(world.viewer("leader"))["late"] == 2
        assert queries.progress(Notice.objects.get())["late"] == 2


def test_a_hamlet_without_a_head_shows_that_nobody_owns_the_task(world: World) -> None:
    from xaso.kernel.people.models import RoleGrant

    RoleGrant.objects.filter(account=world.accounts["head_far"]).update(valid_to=moment.now())
    notice = world.written(directive=True)
    actions.give_tasks(world.viewer("clerk"), notice, actions.hamlets_in([world.commune.path]), moment.now())
    assert notice.tasks.get(hamlet_path=world.far.path).owner is None


def test_the_head_of_a_hamlet_confirms_and_the_commune_sees_it(world: World) -> None:
    notice = world.sent(directive=True)
    head = world.viewer("head_near")
    with watched(reach_of(head)):
        waiting = head_queries.letters(head)
        assert [one.waits for one in waiting] == [True]
        assert head_queries.head_count(head) == 2
        receipts.confirm(head, receiver_id=waiting[0].receiver.pk)
        receipts.confirm(head, receiver_id=waiting[0].receiver.pk)
        assert [one.waits for one in head_queries.letters(head)] == [False]
    got = Acknowledgement.objects.get()
    assert got.receiver.account == world.accounts["head_near"]
    other = Receiver.objects.get(account=world.accounts["head_far"])
    with pytest.raises(NotFound):
        receipts.confirm(head, receiver_id=other.pk)
    assert notice.mailing_id == other.mailing_id


def test_who_does_not_answer_ends_on_the_call_list_and_is_called(world: World) -> None:
    from xaso.services.notices.demo.month import deliver, time_goes_on

    notice = world.sent(directive=True)
    deliver(notice, read=0)
    time_goes_on(notice)
    rows = Receiver.objects.filter(mailing_id=notice.mailing_id)
    assert set(rows.values_list("to_call", flat=True)) == {True}
    near = rows.get(account=world.accounts["head_near"])
    clerk = world.viewer("clerk")
    receipts.note_call(clerk, notice_id=notice.pk, receiver_id=near.pk, outcome="away", note="Không nghe máy")
    assert Receiver.objects.get(pk=near.pk).to_call
    receipts.note_call(clerk, notice_id=notice.pk, receiver_id=near.pk, outcome="told")
    near.refresh_from_db()
    assert (near.to_call, near.state) == (False, "acknowledged")
    with pytest.raises(NotFound):
        receipts.note_call(world.viewer("stranger"), notice_id=notice.pk, receiver_id=near.pk, outcome="told")


def _reply(world: World) -> Reply:
    notice = world.sent()
    receiver = Receiver.objects.filter(mailing_id=notice.mailing_id, rungs__contains=["sms"]).order_by("pk")[
        0
    ]
    return Reply.objects.create(
        channel="sms", provider_id="r1", sender="0912345601", sender_hash="x", text="Nhà tôi sạt taluy",
        receiver=receiver, mailing_id=notice.mailing_id, unit_path=world.commune.path,
    )  # fmt: skip


def test_a_reply_is_answered_once(world: World) -> None:
    row = _reply(world)
    clerk = world.viewer("clerk")
    with pytest.raises(ActionError):
        answering.answer_reply(clerk, reply_id=row.pk, answer="  ")
    answering.answer_reply(clerk, reply_id=row.pk, answer="Xã cử người đến chiều nay.")
    sent = Message.objects.get(template__key="notices.answer")
    assert (sent.body, sent.person) == ("Kính gửi ông/bà,\n\nXã cử người đến chiều nay.", row.receiver.person)
    row.refresh_from_db()
    assert row.handled_by == world.accounts["clerk"].pk
    with pytest.raises(Conflict):
        answering.close_reply(clerk, reply_id=row.pk)
    with pytest.raises(NotFound):
        answering.close_reply(world.viewer("stranger"), reply_id=row.pk)


def test_a_reply_becomes_work_of_the_hamlet(world: World) -> None:
    row = _reply(world)
    task = answering.task_from_reply(
        world.viewer("clerk"),
        reply_id=row.pk,
        hamlet=world.near.path,
        title="Kiểm tra taluy sau nhà dân",
        detail=str(row.text),
        asks=["text"],
    )
    assert (task.reply_id, task.owner) == (row.pk, world.accounts["head_near"])
    row.refresh_from_db()
    assert row.note == "Giao việc: Kiểm tra taluy sau nhà dân"
    with pytest.raises(ActionErrors) as caught:
        actions.give_task(
            world.viewer("clerk"),
            unit_path=world.commune.path,
            hamlet_path="04/01273/",
            title=" ",
            detail="",
            asks=[],
        )
    assert set(caught.value.errors) == {"title", "hamlet", "asks"}
